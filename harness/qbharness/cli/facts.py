"""``qbharness facts``: what is modelled, from which source, and how surely."""

from __future__ import annotations

from collections.abc import Iterator

import click


@click.command("facts")
@click.argument("words", nargs=-1, metavar="[WORD]...")
def command(words: tuple[str, ...]) -> None:
    """Print every modelled rule, status and switch with its source, as a Markdown page.

    WORDs pick the lines that hold them all (in any case).
    """
    wanted = tuple(word.casefold() for word in words)
    click.echo("\n".join(page(wanted)))


def page(words: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines of the page; only those with all ``words`` in them, if there are any."""
    yield "# What this QuickBooks and this Web Connector are known to do"
    for title, head, rows in (
        ("Rules", "| rule | what | certainty | source |", _rules()),
        ("Status codes", "| code | severity | text | certainty | source |", _statuses()),
        ("HRESULTs", "| code | text |", _hresults()),
        ("Switches", "| switch | value | certainty | source |", _switches()),
    ):
        kept = [row for row in rows if all(word in row.casefold() for word in words)]
        if kept or not words:
            yield from ("", f"## {title}", "", head, "|" + "---|" * (head.count("|") - 1), *kept)


def _row(*cells: object) -> str:
    shown = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(shown)} |"


def _rules() -> Iterator[str]:
    from qbsim.certainty import RULES  # noqa: PLC0415 - --help stays light

    import_everything()
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        yield _row(rule.id, rule.sentence, rule.certainty.value, rule.source)


def _statuses() -> Iterator[str]:
    from qbsim.quickbooks.statuses import STATUSES  # noqa: PLC0415

    for row in STATUSES.values():
        yield _row(row.code, row.severity, row.text, row.certainty.value, row.source)


def _hresults() -> Iterator[str]:
    from qbsim.processor import HRESULTS  # noqa: PLC0415

    for code, text in HRESULTS.items():
        yield _row(f"0x{code:08X}", text)


def _switches() -> Iterator[str]:
    from qbsim.switches import SWITCHES  # noqa: PLC0415

    for switch in SWITCHES.values():
        yield _row(f"**{switch.name}**", switch.sentence, "", "")
        for name, value in switch.values.items():
            shown = f"{name} (default)" if name == switch.default else name
            yield _row("", shown, value.certainty.value, value.source)


def import_everything() -> None:
    """Import every module of the simulator: a rule registers itself when its module is read."""
    import importlib  # noqa: PLC0415
    import pkgutil  # noqa: PLC0415

    import qbsim  # noqa: PLC0415

    for module in pkgutil.walk_packages(qbsim.__path__, "qbsim."):
        importlib.import_module(module.name)
