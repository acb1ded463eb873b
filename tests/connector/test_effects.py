"""An effect says all that its word needs, and nothing else."""

import datetime as dt

import pytest

from qbsim.connector.faults import Effect
from qbsim.errors import UsageProblem


def test_garbled_says_with_what() -> None:
    with pytest.raises(UsageProblem):
        Effect("garbled")


def test_no_other_word_says_with_what() -> None:
    with pytest.raises(UsageProblem):
        Effect("reply lost", spoiled="html")


@pytest.mark.parametrize("word", ["delayed", "dripped"])
def test_slow_says_by_how_long(word: str) -> None:
    with pytest.raises(UsageProblem):
        Effect(word)  # type: ignore[arg-type]


def test_no_other_word_has_a_duration() -> None:
    with pytest.raises(UsageProblem):
        Effect("reply lost", by=dt.timedelta(seconds=1))


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="eaten"):
        Effect("eaten")  # type: ignore[arg-type]
