"""The inputs that guided fuzzing found: each takes a path through the wire reader that no other takes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).with_name("found.b64")
"""One input a line, in base64."""


def found() -> list[bytes]:
    """All of them."""
    return [base64.b64decode(line, validate=True) for line in FILE.read_text("ascii").split()]


def keep(inputs: Iterable[bytes]) -> int:
    """Write these instead, short ones first; how many they are."""
    lines = [base64.b64encode(data).decode() for data in sorted({data for data in inputs if data}, key=_order)]
    FILE.write_text("".join(f"{line}\n" for line in lines), "ascii")
    return len(lines)


def _order(data: bytes) -> tuple[int, bytes]:
    return len(data), data
