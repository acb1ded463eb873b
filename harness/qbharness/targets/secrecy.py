"""Finds the secrets of a target, and keeps them out of everything that is shown or stored."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, final
from urllib.parse import quote
from xml.sax.saxutils import escape

from qbharness.targets.model import SecretSource
from qbsim.errors import Problem, SetUpProblem, UsageProblem

MASK: Final = "***"


@final
class Mask:
    """Replaces every known secret, in each form in which it travels, by ``***``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide ``secret`` from now on (also as JSON, XML, in addresses and in base64)."""
        if not secret:
            return
        forms = {
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            escape(secret),
            escape(secret, {'"': "&quot;", "'": "&apos;"}),
            quote(secret, safe=""),
            quote(secret),
            base64.b64encode(secret.encode()).decode(),
        }
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)

    def add_login(self, user: str, password: str) -> None:
        """Hide a password, alone and as HTTP's basic authentication carries it."""
        self.add(password)
        if password:
            self.add(base64.b64encode(f"{user}:{password}".encode()).decode())

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    @contextmanager
    def over_problems(self) -> Iterator[None]:
        """Hide the secrets in whatever problem is raised inside."""
        try:
            yield
        except Problem as problem:
            problem.sentence, problem.cure = self(problem.sentence), self(problem.cure)
            problem.args = (problem.sentence,)
            if isinstance(problem, SetUpProblem):
                problem.output = self(problem.output)
            raise


def read_secret(
    name: str, source: SecretSource, *, environment: Mapping[str, str], here: Path, folder: Path
) -> str:
    """The secret itself. Raises :class:`UsageProblem` if it is not where the file says.

    A *generated* one is derived from the run's own temporary folder: it need not survive the run,
    and nothing here may draw from chance.
    """
    if source.environment:
        value = environment.get(source.environment, "")
        if not value:
            raise UsageProblem(
                f"The {name} should be in the environment variable {source.environment}, which is not set.",
                cure=f"Set {source.environment} and run again.",
            )
        return value
    if source.file:
        path = here / source.file
        try:
            value = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as wrong:
            raise UsageProblem(f"The {name} should be in the file {path}: {wrong}.") from None
        if not value:
            raise UsageProblem(f"The {name} should be in the file {path}, which is empty.")
        return value
    return hashlib.sha256(f"{name} of {folder.resolve()}".encode()).hexdigest()[:24]
