"""Texts of credential columns turned into tokens of the first key, whatever they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from safeconduct.secrets.keyring import fernets, token_octets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.model import Secret

# Plain texts and no Enum: they are handed from process to process by the thousand.
ROTATED = "rotated"
"""From another of the keys to the first."""
MENDED = "mended"
"""The same, of a token whose flag says plaintext."""
ENCRYPTED = "encrypted"
"""It was plaintext."""
SAME = "same"
"""It is a token of the first key already."""
OTHER_KEY = "other-key"
"""No key opens it."""
CORRUPT = "corrupt"
"""It is to be a token, and is none."""
NOT_TEXT = "not-text"
"""Plaintext with octets that are no UTF-8."""
CHANGES = frozenset({ROTATED, MENDED, ENCRYPTED})


class Turned(NamedTuple):
    """What became of a text. `after` is the new token where `fate` is one of CHANGES; `key` opened it, from 1."""

    fate: str
    after: str = ""
    key: int = 0


class Turner:
    """Opens with any of the keys and seals with the first, with the time of now.

    Airflow keeps a token's time when it rotates, so that nobody can tell how long a key has been in use; here a token
    is as old as its key's use of it.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        from cryptography.fernet import InvalidToken

        self._refused = InvalidToken
        self._keys = list(enumerate(fernets(keys), 1))
        self._first = self._keys[0][1]

    def turn(self, texts: Sequence[tuple[str, bool]]) -> list[Turned]:
        """What becomes of each text, given with whether it is to be a token."""
        turned = self._turned
        return [turned(text, encrypted) for text, encrypted in texts]

    def _turned(self, text: str, encrypted: bool) -> Turned:
        keys = self._keys
        # A text that is to be plaintext seldom is a token, and trying the keys costs more than a look at its form.
        if not encrypted and token_octets(text) is None:
            return self._sealed(text)
        for place, (number, key) in enumerate(keys):
            try:
                content = key.decrypt(text)
            except (self._refused, ValueError):  # ValueError: no ASCII
                continue
            if place:  # what opened this one most likely opens the next
                keys.insert(0, keys.pop(place))
            if number != 1:
                return Turned(ROTATED if encrypted else MENDED, self._first.encrypt(content).decode("ascii"), number)
            return Turned(SAME, "", 1) if encrypted else Turned(MENDED, text, 1)
        return Turned(OTHER_KEY if token_octets(text) is not None else CORRUPT)

    def _sealed(self, text: str) -> Turned:
        try:
            return Turned(ENCRYPTED, self._first.encrypt(text.encode()).decode("ascii"))
        except UnicodeError:
            return Turned(NOT_TEXT)
