"""Texts of credential columns turned into tokens of the first key, whatever they are now."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from safeconduct.secrets.keyring import token_octets
from safeconduct.secrets.signatures import Signatures
from safeconduct.secrets.token_codec import TokenCodec, padded

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
RESTLESS = "restless"
"""It was changed by others each time that it was to be swapped, or kept by something."""
CHANGES = frozenset({ROTATED, MENDED, ENCRYPTED})


class Turned(NamedTuple):
    """What became of a text. `after` is the new token where `fate` is one of CHANGES."""

    fate: str
    after: str = ""


class Turner:
    """Opens with any of the keys and seals with the first, with the time of now.

    Airflow keeps a token's time when it rotates, so that nobody can tell how long a key has been in use; here a token
    is as old as its key's use of it.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._signatures = Signatures(keys)
        self._codecs = [TokenCodec(key) for key in keys]

    def turn(self, texts: Sequence[tuple[str, bool]]) -> list[Turned]:
        """What becomes of each text, given with whether it is to be a token."""
        page = _Page(len(texts))
        key_of = self._signatures.key_of
        for place, (text, encrypted) in enumerate(texts):
            raw = token_octets(text)
            if raw is None:
                page.no_token(place, text, encrypted)
                continue
            key = key_of(raw)
            if key > 1:
                page.sealed[key].append((place, raw, ROTATED if encrypted else MENDED))
            elif key:
                page.turned[place] = Turned(SAME) if encrypted else Turned(MENDED, text)
            else:
                page.turned[place] = Turned(OTHER_KEY)
        self._open(page)
        made = self._codecs[0].seal([text for _, text, _ in page.opened])
        for (place, _, fate), after in zip(page.opened, made, strict=True):
            page.turned[place] = Turned(fate, after)
        return page.turned

    def _open(self, page: _Page) -> None:
        for key, tokens in page.sealed.items():
            opened = self._codecs[key - 1].open([raw for _, raw, _ in tokens])
            for (place, _, fate), text in zip(tokens, opened, strict=True):
                if text is None:
                    page.turned[place] = Turned(CORRUPT)
                else:
                    page.opened.append((place, text, fate))


class _Page:
    """Texts on their way, each with its place: `sealed` are tokens by their key's number, `opened` padded texts."""

    def __init__(self, count: int) -> None:
        self.turned = [Turned(CORRUPT)] * count
        self.sealed: defaultdict[int, list[tuple[int, bytes, str]]] = defaultdict(list)
        self.opened: list[tuple[int, bytes, str]] = []

    def no_token(self, place: int, text: str, encrypted: bool) -> None:
        if encrypted:
            return
        try:
            self.opened.append((place, padded(text.encode()), ENCRYPTED))
        except UnicodeError:
            self.turned[place] = Turned(NOT_TEXT)
