"""How a secret may be written in a text: each spelling as a function, the quotation marks around it left out."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable


def octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def percent(value: str) -> str:
    """As in a URI, every octet that may need it encoded."""
    return quote(octets(value), safe="")


def lower_percent(value: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), percent(value))


def in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def conninfo(value: str) -> str:
    """As between the quotation marks of libpq's `password='...'`."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent-encoded": percent,
    "percent-encoded in lower case": lower_percent,
    "percent-encoded in a path": lambda value: quote(octets(value)),
    "as in a form": lambda value: quote_plus(octets(value)),
    "JSON": in_json,
    "JSON that keeps letters": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda value: in_json(in_json(value)),
    "JSON in a URI": lambda value: percent(in_json(value)),
    "repr": lambda value: repr(value)[1:-1],
    "ascii": lambda value: ascii(value)[1:-1],
    "conninfo": conninfo,
    "SQL literal": lambda value: value.replace("'", "''"),
    "SQL name": lambda value: value.replace('"', '""'),
    "shell word": lambda value: shlex.quote(value + " ")[1:-2],  # the blank makes it quote whatever comes
    "HTML": lambda value: html.escape(value),
    "hexadecimal": lambda value: octets(value).hex(),
    "base64": lambda value: base64.b64encode(octets(value)).decode(),
    "base64 of URIs": lambda value: base64.urlsafe_b64encode(octets(value)).decode(),
}
