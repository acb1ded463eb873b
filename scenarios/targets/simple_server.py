"""The simplest sync server that sends every Work Block to QuickBooks exactly once: one page of Flask.

Three things make it exact. The bytes of a request are stored *before* they leave (``hand_out``). A
block whose answer is missing is *in doubt*: the same bytes go again, and because they carry the same
newMessageSetID, QuickBooks answers from its memory instead of writing a second entry. And an answer
belongs to the request whose requestID it repeats (``book``), never to "the last one".

    SYNC_PASSWORD=... python simple_server.py --port 5000 --database blocks.db
"""

import argparse
import hmac
import os
import secrets
import sqlite3
from xml.etree import ElementTree as ET

from flask import Flask, Response, abort, g, jsonify, request
from markupsafe import escape

app = Flask(__name__)
SOAP, INTUIT = "http://schemas.xmlsoap.org/soap/envelope/", "http://developer.intuit.com/"
OWNER, FILE = "{5B2F0B3C-8A7E-4F51-9C55-0D7C8E0A1B42}", "{E0F1C9A4-2D6B-4C58-A9B7-6F3D2E1C0B9A}"
FIELDS = [
    "employee",
    "customer",
    "date",
    "hours",
    "service_item",
    "class",
    "payroll_item",
    "notes",
    "billable",
]
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS block (id INTEGER PRIMARY KEY, {", ".join(FIELDS)}, state DEFAULT 'not sent',
    txn_id, attempt INTEGER DEFAULT 0, request_id, request, refusal);
CREATE TABLE IF NOT EXISTS session (ticket, error DEFAULT '', total INTEGER, done INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS period (first, last);"""
WAITING = """FROM block WHERE state = 'in doubt' OR state != 'sent'
    AND date BETWEEN coalesce((SELECT first FROM period), '') AND coalesce((SELECT last FROM period), '9')"""


@app.before_request
def begin() -> None:
    g.db = sqlite3.connect(app.config["DATABASE"], isolation_level=None, timeout=10)
    g.db.row_factory = sqlite3.Row
    g.db.executescript(SCHEMA)
    g.db.execute("BEGIN IMMEDIATE")


@app.after_request
def commit(response: Response) -> Response:
    g.db.execute("COMMIT" if response.status_code < 400 else "ROLLBACK")  # before the answer leaves
    g.db.close()
    return response


# What the Web Connector calls


def authenticate(user: str, password: str) -> list[str]:
    known = user == "flask" and hmac.compare_digest(password.encode(), os.environ["SYNC_PASSWORD"].encode())
    if not known:
        return ["", "nvu"]
    total = g.db.execute(f"SELECT count(*) {WAITING}").fetchone()[0]
    if not total:
        return ["", "none"]
    ticket = secrets.token_hex(16)
    g.db.execute("DELETE FROM session")  # a new login ends the old session
    g.db.execute("INSERT INTO session (ticket, total) VALUES (?, ?)", (ticket, total))
    return [ticket, ""]


def send_request(ticket: str, hcp: str) -> str:
    if not session(ticket):
        return ""
    if hcp and FILE.lower() not in hcp.lower():
        return stop("The company file that is open in QuickBooks is not ours. Open the right one.", "")
    block = g.db.execute(f"SELECT * {WAITING} ORDER BY state != 'in doubt', date, id").fetchone()
    return (block["request"] if block["state"] == "in doubt" else hand_out(block)) if block else ""


def hand_out(block: sqlite3.Row) -> str:
    attempt = block["attempt"] + 1
    request_id = f"{block['id']}.{attempt}"
    text = (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML>'
        f'<QBXMLMsgsRq onError="stopOnError" newMessageSetID="simple-{request_id}">'
        f'<TimeTrackingAddRq requestID="{request_id}">{hours(block)}</TimeTrackingAddRq>'
        "</QBXMLMsgsRq></QBXML>"
    )
    g.db.execute(
        "UPDATE block SET state = 'in doubt', attempt = ?, request_id = ?, request = ? WHERE id = ?",
        (attempt, request_id, text, block["id"]),
    )
    return text


def hours(block: sqlite3.Row) -> str:
    hour, minute = block["hours"].split(":")
    billable = {None: "", 0: "NotBillable", 1: "Billable"}[block["billable"]]
    rows = [
        ("TxnDate", block["date"], ""),
        ("EntityRef", block["employee"], "FullName"),
        ("CustomerRef", block["customer"], "FullName"),
        ("ItemServiceRef", block["service_item"], "FullName"),
        ("Duration", f"PT{int(hour)}H{int(minute)}M", ""),
        ("ClassRef", block["class"], "FullName"),
        ("PayrollItemWageRef", block["payroll_item"], "FullName"),
        ("Notes", block["notes"], ""),
        ("BillableStatus", billable, ""),
    ]
    inside = ((tag, f"<{sub}>{escape(v)}</{sub}>" if sub else escape(v)) for tag, v, sub in rows if v)
    return (
        "<TimeTrackingAdd>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in inside) + "</TimeTrackingAdd>"
    )


def receive_response(ticket: str, response: str, hresult: str, message: str) -> int:
    if not session(ticket):
        return -1
    if hresult:
        return stop(f"QuickBooks could not answer: {message} ({hresult}). Update again.", -1)
    for answer in ET.fromstring(response).iter("TimeTrackingAddRs"):
        return book(answer)
    return stop("QuickBooks' answer holds nothing about the hours. Update again.", -1)


def book(answer: ET.Element) -> int:
    block = g.db.execute(
        "SELECT * FROM block WHERE request_id = ? AND state = 'in doubt'", (answer.get("requestID"),)
    ).fetchone()
    if block and int(answer.get("statusCode", "-1")) in range(1000):
        txn_id = answer.findtext("TimeTrackingRet/TxnID")
        g.db.execute("UPDATE block SET state = 'sent', txn_id = ? WHERE id = ?", (txn_id, block["id"]))
        g.db.execute("UPDATE session SET done = done + 1")
    elif block:
        refusal = answer.get("statusMessage")
        g.db.execute("UPDATE block SET state = 'refused', refusal = ? WHERE id = ?", (refusal, block["id"]))
        who = f"{block['employee']}, {block['customer']}, {block['date']}"
        return stop(
            f"QuickBooks refuses Work Block {block['id']} ({who}): {refusal} Mend it, then update again.", -1
        )
    left = g.db.execute(f"SELECT count(*) {WAITING}").fetchone()[0]
    done, total = g.db.execute("SELECT done, total FROM session").fetchone()
    return min(99, 100 * done // max(total, 1)) if left else 100


def session(ticket: str) -> sqlite3.Row | None:
    return g.db.execute("SELECT * FROM session WHERE ticket = ?", (ticket,)).fetchone()


def stop(error: str, value: str | int) -> str | int:
    g.db.execute("UPDATE session SET error = ?", (error,))
    return value


def last_error(ticket: str) -> str:
    return (session(ticket) or {"error": "This session is over."})["error"] or "Nothing is left to do."


def close(ticket: str) -> str:
    g.db.execute("DELETE FROM session WHERE ticket = ?", (ticket,))
    return "OK"


OPERATIONS = {
    "serverVersion": lambda _: "simple 1.0",
    "clientVersion": lambda _: "",
    "authenticate": lambda a: authenticate(a["strUserName"], a["strPassword"]),
    "sendRequestXML": lambda a: send_request(a["ticket"], a["strHCPResponse"]),
    "receiveResponseXML": lambda a: receive_response(a["ticket"], a["response"], a["hresult"], a["message"]),
    "connectionError": lambda a: stop(a["message"], "done"),
    "getLastError": lambda a: last_error(a["ticket"]),
    "closeConnection": lambda a: close(a["ticket"]),
}


@app.route("/qbwc", methods=["GET", "POST"])
def qbwc() -> Response:
    if request.method == "GET":
        return Response("The Web Connector posts here.")
    body = request.get_data()
    if b"<!DOCTYPE" in body:
        abort(400)
    call = ET.fromstring(body).find(f"{{{SOAP}}}Body")[0]
    name = call.tag.removeprefix(f"{{{INTUIT}}}")
    value = OPERATIONS[name]({each.tag.removeprefix(f"{{{INTUIT}}}"): each.text or "" for each in call})
    result = "".join(f"<string>{v}</string>" for v in value) if isinstance(value, list) else escape(value)
    return Response(
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body><{name}Response xmlns="{INTUIT}">'
        f"<{name}Result>{result}</{name}Result></{name}Response></soap:Body></soap:Envelope>",
        content_type="text/xml; charset=utf-8",
    )


@app.get("/work-blocks.qwc")
def qwc() -> Response:
    home = f"http://localhost:{request.host.rpartition(':')[2]}"
    return Response(
        f"<?xml version='1.0'?><QBWCXML><AppName>Work Blocks</AppName><AppID></AppID>"
        f"<AppURL>{home}/qbwc</AppURL><AppDescription>Hours</AppDescription>"
        f"<AppSupport>{home}/qbwc</AppSupport><UserName>flask</UserName>"
        f"<OwnerID>{OWNER}</OwnerID><FileID>{FILE}</FileID><QBType>QBFS</QBType></QBWCXML>",
        content_type="text/xml",
    )


# What the owner of the server does


@app.post("/blocks")
def add() -> tuple[Response, int]:
    given = request.get_json()
    marks = ", ".join("?" for _ in FIELDS)
    cursor = g.db.execute(
        f"INSERT INTO block ({', '.join(FIELDS)}) VALUES ({marks})", [given.get(name) for name in FIELDS]
    )
    return jsonify(id=cursor.lastrowid), 201


@app.patch("/blocks/<int:number>")
def edit(number: int) -> Response:
    for name, value in request.get_json().items():
        g.db.execute(f"UPDATE block SET {FIELDS[FIELDS.index(name)]} = ? WHERE id = ?", (value, number))
    return jsonify(id=number)


@app.delete("/blocks/<int:number>")
def delete(number: int) -> Response:
    g.db.execute("DELETE FROM block WHERE id = ?", (number,))
    return jsonify(id=number)


@app.put("/blocks/<int:number>/state")
def mark(number: int) -> Response:
    g.db.execute("UPDATE block SET state = ? WHERE id = ?", (request.get_json()["state"], number))
    return jsonify(id=number)


@app.put("/period")
def select() -> Response:
    g.db.execute("DELETE FROM period")
    g.db.execute("INSERT INTO period VALUES (:first, :last)", request.get_json())
    return jsonify(request.get_json())


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=5000)
    options.add_argument("--database", default="blocks.db")
    given = options.parse_args()
    app.config["DATABASE"] = given.database
    app.run("127.0.0.1", given.port)
