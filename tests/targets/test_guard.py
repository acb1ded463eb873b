"""The guard lets nothing through that could be somebody's live server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbharness.targets.guard import check_target, guard, is_loopback
from qbharness.targets.reader import parse_target
from qbsim.errors import RefusedForSafety


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/qbwc",
        "https://LOCALHOST:8443/qbwc",
        "http://127.0.0.1:8000/",
        "http://127.8.9.10/",
        "http://[::1]:80/",
    ],
)
def test_this_machine_is_safe(url: str) -> None:
    guard(url, doing="open a session on")
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://hours.example/qbwc",
        "http://192.168.1.4/qbwc",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
        "http://127.0.0.1\\@evil.example/",
        "http://evil.example/#@localhost",
        "http://evil.example?localhost",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[::ffff:10.0.0.1]/",
        "http://[/",
        "localhost",
        "",
    ],
)
def test_whatever_may_be_another_machine_is_refused(url: str) -> None:
    with pytest.raises(RefusedForSafety, match="not this machine"):
        guard(url, doing="open a session on")


@pytest.mark.parametrize(("disposable", "consume"), [(True, False), (False, True), (False, False)])
def test_one_permission_is_not_enough(disposable: bool, consume: bool) -> None:
    with pytest.raises(RefusedForSafety) as refused:
        guard(
            "https://hours.example/",
            doing="reset",
            disposable=disposable,
            consume_real_queue=consume,
        )
    assert ("disposable" in refused.value.cure) is not disposable
    assert ("--consume-real-queue" in refused.value.cure) is not consume


def test_both_permissions_open_the_way() -> None:
    guard("https://hours.example/", doing="reset", disposable=True, consume_real_queue=True)


def test_the_refusal_does_not_repeat_a_password_in_the_address() -> None:
    with pytest.raises(RefusedForSafety) as refused:
        guard("https://jane:hunter2@hours.example/qbwc?key=abc", doing="open a session on")
    assert "hunter2" not in str(refused.value)
    assert "abc" not in str(refused.value)


@given(st.text())
def test_any_text_is_judged_without_an_accident(url: str) -> None:
    if not is_loopback(url):
        with pytest.raises(RefusedForSafety):
            guard(url, doing="reset")


def _target(url: str, more: str = "") -> str:
    return f"language: 1\nname: shop\nconnector: {{url: '{url}', user: jane}}\n{more}"


def test_a_target_file_is_judged_before_anything_runs() -> None:
    with pytest.raises(RefusedForSafety):
        check_target(parse_target(_target("https://hours.example/qbwc")), consume_real_queue=True)


def test_a_disposable_target_and_the_option_open_the_way() -> None:
    target = parse_target(_target("https://hours.example/qbwc", "disposable: true\n"))
    check_target(target, consume_real_queue=True)
    with pytest.raises(RefusedForSafety):
        check_target(target, consume_real_queue=False)


def test_an_address_that_is_filled_in_later_is_judged_later() -> None:
    check_target(parse_target(_target("http://127.0.0.1:{{ port }}/qbwc")), consume_real_queue=False)
