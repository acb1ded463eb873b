"""What is not known for sure about QuickBooks and the Web Connector, each as a named switch.

A switch is a fact about *them*, never a promise of the server under test. Code reads a value with
``switches["name"]``; a scenario may pin one, ``--set name=value`` sets one for a run, exploration
sweeps them all. A failure under a *documented* or *seen* value (or the default) is BROKEN; one that
needs a *plausible* or *adversarial* value is EXPOSED.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty
from qbsim.errors import UsageProblem

DOCUMENTED, SEEN, PLAUSIBLE, ADVERSARIAL = Certainty


@final
@frozen
class Value:
    """One value of a switch, and why anybody would believe it."""

    certainty: Certainty
    source: str


@final
@frozen
class Switch:
    """A named unknown; the first value is the default."""

    name: str
    sentence: str
    values: Mapping[str, Value]

    @property
    def default(self) -> str:
        return next(iter(self.values))


_TABLE: Final = (
    Switch(
        "receive_response_repeats",
        "How often the connector posts receiveResponseXML again after its reply was lost.",
        {
            "0": Value(
                DOCUMENTED,
                "Web Connector guide p42, p53: a fresh authenticate follows a lost answer",
            ),
            "1": Value(PLAUSIBLE, "a vendor's prose: 'tries to send confirm for a few minutes'"),
            "3": Value(PLAUSIBLE, "as above"),
        },
    ),
    Switch(
        "http_timeout",
        "After how many seconds without a whole answer does the connector give a call up?",
        {
            "100": Value(PLAUSIBLE, "the default of .NET's proxy class"),
            "120": Value(PLAUSIBLE, "a vendor's help pages: 'may time out after two minutes'"),
        },
    ),
    Switch(
        "cookies",
        "Does the connector send the cookies of a session back?",
        {
            "kept": Value(PLAUSIBLE, "Intuit's sample service keeps its counter in a session"),
            "ignored": Value(ADVERSARIAL, "a .NET proxy without a container; the sample loops"),
        },
    ),
    Switch(
        "close_after_version_refusal",
        "Is closeConnection called after clientVersion answered E: or O:?",
        {
            "yes": Value(DOCUMENTED, "guide, figure 2-2"),
            "no": Value(PLAUSIBLE, "there is no ticket yet; not seen in a log"),
        },
    ),
    Switch(
        "close_after_dismissal",
        "Is closeConnection called after none, nvu, busy or a postponement?",
        {
            "yes": Value(DOCUMENTED, "guide p21: display a message, call closeConnection, stop"),
            "no": Value(PLAUSIBLE, "not seen in a log"),
        },
    ),
    Switch(
        "close_after_failed_call",
        "Is closeConnection called after a call that failed (QBWC1041, 1042, 1043, 1045)?",
        {
            "no": Value(PLAUSIBLE, "guide p42: the server must expect a fresh authenticate"),
            "yes": Value(PLAUSIBLE, "nothing read says that it is not"),
        },
    ),
    Switch(
        "after_connection_error",
        "What follows when connectionError answered done?",
        {
            "getLastError": Value(PLAUSIBLE, "guide p69: use getLastError to notify the user"),
            "closeConnection": Value(PLAUSIBLE, "the text says only that it stops"),
            "nothing": Value(PLAUSIBLE, "as above"),
        },
    ),
    Switch(
        "progress_above_100",
        "What does receiveResponseXML mean with more than 100?",
        {
            "done": Value(PLAUSIBLE, "as 100"),
            "error": Value(PLAUSIBLE, "figure 2-5 speaks of a non zero value"),
        },
    ),
    Switch(
        "interactive_done_empty",
        "What does an empty answer to interactiveDone mean?",
        {
            "waiting": Value(SEEN, "Intuit's sample WCECommService waits 60 seconds more"),
            "finished": Value(DOCUMENTED, "guide p24, p44"),
        },
    ),
    Switch(
        "user_stop",
        "What does the connector still send when its user stops an update?",
        {
            "closeConnection": Value(PLAUSIBLE, "an orderly end"),
            "nothing": Value(PLAUSIBLE, "as when the window is closed"),
        },
    ),
    Switch(
        "stale_locks",
        "What becomes of a lock that a dead update left behind?",
        {
            "taken_over": Value(PLAUSIBLE, "a guess; no rule is public"),
            "wait": Value(PLAUSIBLE, "a guess"),
            "fail": Value(PLAUSIBLE, "a guess"),
        },
    ),
    Switch(
        "recovery_atomic",
        "Is the recovery state of a message set written in one step with its entries?",
        {
            "yes": Value(PLAUSIBLE, "the state lives in the company file; nothing read says more"),
            "no": Value(ADVERSARIAL, "a second commit after that of the entries; nobody says so"),
        },
    ),
    Switch(
        "recovery_ids_kept",
        "How many message sets does a company file remember for one application?",
        {
            "all": Value(PLAUSIBLE, "guide table 31-2: states are cleared by the application"),
            "1": Value(PLAUSIBLE, "is2qb: oldMessageSetID names the last set that was sent"),
            "until_restart": Value(ADVERSARIAL, "nobody says that a restart forgets them"),
        },
    ),
    Switch(
        "recovery_keeps_failures",
        "Is a message set remembered when one of its requests failed?",
        {
            "yes": Value(PLAUSIBLE, "guide table 31-2 speaks of every new set"),
            "no": Value(PLAUSIBLE, "nothing read says either"),
        },
    ),
    Switch(
        "recovery_key",
        "Whose are the remembered message sets of one company file?",
        {
            "application": Value(PLAUSIBLE, "guide: per application name and company"),
            "application_and_pc": Value(ADVERSARIAL, "nobody says so"),
        },
    ),
    Switch(
        "recovery_chained",
        "What happens when oldMessageSetID and newMessageSetID are given and differ?",
        {
            "clears_old": Value(PLAUSIBLE, "inferred from is2qb; in no table that was read"),
            "keeps_old": Value(PLAUSIBLE, "as well possible"),
        },
    ),
    Switch(
        "recovery_store",
        "Can the company file remember a message set and find it again?",
        {
            "works": Value(DOCUMENTED, "guide table 31-2"),
            "fails": Value(ADVERSARIAL, "9005 is documented; when it comes is not"),
            "loses_answer": Value(ADVERSARIAL, "9002 is documented; when it comes is not"),
        },
    ),
    Switch(
        "replay_form",
        "What does QuickBooks answer to a message set that it has executed before?",
        {
            "full": Value(PLAUSIBLE, "InvoiceAdd.cs speaks of the stored response"),
            "statuses": Value(PLAUSIBLE, "ErrRecovery1.xml: 'status will be returned'"),
        },
    ),
    Switch(
        "message_set_id_limit",
        "How many characters may a message set id have?",
        {
            "24": Value(DOCUMENTED, "the text of 9004 in Intuit's sample InvoiceAdd"),
            "23": Value(PLAUSIBLE, "is2qb"),
        },
    ),
    Switch(
        "overlong_message_set_id",
        "What becomes of the requests of a message set whose id is too long (9004)?",
        {
            "refused": Value(PLAUSIBLE, "9xxx are errors without data"),
            "executed": Value(ADVERSARIAL, "executed without protection; nobody says so"),
        },
    ),
    Switch(
        "clear_all_word",
        "Which oldMessageSetID clears everything that is remembered for an application?",
        {
            "CLR-ALL-MSG-SETS": Value(PLAUSIBLE, "a third party that quotes the SDK guide"),
            "ClearAllMessageSets": Value(PLAUSIBLE, "is2qb"),
        },
    ),
    Switch(
        "value_errors",
        "Does a wrong value fail its own request, or the whole message set?",
        {
            "per_request": Value(SEEN, "3000, 3045 and 3070 were seen in answers"),
            "whole_set": Value(PLAUSIBLE, "a validator with the schema's types would do so"),
        },
    ),
    Switch(
        "rollback_on_error",
        "What does onError=rollbackOnError do?",
        {
            "refused": Value(PLAUSIBLE, "is2qb: 'not valid and will produce an error'"),
            "rolls_back": Value(PLAUSIBLE, "it is in the schema, and 3230 exists"),
        },
    ),
    Switch(
        "billable_status_default",
        "Which BillableStatus has a time entry that states none?",
        {
            "NotBillable": Value(PLAUSIBLE, "not documented for 6.0 and later"),
            "Billable": Value(PLAUSIBLE, "IsBillable was true by default up to 5.0"),
        },
    ),
    Switch(
        "billable_incomplete",
        "Which status has a billable time entry without customer or service item?",
        {
            "3150": Value(PLAUSIBLE, "'There is a missing element'; the rule is Intuit's"),
            "3180": Value(PLAUSIBLE, "the other candidate"),
        },
    ),
    Switch(
        "duration_seconds",
        "What becomes of the seconds of a Duration?",
        {
            "cut": Value(PLAUSIBLE, "Intuit: seconds are accepted and not returned"),
            "rounded": Value(PLAUSIBLE, "as above; which of the two is not said"),
        },
    ),
    Switch(
        "duration_form",
        "How is a Duration written in an answer?",
        {
            "hours_minutes": Value(PLAUSIBLE, "Intuit: seconds are not returned"),
            "hours_minutes_seconds": Value(PLAUSIBLE, "SickHours come back as PT0H15M0S"),
        },
    ),
    Switch(
        "over_24_hours",
        "Is a time entry of more than 24 hours accepted?",
        {
            "accepted": Value(PLAUSIBLE, "someone did send PT100H58M0S; the schema allows it"),
            "refused": Value(PLAUSIBLE, "the weekly timesheet shows a day"),
        },
    ),
    Switch(
        "inactive_names",
        "May a new time entry use an inactive name?",
        {
            "accepted": Value(PLAUSIBLE, "recalled"),
            "refused": Value(PLAUSIBLE, "the window asks first"),
        },
    ),
    Switch(
        "payroll_item_unused",
        "What becomes of a PayrollItemWageRef when the name does not use time data?",
        {
            "refused": Value(PLAUSIBLE, "Intuit: only with 'use time data'; the status is a guess"),
            "dropped": Value(PLAUSIBLE, "the window does not show the column then"),
        },
    ),
    Switch(
        "change_of_used_time",
        "May a time entry be modified that an invoice or a paycheck uses?",
        {
            "accepted": Value(DOCUMENTED, "Intuit: downstream transactions do not follow"),
            "refused": Value(PLAUSIBLE, "time on a paycheck is not spoken of"),
        },
    ),
    Switch(
        "external_guid_unique",
        "Is a second time entry with the same ExternalGUID refused?",
        {
            "no": Value(PLAUSIBLE, "nothing read says that it is"),
            "yes": Value(PLAUSIBLE, "'GUID' suggests it"),
        },
    ),
    Switch(
        "entity_noun",
        "What does status 3140 call the name in EntityRef?",
        {
            "Entity": Value(PLAUSIBLE, "CustomerRef gives Customer, ItemRef gives Item"),
            "Employee": Value(PLAUSIBLE, "the label in the window"),
        },
    ),
    Switch(
        "daylight_saving_offset",
        "Which offset has a time stamp in summer?",
        {
            "standard": Value(SEEN, "captures of 1999 and 2014; jsgoupil's note"),
            "right": Value(PLAUSIBLE, "a capture of 2026 shows -04:00 in August"),
        },
    ),
    Switch(
        "txn_date_default",
        "Which date has a time entry that states none?",
        {
            "last_saved": Value(DOCUMENTED, "Intuit: may be that of the last-saved transaction"),
            "today": Value(PLAUSIBLE, "the same text says 'may'"),
        },
    ),
    Switch(
        "query_of_unknown_id",
        "Which status has a query by a single ListID or TxnID that does not exist?",
        {
            "500": Value(SEEN, "capture in qbwc/qbwc, by name; Intuit's text means ids too"),
            "3120": Value(SEEN, "capture in qbwc/qbwc, a CustomerQuery by ListID"),
        },
    ),
    Switch(
        "time_tracking_off",
        "What does a time request answer while time tracking is off?",
        {
            "3250": Value(PLAUSIBLE, "QuBe Sync lists 3250 for time entries"),
            "accepted": Value(PLAUSIBLE, "3250 was not seen for time tracking"),
        },
    ),
)

SWITCHES: Final[Mapping[str, Switch]] = {switch.name: switch for switch in _TABLE}


@final
class Switches(Mapping[str, str]):
    """The values in force for one run; immutable. ``Switches()`` holds every default."""

    def __init__(self, pins: Mapping[str, str] | None = None) -> None:
        pins = dict(pins or {})
        for name, value in pins.items():
            _refuse_unknown(name, value)
        self.pins: Mapping[str, str] = pins

    def __getitem__(self, name: str) -> str:
        return self.pins.get(name) or SWITCHES[name].default

    def __iter__(self) -> Iterator[str]:
        return iter(SWITCHES)

    def __len__(self) -> int:
        return len(SWITCHES)

    def __repr__(self) -> str:
        return f"Switches({dict(self.pins)!r})"

    def with_pins(self, pins: Mapping[str, str]) -> Switches:
        """These switches with ``pins`` on top."""
        return Switches({**self.pins, **pins})

    def certainty_of(self, name: str) -> Certainty:
        """How sure we are of the value in force."""
        return SWITCHES[name].values[self[name]].certainty


def _refuse_unknown(name: str, value: str) -> None:
    if name not in SWITCHES:
        near = difflib.get_close_matches(name, SWITCHES, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "`qbharness facts` lists them all."
        raise UsageProblem(f"There is no switch {name!r}.", cure=hint)
    if value not in SWITCHES[name].values:
        allowed = ", ".join(SWITCHES[name].values)
        raise UsageProblem(f"The switch {name!r} has no value {value!r}.", cure=f"It takes: {allowed}.")


def parse_pin(text: str) -> tuple[str, str]:
    """``name=value`` of a command line; refuses what is no switch or no value of it."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageProblem(f"{text!r} sets no switch.", cure="Write --set SWITCH=VALUE.")
    _refuse_unknown(name.strip(), value.strip())
    return name.strip(), value.strip()
