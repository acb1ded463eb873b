"""Finds the data that ships with the project, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qbsim.errors import InternalProblem

_PACKAGES: Final = {"schemas": "qbsim", "scenarios": "qbharness"}
"""The package inside which a wheel carries the folder."""


def data_path(folder: str, *parts: str) -> Path:
    """The path of ``folder`` (``schemas`` or ``scenarios``), or of something inside it."""
    sources = Path(__file__).resolve().parents[1]
    installed = sources / _PACKAGES[folder] / "_data" / folder
    checkout = sources.parent / folder
    for home in (installed, checkout):
        if home.is_dir():
            return home.joinpath(*parts)
    raise InternalProblem(f"The folder {folder!r} is missing from this installation.")
