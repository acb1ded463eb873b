"""The guard: no command of ours takes hours out of a live queue by mistake.

A session on a live sync server makes it believe that its hours are in QuickBooks, while they are in a
company file of ours. Pure: it looks at a web address and two permissions, and never resolves a name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from qbsim.errors import RefusedForSafety, UsageProblem

if TYPE_CHECKING:
    from qbharness.targets.model import TargetFile

_SPELT_OUT: Final = re.compile(r"https?://[^/?#{]+([/?#]|\Z)")
"""An address whose host is written in the file, not filled in when it is used."""
_IN_A_TEXT: Final = re.compile(r"https?://[^\s/?#{}]+", re.IGNORECASE)


def is_loopback(url: str) -> bool:
    """Whether a web address can only mean this machine: ``localhost``, ``127.0.0.0/8`` or ``::1``.

    Whatever cannot be read as a web address is not loopback.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def guard(url: str, *, doing: str, disposable: bool = False, consume_real_queue: bool = False) -> None:
    """Return if it is safe to do ``doing`` on ``url``, else raise :class:`RefusedForSafety`.

    Safe is loopback, or a target file that says ``disposable: true`` *together with* the option
    ``--consume-real-queue``. ``doing`` completes the sentence "This would ...".
    """
    if is_loopback(url) or (disposable and consume_real_queue):
        return
    missing = []
    if not disposable:
        missing.append("`disposable: true` in its target file")
    if not consume_real_queue:
        missing.append("the option --consume-real-queue")
    raise RefusedForSafety(
        f"This would {doing} {_shown(url)}, which is not this machine. A sync server that is asked for "
        "its hours believes that they are in QuickBooks afterwards; here they would only be in a "
        "simulated company file, and be lost.",
        cure=f"If that server is there to be thrown away, it takes {' and '.join(missing)}.",
    )


def refuse_a_login_in(url: str) -> None:
    """Raise :class:`UsageProblem` if ``url`` holds a user or a password: an address is shown and written.

    Nobody has seen what the Web Connector does with one, so there is nothing to simulate either.
    """
    if urlsplit(url).username is not None:
        raise UsageProblem(
            "The address holds a user or a password, and addresses are shown, logged and written into files.",
            cure="Take them out; the user stands in the .qwc or in --user, and the password is asked for "
            "or comes from --password-env.",
        )


def check_target(target: TargetFile, *, consume_real_queue: bool) -> None:
    """Judge every address that a target file spells out, before anything has run.

    An address that is filled in later is judged when it is used.
    """
    from qbharness.targets.reader import http_addresses  # noqa: PLC0415 - the reader needs YAML

    wired = target.connector
    for address in (wired.url, wired.qwc, *http_addresses(target)):
        if address is not None and _SPELT_OUT.match(address.text):
            guard(
                address.text,
                doing="take the waiting hours from",
                disposable=target.disposable,
                consume_real_queue=consume_real_queue,
            )


def consent_of(file: Path | None, url: str) -> bool:
    """Whether the target file at ``file`` says ``disposable: true`` of the server at ``url``.

    The word of a file counts for the servers that it names, and for no other one. Raises
    :class:`RefusedForSafety` if it is about another server than the one that is to be called.
    """
    if file is None:
        return False
    from qbharness.targets.reader import read_target  # noqa: PLC0415 - the reader needs YAML

    target = read_target(file)
    if not target.disposable or is_loopback(url):
        return target.disposable
    if _server(url) not in {_server(address) for address in _named_servers(target)}:
        raise RefusedForSafety(
            f"The target file {file} does not name {_shown(url)}, so it cannot say that this server is there "
            "to be thrown away.",
            cure="Give the target file of the server that is to be called.",
        )
    return True


def _named_servers(target: TargetFile) -> Iterator[str]:
    """The addresses of the server that a target file spells out, in its .qwc file too."""
    wired = target.connector
    texts = [template.text for template in (wired.url, wired.qwc, *target.variables.values()) if template]
    for text in texts:
        yield from _IN_A_TEXT.findall(text)
    if wired.qwc is not None and not _IN_A_TEXT.search(wired.qwc.text):
        from qbsim.connector.qwc import read_qwc  # noqa: PLC0415 - only where there is one

        here = target.path.parent if target.path else Path()
        qwc = here / wired.qwc.text
        if qwc.is_file():
            yield read_qwc(qwc.read_bytes(), file=str(qwc), lenient=True).url


def _server(url: str) -> tuple[str, int | None]:
    """Host and port, the usual ports left out."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.hostname or "").lower(), None if port == usual else port


def _shown(url: str) -> str:
    """The address without what may be secret in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}{parts.path}" if host else "an address without a host"
