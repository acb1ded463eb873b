"""What a caller of the server did wrong, as errors that become HTTP answers or SOAP faults."""

from __future__ import annotations


class BadInput(Exception):
    """The caller sent something that cannot be used; nothing was changed."""

    status = 400

    def __init__(self, sentence: str, *, name: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.name = name


class NotFound(BadInput):
    """What the caller names does not exist (any more)."""

    status = 404


class Conflict(BadInput):
    """The thing is not in a state in which this can be done."""

    status = 409


class TooLarge(BadInput):
    """The body is larger than this server reads."""

    status = 413


class Unsupported(BadInput):
    """The body is of a type that this server does not read."""

    status = 415


class CannotStart(Exception):
    """The server cannot start with these options or this database; the sentence says why."""
