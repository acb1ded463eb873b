"""``python -m qbharness``."""

from qbharness.cli import main

main()
