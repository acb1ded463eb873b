"""Runs one plan: the clock, the people, the faults, the connectors, and the server's process."""
