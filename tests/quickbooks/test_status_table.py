"""One row of the facts' status table, one test: its code, its class and its text."""

from __future__ import annotations

import pytest

from qbsim.certainty import Certainty
from qbsim.processor import HRESULTS
from qbsim.quickbooks.statuses import STATUSES, status

NO_RECORD = "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."

ROWS = (
    (0, {}, "Status OK"),
    (1, {}, "A query request did not find a matching object in QuickBooks"),
    (
        500,
        {"value": "bleech"},
        'The query request has not been fully completed. There was a required element ("bleech") that could '
        "not be found in QuickBooks.",
    ),
    (
        501,
        {"record": "objectName", "value": "fieldValue"},
        'Unable to represent objectName "fieldValue" in this version of the qbXML spec.',
    ),
    (510, {}, "Unable to return object."),
    (530, {"field": "fieldName"}, 'The field "fieldName" is not supported by this implementation.'),
    (
        531,
        {"value": "fieldValue", "field": "fieldName"},
        'The enum value "fieldValue" in the field "fieldName" is not supported by this implementation.',
    ),
    (
        550,
        {"record": "objectName"},
        "The objectName object was saved successfully, but its corresponding Notes record could not "
        "be saved.",
    ),
    (
        570,
        {"value": "fieldValue"},
        'Unable to link to transaction "fieldValue" because it has already been closed.',
    ),
    (600, {}, ""),
    (1000, {}, "There has been an internal error when processing the request."),
    (1010, {}, "System not available"),
    (1030, {}, "This request is not supported by this implementation."),
    (
        1060,
        {"value": "fieldValue", "field": ""},
        'The request ID "fieldValue" is invalid, possibly too long, max 50 chars.',
    ),
    (3000, {"value": "1", "field": "list id"}, 'The given object ID "1" in the field "list id" is invalid. '),
    (
        3010,
        {"value": "fieldValue", "field": "fieldName"},
        'There was an error when converting the boolean value "fieldValue" in the field "fieldName"',
    ),
    (
        3020,
        {"value": "fieldValue", "field": "fieldName"},
        'There was an error when converting the date value "fieldValue" in the field "fieldName"',
    ),
    (3030, {}, "Invalid date range: From date is greater than To date."),
    (
        3031,
        {"field": "fieldName"},
        'The "From" or "To" values in the provided fieldName are invalid.',
    ),
    (
        3035,
        {"value": "x", "field": "Duration"},
        'There was an error when converting the time interval "x" in the field "Duration"',
    ),
    (
        3040,
        {"value": "x", "field": "Amount"},
        'There was an error when converting the amount "x" in the field "Amount"',
    ),
    (
        3045,
        {"value": "x", "field": "Rate"},
        'There was an error when converting the price "x" in the field "Rate"',
    ),
    (
        3050,
        {"value": "x", "field": "Percent"},
        'There was an error when converting the percentage "x" in the field "Percent"',
    ),
    (
        3060,
        {"value": "x", "field": "Quantity"},
        'There was an error when converting the quantity "x" in the field "Quantity"',
    ),
    (3070, {"value": "x", "field": "Notes"}, 'The string "x" in the field "Notes" is too long.'),
    (
        3080,
        {"value": "x", "field": "ExternalGUID"},
        'There was an error when converting the string "x" in the field "ExternalGUID"',
    ),
    (
        3085,
        {"value": "x", "field": "MaxReturned"},
        'There was an error when converting the number "x" in the field "MaxReturned"',
    ),
    (
        3090,
        {"value": "Incorrect : Name", "field": "customer name"},
        'There was an error when storing "Incorrect : Name" in the "customer name" field.  QuickBooks error '
        "message: Names in this list cannot contain a colon. The colon is a special character used to "
        "indicate a parent/child relationship.",
    ),
    (
        3100,
        {"value": "Shipping Item - QuickBooks Inte"},
        'The name "Shipping Item - QuickBooks Inte" of the list element is already in use.',
    ),
    (
        3110,
        {"value": "x", "field": "BillableStatus"},
        'There was an error when converting the enumerated value "x" in the field "BillableStatus"',
    ),
    (
        3120,
        {"value": "8000001B-1405768916"},
        f'Object "8000001B-1405768916" specified in the request cannot be found.  {NO_RECORD}',
    ),
    (
        3130,
        {"value": "NONEXISTENT-PARENT-CUSTOMER", "list": "Customers"},
        'There is an invalid reference to a parent "NONEXISTENT-PARENT-CUSTOMER" in the Customers list.  '
        + NO_RECORD,
    ),
    (
        3140,
        {"noun": "Customer", "value": "Joe Smith", "record": "SalesOrder"},
        f'There is an invalid reference to QuickBooks Customer "Joe Smith" in the SalesOrder.  {NO_RECORD}',
    ),
    (3150, {"field": "ListID"}, 'There is a missing element: "ListID"'),
    (
        3170,
        {"record": "a data extension named", "value": "Distribution Channel"},
        'There was an error when modifying a data extension named "Distribution Channel".  QuickBooks error '
        "message: This list has been modified by another user.",
    ),
    (
        3171,
        {"record": "Invoice"},
        "An attempt was made to modify a Invoice with a date that is on or before the closing date of the "
        "company.  If you are sure you really want to do this, please ask a user with Admin privileges to "
        "remove the password for editing transactions on or before to closing date (this setting is in the "
        "Accounting Company Preferences), then try again.",
    ),
    (
        3180,
        {
            "record": 'Customer list, element "Newcastle Tenants Federation"',
            "reason": "This list has been modified by another user.",
        },
        'There was an error when saving a Customer list, element "Newcastle Tenants Federation".  QuickBooks '
        "error message: This list has been modified by another user.",
    ),
    (3190, {"field": "IncomeAccountRef"}, "Cannot clear the element in the IncomeAccountRef field. "),
    (3200, {"value": "1416315972"}, 'The provided edit sequence "1416315972" is out-of-date. '),
    (
        3210,
        {
            "field": "AppliedToTxnAdd payment amount",
            "value": "129.43",
            "reason": "You cannot pay more than the amount due.",
        },
        'The "AppliedToTxnAdd payment amount" field has an invalid value "129.43".  QuickBooks error '
        "message: You cannot pay more than the amount due.",
    ),
    (3230, {}, "The request has been rolled back."),
    (3231, {}, "The request has not been processed."),
    (3250, {}, "This feature is not enabled or not available in this version of QuickBooks."),
    (3260, {}, "Insufficient permission level to perform this action."),
    (3263, {}, "This company file is open in read-only access."),
    (
        9001,
        {},
        "Invalid checksum. The newMessageSetID specified, matches the currently stored ID, but "
        "checksum fails.",
    ),
    (9002, {}, "No stored response was found."),
    (9004, {}, "Invalid MessageSetID, greater than 24 character was given."),
    (9005, {}, "Unable to store response."),
)


@pytest.mark.parametrize(("code", "slots", "text"), ROWS, ids=[f"{row[0]}" for row in ROWS])
def test_a_status_has_the_text_of_its_row(code: int, slots: dict[str, str], text: str) -> None:
    assert status(code, **slots).message == text


FRAGMENTS = (
    (3160, 'Cannot delete the object specified by the id = "1-2"'),
    (3175, "because it is already in use.  QuickBooks error message: R"),
    (3176, "failed to acquire the lock"),
    (3261, "The integrated application has no permission to ac"),
)


@pytest.mark.parametrize(("code", "begin"), FRAGMENTS)
def test_a_status_of_which_only_a_fragment_is_known_holds_the_fragment(code: int, begin: str) -> None:
    assert begin in status(code, value="1-2", reason="R").message
    assert STATUSES[code].certainty is Certainty.PLAUSIBLE


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        (0, "Info"),
        (1, "Info"),
        (500, "Warn"),
        (600, "Warn"),
        (1000, "Error"),
        (3140, "Error"),
        (9005, "Error"),
    ],
)
def test_the_range_of_a_status_decides_its_severity(code: int, severity: str) -> None:
    assert STATUSES[code].severity == severity


def test_every_row_of_the_table_is_named_by_a_test() -> None:
    assert set(STATUSES) == {row[0] for row in ROWS} | {code for code, _ in FRAGMENTS}


UNKNOWN = (560, 3121, 3151, 3161, 3162, 3163, 3177, 3181, 3185, 3205, 3220, 3240, 3251, 3262, 3264, 3270)


def test_the_codes_whose_text_nobody_knows_are_not_made_up() -> None:
    assert not {*UNKNOWN, 3280, *range(3300, 3371), 9003} & set(STATUSES)


def test_the_code_of_the_order_of_lines_has_no_row_because_time_has_no_lines() -> None:
    assert 3290 not in STATUSES


@pytest.mark.parametrize(
    ("code", "slots", "text"),
    [
        (
            3175,
            {
                "value": "43-1",
                "reason": "The transaction could not be locked.  It is in use by another user.",
            },
            "because it is already in use.  QuickBooks error message: The transaction could not be locked.  "
            "It is in use by another user.",
        ),
        (
            3180,
            {
                "record": "Invoice",
                "reason": "The credit limit for the name on this transaction has been exceeded.",
            },
            "There was an error when saving a Invoice.  QuickBooks error message: The credit limit for the "
            "name on this transaction has been exceeded.",
        ),
        (
            3210,
            {"field": "address", "value": "", "reason": "The parameter is incorrect."},
            'The "address" field has an invalid value "".  QuickBooks error message: The parameter is '
            "incorrect.",
        ),
        (
            3140,
            {"noun": "Item", "value": "sooo wrong", "record": "SalesOrder line"},
            'There is an invalid reference to QuickBooks Item "sooo wrong" in the SalesOrder line.  '
            f"{NO_RECORD}",
        ),
    ],
)
def test_a_status_that_was_seen_in_two_forms_has_both(code: int, slots: dict[str, str], text: str) -> None:
    assert status(code, **slots).message.endswith(text)


def test_every_row_says_where_it_is_known_from() -> None:
    assert all(row.source and row.certainty is not Certainty.ADVERSARIAL for row in STATUSES.values())


HRESULT_WORDS = {
    0x80040400: "QuickBooks found an error when parsing the provided XML text stream.",
    0x80040401: "Could not access QuickBooks.",
    0x80040402: "Unexpected error. Check the qbsdklog.txt file",
    0x80040403: "Could not open the specified QuickBooks company data file.",
    0x80040408: "Could not start QuickBooks.",
    0x8004040A: "QuickBooks company data file is already open and it is different from the one requested.",
    0x8004040D: "The ticket parameter is invalid",
    0x80040410: "The QuickBooks company data file is currently open in a mode other than the one specified",
    0x80040414: "A modal dialog box is showing in the QuickBooks user interface. Your application cannot",
    0x80040416: "If QuickBooks is not running, the company data file name must be supplied to BeginSession.",
    0x80040418: "This application has not accessed this QuickBooks company data file before. Only the",
    0x8004041A: "This application does not have permission to access this QuickBooks company data file.",
    0x8004041B: "Unable to lock the necessary information to allow this application to access this company",
    0x8004041D: "This application is not allowed to log into this QuickBooks company data file",
    0x80040420: "The QuickBooks user has denied access.",
    0x80040422: "This application requires Single User file access mode and there is already another",
    0x80040423: "The version of qbXML that was requested is not supported or is unknown.",
    0x80040424: "QuickBooks did not finish its initialization. Please try again later.",
    0x800706BA: "The RPC server is unavailable.",
}


@pytest.mark.parametrize("code", HRESULT_WORDS, ids=[f"0x{code:08X}" for code in HRESULT_WORDS])
def test_an_hresult_has_the_words_of_its_row(code: int) -> None:
    assert HRESULTS[code].startswith(HRESULT_WORDS[code])


def test_every_hresult_of_the_table_is_named_by_a_test() -> None:
    assert set(HRESULTS) == set(HRESULT_WORDS)
