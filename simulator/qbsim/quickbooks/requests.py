"""One request, one answer: the table from request names to what executes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, final

from attrs import field, frozen
from lxml import etree

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.grammar import grammar
from qbsim.qbxml.versions import NEWEST
from qbsim.quickbooks import deletions, extension_requests, list_rules, time_rules
from qbsim.quickbooks.answers import append_ret, append_values
from qbsim.quickbooks.asking import Asker
from qbsim.quickbooks.company import CompanyFile
from qbsim.quickbooks.extensions import COMPANY
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.kinds import GROUP_QUERIES, LISTS, TIME_TRACKING, Kind
from qbsim.quickbooks.lists import Element
from qbsim.quickbooks.queries import Cursors, run_query
from qbsim.quickbooks.shapes import Node, read, shape
from qbsim.quickbooks.statuses import OK, Status, status
from qbsim.quickbooks.transactions import Txn


@final
@frozen
class Call:
    """What a request is executed against. ``host`` gives the values of the HostRet."""

    company: CompanyFile
    asker: Asker
    host: Callable[[], Values]
    cursors: Cursors = field(factory=Cursors)


Handler = Callable[[Call, etree._Element, etree._Element], Status]  # noqa: SLF001 - lxml's only name for it
"""Executes the first element, appends to the second, and says with which status."""


def _given(call: Call, request: etree._Element) -> Values:
    return read(request, shape(call.asker.version, request.tag))


def _only(request: etree._Element) -> tuple[str, ...]:
    return tuple(one.text or "" for one in request.iterchildren("IncludeRetElement"))


def _result(call: Call) -> Status:
    return call.asker.warnings[0] if call.asker.warnings else OK


def _show(call: Call, request: etree._Element, answer: etree._Element, record: Element | Txn) -> Status:
    append_ret(answer, call.company, call.asker, record, only=_only(request))
    return _result(call)


def _body(call: Call, request: etree._Element) -> tuple[Values, Node]:
    """The aggregate inside an Add or a Mod."""
    node = shape(call.asker.version, request[0].tag)
    return read(request[0], node), node


@rule(
    "macros",
    "A defMacro on a time entry is taken and has no effect: only requests that are not modelled can use it.",
    source="the schema: useMacro stands in transactions other than time entries",
    certainty=Certainty.DOCUMENTED,
)
def _time_add(call: Call, request: etree._Element, answer: etree._Element) -> Status:
    given, _ = _body(call, request)
    return _show(call, request, answer, time_rules.add_time(call.company, call.asker, given))


def _time_mod(call: Call, request: etree._Element, answer: etree._Element) -> Status:
    given, _ = _body(call, request)
    return _show(call, request, answer, time_rules.change_time(call.company, call.asker, given))


def _list_add(kind: Kind) -> Handler:
    def handle(call: Call, request: etree._Element, answer: etree._Element) -> Status:
        given, node = _body(call, request)
        record = list_rules.add_element(call.company, call.asker, kind, given, node)
        return _show(call, request, answer, record)

    return handle


def _list_mod(kind: Kind) -> Handler:
    def handle(call: Call, request: etree._Element, answer: etree._Element) -> Status:
        given, node = _body(call, request)
        record = list_rules.change_element(call.company, call.asker, kind, given, node)
        return _show(call, request, answer, record)

    return handle


def _query(*kinds: str) -> Handler:
    def handle(call: Call, request: etree._Element, answer: etree._Element) -> Status:
        given = _given(call, request)
        attributes = {str(name): str(value) for name, value in request.attrib.items()}
        found = run_query(call.company, kinds, given, attributes, call.cursors)
        owners, only = tuple(given.get("OwnerID", ())), tuple(given.get("IncludeRetElement", ()))
        for record in found.records:
            append_ret(answer, call.company, call.asker, record, only=only, owners=owners)
        for name, value in (
            ("retCount", found.total),
            ("iteratorRemainingCount", found.remaining),
            ("iteratorID", found.iterator_id),
        ):
            if value is not None:
                answer.set(name, str(value))
        return found.status

    return handle


def _host(call: Call, request: etree._Element, answer: etree._Element) -> Status:
    append_values(answer, "HostRet", call.asker.version, call.host(), _only(request))
    wants_capacities = request.find("IncludeListMetaData") is not None
    return status(530, field="IncludeListMetaData") if wants_capacities else OK


def _company(call: Call, request: etree._Element, answer: etree._Element) -> Status:
    owners = tuple(one.text or "" for one in request.iterchildren("OwnerID"))
    values = dict(call.company.setting("company"))
    values["DataExtRet"] = list(call.company.extensions.shown(COMPANY, owners))
    append_values(answer, "CompanyRet", call.asker.version, values, _only(request))
    return OK


def _preferences(call: Call, request: etree._Element, answer: etree._Element) -> Status:
    values = dict(call.company.setting("preferences"))
    if not time_rules.preference(call.company, "IsUsingTimeTracking"):
        values.pop("TimeTrackingPreferences", None)
    closed = call.company.setting("closing")
    if closed:
        accounting = values["AccountingPreferences"]
        values["AccountingPreferences"] = {**accounting, "ClosingDate": closed["date"]}
    values["CurrentAppAccessRights"] = call.asker.rights.shown()
    append_values(answer, "PreferencesRet", call.asker.version, values, _only(request))
    return OK


def _deletion(
    execute: Callable[[CompanyFile, Asker, Values], Values],
) -> Handler:
    def handle(call: Call, request: etree._Element, answer: etree._Element) -> Status:
        values = execute(call.company, call.asker, _given(call, request))
        for name in shape(call.asker.version, answer.tag).nodes:
            if name.name in values:
                _append(answer, name, values[name.name])
        return OK

    return handle


def _append(answer: etree._Element, node: Node, value: str | Values) -> None:
    child = etree.SubElement(answer, node.name)
    if isinstance(value, str):
        child.text = value
        return
    for inner in node.nodes:
        if inner.name in value:
            etree.SubElement(child, inner.name).text = str(value[inner.name])


def _rets(name: str, execute: Callable[[CompanyFile, Asker, Values], list[Values]]) -> Handler:
    """Handlers whose answer is any number of one aggregate, with retCount if asked."""

    def handle(call: Call, request: etree._Element, answer: etree._Element) -> Status:
        given = _given(call, request)
        found = execute(call.company, call.asker, given)
        meta = request.get("metaData", "NoMetaData")
        if meta != "NoMetaData":
            answer.set("retCount", str(len(found)))
        if meta != "MetaDataOnly":
            only = tuple(given.get("IncludeRetElement", ()))
            for values in found:
                append_values(answer, name, call.asker.version, values, only)
        return OK if found or "Query" not in answer.tag else status(1)

    return handle


def _table() -> dict[str, Handler]:
    known = frozenset(grammar(NEWEST).requests)
    table: dict[str, Handler] = {
        "HostQueryRq": _host,
        "CompanyQueryRq": _company,
        "PreferencesQueryRq": _preferences,
        "TimeTrackingAddRq": _time_add,
        "TimeTrackingModRq": _time_mod,
        "TimeTrackingQueryRq": _query(TIME_TRACKING.name),
        "TxnDelRq": _deletion(deletions.delete_transaction),
        "ListDelRq": _deletion(deletions.delete_from_list),
        "ListMergeRq": _deletion(deletions.merge_in_list),
        "TxnDeletedQueryRq": _rets("TxnDeletedRet", deletions.deleted_transactions),
        "ListDeletedQueryRq": _rets("ListDeletedRet", deletions.deleted_from_lists),
        **{
            f"{request}Rq": _rets(f"{ret}Ret", execute)
            for request, (ret, execute) in extension_requests.TABLE.items()
        },
    }
    for kind in LISTS.values():
        table[f"{kind.name}AddRq"] = _list_add(kind)
        table[f"{kind.name}ModRq"] = _list_mod(kind)
        table[f"{kind.name}QueryRq"] = _query(kind.name)
    for name, kinds in GROUP_QUERIES.items():
        table[f"{name}QueryRq"] = _query(*kinds)
    return {name: handler for name, handler in table.items() if name in known}


HANDLERS: Final[Mapping[str, Handler]] = _table()
"""Every request that is modelled. The others of qbXML 16.0 are answered with 1030."""
