"""One row a QBWC code that we model: what causes it. Every code in the sources has a row here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from connector_support import (
    Keeper,
    ScriptedQuickBooks,
    ScriptedServer,
    application,
    qwc_text,
    server,
    update,
)

import qbsim.connector
from qbsim.connector import registration
from qbsim.connector.codes import CODES
from qbsim.connector.events import Coded
from qbsim.connector.qwc import QwcRefused, read_qwc
from qbsim.connector.schedule import WebConnector
from qbsim.connector.update import User
from qbsim.connector.wire import Reply, TransportError
from qbsim.errors import UsageProblem
from qbsim.source import Source
from qbsim.switches import Switches

LOST = TransportError("timeout")


def qwc(**changes: str) -> Callable[[], list[str]]:
    def cause() -> list[str]:
        with pytest.raises(QwcRefused) as refused:
            read_qwc(qwc_text(**changes))
        return [str(refused.value)]

    return cause


def shown(keeper: Keeper) -> list[str]:
    return [event.text for event in keeper.of(Coded)]


def session(fails: dict[str, list[int]] | None = None, user: User | None = None, **answers: object):
    def cause() -> list[str]:
        keeper = Keeper()
        books = ScriptedQuickBooks(fails=fails or {})
        update(server(**answers), quickbooks=books, observer=keeper, user=user).run()
        return shown(keeper)

    return cause


def adding(
    fails: dict[str, list[int]] | None = None, answer: str | None = None, **web: object
) -> Callable[[], list[str]]:
    def cause() -> list[str]:
        keeper = Keeper()
        books = ScriptedQuickBooks(fails=fails or {})
        if answer is not None:
            books.answer = lambda _: answer
        sync = ScriptedServer({"GET": [web.get("service", Reply(200)), web.get("support", Reply(200))]})
        registration.add(application(), books, sync, Switches(), keeper)
        return shown(keeper)

    return cause


def removing() -> list[str]:
    keeper = Keeper()
    books = ScriptedQuickBooks(fails={"process_request": [0x800706BA]})
    registration.remove(application(), books, keeper)
    return shown(keeper)


def window(
    act: Callable[[WebConnector], object], sync: ScriptedServer | None = None
) -> Callable[[], list[str]]:
    def cause() -> list[str]:
        keeper = Keeper()
        made = WebConnector(ScriptedQuickBooks, sync or server(), Source(), Switches(), keeper)
        made.install(application(), "secret")
        act(made)
        return shown(keeper)

    return cause


def unknown_application() -> list[str]:
    with pytest.raises(UsageProblem) as refused:
        WebConnector(ScriptedQuickBooks, server(), Source(), Switches()).entry("Hours")
    return [str(refused.value)]


class No(User):
    def go_on_after_warning(self, text: str) -> bool:
        return False


def scheduled(made: WebConnector) -> None:
    list(made.auto_run(dt.timedelta(minutes=1), every=dt.timedelta(minutes=1)))


STAMPED_BY_ANOTHER = (
    '<QBXML><QBXMLMsgsRs><CompanyQueryRs statusCode="0"><CompanyRet><DataExtRet>'
    f"<OwnerID>{application().owner_id}</OwnerID><DataExtName>FileID</DataExtName>"
    "<DataExtType>STR255TYPE</DataExtType><DataExtValue>{another}</DataExtValue></DataExtRet></CompanyRet>"
    "</CompanyQueryRs></QBXMLMsgsRs></QBXML>"
)

CAUSES: dict[str, Callable[[], list[str]]] = {
    "QBWC1000": qwc(AppSupport="https://other.example/"),
    "QBWC1001": qwc(AppURL="https://10.0.0.1/"),
    "QBWC1002": qwc(AppSupport="https://10.0.0.1/"),
    "QBWC1003": adding(support=Reply(404)),
    "QBWC1004": adding(support=TransportError("refused")),
    "QBWC1008": adding(fails={"open_connection": [0x80040408, 0x80040408]}),
    "QBWC1010": qwc(AppURL="http://hours.example/"),
    "QBWC1011": unknown_application,
    "QBWC1012": session(authenticate=LOST),
    "QBWC1013": session(fails={"begin_session": [0x80040414]}),
    "QBWC1014": session(fails={"host_query": [0x80040402]}),
    "QBWC1015": session(fails={"end_session": [0x800706BA]}),
    "QBWC1016": window(lambda made: made.update_selected([])),
    "QBWC1017": window(lambda made: made.update_selected(), server(authenticate=("", "nvu"))),
    "QBWC1025": removing,
    "QBWC1026": adding(answer=STAMPED_BY_ANOTHER),
    "QBWC1027": adding(fails={"process_request": [0x800706BA]}),
    "QBWC1030": window(lambda made: (made.set_password("Hours", None), made.update_selected())),
    "QBWC1031": window(scheduled, server(authenticate=("", "busy"))),
    "QBWC1034": qwc(AuthFlags="all"),
    "QBWC1036": session(clientVersion=LOST),
    "QBWC1037": session(clientVersion="W:old", user=No()),
    "QBWC1039": qwc(OwnerID="none"),
    "QBWC1041": session(sendRequestXML=LOST),
    "QBWC1042": session(receiveResponseXML=LOST),
    "QBWC1043": session(sendRequestXML="", getLastError=LOST),
    "QBWC1044": session(closeConnection=LOST),
    "QBWC1045": session(fails={"begin_session": [0x80040414]}, connectionError=LOST),
    "QBWC1046": session(clientVersion="new"),
    "QBWC1048": adding(service=Reply(405)),
    "QBWC1051": adding(service=Reply(405)),
    "QBWC1065": qwc(QBType="QBO"),
}


@pytest.mark.parametrize("code", CAUSES)
def test_a_code_is_shown_with_its_text(code: str) -> None:
    texts = [text for text in CAUSES[code]() if code in text]
    (text,) = texts
    stable = max(CODES[code].text.split("{}"), key=len).strip().removesuffix(".")
    assert " ".join(stable.split()) in " ".join(text.split())


def test_every_code_that_the_sources_name_has_a_row() -> None:
    folder = Path(qbsim.connector.__file__).parent
    named = {
        code
        for path in folder.glob("*.py")
        if path.name not in ("codes.py", "log.py")
        for code in re.findall(r"\"(QBWC\d{4})\"", path.read_text(encoding="utf-8"))
    }
    assert named == set(CAUSES)


def test_a_code_fills_in_what_it_is_about() -> None:
    assert CODES["QBWC1030"].shown("Hours").startswith("QBWC1030: Password is not available for application")
    assert "named Hours." in CODES["QBWC1030"].shown("Hours")
    assert CODES["QBWC1016"].shown("ignored") == "QBWC1016: No application was selected for update."
