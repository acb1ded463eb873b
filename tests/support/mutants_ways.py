"""The ways in which real servers lose, double or mix up work, and what of each a server can do alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WAYS: Final[Mapping[int, str]] = {
    1: "The request goes out again in the next session, although QuickBooks has committed it.",
    2: "Marked as in process before it is sent, and never handed out again.",
    3: "Taken off the queue at login or when sent; gone when the session dies.",
    4: "Marked as sent when it is handed out, before any answer.",
    5: "Busy for ever after a session that was never closed.",
    6: "The answer is booked on the first open block, and not on the one that it belongs to.",
    7: "An answer that is delivered twice advances the queue twice.",
    8: "Asked twice for work, it hands out two blocks; the first is stranded.",
    9: "What it counts in one session survives into the next.",
    10: "An answer with an error is booked as success.",
    11: "A warning, or an answer that nothing was found, is booked as success or as a failure.",
    12: "After an HRESULT the queue does not advance: the same request for ever in one session.",
    13: "After an HRESULT about something that QuickBooks had committed, it is sent again.",
    14: "After a mismatch it goes on with the next block, or shows no text that helps.",
    15: "The failing block is flagged as sent, and mending the names never brings it back.",
    16: "One failing block blocks all others for ever; or it is skipped and never comes back.",
    17: "An edit after the sync sends the block again.",
    18: "An edit between hand-out and answer: nobody knows which version QuickBooks has.",
    19: "The answer of an old ticket is taken in a new session, or a foreign ticket works.",
    20: "Two Web Connectors at the same time get the same block each.",
    21: "All blocks in one message set; one lost reply sends the whole batch again.",
    22: "A message set id that is too long, made afresh at each attempt, or cleared too early.",
    23: "A status probe that deletes the very state that it asks for.",
    24: "Blocks at the edges of the period are left out, or sent twice.",
    25: "Hours are rounded, or minutes mixed up.",
    26: "Names are trimmed, cut or taken for others, so that hours land on another job.",
    27: "Notes with markup, quotes, accents or line breaks break the request, or arrive changed.",
    28: "Elements in the wrong order or newer than the version: the message set is refused.",
    29: "Another company file is open, and the hours land there.",
    30: "Two equal blocks are taken for one.",
    31: "A restored backup: the server says sent, QuickBooks has forgotten.",
    32: "Somebody touches entries in QuickBooks, and the server does not know what is whose.",
    33: "Progress stays or comes too early, errors never go away, NoOp for ever.",
    34: "The operation is found by searching the whole body for a name.",
    35: "A wrong password is accepted, users are told apart by errors, tickets can be guessed.",
}
"""By their number in the list of ways that were seen in public servers and their issues."""

NOT_ALONE: Final[Mapping[int, str]] = {
    29: "Which company file is open is a person's act; the server's half is not to look.",
    31: "The backup is restored by a person; the server's half is what it does about it unasked.",
    32: "Deleting, paying and billing are a person's acts; the server's half is what it takes for its own.",
    35: "The protocol has one word for every refused login, so users cannot be told apart there.",
}
"""What of a way no server can do alone, so that no mutant stands for that half."""
