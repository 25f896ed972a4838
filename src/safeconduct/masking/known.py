"""The exact values of known secrets, found wherever they stand and however they are written."""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from safeconduct.masking.assignments import hide_assigned
from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from safeconduct.model import Secret

SHORTEST = 4
"""Characters. A shorter value stands in too many words; where it is given as a password its place hides it."""

# Words of our own reports. Hiding them would make the report unreadable and tell the password at once.
_COMMON = frozenset(
    """admin airflow authentication certificate command config connection credential database default definition
    error extra fernet grant host http https libpq localhost login name none null option password pgbouncer port
    postgres postgresql prefer privileges protocol public read refused require role root rule schema secret select
    server session sqlstate table test true user usage value write""".split()
)
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]+")
_PERCENT = re.compile(r"%[0-9A-F]{2}")
_MARKS = re.compile(r"[.@/:,\s]")
_NO_LETTERS = re.compile(r"[\W_]")
_FEW = 256
_SHORTEST_ENCODED = 8
_CUT = re.compile(r"(?=\.\.\.)")


class KnownValues:
    """An index of values, built once; looking through a text takes time in proportion to the text.

    Values are found by their first `SHORTEST` characters, so thousands of them cost no more than a few.
    """

    __slots__ = ("_few", "_forms", "_index", "_longest")

    def __init__(self, values: Iterable[str], public: Iterable[str] = ()) -> None:
        known = _COMMON.union(*(_parts(text) for text in public))
        forms = {
            form
            for value in set(values)
            if not _too_common(value, known)
            for form in written_forms(value)
            if len(form) >= SHORTEST
        }
        self._forms = sorted(forms)
        self._few = len(forms) <= _FEW
        self._longest = max(map(len, forms), default=0)
        self._index: dict[str, dict[int, set[str]]] = {}
        for form in forms:
            self._index.setdefault(form[:SHORTEST], {}).setdefault(len(form), set()).add(form)

    def hide(self, text: str) -> str:
        """The text with every value replaced by the mask; values that overlap are hidden as one.

        Of a value that was cut, which three dots mark, the beginning is hidden.
        """
        cuts = [found.start() for found in _CUT.finditer(text)]
        if not self._forms or (not cuts and self._few and not any(form in text for form in self._forms)):
            return text
        parts, last = [], 0
        for start, end in self._spans(text, cuts):
            parts += [text[last:start], MASK]
            last = end
        return "".join([*parts, text[last:]])

    def _spans(self, text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
        start = end = -1
        for place in range(len(text) - SHORTEST + 1):
            lengths = self._index.get(text[place : place + SHORTEST])
            if lengths is None:
                continue
            whole = max((n for n, some in lengths.items() if text[place : place + n] in some), default=0)
            found = max(whole, self._cut(text, place, cuts)) if cuts else whole
            if not found:
                continue
            if place >= end:
                if end > 0:
                    yield start, end
                start = place
            end = max(end, place + found)
        if end > 0:
            yield start, end

    def _cut(self, text: str, place: int, cuts: Sequence[int]) -> int:
        """How much of a value stands between this place and the farthest cut, or 0.

        What begins a value up to one cut does so up to each cut before it: a few of them tell for all.
        """
        first = bisect_left(cuts, place + SHORTEST)
        beyond = bisect_right(cuts, place + self._longest, first)
        last = bisect_left(cuts, True, first, beyond, key=lambda cut: not self._begins(text[place:cut])) - 1
        return cuts[last] - place if last >= first else 0

    def _begins(self, part: str) -> bool:
        """Whether a value begins with this part: if any does, then the first of those that sort after it."""
        at = bisect_left(self._forms, part)
        return at < len(self._forms) and self._forms[at].startswith(part)


def worth_hiding(secret: Secret, public: Iterable[str]) -> bool:
    """Whether hiding the value helps more than it harms: not when it is short, a word of ours or one of these names."""
    return not _too_common(secret.reveal(), _COMMON.union(*(_parts(text) for text in public)))


def _too_common(value: str, common: frozenset[str]) -> bool:
    return len(value) < SHORTEST or not value.strip() or value.casefold() in common


def _parts(public: str) -> set[str]:
    """A public name, and what stands between its dots, at signs and other marks: all of it is seen anyway.

    Not so a password in it, of a connection string in the wrong field: `user:password@host`, `password=...`.
    """
    before, _, host = public.rpartition("@")
    folded = hide_assigned(host if ":" in before else public).casefold()
    return {folded, *_MARKS.split(folded), *_NO_LETTERS.split(folded)}


def written_forms(value: str) -> set[str]:
    """The value as it may stand in a URI, a query string, JSON, Python, SQL, a conninfo string or a shell command."""
    if _UNRESERVED.fullmatch(value):
        return {value, *_encoded(value)}
    forms = {write(written) for written in (value, json.dumps(value)[1:-1]) for write in _PERCENT_ENCODED}
    forms |= {_PERCENT.sub(lambda found: found[0].lower(), form) for form in forms}
    return forms | {write(value) for write in _ESCAPED} | _encoded(value)


def _encoded(value: str) -> set[str]:
    """The value in hexadecimal, and in base64 wherever it begins in what is encoded (`user:password`, say)."""
    octets = _octets(value)
    alone = base64.b64encode(octets).decode("ascii")
    found = {octets.hex(), octets.hex().upper(), *_both_alphabets(alone), *_both_alphabets(alone.rstrip("="))}
    for before in range(3):
        # The characters at both ends depend on what stands beside the value.
        text = base64.b64encode(b"\0" * before + octets)[(0, 2, 3)[before] :].decode("ascii")
        kept = text.rstrip("=")[: len(text) - (4 if "=" in text else 0) or None]
        found |= _both_alphabets(kept)
    return {form for form in found if len(form) >= _SHORTEST_ENCODED}


def _both_alphabets(text: str) -> set[str]:
    return {text, text.replace("+", "-").replace("/", "_")}


def _undecodable(value: str) -> bytes:
    """As it is sent where it came with bytes that are no text (from the environment, say)."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _octets(value)


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
"""As html.escape, which takes a millisecond to load."""
_PERCENT_ENCODED: tuple[Callable[[str], str], ...] = (
    lambda value: quote(_octets(value), safe=""),
    lambda value: quote(_octets(value), safe="/"),
    lambda value: quote(_octets(value), safe="!$&'()*+,;="),  # user information of RFC 3986: sub-delims stand bare
    lambda value: quote_plus(_octets(value)),
)
_ESCAPED: tuple[Callable[[str], str], ...] = (
    str,
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(json.dumps(value)[1:-1])[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    lambda value: repr(value)[1:-1],
    lambda value: ascii(value)[1:-1],
    lambda value: value.encode("unicode_escape").decode("ascii"),
    lambda value: _octets(value).decode("ascii", "backslashreplace"),
    lambda value: value.replace("'", "''"),
    lambda value: value.replace('"', '""'),
    lambda value: value.replace("\\", "\\\\").replace("'", "\\'"),
    lambda value: value.replace("'", "'\"'\"'"),
    lambda value: value.replace("'", "'\\''"),
    lambda value: re.sub(r"([^\w@%+=:,./-])", r"\\\1", value),
    lambda value: value.replace("\\", "\\\\").replace("'", "''"),
    lambda value: value.translate(_HTML),
    lambda value: " ".join(value.split()),
    lambda value: _undecodable(value).decode("utf-8", "replace"),
)
