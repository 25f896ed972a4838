"""The room's SQL, and how values go into it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_PART = re.compile(r"/\* part (\w+) of (\w+) \*/")
"""Where a piece belongs that several statements share; it is in sql/parts, with :of for the alias."""


@cache
def statement(name: str) -> str:
    """The text of one of this room's SQL files, with the parts that it shares with others."""
    return _PART.sub(_part, (_FOLDER / name).read_text("utf-8"))


def _part(found: re.Match[str]) -> str:
    return (_FOLDER / "parts" / f"{found[1]}.sql").read_text("utf-8").replace(":of", found[2])


def as_json(value: object) -> str:
    """A parameter for SQL that takes JSON. Letters stay themselves: the session converts them, not the JSON type."""
    return _ENCODER.encode(value)
