"""Writes ``schemas/target.schema.json`` from the layout: ``python -m qbharness.targets.schema``."""

from __future__ import annotations

import json
from pathlib import Path

from qbharness.targets.layout import target_schema
from qbsim.resources import data_path


def schema_text() -> str:
    """The file's contents."""
    return json.dumps(target_schema(), indent=1) + "\n"


def schema_path() -> Path:
    return data_path("schemas", "target.schema.json")


if __name__ == "__main__":
    schema_path().write_text(schema_text(), encoding="utf-8")
