"""Operations by SQL, by a command and by a Python function; servers inside our own process."""

import datetime as dt
import json
import sqlite3
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from targets_support import BLOCK, tiny, tiny_file

from qbharness.targets.answers import ListedBlock
from qbharness.targets.in_process import kind_of
from qbharness.targets.problems import OutcomeUnknown
from qbharness.targets.target import Target
from qbsim.errors import LocatedProblem, RefusedForSafety, SetUpProblem, UsageProblem

NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
TABLE = "CREATE TABLE block (number INTEGER PRIMARY KEY, who TEXT, minutes INTEGER, note TEXT, txn TEXT)"

SQL = {
    "start": None,
    "variables": {"base": "http://127.0.0.1:9", "db": "sqlite:///{{ folder }}/own.db"},
    "operations": {
        "add_block": {
            "sql": {
                "url": "{{ db }}",
                "statements": [
                    "INSERT INTO block (who, minutes, note) VALUES (:employee, :minutes, :remark)",
                    "SELECT last_insert_rowid() AS number",
                ],
                "parameters": {"remark": "for {{ block.customer }}"},
            },
            "map": {"id": "number"},
        },
        "edit_block": {
            "sql": {
                "url": "{{ db }}",
                "statements": ["UPDATE block SET minutes = coalesce(:minutes, minutes) WHERE number = :id"],
            }
        },
        "list_blocks": {
            "sql": {"url": "{{ db }}", "statements": ["SELECT number, txn FROM block"]},
            "map": {"id": "number", "state": "txn", "txn_id": "txn"},
            "states": {"null": "not sent", "*": "sent"},
        },
        "delete_block": {"sql": {"url": "{{ db }}", "statements": ["DELETE FROM no_such_table"]}},
        "clock": {"sql": {"url": "{{ db }}", "statements": ["SELECT :tomorrow"]}},
    },
}


@pytest.fixture
def by_sql(tmp_path: Path) -> Target:
    target = tiny(tmp_path, SQL)
    with sqlite3.connect(tmp_path / "data" / "own.db") as database:
        database.execute(TABLE)
    database.close()
    return target


def test_sql_operations_bind_what_the_block_has_and_map_columns(by_sql: Target) -> None:
    with by_sql as target:
        roof = target.add_block({**BLOCK, "employee": "O'Brien; DROP TABLE block"})
        assert target.list_blocks() == (ListedBlock(roof, "not sent", None, None),)
        target.edit_block(roof, {"hours": "7:30"})
        engine = target._rim.engine(f"sqlite:///{target._data}/own.db")
        with engine.connect() as connection:
            row = connection.exec_driver_sql("SELECT who, minutes, note FROM block").one()
    assert tuple(row) == ("O'Brien; DROP TABLE block", 450, "for Acme:Roof")


def test_what_a_database_refuses_is_told_with_the_statement(by_sql: Target) -> None:
    with by_sql as target, pytest.raises(SetUpProblem, match=r"no such table: no_such_table\.\nDELETE FROM"):
        target.delete_block("1")


def test_a_parameter_that_nobody_gives_is_told_with_the_known_ones(by_sql: Target) -> None:
    with by_sql as target, pytest.raises(UsageProblem, match=r"nothing is known for :tomorrow.*Known: :now"):
        target.set_clock(NOW)


def shell(**action: object) -> dict[str, object]:
    return {
        "operations.clock": {"shell": action},
        "operations.add_block": {"shell": action, "map": {"id": "$"}},
    }


def test_a_command_gets_its_arguments_whole_and_its_input_and_answers_on_standard_output(
    tmp_path: Path,
) -> None:
    script = "import sys, os; print(len(sys.argv), sys.argv[1], sys.stdin.read(), os.environ['KEY'])"
    changes = shell(
        command=["{{ python }}", "-c", script, "{{ block.customer }} '; exit"],
        input="in {{ block.hours }}",
        environment={"KEY": "{{ password }}"},
    )
    target = tiny(tmp_path, {**changes, "operations.clock": None})
    said = target.add_block(BLOCK)
    assert said == f"2 Acme:Roof '; exit in 8:00 {target.connection().password}"


def test_a_command_that_answers_json_is_mapped_by_path(tmp_path: Path) -> None:
    script = 'print(\'{"new": {"number": 17}}\')'
    operation = {"shell": {"command": ["{{ python }}", "-c", script]}, "map": {"id": "$.new.number"}}
    assert tiny(tmp_path, {"operations.add_block": operation}).add_block(BLOCK) == "17"


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    target = tiny(tmp_path, shell(command=["{{ python }}", "-c", "import sys; sys.exit('no disk')"]))
    with pytest.raises(SetUpProblem, match="ended with exit code 1") as failed:
        target.set_clock(NOW)
    assert failed.value.output == "no disk"


def test_a_command_that_hangs_is_killed_with_its_children_and_the_outcome_is_unknown(tmp_path: Path) -> None:
    changes = {
        "operations.clock": {"shell": {"command": ["/bin/sh", "-c", "sleep 60; :"]}, "within": "200ms"}
    }
    with pytest.raises(OutcomeUnknown, match=r"did not end within 0.2 s"):
        tiny(tmp_path, changes).set_clock(NOW)


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetUpProblem, match="could not be started"):
        tiny(tmp_path, shell(command=["/no/such/program"])).set_clock(NOW)


MODULE = """
TOLD = []

def clock(now, zone=None):
    TOLD.append((now, zone))

def add(block):
    return {"id": len(block)}

def broken(**given):
    raise RuntimeError("no clock here")

class Wsgi:
    def __init__(self, folder):
        self.folder = folder
        self.blocks = []
    def __call__(self, environ, start_response):
        import json
        size = int(environ["CONTENT_LENGTH"])
        given = json.loads(environ["wsgi.input"].read(size) or b"null")
        if environ["REQUEST_METHOD"] == "POST":
            self.blocks.append({"id": len(self.blocks) + 1, **given})
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(self.blocks).encode()]

async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        raise RuntimeError("knows no lifespan")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'[{"id": 5}]'})

def failing():
    raise RuntimeError("no settings")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"own_server_{abs(hash(tmp_path)) % 10**9}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def python(module: str, function: str, **arguments: object) -> dict[str, object]:
    return {"operations.clock": {"python": {"call": f"{module}:{function}", "arguments": arguments}}}


def test_a_python_function_is_called_with_filled_in_arguments(tmp_path: Path, module: str) -> None:
    tiny(tmp_path, python(module, "clock", now="{{ now }}")).set_clock(NOW)
    assert sys.modules[module].TOLD == [("2026-11-02T00:00:00Z", None)]


def test_a_python_function_that_raises_is_told(tmp_path: Path, module: str) -> None:
    with pytest.raises(SetUpProblem, match="RuntimeError: no clock here"):
        tiny(tmp_path, python(module, "broken")).set_clock(NOW)


@pytest.mark.parametrize("path", ["no_such_module_anywhere:f", "json:no_such_function"])
def test_a_function_that_does_not_exist_is_the_file_s_mistake(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageProblem, match="cannot be imported"):
        tiny(tmp_path, {"operations.clock": {"python": {"call": path}}}).set_clock(NOW)


def in_process(app: object, **changes: object) -> dict[str, object]:
    return {
        "start": None,
        "variables.base": "http://localhost",
        "app": app,
        "operations.list_blocks": {
            "http": {"method": "GET", "url": "{{ base }}/blocks"},
            "map": {"blocks": "$[*]", "id": "$.id"},
        },
        **changes,
    }


def test_a_wsgi_application_is_steered_without_a_socket(tmp_path: Path, module: str) -> None:
    app = {"path": f"{module}:Wsgi", "factory": True, "arguments": {"folder": "{{ folder }}"}}
    changes = in_process(
        app,
        reset="fresh start",
        **{
            "operations.add_block": {
                "http": {"url": "{{ base }}/", "json": {"x": 1}},
                "map": {"id": "$[-1].id"},
            }
        },
    )
    with tiny(tmp_path, changes) as target:
        assert target.add_block(BLOCK) == "1"
        assert target.add_block(BLOCK) == "2"
        assert [block.id for block in target.list_blocks()] == ["1", "2"]
        target.reset()
        assert target.list_blocks() == ()
        assert not target.can("kill")
        assert not target.can("restart")


def test_an_asgi_application_is_steered_without_a_socket(tmp_path: Path, module: str) -> None:
    with tiny(tmp_path, in_process(f"{module}:asgi")) as target:
        assert [block.id for block in target.list_blocks()] == ["5"]


def test_the_database_of_an_application_in_this_process_is_judged_all_the_same(
    tmp_path: Path, module: str
) -> None:
    reset = {"sql": {"url": "postgresql://db.example.com/time", "statements": ["DELETE FROM block"]}}
    judged = pytest.raises(RefusedForSafety, match=r"database://db\.example\.com")
    with tiny(tmp_path, in_process(f"{module}:asgi", reset=reset)) as target, judged:
        target.reset()


def test_a_file_with_both_homes_uses_the_process_unless_asked(tmp_path: Path, module: str) -> None:
    both = in_process(f"{module}:asgi")
    del both["start"]
    del both["variables.base"]
    from targets_support import BASE, changed

    from qbharness.targets.reader import parse_target

    file = parse_target(changed(BASE, both))
    with Target(file, folder=tmp_path / "a", environment={}, in_process=True) as inside:
        assert [block.id for block in inside.list_blocks()] == ["5"]
    with Target(file, folder=tmp_path / "b", environment={}) as outside:
        assert outside.list_blocks() == ()


def test_an_application_that_cannot_be_made_is_told(tmp_path: Path, module: str) -> None:
    app = {"path": f"{module}:failing", "factory": True}
    with pytest.raises(SetUpProblem, match="RuntimeError: no settings"), tiny(tmp_path, in_process(app)):
        pass


def test_asgi_and_wsgi_are_told_apart() -> None:
    async def asgi(scope: Any, receive: Any, send: Any) -> None: ...

    def wsgi(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        return [json.dumps(environ).encode()]

    class App:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    assert (kind_of(asgi), kind_of(wsgi), kind_of(App())) == ("asgi", "wsgi", "asgi")


def test_a_template_in_a_list_of_statements_is_checked_at_its_own_place() -> None:
    with pytest.raises(LocatedProblem, match="uses 'idd'"):
        tiny_file({"operations.delete_block": {"sql": {"url": "sqlite://", "statements": ["x {{ idd }}"]}}})
