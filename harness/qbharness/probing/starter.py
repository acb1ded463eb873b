"""Writes the first target file for a server, from what a probe knows of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from qbharness.contract import PROMISES
from qbharness.targets.layout import ABOUT
from qbharness.targets.template import NAMES

_TEXT: Final = """\
# A target file: how qbharness reaches, starts and steers your sync server. Try it with
#     qbharness target check <FILE>
language: 1
name: <NAME>

# Say true only of a server that may be thrown away: it will believe that its hours are delivered.
disposable: false

connector:
<CONNECTOR>
  password: {environment: <VARIABLE>}

# What the server promises. These are the strictest promises; weaken what it does not promise.
contract:
<CONTRACT>

# How to start it: then every run has a clean server of its own. Without this it must be running.
# start:
#   command: [python, -m, my_server, --port, "{{ port }}"]
#   environment: {SYNC_PASSWORD: "{{ password }}"}
#   ready: {url: "http://127.0.0.1:{{ port }}/"}
# reset: fresh start

# How its owner steers it. Each one is http, sql, shell or python; less is fine: scenarios that need
# more are skipped and say so.
# operations:
<OPERATIONS>"""

_EXAMPLES: Final[Mapping[str, str]] = {
    "add_block": """\
http:
  url: <BASE>/blocks
  json:
    employee: "{{ block.employee }}"
    customer: "{{ block.customer }}"
    date: "{{ block.date }}"
    hours: "{{ block.hours }}"
    notes: "{{ block.notes }}"
map: {id: $.id}""",
    "edit_block": """\
http:
  method: PATCH
  url: "<BASE>/blocks/{{ id }}"
  json: {hours: "{{ block.hours }}"}""",
    "delete_block": """http: {method: DELETE, url: "<BASE>/blocks/{{ id }}"}""",
    "select_period": """\
http:
  method: PUT
  url: <BASE>/period
  json: {from: "{{ start }}", to: "{{ end }}"}""",
    "list_blocks": """\
sql:
  url: sqlite:///path/to/your.db
  statements: ["SELECT id, flag FROM blocks"]
map: {id: id, state: flag}
states: {"0": not sent, "1": sent}""",
    "mark_sent": """shell: {command: [my-server, mark, --sent, "{{ id }}"]}""",
    "mark_not_sent": """shell: {command: [my-server, mark, --not-sent, "{{ id }}"]}""",
    "clock": """python: {call: "my_package.testing:set_clock", arguments: {now: "{{ now }}"}}""",
}
"""One example of each operation, all four kinds among them."""


def starter(*, url: str, user: str, qwc: str = "", variable: str = "QB_PASSWORD") -> str:
    """The text of a target file for the server at ``url`` (or described by the .qwc at ``qwc``).

    Its comments, uncommented, are a valid file too.
    """
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    reached = {"qwc": qwc} if qwc else {"url": url, "user": user or "its-user-name"}
    connector = "\n".join(f"  {key}: {_value(text)}" for key, text in reached.items())
    values = {
        "NAME": re.sub(r"[^A-Za-z0-9]+", "-", parts.netloc).strip("-") or "my-server",
        "CONNECTOR": connector,
        "VARIABLE": _value(variable),
        "CONTRACT": _contract(),
        "OPERATIONS": "".join(_operation(name) for name in NAMES).replace("<BASE>", base),
        "FILE": "THIS-FILE",
    }
    # in one pass: what stands in a value is never taken for a place of ours
    return re.sub(r"<([A-Z]+)>", lambda found: values[found[1]], _TEXT)


def _value(text: str) -> str:
    """``text`` as YAML, and as a template that comes out as ``text``: names in a .qwc may be anything."""
    if re.search(r"\{[{%#]", text):
        text = "{% raw %}" + text + "{% endraw %}"
    plain = re.fullmatch(r"[A-Za-z0-9/]([A-Za-z0-9._~:/?&=@+%-]*[A-Za-z0-9/_-])?", text)
    return text if plain and text.casefold() != "null" else json.dumps(text, ensure_ascii=False)


def _contract() -> str:
    return "\n".join(
        f"  {name}: {promise.words[0]}  # or {', '.join(promise.words[1:])}"
        for name, promise in PROMISES.items()
    )


def _operation(name: str) -> str:
    given = ", ".join("{{ " + each + " }}" for each in NAMES[name])
    head = f"#   # {ABOUT[name]}" + (f" Knows {given}." if given else "")
    lines = [f"#     {line}" for line in _EXAMPLES[name].splitlines()]
    return "\n".join([head, f"#   {name}:", *lines]) + "\n"
