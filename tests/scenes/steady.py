"""What differs between runs and machines, and what a transcript shows instead. All else is as it was printed."""

from __future__ import annotations

import re

VOLATILE = (
    (re.compile(r"\b\d+(\.\d+)? ms\b"), "2 ms"),
    (re.compile(r"(?<=\d\d\d\d-\d\d-\d\d )\d\d:\d\d UTC"), "09:30 UTC"),
    (re.compile(r"(?<= owner: )\d+\b(?!:)"), "50000"),
    (re.compile(r"(?<= asked: )\d+(?= times\b)"), "3"),
    (re.compile(r"sslv3(?= alert)"), "ssl/tls"),  # OpenSSL's word until 3.1
    (re.compile(r"(?<=PostgreSQL 15)\.\d+( \([^)\n]*\))?"), ""),
)


def steady(text: str) -> str:
    """The text with each of these as it is always shown, and no blanks at the end of a line."""
    for pattern, shown in VOLATILE:
        text = pattern.sub(shown, text)
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n")) + "\n"
