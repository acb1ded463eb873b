"""Runs a bundled server over TLS: ``python serve_tls.py CERTIFICATE_AND_KEY plain --port ...``.

Customers put a proxy in front of the server for this; here uvicorn speaks TLS itself.
"""

from __future__ import annotations

import functools
import runpy
import sys

import uvicorn

if __name__ == "__main__":
    pem = sys.argv.pop(1)
    uvicorn.Config = functools.partial(uvicorn.Config, ssl_certfile=pem, ssl_keyfile=pem)  # type: ignore[misc,assignment]
    runpy.run_module("qbharness.servers", run_name="__main__", alter_sys=True)
