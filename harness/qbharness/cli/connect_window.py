"""What ``qbharness connect`` shows: the two progress bars, the status, the last result.

On a terminal the bars move in place; elsewhere one line is printed for each change.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self, final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from qbsim.connector.events import (
    CallEnded,
    CallStarted,
    Coded,
    Happening,
    Observer,
    QuickBooksAnswered,
    QuickBooksAsked,
    Selected,
    Shown,
    UserAsked,
    Waited,
)
from qbsim.connector.qwc import Application
from qbsim.connector.update import Result, User

_PURPOSES: Final = {"request": "the server's"}
"""Whose request it is; the others are the Web Connector's own and named as such."""


@final
class Window(Observer):
    """Shows one application as it is updated."""

    def __init__(
        self, application: Application, *, verbose: bool = False, console: Console | None = None
    ) -> None:
        self._refused = False
        self._silent = False
        self._answered = False
        self._verbose = verbose
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._bars = Progress(
            TextColumn("{task.description:<21}"),
            BarColumn(bar_width=40),
            TextColumn("{task.percentage:>3.0f} %"),
            console=self._console,
            auto_refresh=False,
            disable=not self._console.is_terminal,
        )
        self._application_bar: TaskID = self._bars.add_task("Application Progress", total=100)
        self._total_bar: TaskID = self._bars.add_task("Total Progress", total=100)
        self._status = ""
        self._progress = 0
        self._name = application.display_name or application.name
        self._print(f"{self._name}: {application.url}, user {application.user}")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    @property
    def unreachable(self) -> bool:
        """Whether a call met no server at all, or none of them was ever answered."""
        return self._refused or (self._silent and not self._answered)

    def _print(self, line: str) -> None:
        self._console.print(Text(line))

    def called(self, call: CallStarted) -> None:
        """With --verbose: the call."""
        if self._verbose:
            self._print(f"  {call.number:>4}  {call.operation}")

    def replied(self, call: CallEnded) -> None:
        """With --verbose: the answer, on one line."""
        kind = call.failure.kind if call.failure else "reply"
        self._refused = self._refused or kind in ("refused", "tls")
        self._silent = self._silent or kind in ("reset", "timeout")
        self._answered = self._answered or kind == "reply"
        if self._verbose:
            said = call.failure.text if call.failure else repr(call.value)
            self._print(f"        {_short(said)}")

    def asked(self, asked: QuickBooksAsked) -> None:
        """With --verbose: what QuickBooks is asked."""
        if self._verbose:
            purpose = _PURPOSES.get(asked.purpose, asked.purpose)
            self._print(f"        QuickBooks: {asked.action}{purpose and f' ({purpose})'}")

    def answered(self, answered: QuickBooksAnswered) -> None:
        """With --verbose: an HRESULT."""
        if self._verbose and answered.hresult:
            self._print(f"        {answered.hresult} {answered.message}")

    def happened(self, happening: Happening) -> None:
        """The bars, the status, codes that have no status of their own."""
        match happening:
            case Shown(_, status, progress):
                self._bars.update(self._application_bar, completed=progress)
                self._bars.update(self._total_bar, completed=progress)
                self._bars.refresh()
                if self._bars.disable and progress != self._progress:
                    self._print(f"Application Progress: {progress} %")
                self._progress = progress
                if status and status != self._status:
                    self._print(f"Status: {status}")
                self._status = status
            case Selected(application, scheduled=True):
                self._print(f"Scheduled update of {application}")
                self._status = ""
            case UserAsked(question, answer):
                self._print(f"The user is asked: {question} The answer is {'yes' if answer else 'no'}.")
            case Coded(_, text) if text != self._status and self._verbose:
                self._print(text)
            case Waited(seconds, why) if self._verbose:
                self._print(f"        {seconds:g} s of simulated time: {why}")
            case _:
                return

    def opened(self, url: str) -> None:
        """The browser that the server asked for."""
        self._print(f"The browser opens {url}")

    def over(self, results: Sequence[Result]) -> None:
        """The last result, as the window shows it."""
        if not results:
            self._print("Last result: not updated")
            return
        last = results[-1]
        self._bars.update(self._total_bar, completed=100)
        self._bars.refresh()
        self._print(f"Last result: {last.outcome}, {last.progress} %, {last.calls} calls")
        if last.last_error:
            self._print(f"The server says: {last.last_error}")


@final
class Clerk(User):
    """The person at the PC says yes to everything; the window tells what it was."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def browse(self, url: str) -> None:
        """Show the address in the place of a browser."""
        self._window.opened(url)


def _short(text: str, limit: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
