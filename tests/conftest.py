"""What holds for all tests: none is red because the machine was busy, and every answer is qbXML."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from qbsim.qbxml import MessageSet, judge_answer
from qbsim.quickbooks import session
from qbsim.quickbooks.message_sets import Execution, answer

_STANDARD = settings.get_profile(settings.get_current_profile_name())

settings.register_profile("without deadlines", _STANDARD, deadline=None)
settings.load_profile("without deadlines")


def _gated(run: Execution, given: MessageSet) -> str:
    text = answer(run, given)
    refusals = judge_answer(text, given.version)
    assert refusals == (), f"{[str(one) for one in refusals]}\n{text}"
    return text


@pytest.fixture(autouse=True, scope="session")
def _every_answer_passes_both_gates() -> Iterator[None]:
    """What QuickBooks answers in this process is qbXML of the version asked, whichever test asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "answer", _gated)
        yield
