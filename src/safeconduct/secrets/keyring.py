"""Airflow's Fernet keys: which of them opens what, and why none does.

Airflow reads [core] fernet_key as a comma-separated list; the first key encrypts, each may open. One malformed key in
the list, an empty one behind a trailing comma included, keeps Airflow from opening anything (2.7 to 3.3). An empty
option means that Airflow stores plaintext.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.fernet import Fernet


class KeyState(Enum):
    """What [core] fernet_key is, taken as a whole."""

    ABSENT = "absent"
    EMPTY = "empty"
    MALFORMED = "malformed"
    USABLE = "usable"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Opened:
    """A token's text, and which of the keys opened it (counted from 1)."""

    text: Secret
    key_number: int


class Keyring:
    """The keys of one configuration. `origin` says where they stand.

    `problem` says what is wrong with them when MALFORMED, and why they are not known when UNKNOWN; `secrets` are the
    keys themselves where all are usable, the one that encrypts first.
    """

    def __init__(self, state: KeyState, origin: str, problem: str = "", secrets: tuple[Secret, ...] = ()) -> None:
        self.state = state
        self.origin = origin
        self.problem = problem
        self.secrets = secrets
        self._keys = fernets(secrets)

    def __len__(self) -> int:
        return len(self._keys)

    def seal(self, text: Secret) -> Secret:
        """The token that the first key makes of it. Raises ValueError where no key is usable."""
        if not self._keys:
            raise ValueError(f"no usable Fernet key: {self.state.value}")
        return Secret(self._keys[0].encrypt(text.reveal().encode()).decode())

    def open(self, token: str) -> Opened | None:
        """The text that one of the keys gives; None when none opens it."""
        from cryptography.fernet import InvalidToken

        for number, key in enumerate(self._keys, 1):
            try:
                return Opened(Secret(key.decrypt(token.encode()).decode()), number)
            except (InvalidToken, UnicodeError):
                continue
        return None


def read_keyring(option: Secret | None, origin: str) -> Keyring:
    """The keyring that the option's value stands for; None where there is no option at all."""
    if option is None:
        return Keyring(KeyState.ABSENT, origin)
    text = option.reveal().strip()
    if not text:
        return Keyring(KeyState.EMPTY, origin)
    parts = text.split(",")
    problems = [problem for number, part in enumerate(parts, 1) if (problem := _problem(part, number, len(parts)))]
    if problems:
        more = f"; and {len(problems) - _SHOWN:,} more" if len(problems) > _SHOWN else ""
        return Keyring(KeyState.MALFORMED, origin, "; ".join(problems[:_SHOWN]) + more)
    return Keyring(KeyState.USABLE, origin, secrets=tuple(Secret(part.strip()) for part in parts))


_SHOWN = 5
"""Malformed keys that are told."""


def fernets(keys: Sequence[Secret]) -> tuple[Fernet, ...]:
    """The keys, ready for use. Raises ValueError for one that is malformed."""
    if not keys:
        return ()  # the library is not loaded for nothing
    from cryptography.fernet import Fernet

    return tuple(Fernet(key.reveal().encode()) for key in keys)


def _problem(part: str, number: int, count: int) -> str:
    """What is wrong with one key of the list, in words that quote none of it."""
    which = "the key" if count == 1 else f"key {number} of {count}"
    key = part.strip()
    if not key:
        where = {1: "at the beginning", count: "at the end"}.get(number, "in a row")
        return f"{which} is empty (a comma too many {where})"
    try:
        raw = key_octets(Secret(key))
    except (binascii.Error, ValueError):
        return f"{which} is no url-safe base64 ({len(key)} characters; a key has 44)"
    return "" if len(raw) == 32 else f"{which} holds {len(raw)} bytes instead of 32 ({len(key)} characters)"


def key_octets(key: Secret) -> bytes:
    """What a key is made of: 16 bytes that sign and 16 that encrypt (github.com/fernet/spec). Raises ValueError.

    As octets, from which base64 drops what it does not know: so Airflow and `cryptography` read it, a byte order mark
    before it included.
    """
    return base64.urlsafe_b64decode(key.reveal().encode())


def token_octets(token: str) -> bytes | None:
    """What a Fernet token is made of; None when it is no token by its form (version, length, base64)."""
    try:
        # As base64.urlsafe_b64decode does it, without its layers: it is asked of millions.
        raw = binascii.a2b_base64(token.encode("ascii").translate(_URL_SAFE))
    except ValueError:  # no base64, or no ASCII
        return None
    # Version 0x80, 8 bytes of time, 16 of IV, whole blocks of 16, 32 of HMAC (github.com/fernet/spec).
    return None if len(raw) < 73 or raw[0] != 0x80 or (len(raw) - 57) % 16 else raw


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def token_time(token: str) -> datetime | None:
    """When a Fernet token was made; None when it is no token by its form."""
    raw = token_octets(token)
    return None if raw is None else moment(int.from_bytes(raw[1:9], "big"))


def moment(seconds: int) -> datetime:
    """The time that a token tells in seconds since 1970, the end of time where it tells one beyond."""
    try:
        return datetime.fromtimestamp(seconds, tz=timezone.utc)
    except (OverflowError, OSError, ValueError):
        return datetime.max.replace(tzinfo=timezone.utc)
