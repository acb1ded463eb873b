from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qbharness.world.naming import Naming

TICKET = "0f8fad5b-d9cb-469f-a165-70867728950e"


def test_inventions_are_numbered_by_first_appearance_of_their_kind() -> None:
    naming = Naming()
    named = [
        naming.name(kind, raw)
        for kind, raw in [("ticket", "b"), ("set", "x"), ("ticket", "a"), ("ticket", "b")]
    ]
    assert named == ["ticket#1", "set#1", "ticket#2", "ticket#1"]


def test_a_long_invention_is_named_inside_texts_too() -> None:
    naming = Naming()
    naming.name("ticket", TICKET)
    assert naming.in_text(f"unknown ticket {TICKET}!") == "unknown ticket ticket#1!"


def test_a_short_invention_never_spoils_a_text() -> None:
    naming = Naming()
    naming.name("block", "7")
    assert naming.in_text("7 hours") == "7 hours"


def test_the_ids_of_a_message_set_are_named_in_their_attributes() -> None:
    text = (
        '<QBXMLMsgsRq onError="stopOnError" newMessageSetID="a1"><HostQueryRq requestID="17"/></QBXMLMsgsRq>'
    )
    named = Naming().in_qbxml(text)
    assert 'newMessageSetID="set#1"' in named
    assert 'requestID="request#1"' in named


@given(st.lists(st.text(min_size=1), unique=True))
def test_different_inventions_never_share_a_name(raws: list[str]) -> None:
    naming = Naming()
    assert len({naming.name("set", raw) for raw in raws}) == len(raws)
