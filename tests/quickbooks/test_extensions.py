"""Data extensions: custom and private fields; the Web Connector's FileID and AppLock are such."""

from __future__ import annotations

import pytest
from quickbooks_support import Desk, Reply, desk, hresult_of

from qbsim.quickbooks import people

OWNER = "{512349b1-1111-2222-3333-000de1813d20}"


def define(
    at: Desk,
    name: str,
    owner: str = OWNER,
    objects: tuple[str, ...] = ("Company",),
    kind: str = "STR255TYPE",
) -> Reply:
    assigned = "".join(f"<AssignToObject>{one}</AssignToObject>" for one in objects)
    return at.one(
        f"<DataExtDefAddRq><DataExtDefAdd><OwnerID>{owner}</OwnerID><DataExtName>{name}</DataExtName>"
        f"<DataExtType>{kind}</DataExtType>{assigned}</DataExtDefAdd></DataExtDefAddRq>"
    )


def on_company(verb: str, name: str, value: str | None, owner: str = OWNER) -> str:
    shown = "" if value is None else f"<DataExtValue>{value}</DataExtValue>"
    return (
        f"<DataExt{verb}Rq><DataExt{verb}><OwnerID>{owner}</OwnerID><DataExtName>{name}</DataExtName>"
        f"<OtherDataExtType>Company</OtherDataExtType>{shown}</DataExt{verb}></DataExt{verb}Rq>"
    )


def on_customer(verb: str, name: str, value: str) -> str:
    return (
        f"<DataExt{verb}Rq><DataExt{verb}><OwnerID>0</OwnerID><DataExtName>{name}</DataExtName>"
        f"<ListDataExtType>Customer</ListDataExtType><ListObjRef><FullName>acme</FullName></ListObjRef>"
        f"<DataExtValue>{value}</DataExtValue></DataExt{verb}></DataExt{verb}Rq>"
    )


def stamps(at: Desk, owner: str = OWNER) -> dict[str, str]:
    reply = at.one(f"<CompanyQueryRq><OwnerID>{owner}</OwnerID></CompanyQueryRq>")
    names = reply.values("CompanyRet/DataExtRet/DataExtName")
    return dict(zip(names, reply.values("CompanyRet/DataExtRet/DataExtValue"), strict=True))


def test_the_stamps_of_a_web_connector_live_on_the_company() -> None:
    at = desk()
    for name in ("FileID", "AppLock"):
        assert define(at, name).code == 0
    assert at.one(on_company("Add", "FileID", "{90A44FB7-33D9-4815-AC85-BC87A7E7D1EB}")).code == 0
    assert at.one(on_company("Add", "AppLock", "LOCKED:PC1:1")).code == 0
    assert at.one(on_company("Mod", "AppLock", "UNLOCKED")).code == 0
    assert stamps(at) == {"AppLock": "UNLOCKED", "FileID": "{90A44FB7-33D9-4815-AC85-BC87A7E7D1EB}"}
    assert at.one("<CompanyQueryRq/>").values("CompanyRet/DataExtRet/DataExtName") == []
    assert stamps(at, "{00000000-0000-0000-0000-000000000000}") == {}
    assert at.one(on_company("Del", "FileID", None)).code == 0
    assert stamps(at) == {"AppLock": "UNLOCKED"}


def test_an_owner_is_upper_cased_when_it_is_saved() -> None:
    assert define(desk(), "FileID").value("DataExtDefRet/OwnerID") == OWNER.upper()


def test_a_second_definition_of_one_name_is_3100_unless_another_owns_it() -> None:
    at = desk()
    assert define(at, "FileID").code == 0
    assert define(at, "fileid").code == 3100
    assert define(at, "FileID", owner="{512349B1-1111-2222-3333-000DE1813D21}").code == 0


def test_a_field_that_is_not_defined_or_has_no_value_is_3120() -> None:
    at = desk()
    assert at.one(on_company("Add", "FileID", "x")).code == 3120
    define(at, "FileID")
    assert at.one(on_company("Mod", "FileID", "x")).code == 3120
    assert at.one(on_company("Del", "FileID", None)).code == 3120


def test_a_custom_field_comes_with_its_record_when_the_owner_is_asked_for() -> None:
    at = desk()
    define(at, "Colour", owner="0", objects=("Customer",))
    assert at.one(on_customer("Add", "Colour", "blue")).code == 0
    query = "<CustomerQueryRq><FullName>Acme</FullName>{}</CustomerQueryRq>"
    assert at.one(query.format("<OwnerID>0</OwnerID>")).value("*/DataExtRet/DataExtValue") == "blue"
    assert at.one(query.format("")).value("*/DataExtRet/DataExtValue") is None
    picked = "<IncludeRetElement>Name</IncludeRetElement><OwnerID>0</OwnerID>"
    assert at.one(query.format(picked)).order() == ["Name"]
    picked = f"<IncludeRetElement>DataExtRet</IncludeRetElement>{picked}"
    assert at.one(query.format(picked)).order() == ["Name", "DataExtRet"]


@pytest.mark.parametrize(
    ("kind", "good", "bad", "code"),
    [
        ("INTTYPE", "-12", "abc", 3085),
        ("AMTTYPE", "12.50", "12.505", 3040),
        ("PRICETYPE", "0.12345", "$1", 3045),
        ("QUANTYPE", "7.5", "many", 3060),
        ("PERCENTTYPE", "8.25", "8%", 3050),
        ("DATETIMETYPE", "2026-11-02T09:00:00-05:00", "yesterday", 3020),
        ("STR255TYPE", "x" * 255, "x" * 256, 3070),
        ("STR1024TYPE", "x" * 1024, "x" * 1025, 3070),
    ],
)
def test_a_value_is_of_the_type_of_its_definition(kind: str, good: str, bad: str, code: int) -> None:
    at = desk()
    define(at, "Field", kind=kind)
    assert at.one(on_company("Add", "Field", bad)).code == code
    assert stamps(at) == {}
    assert at.one(on_company("Add", "Field", good)).code == 0
    assert at.one(on_company("Mod", "Field", bad)).code == code
    assert stamps(at) == {"Field": good}


def test_time_has_no_extensions() -> None:
    at = desk()
    assert (
        hresult_of(lambda: at.ask("<TimeTrackingQueryRq><OwnerID>0</OwnerID></TimeTrackingQueryRq>"))
        == 0x80040400
    )


def test_a_field_belongs_to_what_it_is_assigned_to() -> None:
    at = desk()
    define(at, "Colour", owner="0", objects=("Vendor",))
    assert at.one(on_customer("Add", "Colour", "blue")).code == 3210


def test_a_record_that_is_open_in_a_window_keeps_its_fields() -> None:
    at = desk()
    define(at, "Distribution Channel", owner="0", objects=("Customer",))
    at.qb.lock(at.list_id("names", "Acme"))
    reply = at.one(on_customer("Add", "Distribution Channel", "x"))
    assert reply.message == (
        'There was an error when modifying a data extension named "Distribution Channel".  QuickBooks error '
        "message: This list has been modified by another user."
    )


def test_definitions_are_changed_found_and_deleted_with_their_values() -> None:
    at = desk()
    define(at, "Old")
    at.one(on_company("Add", "Old", "x"))
    body = (
        f"<DataExtDefModRq><DataExtDefMod><OwnerID>{OWNER}</OwnerID><DataExtName>Old</DataExtName>"
        "<DataExtNewName>New</DataExtNewName><AssignToObject>Customer</AssignToObject></DataExtDefMod></DataExtDefModRq>"
    )
    assert at.one(body).values("DataExtDefRet/AssignToObject") == ["Company", "Customer"]
    assert stamps(at) == {"New": "x"}
    query = "<DataExtDefQueryRq><OwnerID>{}</OwnerID></DataExtDefQueryRq>"
    assert at.one(query.format(OWNER)).values("DataExtDefRet/DataExtName") == ["New"]
    assert at.one(query.format("0")).code == 1
    delete = f"<DataExtDefDelRq><OwnerID>{OWNER}</OwnerID><DataExtName>New</DataExtName></DataExtDefDelRq>"
    assert at.one(delete).value("DataExtDefDelRet/DataExtName") == "New"
    assert stamps(at) == {}


def test_fields_of_a_transaction_are_not_modelled() -> None:
    at = desk()
    define(at, "Colour", owner="0", objects=("Invoice",))
    body = (
        "<DataExtAddRq><DataExtAdd><OwnerID>0</OwnerID><DataExtName>Colour</DataExtName>"
        "<TxnDataExtType>Invoice</TxnDataExtType><TxnID>1-1405768916</TxnID><DataExtValue>x</DataExtValue>"
        "</DataExtAdd></DataExtAddRq>"
    )
    assert at.one(body).code == 1030
    assert at.qb.log.lines[-1].kind == "not modelled"


def test_values_go_with_their_definition_and_with_their_record() -> None:
    at = desk()
    define(at, "Old")
    at.one(on_company("Add", "Old", "x"))
    at.one(f"<DataExtDefDelRq><OwnerID>{OWNER}</OwnerID><DataExtName>Old</DataExtName></DataExtDefDelRq>")
    define(at, "New")
    assert stamps(at) == {}
    define(at, "Colour", owner="0", objects=("Customer",))
    at.one(on_customer("Add", "Colour", "blue"))
    people.delete_name(at.qb, "job", "Acme:Roof")
    people.delete_name(at.qb, "customer", "Acme")
    assert at.company.core.sql.execute("SELECT count(*) FROM extension").fetchone() == (0,)
