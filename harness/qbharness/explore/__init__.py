"""Searches for lost and doubled hours: every small fault, generated worlds, the shortest story of a failure.

``placements`` (exhaustive), ``strategies`` (Hypothesis draws :class:`Scenario` data), ``campaign`` (plays
them and keeps one failure a bug), ``shrinking`` (the shortest story), ``reached`` (what was visited),
``failures`` (the files under ``.qbharness/failures``).
"""
