"""pg_hba.conf as the server has it, read over an administrator's session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.postgres.hba import HbaFile, lines_from_view, parse_hba, problems_from_view
from safeconduct.postgres.insider.questions import statement
from safeconduct.postgres.query import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.session import Session


@dataclass(frozen=True)
class ServerRules:
    """The rules, and whether the server goes by them.

    `changed` says that the file was written after the server read it last; with it, or with problems in the file, the
    server may still go by other rules.
    """

    path: str
    file: HbaFile
    changed: bool | None
    loaded_at: str

    @property
    def doubt(self) -> str:
        """Why the server may go by other rules than these; "" where it goes by these."""
        if self.file.problems:
            first = self.file.problems[0]
            where = f"{first.file or self.path} line {first.line}"
            return f"the file has a fault ({where}: {first.message}), so the server keeps the rules of before"
        if self.changed:
            return f"the file was changed after the server read it last, at {self.loaded_at}: SELECT pg_reload_conf();"
        return ""


def server_rules(session: Session) -> ServerRules | None:
    """The rules; None where this session may read neither the file nor the view pg_hba_file_rules."""
    try:
        path, loaded_at, changed = session.query(statement("hba_place"))[0]
        version = session.server_version // 10000
        file = parse_hba(path or "", lambda name: _text(session, name), version, lambda name: _names(session, name))
        return ServerRules(path or "", file, changed == "true", loaded_at or "")
    except QueryRefused:
        return _by_view(session)


def _by_view(session: Session) -> ServerRules | None:
    try:
        rows = [json.loads(row[0] or "{}") for row in session.query(statement("hba_view"))]
        path = session.query("SELECT pg_catalog.current_setting('hba_file')")[0][0]
    except QueryRefused:
        return None
    return ServerRules(path or "", HbaFile(lines_from_view(rows), problems_from_view(rows)), None, "")


def _text(session: Session, path: str) -> str | None:
    found = session.query(statement("file"), [path])[0][0]
    return None if found is None else bytes.fromhex(found).decode("utf-8", "surrogateescape")


def _names(session: Session, folder: str) -> Sequence[str] | None:
    return [row[0] or "" for row in session.query(statement("folder"), [folder])]
