import pytest

from qbharness.checks.reading import Reading
from qbharness.contract import DEFAULTS, PROMISES, Contract, word
from qbharness.history import History
from qbharness.scenario.schema import scenario_schema
from qbharness.targets.layout import target_schema


def test_a_contract_promises_the_first_value_of_each_row_unless_said() -> None:
    assert Contract().as_words() == {name: promise.words[0] for name, promise in PROMISES.items()}


def test_a_history_that_tells_no_contract_is_judged_by_the_strictest() -> None:
    assert Reading(History(())).contract == DEFAULTS == Contract().as_words()


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, each in PROMISES.items() for v in each.values])
def test_every_listed_value_can_be_promised_and_meets_itself_alone(name: str, value: str) -> None:
    contract = Contract(**{name: value})
    assert contract.why_not({name: (word(value),)}) is None
    others = tuple(each for each in PROMISES[name].words if each != word(value))
    assert contract.why_not({name: others}) is not None


@pytest.mark.parametrize("name", PROMISES)
def test_a_value_that_is_not_listed_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} may be .* or .*, not sometimes"):
        Contract(**{name: "sometimes"})


def test_a_truth_value_is_not_taken_for_a_word() -> None:
    with pytest.raises(ValueError, match="true or false"):
        Contract(one_block_per_request=1)  # type: ignore[arg-type]


def test_a_scenario_that_requires_another_promise_is_told_both() -> None:
    wanted = {"delivery": ("exactly_once",), "after_edit": ("keep_first",)}
    why = Contract(after_edit="update").why_not(wanted)
    assert why == "needs after_edit: keep_first; the target promises update"


def test_both_schemas_say_of_each_promise_what_the_table_says() -> None:
    targets = target_schema()["properties"]["contract"]["properties"]
    scenarios = scenario_schema()["properties"]["requires"]["properties"]
    says = {name: promise.says for name, promise in PROMISES.items()}
    assert {name: each["description"] for name, each in targets.items()} == says
    assert {name: each["description"] for name, each in scenarios.items()} == says
