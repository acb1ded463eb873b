"""Processes that add time as fast as they can, each killed at a random moment.

python quickbooks_victim.py FILE KILLS SEED    prints ``<notes> <TxnID>`` for every answer that came

The children are forked from here, where there is one thread and everything is imported already.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from lxml import etree
from quickbooks_support import desk, message_set, time_add

from qbsim.quickbooks import CompanyFile, QuickBooks
from qbsim.source import Source


def add_until_killed(file: str, name: str, out: int) -> None:
    """The child: one line to ``out`` after each answer."""
    source = Source()
    company = CompanyFile.open(file, source=source)
    processor = QuickBooks(company, source).request_processor()
    processor.open_connection("", "Sync")
    ticket = processor.begin_session("")
    for number in range(100_000):
        notes = f"{name}.{number}"
        text = processor.process_request(ticket, message_set(time_add(notes=notes), newMessageSetID=notes))
        txn_id = etree.fromstring(text.encode()).findtext(".//TxnID")
        os.write(out, f"{notes} {txn_id}\n".encode())


def kill_one(file: str, name: str, delay: float) -> str:
    """Let a child work for ``delay`` seconds after its first answer; gives what it said."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            add_until_killed(file, name, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    said = os.read(ours, 1 << 16)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(ours, 1 << 16):
        said += more
    os.close(ours)
    return said[: said.rfind(b"\n") + 1].decode()


def main() -> None:
    file, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    desk().ask(time_add())  # The children inherit the compiled grammar.
    for number in range(kills):
        sys.stdout.write(kill_one(file, f"k{number}", chance.uniform(0, 0.02)))


if __name__ == "__main__":
    main()
