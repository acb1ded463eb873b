"""Passwords as scrypt hashes. The text form names its own cost, so that the cost can grow later."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

_BLOCK_SIZE: Final = 8
_NOBODY: Final = "an account that does not exist"


def hash_password(password: str, cost: int) -> str:
    """``scrypt$N$salt$key`` in hex; ``cost`` is scrypt's N, a power of two."""
    salt = secrets.token_bytes(16)
    return f"scrypt${cost}${salt.hex()}${_key(password, salt, cost).hex()}"


def check_password(password: str, stored: str | None, cost: int) -> bool:
    """Whether ``password`` is the one. An unknown user (None) costs as much time as a known one."""
    if stored is None:
        _key(password, _NOBODY.encode(), cost)
        return False
    _, text_cost, salt, key = stored.split("$")
    return hmac.compare_digest(_key(password, bytes.fromhex(salt), int(text_cost)), bytes.fromhex(key))


def _key(password: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=_BLOCK_SIZE,
        p=1,
        maxmem=256 * _BLOCK_SIZE * cost + 2**20,
    )
