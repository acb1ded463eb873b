"""DataExtDef and DataExt requests: private and custom fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from attrs import evolve

from qbsim.certainty import Certainty, rule
from qbsim.errors import SimulatorGap
from qbsim.qbxml.notation import type_named
from qbsim.quickbooks.asking import Asker, resolve
from qbsim.quickbooks.extensions import COMPANY, Definition
from qbsim.quickbooks.fitting import check_value
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.statuses import refuse

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile

_LIST_REFS: Final = {
    "Customer": "CustomerRef",
    "Employee": "SupervisorRef",
    "Vendor": "PrefVendorRef",
    "OtherName": "EntityRef",
    "Account": "AccountRef",
    "Item": "ItemServiceRef",
}
"""A reference that finds records of the list that a DataExt names."""

_TEXTS: Final = {"STR255TYPE": 255, "STR1024TYPE": 1024}


def define(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtDefAdd."""
    body = given["DataExtDefAdd"]
    if company.extensions.definition(body["OwnerID"], body["DataExtName"]) is not None:
        raise refuse(3100, value=body["DataExtName"])
    objects = body.get("AssignToObject", [])
    made = company.extensions.define(
        asker.actor, body["OwnerID"], body["DataExtName"], body["DataExtType"], objects
    )
    return [_shown(made)]


def redefine(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtDefMod."""
    body = given["DataExtDefMod"]
    old = _definition(company, body)
    name = body.get("DataExtNewName") or old.name
    clash = company.extensions.definition(old.owner, name)
    if clash is not None and clash.number != old.number:
        raise refuse(3100, value=name)
    removed = set(body.get("RemoveFromObject", ()))
    objects = [*old.objects, *body.get("AssignToObject", ())]
    kept = tuple(one for one in dict.fromkeys(objects) if one not in removed)
    return [_shown(company.extensions.redefine(asker.actor, old, name, kept))]


def undefine(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtDefDel."""
    old = _definition(company, given)
    deleted = company.extensions.undefine(asker.actor, old)
    return [
        {
            "OwnerID": old.owner,
            "DataExtName": old.name,
            "TimeDeleted": company.time_zone.stamp(deleted),
        }
    ]


def definitions(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtDefQuery."""
    del asker
    found = company.extensions.definitions(
        owners=tuple(given.get("OwnerID", ())), objects=tuple(given.get("AssignToObject", ()))
    )
    return [_shown(one) for one in found]


def _shown(one: Definition) -> Values:
    return {
        "OwnerID": one.owner,
        "DataExtID": str(one.number),
        "DataExtName": one.name,
        "DataExtType": one.type,
        "AssignToObject": list(one.objects),
        "DataExtListRequire": "false",
        "DataExtTxnRequire": "false",
        "DataExtFormatString": "",
    }


@rule(
    "ext.owner",
    "OwnerID is upper-cased when it is saved; names of fields are compared without case.",
    source="Intuit's text on OwnerID",
    certainty=Certainty.DOCUMENTED,
)
def _definition(company: CompanyFile, body: Values) -> Definition:
    found = company.extensions.definition(body["OwnerID"], body["DataExtName"])
    if found is None:
        raise refuse(3120, value=body["DataExtName"])
    return found


@rule(
    "ext.assigned",
    "A value can be set only on what the definition is assigned to; otherwise 3210.",
    source="the schema of DataExtDefAdd; the status is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _object(company: CompanyFile, body: Values, definition: Definition) -> str:
    """The id of the record (or the company) that a DataExt request names."""
    if "TxnDataExtType" in body:
        raise SimulatorGap(f"Fields of a {body['TxnDataExtType']} are not modelled.")
    kind = body.get("OtherDataExtType") or body["ListDataExtType"]
    if kind not in definition.objects:
        raise refuse(3210, field="DataExtName", value=definition.name, reason="Invalid argument.")
    if kind == COMPANY:
        return COMPANY
    found = resolve(company, _LIST_REFS[kind], body["ListObjRef"], "DataExt")
    if found is None:
        raise refuse(3150, field="ListObjRef")
    return str(found["ListID"])


@rule(
    "ext.locked",
    "A value of a record that is open in a window cannot be changed: 3170.",
    source="incident notes quote the text",
    certainty=Certainty.SEEN,
)
def _check_unlocked(asker: Asker, object_id: str, definition: Definition) -> None:
    if object_id in asker.locked:
        raise refuse(3170, record="a data extension named", value=definition.name)


@rule(
    "ext.type",
    "A value is of the type that its definition names; otherwise the status of that type, 3070 for a text "
    "that is too long.",
    source="the enumeration of DataExtType; the statuses are those of the same types elsewhere",
    certainty=Certainty.PLAUSIBLE,
)
def _check_type(definition: Definition, value: str) -> None:
    longest = _TEXTS.get(definition.type)
    kind = type_named(definition.type) if longest is None else evolve(type_named("STRTYPE"), longest=longest)
    check_value("DataExtValue", kind, value)


def add_value(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtAdd: also replaces a value, as the Web Connector's own stamps do."""
    return _set(company, asker, given["DataExtAdd"], needs_old=False)


def change_value(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtMod."""
    return _set(company, asker, given["DataExtMod"], needs_old=True)


def _set(company: CompanyFile, asker: Asker, body: Values, *, needs_old: bool) -> list[Values]:
    definition = _definition(company, body)
    object_id = _object(company, body, definition)
    _check_unlocked(asker, object_id, definition)
    if needs_old and company.extensions.value(definition, object_id) is None:
        raise refuse(3120, value=definition.name)
    _check_type(definition, body["DataExtValue"])
    company.extensions.set_value(asker.actor, definition, object_id, body["DataExtValue"])
    return [
        {
            "OwnerID": definition.owner,
            "DataExtName": definition.name,
            "DataExtType": definition.type,
            "DataExtValue": body["DataExtValue"],
        }
    ]


def drop_value(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """DataExtDel."""
    body = given["DataExtDel"]
    definition = _definition(company, body)
    object_id = _object(company, body, definition)
    _check_unlocked(asker, object_id, definition)
    if company.extensions.value(definition, object_id) is None:
        raise refuse(3120, value=definition.name)
    deleted = company.extensions.drop_value(asker.actor, definition, object_id)
    what = {
        name: body[name] for name in ("OtherDataExtType", "ListDataExtType", "ListObjRef") if name in body
    }
    return [
        {
            "OwnerID": definition.owner,
            "DataExtName": definition.name,
            **what,
            "TimeDeleted": company.time_zone.stamp(deleted),
        }
    ]


TABLE: Final[Mapping[str, tuple[str, Callable[[CompanyFile, Asker, Values], list[Values]]]]] = {
    "DataExtDefAdd": ("DataExtDef", define),
    "DataExtDefMod": ("DataExtDef", redefine),
    "DataExtDefDel": ("DataExtDefDel", undefine),
    "DataExtDefQuery": ("DataExtDef", definitions),
    "DataExtAdd": ("DataExt", add_value),
    "DataExtMod": ("DataExt", change_value),
    "DataExtDel": ("DataExtDel", drop_value),
}
"""Request to the name of its Ret and what executes it."""
