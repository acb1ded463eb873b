"""Factories for tests of targets: target files as texts, and the tiny server that they steer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from qbharness.targets.model import TargetFile
from qbharness.targets.reader import parse_target
from qbharness.targets.target import Target

SERVER = Path(__file__).with_name("block_server.py")

BASE = f"""\
language: 1
name: tiny
connector:
  url: "{{{{ base }}}}/soap"
  user: pat
  password: {{generated: true}}
variables:
  base: "http://127.0.0.1:{{{{ port }}}}"
start:
  command: ["{{{{ python }}}}", "{SERVER}", --port, "{{{{ port }}}}"]
  environment: {{SERVER_PASSWORD: "{{{{ password }}}}"}}
  ready: {{url: "{{{{ base }}}}/blocks"}}
reset:
  http: {{url: "{{{{ base }}}}/reset"}}
operations:
  add_block:
    http:
      url: "{{{{ base }}}}/blocks"
      json: &fields
        employee: "{{{{ block.employee }}}}"
        customer: "{{{{ block.customer }}}}"
        date: "{{{{ block.date }}}}"
        hours: "{{{{ block.hours }}}}"
        notes: "{{{{ block.notes }}}}"
        billable: "{{{{ block.billable }}}}"
    map: {{id: $.id}}
  edit_block:
    http: {{method: PATCH, url: "{{{{ base }}}}/blocks/{{{{ id }}}}", json: *fields}}
  delete_block:
    http: {{method: DELETE, url: "{{{{ base }}}}/blocks/{{{{ id }}}}"}}
  select_period:
    http:
      method: PUT
      url: "{{{{ base }}}}/period"
      json: ["{{{{ start }}}}", "{{{{ end }}}}"]
  list_blocks:
    http: {{method: GET, url: "{{{{ base }}}}/blocks"}}
    map: {{blocks: "$[*]", id: id, state: state, txn_id: txn_id, version: version}}
  mark_sent:
    http: {{url: "{{{{ base }}}}/blocks/{{{{ id }}}}/sent"}}
  mark_not_sent:
    http: {{url: "{{{{ base }}}}/blocks/{{{{ id }}}}/not-sent"}}
  clock:
    http: {{method: PUT, url: "{{{{ base }}}}/now", json: {{now: "{{{{ now }}}}"}}}}
"""
"""A target file that says everything about the tiny server."""

BLOCK = {"employee": "Jane Doe", "customer": "Acme:Roof", "date": "2026-11-02", "hours": "8:00"}


def changed(text: str, changes: Mapping[str, object]) -> str:
    """A target file with some keys replaced (``a.b.c`` is a path; None removes the key)."""
    import io

    yaml = YAML(typ="safe", pure=True)
    tree = yaml.load(text)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = tree
        for part in parents:
            place = place.setdefault(part, {})
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    out = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.representer.ignore_aliases = lambda _: True  # type: ignore[method-assign]
    writer.dump(tree, out)
    return out.getvalue()


def tiny_file(changes: Mapping[str, object] | None = None) -> TargetFile:
    """The tiny server's target file, with changes."""
    return parse_target(changed(BASE, changes or {}), "tiny.yaml")


def tiny(folder: Path, changes: Mapping[str, object] | None = None, **more: str) -> Target:
    """The tiny server itself, not started."""
    return Target(tiny_file(changes), folder=folder, environment={**os.environ, **more})
