"""Every command's help: a sentence, a word on each option, and an example that can be typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from qbharness.cli import COMMANDS, cli
from qbharness.cli.examples import EXAMPLES
from qbharness.servers.command import command as server


def below(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for word, each in command.commands.items():
            yield from below(each, f"{name} {word}")


def every_command() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {"server": server}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        found |= {} if name == "server" else dict(below(command, name))
    return found


ALL = every_command()


def examples(command: click.Command) -> list[list[str]]:
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    return [shlex.split(line.partition(" > ")[0]) for line in lines if line.startswith("qbharness ")]


@pytest.mark.parametrize("name", ALL)
def test_the_help_begins_with_a_sentence_and_says_what_each_option_does(name: str) -> None:
    command = ALL[name]
    first = " ".join((command.help or "").split("\n\n")[0].split())
    assert first.endswith((".", ".)"))
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    assert [option.opts[0] for option in options if not (option.help or "").endswith((".", ")", "..."))] == []


@pytest.mark.parametrize("name", ALL)
def test_the_help_ends_with_examples_that_can_be_read(name: str) -> None:
    shown = examples(ALL[name])
    assert shown
    for _, *words in shown:
        spoken = max((each for each in ALL if words[: len(each.split())] == each.split()), key=len)
        command = ALL[spoken]
        rest = words[len(spoken.split()) :]
        known = {opt for option in command.params if isinstance(option, click.Option) for opt in option.opts}
        assert {word for word in rest if word.startswith("-")} <= known
        command.make_context(spoken, rest, resilient_parsing=True).close()


@pytest.mark.parametrize("name", ALL)
def test_the_help_shows_its_example_on_a_line_of_its_own(name: str) -> None:
    shown = CliRunner().invoke(cli, [*name.split(), "--help"], terminal_width=100).output
    assert all(
        shlex.join(words) in "\n".join(map(_plain, shown.splitlines())) for words in examples(ALL[name])
    )


def _plain(line: str) -> str:
    try:
        return shlex.join(shlex.split(line.strip().partition(" > ")[0]))
    except ValueError:
        return ""


def test_every_example_is_of_a_command_that_there_is() -> None:
    assert set(EXAMPLES) <= set(ALL)
