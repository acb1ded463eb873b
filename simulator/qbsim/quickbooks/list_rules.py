"""What QuickBooks demands of a list record before it takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.versions import NEWEST
from qbsim.quickbooks.asking import (
    Asker,
    check_edit_sequence,
    check_form,
    check_rights,
    merged,
    resolve_all,
    without_empty,
)
from qbsim.quickbooks.fitting import check_fits
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.kinds import Kind
from qbsim.quickbooks.lists import Element, ref_to
from qbsim.quickbooks.shapes import Node, shape
from qbsim.quickbooks.statuses import refuse, status

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile

_NEVER_CLEARED: Final = frozenset({"AccountRef", "IncomeAccountRef", "ExpenseAccountRef", "IsActive"})
_IDENTITY: Final = ("ListID", "EditSequence")
_IN_USE: Final = "The list element is in use."
_LEVELS: Final = 5
_LONGEST_SSN: Final = 11
_MASKED: Final = "*removed for security*"
_CHANGED: Final = "This list has been modified by another user."


def add_element(company: CompanyFile, asker: Asker, kind: Kind, given: Values, node: Node) -> Element:
    """Add a record to a list, by all rules; raises Refused."""
    check_rights(asker, kind)
    name = _name_of(kind, given)
    wanted = resolve_all(company, _supported(asker, kind, given), node, kind.name)
    body = {**kind.defaults, "IsActive": "true", **without_empty(wanted)}
    parent = _parent(company, kind, body)
    body[kind.name_field] = name
    _check_complete(kind, body)
    _check_personal(asker, body, given)
    check_fits(kind.ret, body)
    _check_depth(company, parent, None)
    check_free(company, kind, name, parent, None)
    return company.lists.add(asker.actor, kind, name, parent, body)


def change_element(company: CompanyFile, asker: Asker, kind: Kind, given: Values, node: Node) -> Element:
    """Change a record of a list, by all rules; raises Refused."""
    check_rights(asker, kind)
    old = existing(company, kind, given["ListID"])
    check_unlocked(asker, kind, old)
    check_edit_sequence(given["EditSequence"], old.edit_sequence)
    return rewrite(company, asker, kind, old, given, node)


def rewrite(
    company: CompanyFile, asker: Asker, kind: Kind, old: Element, given: Values, node: Node
) -> Element:
    """Store ``given`` on top of ``old``: the part of a change that people and requests share."""
    changes = {name: value for name, value in given.items() if name not in _IDENTITY}
    changes = _plain(resolve_all(company, changes, node, kind.name))
    body = without_empty(merged(old.body, changes, _fixed(kind), shape(NEWEST, kind.ret)))
    _check_personal(asker, body, changes)
    _check_whole(shape(NEWEST, kind.ret), body)
    parent = _parent(company, kind, body)
    name = _name_of(kind, body)
    if parent is not None and (parent.list_id == old.list_id or _is_below(parent, old)):
        raise refuse(3130, value=parent.full_name, list=kind.plural)
    body[kind.name_field] = name
    check_fits(kind.ret, body)
    _check_depth(company, parent, old)
    check_free(company, kind, name, parent, old)
    return company.lists.change(asker.actor, old, name, parent, body)


def _is_below(element: Element, ancestor: Element) -> bool:
    return element.full_name.casefold().startswith(f"{ancestor.full_name.casefold()}:")


def existing(company: CompanyFile, kind: Kind, list_id: str) -> Element:
    """The record of ``kind`` with this id; 3000 for what is no id, 3120 for none."""
    check_form(list_id, "ListID")
    found = company.lists.by_id(kind.family, list_id)
    if found is None or found.kind != kind.name:
        raise refuse(3120, value=list_id)
    return found


@rule(
    "locks.list",
    "A change of a list record that is open in a window is refused with 3180.",
    source="capture of consolibyte, on a customer",
    certainty=Certainty.SEEN,
)
def check_unlocked(asker: Asker, kind: Kind, element: Element) -> None:
    if element.list_id in asker.locked:
        record = f'{kind.name} list, element "{element.name}"'
        raise refuse(3180, record=record, reason=_CHANGED)


@rule(
    "names.colon",
    "A name with a colon is refused with 3090.",
    source="a test of jsgoupil/quickbooks-sync",
    certainty=Certainty.SEEN,
)
@rule(
    "names.employee",
    "An employee without a Name gets one from first, middle and last name.",
    source="Name is optional in EmployeeAdd; how it is made is recalled",
    certainty=Certainty.PLAUSIBLE,
)
def _name_of(kind: Kind, values: Values) -> str:
    name = str(values.get(kind.name_field) or "")
    if not name and kind.name == "Employee":
        parts = (values.get(part) for part in ("FirstName", "MiddleName", "LastName"))
        name = " ".join(part for part in parts if part)
    if not name.strip():
        raise refuse(3150, field=kind.name_field)
    if ":" in name:
        raise refuse(3090, value=name, field=f"{kind.name.lower()} name")
    return name


@rule(
    "names.parent",
    "A parent that does not exist is refused with 3130.",
    source="capture of hotgluexyz",
    certainty=Certainty.SEEN,
)
def _parent(company: CompanyFile, kind: Kind, body: Values) -> Element | None:
    given = body.pop("ParentRef", None)
    if not given:
        return None
    list_id, full_name = given.get("ListID"), given.get("FullName")
    if list_id:
        check_form(list_id, "ListID")
    found = (
        company.lists.by_id(kind.family, list_id)
        if list_id
        else company.lists.by_name(kind.family, full_name or "")
    )
    if found is None or found.kind != kind.name:
        raise refuse(3130, value=list_id or full_name or "", list=kind.plural)
    body["ParentRef"] = ref_to(found)
    return found


@rule(
    "names.depth",
    "A list has five levels at most; a record below the fifth is 3210.",
    source="the lengths of full names: 209 is five names of 41, 159 five of 31; the status is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _check_depth(company: CompanyFile, parent: Element | None, own: Element | None) -> None:
    if parent is None:
        return
    below = 0 if own is None else _height(company, own)
    if parent.sublevel + 1 + below >= _LEVELS:
        reason = f"A list has {_LEVELS} levels at most."
        raise refuse(3210, field="ParentRef", value=parent.full_name, reason=reason)


def _height(company: CompanyFile, element: Element) -> int:
    """How many levels of records lie below ``element``."""
    return max((1 + _height(company, child) for child in company.lists.children(element)), default=0)


@rule(
    "names.unique",
    "A name is unique among the records of its family with the same parent; a second one is 3100, "
    "and customers, employees, vendors and other names are one family.",
    source="captures of consolibyte, flowlink, hotgluexyz; that the four share names is recalled",
    certainty=Certainty.SEEN,
)
def check_free(
    company: CompanyFile, kind: Kind, name: str, parent: Element | None, own: Element | None
) -> None:
    full_name = f"{parent.full_name}:{name}" if parent else name
    holder = company.lists.by_name(kind.family, full_name)
    if holder is not None and (own is None or holder.list_id != own.list_id):
        raise refuse(3100, value=name)


@rule(
    "fields.missing",
    "A needed element that is there and empty is missing: 3150.",
    source="two developers quote the text; the grammar lets an empty one pass",
    certainty=Certainty.PLAUSIBLE,
)
def _check_complete(kind: Kind, body: Values) -> None:
    for inner in shape(NEWEST, f"{kind.name}Add").nodes:
        if inner.required and inner.name not in body:
            raise refuse(3150, field=inner.name)
    _check_whole(shape(NEWEST, kind.ret), body)


def _check_whole(node: Node, values: Values) -> None:
    """Refuse an aggregate in which something is missing that an answer must show."""
    for inner in node.nodes:
        value = values.get(inner.name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                _check_whole(inner, one)
                for needed in inner.nodes:
                    if needed.required and needed.name not in one:
                        raise refuse(3150, field=needed.name)


@rule(
    "permissions.personal",
    "An application without access to personal data cannot write an SSN (3261), nor does it see one.",
    source="3261 and IsPersonalDataAccessAllowed exist; what exactly they cover was not read",
    certainty=Certainty.PLAUSIBLE,
)
def _check_personal(asker: Asker, body: Values, given: Values) -> None:
    if given.get("SSN") and not asker.rights.personal_data and not asker.person:
        raise refuse(3261)
    if len(body.get("SSN", "")) > _LONGEST_SSN:
        raise refuse(3070, value=_MASKED, field="SSN")


@rule(
    "fields.unsupported",
    "A field that no answer shows (an opening balance, contacts, notes with dates) is not stored: 530.",
    source="530 is Intuit's; that these fields give it is our own limit",
    certainty=Certainty.PLAUSIBLE,
)
def _supported(asker: Asker, kind: Kind, given: Values) -> Values:
    shown = shape(NEWEST, kind.ret).by_name
    kept: Values = {}
    for name, value in given.items():
        if name in shown:
            kept[name] = value
        else:
            asker.warnings.append(status(530, field=name))
    return kept


def _fixed(kind: Kind) -> frozenset[str]:
    needed = {inner.name for inner in shape(NEWEST, f"{kind.name}Add").nodes if inner.required}
    return _NEVER_CLEARED | needed | {kind.name_field}


def _plain(values: Values) -> Values:
    """``SalesOrPurchaseMod`` changes ``SalesOrPurchase``, and so on."""
    plain: dict[str, Any] = {}
    for name, value in values.items():
        plain[name.removesuffix("Mod") if isinstance(value, dict) else name] = value
    return plain


@rule(
    "list_del.single_user",
    "Records of lists can be deleted in single-user mode only.",
    source="Intuit's text on ListDel; the status is a guess",
    certainty=Certainty.DOCUMENTED,
)
@rule(
    "list_del.in_use",
    "A record that another one or a transaction uses cannot be deleted: 3175.",
    source="a fragment of the text was seen",
    certainty=Certainty.SEEN,
)
def delete_element(company: CompanyFile, asker: Asker, kind: Kind, list_id: str) -> tuple[Element, int]:
    """Delete a record of a list, by all rules; gives it and the epoch of its deletion."""
    check_rights(asker, kind)
    element = existing(company, kind, list_id)
    if not asker.single_user:
        raise refuse(3260)
    if element.list_id in asker.locked or company.lists.in_use(element):
        raise refuse(3175, value=list_id, reason=_IN_USE)
    return element, company.lists.delete(asker.actor, element)


@rule(
    "list_merge",
    "A merge makes every use of the first record a use of the second and removes the first.",
    source="the schema of ListMerge; the window's merge",
    certainty=Certainty.DOCUMENTED,
)
def merge_elements(
    company: CompanyFile, asker: Asker, kind: Kind, source: Element, target: Element
) -> tuple[int, Element]:
    """Merge ``source`` into ``target``; gives the epoch of the deletion and the new target."""
    check_rights(asker, kind)
    if not asker.single_user:
        raise refuse(3260)
    for element in (source, target):
        check_unlocked(asker, kind, element)
    if source.list_id == target.list_id or source.parent != target.parent:
        raise refuse(3210, field="MergeTo", value=target.list_id, reason="Invalid argument.")
    clash = {child.name.casefold() for child in company.lists.children(source)} & {
        child.name.casefold() for child in company.lists.children(target)
    }
    if clash:
        raise refuse(3100, value=min(clash))
    return company.lists.merge(asker.actor, source, target)
