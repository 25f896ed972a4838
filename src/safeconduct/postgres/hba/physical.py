"""Lines of a file's text as PostgreSQL puts them together: long ones, and those that a backslash continues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_WITH_CONTINUATION = 14

LONGEST_READ = 20479
"""Bytes that PostgreSQL 13 reads at once (MAX_LINE less one; 8191 before 13.12): as many are a line too long."""


def logical_lines(text: str, version: int) -> Iterator[tuple[int, str, str]]:
    """Each line: the number of its first line, its text, and the error ("" when there is none)."""
    physical = text.split("\n")
    if version < FIRST_WITH_CONTINUATION:
        return _measured([*(f"{line}\n" for line in physical[:-1]), physical[-1]])
    return _joined([_seen(line) for line in physical])


def _seen(line: str) -> str:
    return line.partition("\0")[0]


def _measured(physical: list[str]) -> Iterator[tuple[int, str, str]]:
    pieces = (piece for line in physical for piece in _pieces(line))
    for number, (piece, full) in enumerate(pieces, start=1):
        yield number, _seen(piece).rstrip("\r\n"), "authentication file line too long" if full else ""


def _pieces(line: str) -> Iterator[tuple[str, bool]]:
    """What is read at once, and whether it filled the buffer: the rest of a long line counts as the next line."""
    data = line.encode("utf-8", "surrogateescape")
    for start in range(0, len(data) or 1, LONGEST_READ):
        piece = data[start : start + LONGEST_READ]
        yield piece.decode("utf-8", "surrogateescape"), len(piece) == LONGEST_READ


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
