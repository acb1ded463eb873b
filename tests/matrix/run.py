"""Plays every bundled story against every server with a defect, and prints which check catches which.

python tests/matrix/run.py [SERVER]...    print the rows of these servers (default: all)
python tests/matrix/run.py --write        pin the whole matrix: tests/matrix/pinned and docs/matrix.md
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from matrix_support import SERVERS, whole, write


def main(arguments: list[str]) -> None:
    writes = arguments == ["--write"]
    unknown = [name for name in arguments if name not in SERVERS]
    if unknown and not writes:
        sys.exit(f"There is no server {unknown[0]!r}. There are: {', '.join(SERVERS)}.")
    matrix: dict[str, dict[str, str]] = {}
    for server, row in whole(SERVERS if writes or not arguments else arguments):
        matrix[server] = row
        print(
            f"{server}: {', '.join(f'{n} {cell}' for cell, n in Counter(row.values()).most_common())}",
            flush=True,
        )
        for story, cell in row.items():
            if cell != "HELD":
                print(f"    {cell:50} {story}")
    if writes:
        write(matrix)


if __name__ == "__main__":
    main(sys.argv[1:])
