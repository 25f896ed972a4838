"""By whose signature a Fernet token was made."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, NamedTuple

from safeconduct.secrets.keyring import key_octets, token_octets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.airflow.credential_columns import Page
    from safeconduct.model import Secret


class Signature(NamedTuple):
    """Which key has signed a token, counted from 1, 0 for none of them; and when it was made, in seconds since 1970."""

    key: int
    made: int


class Signatures:
    """Tells by whose signature a token was made.

    A key is 16 bytes that sign and 16 that encrypt, and the signature is over all the rest (github.com/fernet/spec):
    where it holds, a holder of the key made the token as it is.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._signing = [(number, key_octets(key)[:16]) for number, key in enumerate(keys, 1)]

    def of(self, text: str) -> Signature | None:
        """Whose it is; None for what is no token by its form."""
        raw = token_octets(text)
        return None if raw is None else Signature(self.key_of(raw), int.from_bytes(raw[1:9], "big"))

    def of_all(self, page: Page) -> list[Signature | None]:
        """Whose each cell of the page is."""
        of = self.of
        return [of(cell.text) for cell in page.cells]

    def key_of(self, raw: bytes) -> int:
        """The number of the key that has signed these octets of a token, 0 for none."""
        signed, signature = raw[:-32], raw[-32:]
        for place, (number, key) in enumerate(self._signing):
            if hmac.compare_digest(hmac.digest(key, signed, "sha256"), signature):
                if place:  # whose this one is, the next most likely is as well
                    self._signing.insert(0, self._signing.pop(place))
                return number
        return 0
