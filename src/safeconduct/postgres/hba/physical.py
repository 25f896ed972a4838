"""Lines of a file's text as PostgreSQL puts them together: long ones, and those that a backslash continues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_WITH_CONTINUATION = 14

LONGEST_LINE = 20478
"""Bytes of a line before 14, without its end (MAX_LINE less two; 8190 before the release 13.12)."""


def logical_lines(text: str, version: int) -> Iterator[tuple[int, str, str]]:
    """Each line: the number of its first line, its text, and the error ("" when there is none)."""
    physical = [line.partition("\0")[0] for line in text.split("\n")]
    return _joined(physical) if version >= FIRST_WITH_CONTINUATION else _measured(physical)


def _measured(physical: list[str]) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(physical, start=1):
        long = len(line.encode("utf-8", "surrogateescape")) >= LONGEST_LINE
        yield number, line.rstrip("\r"), "authentication file line too long" if long else ""


def _joined(physical: list[str]) -> Iterator[tuple[int, str, str]]:
    buffer, begin, joint = "", 1, 0
    for number, line in enumerate(physical, start=1):
        buffer = (buffer + line).rstrip("\r")
        # A backslash right at the last joint does not continue again: else two in a row would surprise.
        if len(buffer) > joint and buffer.endswith("\\"):
            buffer = buffer[:-1]
            joint = len(buffer)
            continue
        yield begin, buffer, ""
        buffer, begin, joint = "", number + 1, 0
    if buffer:
        yield begin, buffer, ""
