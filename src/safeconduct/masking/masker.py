"""The one door through which text goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from safeconduct.masking.assignments import hide_assigned
from safeconduct.masking.extras import mask_extra
from safeconduct.masking.known import KnownValues
from safeconduct.masking.names import is_secret_key
from safeconduct.masking.tokens import hide_tokens
from safeconduct.masking.uris import hide_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.model import Secret


class Masker:
    """Hides secrets in text: those it was told of wherever they stand, and others by their shape or their name.

    `public` names what is no secret though a password may equal it: logins, hosts, databases, conn_ids. A password
    `etl` of the user `etl` is hidden where it is given as a password, not in every sentence about the user.
    """

    __slots__ = ("_known",)

    def __init__(self, secrets: Iterable[Secret] = (), public: Iterable[str] = ()) -> None:
        self._known = KnownValues([secret.reveal() for secret in secrets], public)

    def text(self, text: str) -> str:
        """The text without secrets. Takes time in proportion to its length, whatever stands in it."""
        return hide_tokens(hide_assigned(_without_pieces(hide_userinfo(self._known.hide(text)))))

    def told(self, text: str) -> str:
        """The same for what people write about a connection, which may tell its password in a sentence."""
        from safeconduct.masking.told import hide_told  # its expressions take long to compile

        return hide_told(self.text(text))

    def extra(self, extra: Mapping[str, object]) -> dict[str, object]:
        """A connection's extra with its secrets masked, by key, by shape and by known value."""
        return mask_extra(extra, self.text)

    @staticmethod
    def is_secret_key(name: str) -> bool:
        """Whether a value under this name is a secret."""
        return is_secret_key(name)

    def __repr__(self) -> str:
        return "Masker()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Masker knows secrets, so it is not pickled")


def _without_pieces(text: str) -> str:
    if '"' not in text:
        return text
    from safeconduct.masking.libpq import hide_pieces  # its expression takes long to compile, and little is quoted

    return hide_pieces(text)
