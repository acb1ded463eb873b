"""A server is started, steered and stopped as its target file says, and every failure is told."""

import datetime as dt
import os
import time
from pathlib import Path

import pytest
from targets_support import BLOCK, tiny

from qbharness.targets.answers import ListedBlock
from qbharness.targets.model import FRESH_START
from qbharness.targets.problems import OutcomeUnknown
from qbharness.targets.target import Target
from qbsim.errors import SetUpProblem, UsageProblem


def state(target: Target) -> str:
    return target._rim.send("GET", f"{target._names()['base']}/state", {}, None, 5).text


def pid(target: Target) -> int:
    answer = target._rim.send("GET", f"{target._names()['base']}/pid", {}, None, 5).text
    return int(answer.split('"pid": ')[1].split(",")[0])


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_owner_s_hands_do_what_the_file_says(tmp_path: Path) -> None:
    with tiny(tmp_path) as target:
        roof = target.add_block({**BLOCK, "notes": 'fra"ming', "billable": "true"})
        door = target.add_block(BLOCK)
        target.edit_block(roof, {"hours": "7:30"})
        target.mark_sent(roof)
        target.delete_block(door)
        assert target.list_blocks() == (ListedBlock(roof, "sent", None, "2"),)
        target.mark_not_sent(roof)
        target.select_period(dt.date(2026, 11, 1), None)
        target.set_clock(dt.datetime(2026, 11, 2, 9, tzinfo=dt.timezone(dt.timedelta(hours=-5))))
        assert '"period": ["2026-11-01", null]' in state(target)
        assert '"now": {"now": "2026-11-02T14:00:00Z"}' in state(target)
        assert target.list_blocks()[0].state == "not sent"
        target.reset()
        assert target.list_blocks() == ()


def test_fields_that_were_not_given_do_not_travel(tmp_path: Path) -> None:
    with tiny(tmp_path) as target:
        target.add_block(BLOCK)
        kept = target._rim.send("GET", f"{target._names()['base']}/blocks", {}, None, 5).text
        assert "notes" not in kept
        assert "billable" not in kept


def test_the_connector_gets_address_user_and_a_password_that_the_server_knows(tmp_path: Path) -> None:
    with tiny(tmp_path) as target:
        connection = target.connection()
        answer = target._rim.send("GET", f"{target._names()['base']}/pid", {}, None, 5).text
        assert connection.url.endswith("/soap")
        assert connection.user == "pat"
        assert len(connection.password) == 24
        assert connection.password in answer
        assert connection.password not in repr(connection)


def test_the_password_is_never_shown(tmp_path: Path) -> None:
    with tiny(tmp_path) as target:
        password = target.connection().password
        assert "starting with ***" in target.output()
        assert password not in target.output()
        with pytest.raises(SetUpProblem) as failed:
            target._rim.send("GET", "http://127.0.0.1:1/x", {}, None, 1)
        assert password not in str(failed.value)


def test_a_restarted_server_is_another_process_at_the_same_address(tmp_path: Path) -> None:
    with tiny(tmp_path) as target:
        before, url = pid(target), target.connection().url
        target.restart()
        assert pid(target) != before
        assert target.connection().url == url
        assert not alive(before)


def test_a_killed_server_is_down_until_it_is_started(tmp_path: Path) -> None:
    with tiny(tmp_path) as target:
        process = pid(target)
        target.kill()
        assert not target.running()
        assert not alive(process)
        with pytest.raises(SetUpProblem, match="cannot be reached"):
            target.list_blocks()
        target.start()
        assert target.running()


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ZeroDivisionError])
def test_no_child_survives_whatever_ends_the_run(tmp_path: Path, problem: type[BaseException]) -> None:
    target = tiny(tmp_path)
    seen = []

    def run() -> None:
        with target:
            seen.append(pid(target))
            raise problem

    with pytest.raises(problem):
        run()
    assert not alive(seen[0])


def test_a_grandchild_dies_with_its_server(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    script = f'sleep 60 & echo $! > {note}; exec "$@"'
    command = ["/bin/sh", "-c", script, "sh", "{{ python }}", *tiny_command()]
    with tiny(tmp_path, {"start.command": command}):
        grandchild = int(note.read_text())
        assert alive(grandchild)
    assert gone(grandchild)


def gone(process: int) -> bool:
    """True as soon as it is dead, or a zombie that nobody has collected yet."""
    for _ in range(100):
        status = Path(f"/proc/{process}/status")
        if not alive(process) or (status.exists() and "State:\tZ" in status.read_text()):
            return True
        time.sleep(0.02)
    return False


def tiny_command() -> list[str]:
    from targets_support import SERVER

    return [str(SERVER), "--port", "{{ port }}"]


def test_a_fresh_start_empties_the_server_s_folder(tmp_path: Path) -> None:
    with tiny(tmp_path, {"reset": FRESH_START}) as target:
        (tmp_path / "data" / "blocks.db").write_text("old")
        before = pid(target)
        target.reset()
        assert list((tmp_path / "data").iterdir()) == []
        assert pid(target) != before


def test_a_backup_is_a_copy_of_the_folder_and_is_put_back(tmp_path: Path) -> None:
    with tiny(tmp_path, {"backup": "folder"}) as target:
        kept = tmp_path / "data" / "blocks.db"
        kept.write_text("monday")
        target.save_backup("night 1")
        kept.write_text("tuesday")
        (tmp_path / "data" / "extra").write_text("x")
        target.restore_backup("night 1")
        assert kept.read_text() == "monday"
        assert not (tmp_path / "data" / "extra").exists()
        assert target.running()
        with pytest.raises(SetUpProblem, match="no backup 'night 2'"):
            target.restore_backup("night 2")


def test_what_the_file_does_not_say_cannot_be_done_and_the_reason_is_a_sentence(tmp_path: Path) -> None:
    target = tiny(
        tmp_path, {"operations": None, "reset": None, "start": None, "variables.base": "http://127.0.0.1:9"}
    )
    for operation in ("add_block", "kill", "restart", "reset", "backup", "clock", "after_commit"):
        assert not target.can(operation)
    assert target.cannot("mark_not_sent") == "the target 'tiny' does not say how to mark not sent"
    with pytest.raises(SetUpProblem, match="does not say how to add block"):
        target.add_block(BLOCK)
    with pytest.raises(SetUpProblem, match="does not say how to kill"):
        target.kill()


def test_a_server_that_runs_elsewhere_is_taken_to_run_and_left_alone(tmp_path: Path) -> None:
    with tiny(tmp_path / "a") as first:
        base = str(first._names()["base"])
        with tiny(tmp_path / "b", {"start": None, "variables.base": base}) as second:
            assert second.running()
            second.add_block(BLOCK)
        assert len(first.list_blocks()) == 1


def test_a_log_line_says_when_the_server_is_ready_and_where_it_is(tmp_path: Path) -> None:
    command = ["{{ python }}", *tiny_command()[:1], "--port", "0"]
    changes = {
        "start.command": command,
        "start.ready": {"log": r"listening on (?P<home>http://\S+)"},
        "variables.base": "{{ home }}",
    }
    with tiny(tmp_path, changes) as target:
        assert target.add_block(BLOCK) == "1"
        assert "{{" not in target.connection().url


def test_an_open_port_says_when_the_server_is_ready(tmp_path: Path) -> None:
    with tiny(tmp_path, {"start.ready": {"port": "{{ port }}"}}) as target:
        assert target.add_block(BLOCK) == "1"


@pytest.mark.parametrize("ready", [{"log": "never said"}, {"url": "http://127.0.0.1:{{ port }}/nowhere:"}])
def test_a_server_that_ends_at_once_is_told_with_its_last_words(
    tmp_path: Path, ready: dict[str, str]
) -> None:
    changes = {"start.command": ["{{ python }}", *tiny_command(), "--fail"], "start.ready": ready}
    with (
        pytest.raises(SetUpProblem, match="did not start: it ended with exit code 1") as told,
        tiny(tmp_path, changes),
    ):
        pass
    assert "there is no database" in told.value.output
    assert "starting with ***" in told.value.output


def test_a_server_that_is_not_ready_in_time_is_told_and_stopped(tmp_path: Path) -> None:
    command = ["{{ python }}", *tiny_command(), "--delay", "30"]
    changes = {"start.command": command, "start.within": "400ms"}
    with pytest.raises(SetUpProblem, match=r"it was not ready within 0.4 s"), tiny(tmp_path, changes):
        pass


def test_a_command_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(SetUpProblem, match="could not be started"),
        tiny(tmp_path, {"start.command": ["/no/such/server"]}),
    ):
        pass


def test_a_port_that_somebody_else_took_is_changed_for_another(tmp_path: Path) -> None:
    with tiny(tmp_path / "a") as first:
        second = tiny(tmp_path / "b")
        second._names.port = first._names.port
        second._names._settle()
        with second:
            assert second._names.port != first._names.port
            assert second.add_block(BLOCK) == "1"
        assert first.list_blocks() == ()


def told(tmp_path: Path, changes: dict[str, object], kind: type[Exception] = SetUpProblem) -> Exception:
    with tiny(tmp_path, changes) as target, pytest.raises(kind) as failed:
        target.set_clock(dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert type(failed.value) is kind
    return failed.value


def clock(**action: object) -> dict[str, object]:
    return {"operations.clock": {"http": {"url": "{{ base }}/wrong/200", "method": "PUT", **action}}}


def test_a_refused_operation_is_told_with_its_rendered_form_and_the_answer_s_beginning(
    tmp_path: Path,
) -> None:
    body = {"key": "{{ password }}", "now": "{{ now }}"}
    failed = told(tmp_path, clock(url="{{ base }}/wrong/422", json=body))
    assert isinstance(failed, SetUpProblem)
    assert "clock: the answer was HTTP 422." in str(failed)
    assert '{"key": "***", "now": "2026-11-02T00:00:00Z"}' in str(failed)
    assert '"sent": {"key": "***", "now": "2026-11-02T00:00:00Z"}' in failed.output


def test_a_status_that_the_file_does_not_expect_is_a_failure(tmp_path: Path) -> None:
    assert "HTTP 200" in str(told(tmp_path, clock(expect=[204])))


def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    operation = {"http": {"url": "{{ base }}/hang"}, "within": "300ms"}
    assert "its answer did not come: no answer within 0.3 s" in str(
        told(tmp_path, {"operations.clock": operation}, OutcomeUnknown)
    )


def test_a_server_that_is_not_there_leaves_no_doubt(tmp_path: Path) -> None:
    assert "cannot be reached" in str(told(tmp_path, clock(url="http://127.0.0.1:1/")))


def test_an_address_that_is_none_is_the_file_s_mistake(tmp_path: Path) -> None:
    with tiny(tmp_path, clock(url="127.0.0.1/now")) as target, pytest.raises(UsageProblem):
        target.set_clock(dt.datetime(2026, 11, 2, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    "http",
    [
        {"url": "{{ base }}/clock of {{ now }}"},
        {"url": "{{ base }}/Zoë"},
        {"headers": {"X-Name": "李"}},
        {"headers": {"X\nY": "a"}},
        {"body": "{{ '\ud800' }}", "json": None},
    ],
)
def test_what_http_cannot_carry_is_the_file_s_mistake_and_nothing_was_sent(
    tmp_path: Path, http: dict[str, object]
) -> None:
    with tiny(tmp_path, clock(**http)) as target:
        with pytest.raises(UsageProblem, match=r"cannot be (written as HTTP|sent in UTF-8)"):
            target.set_clock(dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
        assert target.list_blocks() == ()  # the kept connection is not left half used


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"operations.add_block.map": {"id": "$.number"}}, "add_block: the answer has no id at '$.number'"),
        ({"operations.add_block.map": {"id": "$["}}, "The JSONPath '$[' in the target file does not parse"),
    ],
)
def test_an_answer_without_the_block_s_id_is_told(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    with tiny(tmp_path, changes) as target, pytest.raises(SetUpProblem) as failed:
        target.add_block(BLOCK)
    assert sentence in str(failed.value)


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        ({"blocks": "$.blocks[*]"}, "list_blocks: the answer has no blocks at '$.blocks[*]'"),
        ({"id": "$.number"}, "list_blocks: the answer has no id at '$.number'"),
        ({"id": "$.id", "state": "$.employee"}, "the state 'Jane Doe', which the target file does not know"),
    ],
)
def test_a_list_that_does_not_fit_the_map_is_told(
    tmp_path: Path, listed: dict[str, str], sentence: str
) -> None:
    with tiny(tmp_path, {"operations.list_blocks.map": listed}) as target:
        target.add_block(BLOCK)
        with pytest.raises(SetUpProblem) as failed:
            target.list_blocks()
    assert sentence in str(failed.value)


def test_the_server_s_own_words_for_a_state_are_translated(tmp_path: Path) -> None:
    changes = {
        "operations.list_blocks.map": {"id": "id", "state": "txn_id"},
        "operations.list_blocks.states": {"null": "not sent", "*": "sent"},
    }
    with tiny(tmp_path, changes) as target:
        target.add_block(BLOCK)
        assert target.list_blocks()[0].state == "not sent"


def test_a_secret_that_is_not_there_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="environment variable QB_PASS, which is not set"):
        tiny(tmp_path, {"connector.password": {"environment": "QB_PASS"}})
    with pytest.raises(UsageProblem, match="should be in the file"):
        tiny(tmp_path, {"connector.password": {"file": "no-such-file"}})
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(UsageProblem, match="which is empty"):
        tiny(tmp_path, {"connector.password": {"file": str(tmp_path / "empty")}})


def test_a_target_that_cannot_be_made_tells_no_secret(tmp_path: Path) -> None:
    changes = {"secrets": {"token": {"environment": "T"}}, "variables.odd": "{{ {}[secrets.token].x }}"}
    with pytest.raises(UsageProblem) as refused:
        tiny(tmp_path, changes, T="hush-hush")
    assert ("odd" in str(refused.value), "hush-hush" in str(refused.value)) == (True, False), refused.value


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "pass.txt").write_text("s3cret\n")
    from_file = tiny(tmp_path, {"connector.password": {"file": str(tmp_path / "pass.txt")}})
    assert from_file.connection().password == "s3cret"
    assert (
        tiny(tmp_path, {"connector.password": {"environment": "P"}}, P="hush").connection().password == "hush"
    )
