"""Where a setting of the session has its value from, and what mends it there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

CLIENT, SESSION, STATEMENT = "client", "session", "statement"


@dataclass(frozen=True)
class Origin:
    """`source` is pg_settings.source, or STATEMENT where the text that is judged sets it itself.

    `place` is file and line of the configuration, which the server shows only to roles that may read all settings.
    A value in the start-up packet (CLIENT) wins over those of roles and databases, one that was SET in the session
    over both (chapter 20.1).
    """

    source: str = "default"
    place: str = ""


def words(origin: Origin, setting: str, role: str, database: str) -> str:
    """Who set it, as it would be written; `role` and `database` are quoted."""
    known = {
        "default": "nobody: it is PostgreSQL's default",
        "configuration file": f"the server's configuration {origin.place}".strip(),
        "command line": "the command line that started the server",
        "environment variable": "the environment that the server was started in",
        "global": f"ALTER ROLE ALL SET {setting}",
        "database": f"ALTER DATABASE {database} SET {setting}",
        "user": f"ALTER ROLE {role} SET {setting}",
        "database user": f"ALTER ROLE {role} IN DATABASE {database} SET {setting}",
        CLIENT: "the start-up options of the connection: `options` in its extra, or PGOPTIONS",
        SESSION: f"SET {setting} after the login, by a pooler or a login trigger",
        STATEMENT: f"the text itself, before this statement: SET {setting}",
    }
    return known.get(origin.source, origin.source)


def path_remedy(origin: Origin, path: Iterable[str], role: str, database: str) -> Remedy:
    """What makes search_path these names, at the place whose value wins. `role` and `database` are quoted."""
    names = [quote_identifier(name) for name in path]
    stays = "the statement must stay as it is"
    if origin.source == CLIENT:
        text = json.dumps({"options": f"-c search_path={_escaped(','.join(names))}"}, ensure_ascii=False)
        where = "in the connection's extra, beside what else its options hold (or in PGOPTIONS)"
        return Remedy(RemedyKind.OPTION, text, when=f"{stays}; {where}")
    setting = f"SET search_path = {', '.join(names)};"
    if origin.source == SESSION:
        return Remedy(RemedyKind.SQL, setting, when=f"{stays}; run before it in its session")
    if origin.source == STATEMENT:
        return Remedy(RemedyKind.SQL, setting, when=f"{stays}; in place of the SET search_path before it")
    return Remedy(
        RemedyKind.SQL,
        f"ALTER ROLE {role} IN DATABASE {database} {setting}",
        when=f"{stays}; it takes effect with the next login",
    )


def _escaped(value: str) -> str:
    """As `options` takes it: blanks end an argument there unless a backslash stands before them (chapter 34.1.2)."""
    return re.sub(r"([\\\s])", r"\\\1", value)
