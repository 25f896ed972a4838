"""The room's SQL, and how values go into it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def statement(name: str) -> str:
    """The text of one of this room's SQL files."""
    return (Path(__file__).with_name("sql") / name).read_text("utf-8")


def as_json(value: object) -> str:
    """A parameter for SQL that takes JSON. Letters stay themselves: the session converts them, not the JSON type."""
    return json.dumps(value, ensure_ascii=False)
