"""Lines of a file that may be huge, binary or half written, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LONGEST = 1 << 20
"""What is kept of one line, in bytes; no line about a refused login comes near it."""


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Its lines without their ends. Runs of NULs, which a file cut while being written begins with, are left out."""
    while chunk := stream.readline(LONGEST):
        line = chunk.lstrip(b"\0")
        if not line:
            continue
        if not chunk.endswith(b"\n") and len(chunk) == LONGEST:
            line = _cut(line, stream)
        yield line.rstrip(b"\r\n\0")


def _cut(head: bytes, stream: BinaryIO) -> bytes:
    """The head of an overlong line. As many quotes are in it as in the whole, odd or even: CSV records live by that."""
    quotes = 0
    while chunk := stream.readline(LONGEST):
        quotes += chunk.count(b'"')
        if chunk.endswith(b"\n"):
            break
    return head + b'"' * (quotes % 2)
