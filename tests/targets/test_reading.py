"""A target file is read, or every mistake is told at its place with the cure."""

import pickle
from pathlib import Path

import pytest
from targets_support import BASE, changed, tiny_file

from qbharness.targets.model import FRESH_START, ExpectedBreak, Http, Marks
from qbharness.targets.reader import bundled, parse_target, read_target
from qbharness.targets.template import Template
from qbsim.errors import LocatedProblem, UsageProblem


def told(text: str) -> str:
    with pytest.raises(LocatedProblem) as caught:
        parse_target(text, "mine.yaml")
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(bundled()))
def test_every_bundled_target_is_read_by_its_name(name: str) -> None:
    assert read_target(name).name == name


def test_a_target_that_does_not_exist_is_told_with_the_nearest_bundled_one() -> None:
    with pytest.raises(UsageProblem, match="Did you mean 'plain'"):
        read_target("plane")


def test_a_file_is_read_from_its_path_and_remembers_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(BASE)
    assert read_target(path).path == path


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageProblem, match="cannot be read"):
        read_target(path)


def test_a_misspelt_key_is_told_with_its_place_the_line_and_the_nearest_key() -> None:
    assert told(BASE.replace("operations:", "opperations:")) == (
        "mine.yaml:12:1: A target file has no key 'opperations'. Did you mean 'operations'?\n"
        "    opperations:\n"
        "    ^"
    ).replace("12:1", f"{BASE[: BASE.index('operations:')].count(chr(10)) + 1}:1")


MISTAKES = {
    "no language": ({"language": None}, "needs the key 'language'"),
    "another language": ({"language": 2}, "only language of target files is 1"),
    "a number for a name": ({"name": "a b"}, "must be a short name, not 'a b'"),
    "an unknown promise": ({"contract": {"delivery": "often"}}, "Known: exactly_once, at_most_once"),
    "a word for a truth value": ({"disposable": "yes"}, "must be true or false, not 'yes'"),
    "no connector": ({"connector": None}, "needs the key 'connector'"),
    "two ways to connect": ({"connector.qwc": "a.qwc"}, "exactly one of qwc, url"),
    "a password in the file": ({"connector.password": "hunter2"}, "A secret must be a mapping"),
    "an operation without an action": ({"operations.clock": {}}, "exactly one of http, sql, shell, python"),
    "an unknown operation": ({"operations.add_blok": {}}, "Did you mean 'add_block'?"),
    "an unknown field to map": (
        {"operations.add_block.map": {"idd": "x"}},
        "'idd' is not known here. Did you mean 'id'?",
    ),
    "two bodies": ({"operations.clock.http.body": "x"}, "only one of json, form and body"),
    "a command line in one text": (
        {"start.command": "serve --port 1"},
        "must be a list, not 'serve --port 1'",
    ),
    "a limit without a unit": ({"start.within": 20}, "Write 20s, 500ms or 2m."),
    "a pattern that does not parse": ({"start.ready": {"log": "("}}, "the pattern '(' does not parse"),
    "no way to see that it is ready": ({"start.ready": {}}, "exactly one of url, log, port"),
    "an unknown state": ({"operations.list_blocks.states": {"1": "snt"}}, "Did you mean 'sent'?"),
    "a mark without a group": ({"marks": {"notes": "#[0-9]+"}}, "has no group (?P<block>...)"),
    "a mark that does not parse": ({"marks": {"notes": "["}}, "does not parse"),
    "a break without a date": ({"expect_broken": {"lost": "known"}}, "until: 2027-03-31"),
    "a break with a wrong date": (
        {"expect_broken": {"lost": "x", "until": "soon"}},
        "Write it as 2026-11-02",
    ),
    "a break of nothing": ({"expect_broken": {"until": "2027-01-01"}}, "names no check"),
    "a fresh start of a foreign server": ({"start": None, "reset": FRESH_START}, "started here"),
    "a backup of a foreign server": ({"start": None, "backup": "folder"}, "started here"),
    "a fresh start of an object": ({"start": None, "app": "a:b", "reset": FRESH_START}, "as a factory"),
    "arguments for an object": ({"app": {"path": "a:b", "arguments": {"x": 1}}}, "only a factory"),
    "an app without a name": ({"start": None, "app": "package.module"}, "package.module:app"),
    "a status that is none": ({"operations.clock.http.expect": [20]}, "from 100 to 599"),
    "an empty command": ({"start.command": []}, "at least 1"),
    "a secret from nowhere": ({"secrets": {"token": {}}}, "exactly one of environment, file, generated"),
    "a secret in the command": (
        {"start.command": ["serve", "{{ password }}"]},
        "A secret must not stand in a command line",
    ),
    "a secret in a failpoint's arguments": (
        {"failpoints": {"here": {"start_with": ["{{ secrets.x }}"]}}},
        "A secret must not stand in a command line",
    ),
    "a secret in a shell operation": (
        {"operations.clock": {"shell": {"command": ["set", "{{ password }}"]}}},
        "A secret must not stand in a command line",
    ),
    "a secret in a command by the names of variables": (
        {
            "variables.key": "{{ secrets.x }}",
            "variables.word": "-k{{ key }}",
            "start.command": ["go", "{{ word }}"],
        },
        "A secret must not stand in a command line",
    ),
    "a secret in a command by the user's name": (
        {"connector.user": "{{ password }}", "start.command": ["go", "{{ user }}"]},
        "A secret must not stand in a command line",
    ),
    "a variable by a name that is taken": ({"variables.port": "8080"}, "'port' has a meaning of its own"),
    "an undefined name": (
        {"operations.clock.http.url": "{{ bse }}/now"},
        "uses 'bse', which is not known here. Did you mean 'base'?",
    ),
    "a name of another operation": (
        {"operations.select_period.http.url": "{{ base }}/{{ id }}"},
        "uses 'id', which is not known here",
    ),
    "an unknown field of a block": (
        {"operations.add_block.http.json": {"e": "{{ block.employe }}"}},
        "A block has no field 'employe'. Did you mean 'employee'?",
    ),
    "a template that does not parse": (
        {"operations.clock.http.url": "{{ base "},
        "The template does not parse",
    ),
    "an unknown filter": ({"operations.clock.http.url": "{{ base | upwards }}"}, "No filter named 'upwards'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_at_its_place_with_the_cure(mistake: str) -> None:
    changes, sentence = MISTAKES[mistake]
    message = told(changed(BASE, changes))
    assert message.startswith("mine.yaml:")
    assert sentence in message


def test_a_pattern_s_named_groups_may_be_used_as_names() -> None:
    file = tiny_file(
        {"start.ready": {"log": r"listening on (?P<home>\S+)"}, "operations.clock.http.url": "{{ home }}/now"}
    )
    clock = file.operations["clock"].action
    assert isinstance(clock, Http)
    assert clock.url.text == "{{ home }}/now"


def test_known_breaks_carry_reason_date_and_scenarios() -> None:
    one, two = tiny_file(
        {
            "expect_broken": [
                {"duplicate": "no recovery", "until": "2027-01-31", "scenarios": ["lost-answers/*"]},
                {"lost": "one more", "until": "2027-02-28"},
            ]
        }
    ).expect_broken
    assert (one.check, one.reason, one.until.isoformat(), one.scenarios) == (
        "duplicate",
        "no recovery",
        "2027-01-31",
        ("lost-answers/*",),
    )
    assert isinstance(two, ExpectedBreak)
    assert two.scenarios == ()


def test_a_mark_finds_the_block_that_a_request_names() -> None:
    marks = Marks(request_id=r"^wb-(?P<block>\d+)", notes=r"\[(?P<block>\w+)\]$")
    assert marks.block_of(request_id="wb-17") == "17"
    assert marks.block_of(request_id="other", notes="framing [x9]") == "x9"
    assert marks.block_of(request_id="other", notes="framing") is None
    assert Marks().block_of(request_id="wb-17") is None


def test_two_templates_are_equal_wherever_they_stand() -> None:
    assert tiny_file() == parse_target("# one more line\n" + changed(BASE, {}))
    assert isinstance(tiny_file().connector.url, Template)


@pytest.mark.parametrize("name", sorted(bundled()))
def test_a_target_file_travels_to_a_worker_process(name: str) -> None:
    file = read_target(name)
    assert pickle.loads(pickle.dumps(file)) == file  # noqa: S301 - our own bytes
