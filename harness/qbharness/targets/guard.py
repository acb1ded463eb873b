"""The guard: no command of ours takes hours out of a live queue by mistake.

A session on a live sync server makes it believe that its hours are in QuickBooks, while they are in a
company file of ours. Pure: it looks at a web address and two permissions, and never resolves a name.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from qbsim.errors import RefusedForSafety

if TYPE_CHECKING:
    from qbharness.targets.model import TargetFile

_SPELT_OUT: Final = re.compile(r"https?://[^/?#{]+([/?#]|\Z)")
"""An address whose host is written in the file, not filled in when it is used."""


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


def _shown(url: str) -> str:
    """The address without what may be secret in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}{parts.path}" if host else "an address without a host"
