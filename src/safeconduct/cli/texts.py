"""What somebody wants to have judged: `--table`, `--sql`, files and standard input, read."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.masking import Masker
from safeconduct.model import Location, Unjudged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.privileges import Asked, SqlAsk


@dataclass(frozen=True)
class Texts:
    """What is asked, and what of the texts cannot be read: the rest is judged all the same."""

    asked: tuple[Asked, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()


def read_texts(tables: Sequence[str], options: Sequence[str], files: Sequence[str] = ()) -> Texts:
    """What stands in these options and files (`-` is standard input).

    Raises click.UsageError for an option's text of which nothing can be read, and for a file that cannot be opened.
    """
    if not (tables or options or files):
        return Texts()
    from safeconduct.privileges import WrongText, parse_table  # heavy, and seldom asked for

    try:
        asked: list[Asked] = [*map(parse_table, tables)]
        unjudged: list[Unjudged] = []
        for name, ask in (*map(_of_option, options), *map(_of_file, files)):
            asked.append(ask)
            unjudged += (Unjudged(f"{name}:{one.line}:{one.column}", one.why) for one in ask.unreadable)
    except WrongText as error:
        raise click.UsageError(Masker().text(str(error))) from None
    return Texts(tuple(asked), tuple(unjudged))


def _of_option(text: str) -> tuple[str, SqlAsk]:
    """Raises WrongText."""
    from safeconduct.privileges import parse_sql, read_sql

    ask = read_sql(text)
    return "--sql", ask if ask.statements or ask.unread else parse_sql(text)


def _of_file(file: str) -> tuple[str, SqlAsk]:
    from safeconduct.privileges import read_sql

    name = "standard input" if file == "-" else file
    text = _text(name, file)
    return name, read_sql(text, Location(name, len(text.rstrip().split("\n"))), is_file=True)


def _text(name: str, file: str) -> str:
    """The file's text; octets that are no UTF-8 are for its reader to complain of, each in its statement."""
    try:
        octets = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror or error}") from None
    return octets.decode("utf-8-sig", errors="surrogateescape")
