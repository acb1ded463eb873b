"""The cheapest assignment of rows to columns (the Hungarian method, as Kuhn and Munkres gave it)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_FORBIDDEN: Final = 10**6


def cheapest(costs: Sequence[Sequence[int]]) -> list[int | None]:
    """For each row the column that it gets, or None where columns run out; the total is the least possible.

    Ties go by order: an earlier row gets the earlier column.
    """
    if not costs or not costs[0]:
        return [None] * len(costs)
    size = max(len(costs), len(costs[0]))
    square = [
        [
            costs[row][column] if row < len(costs) and column < len(costs[0]) else _FORBIDDEN
            for column in range(size)
        ]
        for row in range(size)
    ]
    row_of = _solve(square, size)
    chosen: list[int | None] = [None] * len(costs)
    for column in range(len(costs[0])):
        if row_of[column] < len(costs):
            chosen[row_of[column]] = column
    return chosen


def _solve(costs: list[list[int]], size: int) -> list[int]:
    """The row of each column; rows are added one by one along a shortest augmenting path."""
    of_row, of_column = [0] * size, [0] * (size + 1)
    row_of = [size] * (size + 1)
    for row in range(size):
        row_of[size] = row
        column, slack = size, [_FORBIDDEN * 10] * size
        came_from, seen = [size] * size, [False] * (size + 1)
        while row_of[column] != size:
            seen[column] = True
            at = row_of[column]
            for other in range(size):
                if not seen[other]:
                    cost = costs[at][other] - of_row[at] - of_column[other]
                    if cost < slack[other]:
                        slack[other], came_from[other] = cost, column
            nearest = min((o for o in range(size) if not seen[o]), key=lambda o: slack[o])
            step = slack[nearest]
            for other in range(size + 1):
                if seen[other]:
                    of_row[row_of[other]] += step
                    of_column[other] -= step
                elif other < size:
                    slack[other] -= step
            column = nearest
        while column != size:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    return row_of[:size]
