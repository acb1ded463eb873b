"""Lists and references: every row of the facts on them has its test here."""

from __future__ import annotations

import pytest
from quickbooks_support import Desk, added, desk, hresult_of, list_add, list_mod, time_add

from qbsim.quickbooks import Rights, people

SERVICE = "<SalesOrPurchase><Price>95.00</Price></SalesOrPurchase>"


def parent(name: str) -> str:
    return f"<ParentRef><FullName>{name}</FullName></ParentRef>"


def identity(at: Desk, family: str, name: str) -> tuple[str, str]:
    element = at.company.lists.by_name(family, name)
    assert element is not None
    return element.list_id, str(element.edit_sequence)


def test_full_names_are_found_in_any_case_and_come_back_as_they_are_written() -> None:
    reply = desk().one("<CustomerQueryRq><FullName>aCME:rOOF</FullName></CustomerQueryRq>")
    assert reply.values("CustomerRet/FullName") == ["Acme:Roof"]


def test_a_full_name_is_the_ancestors_joined_by_colons() -> None:
    at = desk()
    reply = at.one(list_add("Customer", f"<Name>Cabinets</Name>{parent('Acme:Roof')}"))
    assert reply.value("CustomerRet/FullName") == "Acme:Roof:Cabinets"
    assert reply.value("CustomerRet/Sublevel") == "2"
    assert reply.value("CustomerRet/ParentRef/FullName") == "Acme:Roof"


def test_of_list_id_and_full_name_the_full_name_is_ignored() -> None:
    at = desk()
    wanted = at.list_id("names", "Bolt")
    body = time_add().replace("<CustomerRef><FullName>Acme:Roof</FullName></CustomerRef>", "")
    both = f"<CustomerRef><ListID>{wanted}</ListID><FullName>Acme</FullName></CustomerRef>"
    body = body.replace("<Duration>", f"{both}<Duration>")
    assert at.one(body).value("TimeTrackingRet/CustomerRef/FullName") == "Bolt"


def test_an_empty_reference_is_none() -> None:
    body = time_add().replace("<FullName>Acme:Roof</FullName>", "")
    assert "CustomerRef" not in desk().one(body).order()


@pytest.mark.parametrize(
    ("kind", "inner"),
    [
        ("Vendor", "<Name>Jane Doe</Name>"),
        ("OtherName", "<Name>jane doe</Name>"),
        ("Customer", "<Name>Vera Vendor</Name>"),
        ("Employee", "<FirstName>Otto</FirstName><LastName>Other</LastName>"),
    ],
)
def test_customers_employees_vendors_and_other_names_share_no_name(kind: str, inner: str) -> None:
    assert desk().one(list_add(kind, inner)).code == 3100


def test_a_name_may_come_again_under_another_parent() -> None:
    at = desk()
    assert at.one(list_add("Customer", f"<Name>Roof</Name>{parent('Bolt')}")).code == 0
    assert at.one(list_add("Customer", f"<Name>roof</Name>{parent('Bolt')}")).code == 3100


def test_a_name_with_a_colon_is_3090() -> None:
    reply = desk().one(list_add("Customer", "<Name>Incorrect : Name</Name>"))
    assert reply.code == 3090
    assert reply.message.startswith(
        'There was an error when storing "Incorrect : Name" in the "customer name" field.'
    )


def test_a_customers_name_has_at_most_41_characters() -> None:
    at = desk()
    assert at.one(list_add("Customer", f"<Name>{'n' * 41}</Name>")).code == 0
    assert at.one(list_add("Customer", f"<Name>{'m' * 42}</Name>")).code == 3070


def test_a_list_has_five_levels_and_a_full_name_of_the_longest_names_is_shown() -> None:
    at = desk()
    names = [f"{level}" * 41 for level in range(1, 6)]
    for level, name in enumerate(names):
        above = ":".join(names[:level])
        assert at.one(list_add("Customer", f"<Name>{name}</Name>{parent(above) if above else ''}")).code == 0
    sixth = at.one(list_add("Customer", f"<Name>6</Name>{parent(':'.join(names))}"))
    assert (sixth.code, sixth.message.startswith('The "ParentRef" field has an invalid value')) == (
        3210,
        True,
    )
    assert max(len(one) for one in at.one("<CustomerQueryRq/>").values("CustomerRet/FullName")) == 209
    moved = list_mod("Customer", *identity(at, "names", names[0]), parent("Bolt"))
    assert at.one(moved).code == 3210
    moved = list_mod("Customer", *identity(at, "names", ":".join(names[:2])), parent("Bolt"))
    assert at.one(moved).value("*/FullName") == f"Bolt:{names[1]}"


def test_a_name_that_is_made_of_its_parts_fits_into_an_answer() -> None:
    inner = f"<FirstName>{'f' * 25}</FirstName><LastName>{{}}</LastName>"
    at = desk()
    assert at.one(list_add("Employee", inner.format("l" * 15))).code == 0
    assert at.one(list_add("Employee", inner.format("l" * 16))).code == 3070
    assert at.one("<EmployeeQueryRq/>").code == 0


def test_an_unknown_parent_is_3130_with_the_name_of_the_list() -> None:
    reply = desk().one(list_add("Customer", f"<Name>Porch</Name>{parent('NONEXISTENT-PARENT-CUSTOMER')}"))
    assert reply.message == (
        'There is an invalid reference to a parent "NONEXISTENT-PARENT-CUSTOMER" in the Customers list.  '
        "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."
    )


def test_a_record_cannot_become_its_own_child() -> None:
    at = desk()
    inner = parent("Acme:Roof")
    assert at.one(list_mod("Customer", *identity(at, "names", "Acme"), inner)).code == 3130


def test_active_records_are_the_default_of_a_list_query() -> None:
    at = desk()
    people.make_inactive(at.qb, "customer", "Bolt")

    def names(inner: str) -> list[str]:
        return at.one(f"<CustomerQueryRq>{inner}</CustomerQueryRq>").values("CustomerRet/FullName")

    assert names("") == ["Acme", "Acme:Roof"]
    assert names("<ActiveStatus>InactiveOnly</ActiveStatus>") == ["Bolt"]
    assert names("<ActiveStatus>All</ActiveStatus>") == ["Acme", "Acme:Roof", "Bolt"]
    assert names("<FullName>Bolt</FullName>") == ["Bolt"]


def test_an_employee_without_a_name_gets_one_from_its_parts() -> None:
    inner = "<FirstName>Ann</FirstName><MiddleName>B</MiddleName><LastName>Cole</LastName>"
    assert desk().one(list_add("Employee", inner)).value("EmployeeRet/Name") == "Ann B Cole"


def test_a_reference_in_a_list_record_is_resolved_and_an_unknown_one_is_3140() -> None:
    at = desk()
    at.one(list_add("StandardTerms", "<Name>Net 30</Name><StdDueDays>30</StdDueDays>"))
    inner = "<Name>Nuts</Name><TermsRef><FullName>{}</FullName></TermsRef>"
    assert at.one(list_add("Customer", inner.format("net 30"))).value("*/TermsRef/FullName") == "Net 30"
    reply = at.one(list_add("Customer", inner.format("Net 31")))
    assert (reply.code, 'QuickBooks Terms "Net 31" in the Customer.' in reply.message) == (3140, True)


def test_values_come_back_as_quickbooks_writes_them() -> None:
    inner = "<Name>Nuts</Name><IsActive>1</IsActive><CreditLimit>2000</CreditLimit>"
    reply = desk().one(list_add("Customer", inner))
    assert (reply.value("*/IsActive"), reply.value("*/CreditLimit")) == ("true", "2000.00")


def test_an_opening_balance_is_not_stored_and_says_so() -> None:
    reply = desk().one(list_add("Customer", "<Name>Nuts</Name><OpenBalance>10.00</OpenBalance>"))
    assert (reply.code, reply.severity) == (530, "Warn")
    assert reply.value("*/Balance") == "0.00"


SMALL = (
    ("Account", "<Name>Bank</Name><AccountType>Bank</AccountType>"),
    ("StandardTerms", "<Name>Net 30</Name><StdDueDays>30</StdDueDays>"),
    ("DateDrivenTerms", "<Name>10th</Name><DayOfMonthDue>10</DayOfMonthDue>"),
    ("SalesRep", "<Initial>JD</Initial><SalesRepEntityRef><FullName>Jane Doe</FullName></SalesRepEntityRef>"),
    ("CustomerType", "<Name>Retail</Name>"),
    ("VendorType", "<Name>Supplier</Name>"),
    ("JobType", "<Name>Repairs</Name>"),
    ("CustomerMsg", "<Name>Thank you!</Name>"),
    ("PaymentMethod", "<Name>Cash</Name>"),
    ("ShipMethod", "<Name>Post</Name>"),
    ("SalesTaxCode", "<Name>Tax</Name><IsTaxable>true</IsTaxable>"),
    ("BillingRate", "<Name>Senior</Name><FixedBillingRate>95.00</FixedBillingRate>"),
    ("Class", "<Name>Office</Name>"),
    ("ItemService", f"<Name>Painting</Name>{SERVICE}"),
    (
        "PayrollItemWage",
        "<Name>Overtime</Name><WageType>HourlyOvertime</WageType>"
        "<ExpenseAccountRef><FullName>Payroll Expenses</FullName></ExpenseAccountRef>",
    ),
    ("Vendor", "<Name>Nuts Ltd</Name>"),
    ("OtherName", "<Name>Owner</Name>"),
    ("Customer", "<Name>Nuts</Name>"),
    ("Employee", "<Name>Ann Cole</Name>"),
)


@pytest.mark.parametrize(("kind", "inner"), SMALL, ids=[kind for kind, _ in SMALL])
def test_a_record_of_every_list_is_added_once_found_and_deleted(kind: str, inner: str) -> None:
    at = desk()
    made = at.one(list_add(kind, inner))
    assert made.code == 0, made.message
    assert at.one(list_add(kind, inner)).code == 3100
    list_id = made.value("*/ListID")
    found = at.one(f"<{kind}QueryRq><ListID>{list_id}</ListID></{kind}QueryRq>")
    assert found.order() == made.order()
    deleted = at.one(f"<ListDelRq><ListDelType>{kind}</ListDelType><ListID>{list_id}</ListID></ListDelRq>")
    assert (deleted.code, deleted.value("ListID")) == (0, list_id)
    told = at.one(f"<ListDeletedQueryRq><ListDelType>{kind}</ListDelType></ListDeletedQueryRq>")
    assert told.values("ListDeletedRet/ListID") == [list_id]


def test_a_mod_keeps_clears_and_refuses_to_clear() -> None:
    at = desk()
    at.one(list_add("Customer", "<Name>Nuts</Name><CompanyName>Nuts Ltd</CompanyName><Phone>555</Phone>"))
    inner = "<CompanyName/><Email>nuts@example.com</Email>"
    changed = at.one(list_mod("Customer", *identity(at, "names", "Nuts"), inner))
    assert (changed.value("*/CompanyName"), changed.value("*/Phone")) == (None, "555")
    assert changed.value("*/Email") == "nuts@example.com"
    item = identity(at, "items", "Framing")
    reply = at.one(list_mod("ItemService", *item, "<SalesOrPurchaseMod><AccountRef/></SalesOrPurchaseMod>"))
    assert (reply.code, reply.message) == (3190, "Cannot clear the element in the AccountRef field. ")


def test_a_stale_edit_sequence_of_a_list_record_is_3200() -> None:
    at = desk()
    list_id, _ = identity(at, "names", "Acme")
    assert at.one(list_mod("Customer", list_id, "1", "<Phone>1</Phone>")).code == 3200


def test_renaming_a_customer_renames_its_jobs_everywhere() -> None:
    at = desk()
    added(at)
    assert at.one(list_mod("Customer", *identity(at, "names", "Acme"), "<Name>Apex</Name>")).code == 0
    assert at.one("<TimeTrackingQueryRq/>").value("*/CustomerRef/FullName") == "Apex:Roof"
    assert at.one(time_add()).code == 3140
    assert at.one(time_add(customer="apex:roof")).code == 0


def test_a_rename_to_a_name_that_is_taken_is_3100() -> None:
    at = desk()
    assert at.one(list_mod("Customer", *identity(at, "names", "Acme"), "<Name>bolt</Name>")).code == 3100
    assert at.one(list_mod("Customer", *identity(at, "names", "Acme"), "<Name>ACME</Name>")).code == 0


def test_a_record_of_a_list_that_is_open_in_a_window_is_3180() -> None:
    at = desk()
    list_id, sequence = identity(at, "names", "Acme")
    at.qb.lock(list_id)
    reply = at.one(list_mod("Customer", list_id, sequence, "<Phone>1</Phone>"))
    assert reply.message == (
        'There was an error when saving a Customer list, element "Acme".  QuickBooks error message: This '
        "list has been modified by another user."
    )


def test_list_del_needs_single_user_mode_and_a_record_that_nothing_uses() -> None:
    at = desk()
    added(at)
    delete = "<ListDelRq><ListDelType>Customer</ListDelType><ListID>{}</ListID></ListDelRq>"
    used, free = at.list_id("names", "Acme:Roof"), at.list_id("names", "Bolt")
    assert at.one(delete.format(used)).code == 3175
    at.qb.multi_user()
    assert at.one(delete.format(free)).code == 3260
    at.qb.single_user()
    assert at.one(delete.format(free)).code == 0
    assert at.one(delete.format(free)).code == 3120
    assert at.one(delete.format("1")).code == 3000


def test_a_customer_with_jobs_is_in_use() -> None:
    at = desk()
    acme = at.list_id("names", "Acme")
    delete = f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{acme}</ListID></ListDelRq>"
    assert at.one(delete).code == 3175


def test_a_merge_moves_the_time_and_removes_the_first() -> None:
    at = desk()
    added(at, customer="Bolt")
    pair = "".join(
        f"<{name}><ListID>{one[0]}</ListID><EditSequence>{one[1]}</EditSequence></{name}>"
        for name, one in (
            ("MergeFrom", identity(at, "names", "Bolt")),
            ("MergeTo", identity(at, "names", "Acme")),
        )
    )
    reply = at.one(f"<ListMergeRq><ListMergeType>Customer</ListMergeType>{pair}</ListMergeRq>")
    assert (reply.value("MergedFrom/FullName"), reply.value("MergedTo/FullName")) == ("Bolt", "Acme")
    assert at.one("<TimeTrackingQueryRq/>").value("*/CustomerRef/FullName") == "Acme"
    assert at.one(time_add(customer="Bolt")).code == 3140
    assert at.one(f"<ListMergeRq><ListMergeType>Customer</ListMergeType>{pair}</ListMergeRq>").code == 3120


def test_entity_query_answers_with_every_kind_of_name() -> None:
    reply = desk().one("<EntityQueryRq/>")
    assert {str(ret.tag) for ret in reply.rets} == {"CustomerRet", "EmployeeRet", "OtherNameRet", "VendorRet"}
    assert len(reply.rets) == 7


def test_item_query_answers_with_service_items() -> None:
    assert [str(ret.tag) for ret in desk().one("<ItemQueryRq/>").rets] == ["ItemServiceRet"]


def test_terms_query_answers_with_both_kinds() -> None:
    at = desk()
    at.one(list_add("StandardTerms", "<Name>Net 30</Name>"))
    at.one(list_add("DateDrivenTerms", "<Name>10th</Name><DayOfMonthDue>10</DayOfMonthDue>"))
    assert {str(ret.tag) for ret in at.one("<TermsQueryRq/>").rets} == {
        "StandardTermsRet",
        "DateDrivenTermsRet",
    }


def test_without_the_right_to_lists_a_change_is_3260() -> None:
    at = desk()
    at.qb.set_rights("Sync", Rights(lists=False))
    assert at.one(list_add("Customer", "<Name>Nuts</Name>")).code == 3260


def test_a_ret_shows_what_its_version_knows() -> None:
    at = desk()
    body = list_add("Customer", "<Name>Nuts</Name><ClassRef><FullName>Field</FullName></ClassRef>")
    assert hresult_of(lambda: at.ask(body, "11.0")) == 0x80040400
    assert "ClassRef" in at.one(body, "12.0").order()
    query = "<CustomerQueryRq><FullName>Nuts</FullName></CustomerQueryRq>"
    assert "ClassRef" not in at.one(query, "11.0").order()


def test_personal_data_needs_a_right_of_its_own() -> None:
    at = desk()
    body = list_add("Employee", "<Name>Ann Cole</Name><SSN>123-45-6789</SSN>")
    assert at.one(body).code == 3261
    at.qb.set_rights("Sync", Rights(personal_data=True))
    assert at.one(body).value("*/SSN") == "123-45-6789"
    at.sign_in("Other")
    found = at.one("<EmployeeQueryRq><FullName>Ann Cole</FullName></EmployeeQueryRq>")
    assert (found.code, found.value("*/SSN")) == (0, None)


def test_a_needed_element_that_is_empty_is_missing() -> None:
    inner = "<Name>Overtime</Name><WageType>HourlyOvertime</WageType><ExpenseAccountRef/>"
    reply = desk().one(list_add("PayrollItemWage", inner))
    assert (reply.code, reply.message) == (3150, 'There is a missing element: "ExpenseAccountRef"')


def test_of_two_alternatives_the_new_one_takes_the_place_of_the_old() -> None:
    at = desk()
    reply = at.one(
        list_mod(
            "ItemService",
            *identity(at, "items", "Framing"),
            "<SalesOrPurchaseMod><PricePercent>10.0</PricePercent></SalesOrPurchaseMod>",
        )
    )
    assert (reply.value("*/*/Price"), reply.value("*/*/PricePercent")) == (None, "10.0")
    assert reply.value("*/*/AccountRef/FullName") == "Labor Income"
