"""The SQL files of a room, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:

    class SqlText(Protocol):
        """Gives the text of a file, with these words in place of their names in braces: `{table}`."""

        def __call__(self, name: str, /, **words: str) -> str:
            """The text of this name."""


def sql_of(folder: Path) -> SqlText:
    """The texts of a folder's files."""
    read = cache(lambda name: (folder / name).read_text("utf-8"))

    def text(name: str, /, **words: str) -> str:
        found: str = read(name)
        for word, value in words.items():
            found = found.replace(f"{{{word}}}", value)
        return found

    return text


sql_text = sql_of(Path(__file__).with_name("sql"))
