"""What the templates of one target know: secrets, port, folder, and the file's own variables."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import final

from qbharness.targets.model import SecretSource, TargetFile
from qbharness.targets.process import free_port, log_names
from qbharness.targets.secrecy import Mask, read_secret


@final
class Names:
    """The values behind ``{{ port }}``, ``{{ folder }}`` and so on, for one worker.

    ``data`` is the server's own folder. Names that the start's log pattern finds are known only
    once the server runs; variables that use one of them appear at the same moment.
    """

    def __init__(
        self, file: TargetFile, *, worker: str, data: Path, environment: Mapping[str, str], mask: Mask
    ) -> None:
        self.file = file
        self.here = file.path.parent.resolve() if file.path else Path.cwd()
        self.data = data
        self.port = free_port() if file.start else 0
        self._mask = mask
        self._environment = environment
        self._worker = worker
        source = file.connector.password
        self.password = self._secret("password", source) if source else ""
        self._secrets = {name: self._secret(f"secret {name}", each) for name, each in file.secrets.items()}
        self._late = frozenset(log_names(file))
        self._found: dict[str, str] = {}
        self.unknown: frozenset[str] = frozenset()
        self._now: Mapping[str, object] = {}
        self._settle()

    def __call__(self, **more: object) -> Mapping[str, object]:
        """All of them, and ``more``."""
        return {**self._now, **more} if more else self._now

    def found_in_log(self, groups: Mapping[str, str | None]) -> None:
        """Take over what the log pattern found."""
        self._found = {name: text for name, text in groups.items() if text is not None}
        self._settle()

    def another_port(self) -> None:
        """Somebody else was quicker: take another one."""
        self.port = free_port()
        self._settle()

    def _secret(self, name: str, source: SecretSource) -> str:
        value = read_secret(
            name, source, environment=self._environment, here=self.here, folder=self.data.parent
        )
        self._mask.add(value)
        return value

    def _settle(self) -> None:
        names: dict[str, object] = {
            "worker": self._worker,
            "folder": str(self.data),
            "here": str(self.here),
            "python": sys.executable,
            "port": self.port,
            "password": self.password,
            "secrets": MappingProxyType(self._secrets),
            **self._found,
        }
        unknown: set[str] = set(self._late - self._found.keys())
        user = self.file.connector.user
        for name, template in (*self.file.variables.items(), *((("user", user),) if user else ())):
            if template.uses(frozenset(unknown)):
                unknown.add(name)
            else:
                names[name] = template.render(names)
        self.unknown = frozenset(unknown)
        self._now = names
