"""This room's SQL files."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")


def sql_text(name: str, /, **words: str) -> str:
    """The text of a file, with these words in place of their names in braces: `{table}`."""
    text = (_FOLDER / name).read_text("utf-8")
    for word, value in words.items():
        text = text.replace(f"{{{word}}}", value)
    return text
