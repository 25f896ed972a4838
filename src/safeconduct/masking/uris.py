"""The password between a user and its host in a URI, well formed or not."""

from __future__ import annotations

import re

from safeconduct.model import MASK

_AUTHORITY = re.compile(r"://(\S+)")
# A quote ends the URI where something follows it that ends a string; elsewhere it may be part of a raw password.
_END = re.compile(r"\\*[\"'`](?=[\s,;:)\]}>]|$)")
_PORT = re.compile(r"\d{1,5}(?:[/?#,]|$)")


def hide_userinfo(text: str) -> str:
    """`scheme://user:password@host` without its password.

    An unquoted `@`, `/`, `?` or `#` in a password makes the URI malformed, and that is when URIs are printed: so the
    password is taken to reach to the last `@` of the word.
    """
    if "://" not in text:
        return text
    return _AUTHORITY.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    word = found[1]
    end = _END.search(word)
    body, rest = (word[: end.start()], word[end.start() :]) if end else (word, "")
    if "://" in rest:
        rest = hide_userinfo(rest)
    user, colon, after = body.partition(":")
    at = after.rfind("@")
    if not colon or at <= 0 or ("@" in user and _PORT.match(after)):
        return f"://{body}{rest}"
    return f"://{user}:{MASK}{after[at:]}{rest}"
