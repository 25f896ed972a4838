"""The password between a user and its host in a URI, well formed or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

# A quote ends the URI where something follows that ends a string; elsewhere it may be part of a raw password.
END_OF_STRING = re.compile(r"(?<!\\)\\*[\"'`](?=[\s,;:)\]}>]|\Z)|\Z")
END_OF_WORD = re.compile(rf"\s|{END_OF_STRING.pattern}")
_PORT = re.compile(r"\d{1,5}(?:[/?#,]|\Z)")


def hide_userinfo(text: str) -> str:
    """`scheme://user:password@host` without its password.

    An unquoted `@`, `/`, `?` or `#` in a password makes the URI malformed, and that is when URIs are printed: so the
    password is taken to reach to the last `@` of the word.
    """
    parts, last = [], 0
    for start, end in passwords_in(text):
        parts += [text[last:start], MASK]
        last = end
    return "".join([*parts, text[last:]])


def passwords_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the passwords of URIs begin and end."""
    last = 0
    while (place := text.find("://", last)) >= 0:
        end_of_word = END_OF_WORD.search(text, place + 3)
        end = end_of_word.start() if end_of_word else len(text)
        last = end
        if found := _password(text[place + 3 : end]):
            yield place + 3 + found[0], place + 3 + found[1]


def _password(authority: str) -> tuple[int, int] | None:
    user, colon, after = authority.partition(":")
    at = after.rfind("@")
    if not colon or at <= 0 or ("@" in user and _PORT.match(after)):
        return None
    return len(user) + 1, len(user) + 1 + at
