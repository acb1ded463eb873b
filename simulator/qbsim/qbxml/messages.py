"""Message sets: a text becomes requests that passed both gates, or a refusal that teaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, final

from attrs import evolve, field, frozen
from lxml import etree

from qbsim.qbxml import parser
from qbsim.qbxml.prolog import prolog_place, stated_version, stray_instruction
from qbsim.qbxml.refusals import Refusal, StructureRefused, VersionRefused
from qbsim.qbxml.schemas import Gate, Schemas, schemas
from qbsim.qbxml.structure_gate import first_break
from qbsim.qbxml.value_gate import BadValue, bad_attributes, bad_values
from qbsim.qbxml.versions import COVERED, NEWEST, NOT_COVERED, Version

_KNOWN: Final = frozenset((*COVERED, *NOT_COVERED))
_WITHOUT_REQUESTS: Final = frozenset(("QBXML", "SignonMsgsRq", "SignonMsgsRs"))

ValueErrors = Literal["per_request", "whole_set"]


@final
@frozen
class Request:
    """One request of a message set.

    ``element`` is the lxml element (``TimeTrackingAddRq``). With a ``refusal`` it broke a rule of
    the second gate and is answered with that status alone.
    """

    name: str
    request_id: str | None
    element: etree._Element = field(eq=False, repr=False)
    refusal: Refusal | None = None


@final
@frozen
class MessageSet:
    """What an application sent, past the structure gate.

    ``kind`` is the element around the requests: ``QBXMLMsgsRq``, ``QBXMLSubscriptionMsgsRq`` (which
    states no ``on_error``: ``stopOnError`` stands in), or ``""`` when there is none.
    """

    version: Version
    kind: str
    on_error: str
    response_data: str
    new_message_set_id: str | None
    old_message_set_id: str | None
    requests: tuple[Request, ...]
    text: str | bytes = field(repr=False)


def read_message_set(
    text: str | bytes, *, newest: Version = NEWEST, value_errors: ValueErrors = "per_request"
) -> MessageSet:
    """``text`` as QuickBooks reads it.

    ``newest`` is the newest version that this QuickBooks speaks. ``value_errors`` is the switch of
    that name: a bad value concerns its request (``Request.refusal``) or the whole set.

    Raises :class:`StructureRefused` (0x80040400), :class:`VersionRefused` (0x80040423), and
    :class:`~qbsim.errors.SimulatorGap` for a version that QuickBooks speaks and we do not.
    """
    data = parser.utf8(text)
    root = parser.parse_bytes(data)
    version = stated_version(root, data)
    gates = _gates(version, newest, data)
    if stray_instruction(data):
        etree.strip_elements(root, etree.ProcessingInstruction, with_tail=False)
    if b"xmlns" not in data and gates.strict.takes(root, data):
        return _message_set(root, version, {}, text)
    refused = _judge(root, data, gates)
    if value_errors == "whole_set" and refused:
        raise StructureRefused(next(iter(refused.values())))
    return _message_set(root, version, refused, text)


def judge_answer(text: str | bytes, version: Version) -> tuple[Refusal, ...]:
    """What is wrong with an answer of QuickBooks, judged as ``version``; empty if nothing is.

    An answer has no qbxml prolog, so the version is that of the request.
    """
    return judge(text, version)


def judge(text: str | bytes, version: Version | None = None) -> tuple[Refusal, ...]:
    """Every refusal of ``text`` by both gates, requests and answers alike; empty if it is accepted.

    Without ``version`` a request has to state its own, and an answer is judged by the newest. A
    structure refusal comes alone.
    """
    return examine(text, version).refusals


@final
@frozen
class Verdict:
    """What both gates say about one document."""

    version: Version | None
    """The version that it was judged by; None if it does not come to that."""
    messages: tuple[str, ...]
    """The names of the requests or responses, if the text could be read."""
    refusals: tuple[Refusal, ...]


def examine(text: str | bytes, version: Version | None = None) -> Verdict:
    """As :func:`judge`, with what the document is."""
    messages: tuple[str, ...] = ()
    judged: Version | None = None
    try:
        data = parser.utf8(text)
        root = parser.parse_bytes(data)
        messages = tuple(str(each.tag) for each in root.iterfind("*/*"))
        if version is None:
            version = NEWEST if _is_answer(root) else stated_version(root, data)
        gates = _gates(version, NEWEST, data)
        judged = version
        if stray_instruction(data):
            etree.strip_elements(root, etree.ProcessingInstruction, with_tail=False)
        if b"xmlns" not in data and gates.strict.takes(root, data):
            return Verdict(version, messages, ())
        return Verdict(version, messages, tuple(_judge(root, data, gates, every=True).values()))
    except (StructureRefused, VersionRefused) as refused:
        return Verdict(judged, messages, (refused.refusal,))


def _is_answer(root: etree._Element) -> bool:
    return len(root) > 0 and str(root[-1].tag).endswith("MsgsRs")


def _gates(version: Version, newest: Version, data: bytes) -> Schemas:
    if version <= newest and version in _KNOWN:
        return schemas(version)
    speaks = f"This QuickBooks speaks qbXML up to {newest}; the document says {version}."
    why = speaks if version in _KNOWN else f"There is no qbXML {version}."
    line, column = prolog_place(data)
    raise VersionRefused(
        Refusal(
            "structure",
            "qbxml.version",
            f'version="{version}"',
            f"{why} State a version that QuickBooks lists in its HostRet.",
            line=line,
            column=column,
            allowed=tuple(str(each) for each in COVERED if each <= newest),
        )
    )


def _message_set(
    root: etree._Element, version: Version, refused: Mapping[etree._Element, Refusal], text: str | bytes
) -> MessageSet:
    messages = root[-1] if len(root) else root
    if messages.tag in _WITHOUT_REQUESTS:
        return MessageSet(version, "", "stopOnError", "includeAll", None, None, (), text)
    requests = tuple([Request(each.tag, each.get("requestID"), each, refused.get(each)) for each in messages])
    get = messages.get
    return MessageSet(
        version,
        messages.tag,
        get("onError", "stopOnError"),
        get("responseData", "includeAll"),
        get("newMessageSetID"),
        get("oldMessageSetID"),
        requests,
        text,
    )


# --- after a refusal ----------------------------------------------------------------------------


MOST_REFUSALS: Final = 100
"""So many bad values are told of one document, and so many get their exact path; more help nobody."""


def _judge(
    root: etree._Element, data: bytes, gates: Schemas, *, every: bool = False
) -> dict[etree._Element, Refusal]:
    """The value refusals of a document: the first of each message, or ``every`` one by its element.

    Raises :class:`StructureRefused` if the structure is broken.
    """
    if b"xmlns" in data or not gates.structure.takes(root, data):
        broken = first_break(root, gates.grammar)
        if broken is not None:
            refusal = Refusal("structure", broken.rule, broken.found, broken.likely, allowed=broken.allowed)
            place = parser.spots(data, root, {broken.element})[broken.element]
            raise StructureRefused(_located(refusal, broken.element, place, exactly=True))
        _refuse_without_words(gates.structure, data)
    bad = dict(_bad_values(root, gates, every=every))
    if not bad:
        _refuse_without_words(gates.strict, data)
    places = parser.spots(data, root, {each.element for each in bad.values()})
    return {
        element: _located(_value(each), each.element, places[each.element], exactly=at < MOST_REFUSALS)
        for at, (element, each) in enumerate(bad.items())
    }


def _bad_values(
    root: etree._Element, gates: Schemas, *, every: bool
) -> Iterator[tuple[etree._Element, BadValue]]:
    found = 0
    for messages in root:
        yield from ((bad.element, bad) for bad in bad_attributes(messages, gates.grammar))
        for message in messages.iterchildren(etree.Element):
            for bad in bad_values(message, gates.grammar):
                yield bad.element if every else message, bad
                found += 1
                if not every:
                    break
                if found == MOST_REFUSALS:
                    return


def _located(refusal: Refusal, element: etree._Element, place: parser.Spot, *, exactly: bool) -> Refusal:
    """``refusal`` with its place; the numbers in an exact path cost a walk over all siblings."""
    names = [str(each.tag) for each in (*reversed(list(element.iterancestors())), element)]
    if exactly and len(names) > 1:
        names[1:] = [element.getroottree().getelementpath(element)]
    return evolve(refusal, line=place.line, column=place.column, path="/".join(names))


def _value(bad: BadValue) -> Refusal:
    return Refusal(
        "value",
        bad.rule,
        f"`{bad.found}`" if len(bad.found) <= 60 else f"`{bad.found[:57]}...`",
        bad.likely,
        allowed=bad.allowed,
        status_code=bad.status.code,
        status_message=bad.message,
    )


def _refuse_without_words(gate: Gate, data: bytes) -> None:
    """Refuse in the validator's own words what our explanation does not see; nothing if it takes it."""
    complaint = gate.complaint(data)
    if complaint is not None:
        line, said = complaint
        raise StructureRefused(
            Refusal("structure", "qbxml.schema", "", f"The schema validator says: {said}", line=line)
        )
