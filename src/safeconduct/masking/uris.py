"""The password between a user and its host in a URI, well formed or not."""

from __future__ import annotations

import re

from safeconduct.model import MASK

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
    while (place := text.find("://", last)) >= 0:
        end_of_word = END_OF_WORD.search(text, place + 3)
        end = end_of_word.start() if end_of_word else len(text)
        parts += [text[last : place + 3], _without_password(text[place + 3 : end])]
        last = end
    return "".join([*parts, text[last:]])


def _without_password(authority: str) -> str:
    user, colon, after = authority.partition(":")
    at = after.rfind("@")
    if not colon or at <= 0 or ("@" in user and _PORT.match(after)):
        return authority
    return f"{user}:{MASK}{after[at:]}"
