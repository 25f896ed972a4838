"""The masker: every text that leaves the program goes through it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from safeconduct.masking.shapes import hide_shapes
from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.model import Secret

HEAD = 4
"""A known secret shorter than this is not looked for: it would hide half of every text, and tell itself so."""


class Masker:
    """Hides secrets that are known by their value, and whatever looks like one.

    `public` are texts that are no secret though a secret may be equal to them, such as logins, hosts and databases:
    where the password is "airflow" like everything else, hiding every "airflow" would ruin the report and tell it.
    """

    def __init__(self, secrets: Iterable[Secret] = (), public: Iterable[str] = ()) -> None:
        open_texts = frozenset(public)
        values = {secret.reveal() for secret in secrets} - open_texts
        forms = {form for value in values if len(value) >= HEAD for form in _forms(value)}
        self._by_head: dict[str, list[str]] = {}
        for form in sorted(forms, key=len, reverse=True):
            self._by_head.setdefault(form[:HEAD], []).append(form)

    def __repr__(self) -> str:
        return "Masker()"

    def text(self, text: str) -> str:
        """The text with every secret hidden. Takes time in proportion to its length, however many secrets there are."""
        return hide_shapes(self._hide_known(text))

    def _hide_known(self, text: str) -> str:
        if not self._by_head:
            return text
        out: list[str] = []
        position = start = 0
        while position <= len(text) - HEAD:
            found = self._form_at(text, position)
            if found is None:
                position += 1
                continue
            out += [text[start:position], MASK]
            position = start = position + len(found)
        return "".join([*out, text[start:]]) if out else text

    def _form_at(self, text: str, position: int) -> str | None:
        forms = self._by_head.get(text[position : position + HEAD], ())
        return next((form for form in forms if text.startswith(form, position)), None)


def _forms(value: str) -> set[str]:
    """The value as it may stand in a text: as it is, percent-encoded, in JSON, doubled quotes, as a Python literal."""
    utf8 = value.encode("utf-8", "surrogatepass")
    escaped = value.encode("unicode_escape").decode("ascii")
    return {
        value,
        quote(utf8, safe=""),
        quote(utf8),
        quote_plus(utf8),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        value.replace("'", "''"),
        value.replace("\\", "\\\\").replace("'", "\\'"),
        escaped,
    }
