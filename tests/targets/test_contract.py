import pytest

from qbharness.targets.contract import VALUES, Contract, word


def test_a_contract_promises_the_first_value_of_each_row_unless_said() -> None:
    assert Contract().as_words() == {name: word(values[0]) for name, values in VALUES.items()}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in VALUES.items() for v in values])
def test_every_listed_value_can_be_promised_and_meets_itself(name: str, value: str) -> None:
    assert Contract(**{name: value}).meets({name: word(value)}) is None


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_is_not_listed_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} may be .* or .*, not sometimes"):
        Contract(**{name: "sometimes"})


def test_a_truth_value_is_not_taken_for_a_word() -> None:
    with pytest.raises(ValueError, match="true or false"):
        Contract(one_block_per_request=1)  # type: ignore[arg-type]


def test_a_scenario_that_requires_another_promise_is_told_both() -> None:
    why = Contract(after_edit="update").meets({"delivery": "exactly_once", "after_edit": "keep_first"})
    assert why == "needs after_edit: keep_first; the target promises update"


def test_a_scenario_that_requires_an_unknown_promise_is_told_so() -> None:
    assert Contract().meets({"speed": "high"}) == "the scenario requires 'speed', which no contract promises"
