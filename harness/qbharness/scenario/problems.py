"""All that is wrong with a scenario file, at once."""

from __future__ import annotations

from collections.abc import Iterable

from qbsim.errors import LocatedProblem, UsageProblem


class ScenarioProblems(UsageProblem):
    """Every mistake of one or more files; each has its place, its sentence and its cure."""

    def __init__(self, problems: Iterable[LocatedProblem]) -> None:
        found = {(p.place, p.sentence): p for p in problems}
        self.problems = tuple(
            sorted(found.values(), key=lambda p: (p.place.file, p.place.line, p.place.column))
        )
        count = len(self.problems)
        files = len({p.place.file for p in self.problems})
        where = self.problems[0].place.file if files == 1 else f"{files} files"
        super().__init__(f"{count} mistake{'s' if count != 1 else ''} in {where}.")

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
