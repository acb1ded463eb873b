"""The plan of a run as data, and the YAML files that it is read from and written to."""
