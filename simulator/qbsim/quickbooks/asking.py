"""Who asks the company file for something, and what every kind of asking has in common."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, final

from attrs import field, frozen

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.versions import NEWEST, Version
from qbsim.quickbooks.journal import Actor, Values
from qbsim.quickbooks.kinds import KINDS, REFERENCES, Kind
from qbsim.quickbooks.lists import Element, ref_to
from qbsim.quickbooks.preferences import Rights
from qbsim.quickbooks.shapes import Node
from qbsim.quickbooks.statuses import Status, refuse

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile

_IDENTIFIER: Final = re.compile(r"[0-9A-F]+-[0-9]+")


@final
@frozen
class Asker:
    """Who asks, in which version, with which rights, and what others hold open meanwhile.

    ``locked`` are the ids of records open in a window; a person is not bound by the SDK's limits.
    """

    actor: Actor
    version: Version = NEWEST
    rights: Rights = field(factory=Rights)
    locked: AbstractSet[str] = frozenset()
    single_user: bool = True
    warnings: list[Status] = field(factory=list)

    @property
    def person(self) -> bool:
        return self.actor.kind != "connector"


@rule(
    "ids.form",
    "An id that has not the form of one is refused with 3000, the field's name in lower-case words.",
    source="a C# model's comment quotes the text",
    certainty=Certainty.SEEN,
)
def check_form(identifier: str, field_name: str) -> None:
    """Refuse what cannot be an id: 3000."""
    if not _IDENTIFIER.fullmatch(identifier):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field_name).lower()
        raise refuse(3000, value=identifier, field=words)


@rule(
    "refs.list_id_first",
    "A reference with ListID and FullName is resolved by its ListID; the FullName is ignored.",
    source="Intuit's text on references",
    certainty=Certainty.DOCUMENTED,
)
@rule(
    "refs.unknown",
    "A reference to a record that does not exist is refused with 3140; names are compared without case.",
    source="two captures of flowlink; Intuit's text on FullName",
    certainty=Certainty.SEEN,
)
@rule(
    "time.entity",
    "EntityRef takes an employee, a vendor or an other name, never a customer.",
    source="Intuit's text on EntityRef",
    certainty=Certainty.DOCUMENTED,
)
def resolve(company: CompanyFile, name: str, value: Values, record: str) -> Values | None:
    """The stored form of the reference ``name``; None for an empty one. Raises 3000 or 3140."""
    list_id, full_name = value.get("ListID"), value.get("FullName")
    if not list_id and not full_name:
        return None
    found: Element | None = None
    reference = REFERENCES.get(name)
    if list_id:
        check_form(list_id, "ListID")
    if reference is not None:
        found = (
            company.lists.by_id(reference.family, list_id)
            if list_id
            else company.lists.by_name(reference.family, full_name or "")
        )
        if found is not None and found.kind in reference.kinds:
            return ref_to(found)
    noun = _noun(company, name)
    raise refuse(3140, noun=noun, value=list_id or full_name or "", record=record)


@rule(
    "refs.noun",
    "Status 3140 calls a reference by the noun of its list; for EntityRef a switch decides.",
    source="captures show Customer and Item; the other nouns follow them",
    certainty=Certainty.PLAUSIBLE,
)
def _noun(company: CompanyFile, name: str) -> str:
    if name == "EntityRef":
        return company.switches["entity_noun"]
    reference = REFERENCES.get(name)
    return name.removesuffix("Ref") if reference is None else reference.noun


def resolve_all(company: CompanyFile, values: Values, node: Node, record: str) -> Values:
    """``values`` with every reference in them resolved, at any depth; what is empty stays empty."""
    return {
        name: [_resolved(company, one, node.by_name[name], record) for one in value]
        if isinstance(value, list)
        else _resolved(company, value, node.by_name[name], record)
        for name, value in values.items()
    }


def _resolved(company: CompanyFile, value: str | Values, node: Node, record: str) -> str | Values:
    if isinstance(value, str):
        return value
    if node.is_ref and node.name != "ParentRef":
        return resolve(company, node.name, value, record) or {}
    return value if node.is_ref else resolve_all(company, value, node, record)


def without_empty(values: Values) -> Values:
    """``values`` without empty leaves, references and aggregates, at any depth."""
    kept: Values = {}
    for name, value in values.items():
        if isinstance(value, list):
            inner: Any = [one for one in map(_kept, value) if one not in ("", {})]
        else:
            inner = _kept(value)
        if inner not in ("", {}, []):
            kept[name] = inner
    return kept


def _kept(value: Any) -> Any:
    return without_empty(value) if isinstance(value, dict) else value


@rule(
    "permissions.sdk",
    "An application without the right to a kind of record is refused with 3260.",
    source="capture of consolibyte",
    certainty=Certainty.SEEN,
)
def check_rights(asker: Asker, kind: Kind) -> None:
    allowed = asker.rights.lists if kind.is_list else asker.rights.time_tracking
    if not allowed and not asker.person:
        raise refuse(3260)


@rule(
    "mod.edit_sequence",
    "A change must carry the stored edit sequence; otherwise 3200 and nothing changes.",
    source="capture of flowlink; Intuit's text",
    certainty=Certainty.SEEN,
)
def check_edit_sequence(given: str, stored: int) -> None:
    if given.strip() != str(stored):
        raise refuse(3200, value=given)


@rule(
    "mod.keeps",
    "A change keeps what it does not name; an empty element clears; 3190 for what cannot be empty.",
    source="capture of flowlink (IncomeAccountRef)",
    certainty=Certainty.SEEN,
)
def merged(old: Values, given: Values, fixed: AbstractSet[str], node: Node) -> Values:
    """``old`` with ``given`` on top; ``fixed`` cannot be cleared, ``node`` is the shape of the answer."""
    result = dict(old)
    for name, value in given.items():
        if value in ("", {}):
            if name in fixed:
                raise refuse(3190, field=name)
            result.pop(name, None)
            continue
        for rival in node.rivals.get(name, ()):
            result.pop(rival, None)
        inner, before = node.by_name.get(name), old.get(name)
        if isinstance(value, dict) and isinstance(before, dict) and inner is not None and not inner.is_ref:
            result[name] = merged(before, value, fixed, inner)
        else:
            result[name] = value
    return result


def kind_of(name: str) -> Kind | None:
    """The modelled kind of that name."""
    return KINDS.get(name)
