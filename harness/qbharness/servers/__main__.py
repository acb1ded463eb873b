"""``python -m qbharness.servers plain --database sqlite:///work.db --user me --password-env SECRET``."""

from __future__ import annotations

from qbharness.servers.command import command

command()
