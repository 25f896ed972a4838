"""What a text holds inside: JSON, base64, percent-encoding."""

from __future__ import annotations

import base64
import binascii
import json
import re
from urllib.parse import unquote

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}\Z")
_SHORTEST = 8


def parsed(text: str) -> dict[str, object] | list[object] | None:
    """The object or the list that the text is in JSON, however often it was written as a string; else None."""
    value: object = text
    for _ in range(3):
        if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "[", '"'}:
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, (dict, list)) else None


def decoded(text: str) -> str | None:
    """The readable text that this is in base64; None if it is none."""
    joined = re.sub(r"\s+", "", text)
    if not _BASE64.match(joined):
        return None
    try:
        octets = base64.b64decode(joined.translate(_STANDARD) + "=" * (-len(joined) % 4), validate=True)
        read = octets.decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return read if read and all(char.isprintable() or char in "\r\n\t" for char in read) else None


def unquoted(text: str) -> str | None:
    """The text without its percent-encoding; None if it has none."""
    if "%" not in text:
        return None
    plain = unquote(text)
    return plain if plain != text else None


_STANDARD = str.maketrans("-_", "+/")
