"""``target check`` says what works and, of what does not, why."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from targets_support import BASE, changed, tiny

from qbharness.cli import cli
from qbharness.targets.checking import Tried, check_target_by_trying


def tried(folder: Path, changes: dict[str, object]) -> dict[str, Tried]:
    with tiny(folder, changes) as target:
        return {each.operation: each for each in check_target_by_trying(target)}


def test_every_operation_of_a_good_file_works(tmp_path: Path) -> None:
    found = tried(tmp_path, {"backup": "folder"})
    connector = found.pop("connector")
    assert {name for name, each in found.items() if each.outcome != "works"} == set()
    assert connector.outcome == "fails"  # the tiny server speaks no SOAP
    assert "/soap" in connector.why


def test_what_the_file_does_not_say_is_no_failure(tmp_path: Path) -> None:
    assert tried(tmp_path, {"operations.clock": None})["clock"].outcome == "not said"


BAD = {
    "edit_block": (
        {"operations.edit_block.http": {"method": "GET", "url": "{{ base }}/blocks"}},
        "version is 1",
    ),
    "delete_block": (
        {"operations.delete_block.http": {"method": "GET", "url": "{{ base }}/blocks"}},
        "still listed",
    ),
    "mark_sent": (
        {"operations.mark_sent.http.url": "{{ base }}/blocks/{{ id }}/refused"},
        "listed as 'refused'",
    ),
    "list_blocks": ({"operations.list_blocks.map.id": "employee"}, "was added and is not in the list"),
    "add_block": ({"operations.add_block.http.url": "{{ base }}/wrong/500"}, "HTTP 500"),
    "clock": ({"operations.clock": {"python": {"call": "no_such_module:f"}}}, "cannot be imported"),
    "reset": ({"reset": {"http": {"url": "{{ base }}/wrong/404"}}}, "HTTP 404"),
}


@pytest.mark.parametrize("operation", BAD)
def test_an_operation_that_quietly_does_nothing_or_loudly_fails_is_told(
    tmp_path: Path, operation: str
) -> None:
    changes, why = BAD[operation]
    found = tried(tmp_path, changes)[operation]
    assert found.outcome == "fails"
    assert why in found.why


def test_the_command_tells_all_of_it_and_ends_with_6(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(changed(BASE, {"operations.clock": None}))
    result = CliRunner().invoke(cli, ["target", "check", str(file)])
    assert result.exit_code == 6
    assert "add_block                   works     the block's id is 1" in result.output
    assert "clock                       not said" in result.output


def test_the_command_ends_well_on_a_bundled_server() -> None:
    result = CliRunner().invoke(cli, ["target", "check", "simple"])
    assert (result.exit_code, "fails" in result.output) == (0, False), result.output


def test_the_bundled_targets_are_listed_and_the_schema_is_printed() -> None:
    assert "simple" in CliRunner().invoke(cli, ["target", "list"]).output
    assert '"$defs"' in CliRunner().invoke(cli, ["target", "schema"]).output
