"""A tiny steerable server for tests of target files: standard library, one process, blocks in memory.

``python block_server.py --port N [--delay S] [--say TEXT] [--fail]``
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BLOCKS: dict[int, dict[str, Any]] = {}
STATE: dict[str, Any] = {"next": 1, "period": None, "now": None, "hang": False}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go out apart

    def log_message(self, *args: object) -> None:
        """Silent."""

    def answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read(self) -> Any:
        length = int(self.headers.get("Content-Length") or 0)
        return json.loads(self.rfile.read(length) or b"null")

    def handle_any(self) -> None:
        given = self.read()
        parts = self.path.strip("/").split("/")
        match self.command, parts:
            case _, ["hang"]:
                time.sleep(30)
            case _, ["pid"]:
                self.answer(200, {"pid": os.getpid(), "env": os.environ.get("SERVER_PASSWORD")})
            case _, ["wrong", status]:
                self.answer(int(status), {"error": "as asked", "sent": given})
            case "GET", ["blocks"]:
                self.answer(200, list(BLOCKS.values()))
            case "POST", ["blocks"]:
                number, STATE["next"] = STATE["next"], STATE["next"] + 1
                BLOCKS[number] = {"id": number, "state": "not sent", "txn_id": None, "version": 1, **given}
                self.answer(201, BLOCKS[number])
            case "PATCH", ["blocks", number]:
                BLOCKS[int(number)].update(given)
                BLOCKS[int(number)]["version"] += 1
                self.answer(200, BLOCKS[int(number)])
            case "DELETE", ["blocks", number]:
                del BLOCKS[int(number)]
                self.answer(200, None)
            case "PUT", [("period" | "now") as name]:
                STATE[name] = given
                self.answer(200, given)
            case "GET", ["state"]:
                self.answer(200, STATE)
            case "POST", ["blocks", number, word]:
                BLOCKS[int(number)]["state"] = word.replace("-", " ")
                self.answer(200, BLOCKS[int(number)])
            case "POST", ["reset"]:
                BLOCKS.clear()
                self.answer(200, None)
            case _:
                self.answer(404, {"error": f"no {self.command} {self.path}"})


for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
    setattr(Handler, f"do_{method}", Handler.handle_any)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int)
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--say", default="")
    options.add_argument("--fail", action="store_true")
    given = options.parse_args()
    say(f"starting with {os.environ.get('SERVER_PASSWORD', 'no password')} {given.say}")
    if given.fail:
        sys.exit("there is no database")
    time.sleep(given.delay)
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    say(f"listening on http://127.0.0.1:{server.server_port}")
    server.serve_forever()


if __name__ == "__main__":
    main()
