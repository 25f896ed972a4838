"""What a role has really run, as pg_stat_statements has kept it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.postgres.query import QueryRefused
from safeconduct.privileges.asked import SqlAsk, parse_sql
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.queries import statement
from safeconduct.privileges.tree import kind, of_kinds, strings

if TYPE_CHECKING:
    from safeconduct.postgres.session import Session

_NAME = "pg_stat_statements"
_LOST = "pg_stat_statements made room {} times, so statements may have run that it no longer has"
_HIDDEN = "<insufficient privilege>"
_CATALOGS = frozenset({"pg_catalog", "information_schema"})
_RELATIONS = frozenset({"RangeVar"})
_WITH = frozenset({"CommonTableExpr"})
_CALLS = frozenset({"FuncCall"})
_PARAMETER = re.compile(r"\$\d+")


@dataclass(frozen=True)
class Observed:
    """The statements that ran, why there may have been others, and since when they were kept ("": it is not told)."""

    asked: tuple[SqlAsk, ...] = ()
    reasons: tuple[str, ...] = ()
    since: str = ""


def observed(session: Session) -> Observed:
    """What the session's role has run in its database since the statistics began. Reads, in two or three round trips.

    Raises SessionLost.
    """
    try:
        return _read(session)
    except QueryRefused as refused:
        return Observed(reasons=(f"{_NAME} does not tell what ran: {refused}",))


def _read(session: Session) -> Observed:
    found = session.query(statement("observed_extension.sql"))
    if not found:
        where = quote_identifier(session.database)
        return Observed(reasons=(f"what ran is not known: in {where} an administrator may CREATE EXTENSION {_NAME}",))
    ((schema, counts),) = found
    texts = [text or "" for (text,) in session.query(_in(schema, "observed.sql"))]
    asked: list[SqlAsk] = []
    ((times, since),) = session.query(_in(schema, "observed_lost.sql")) if counts == "true" else [("0", "")]
    reasons = [_LOST.format(times)] if times not in (None, "0") else []
    for text in texts:
        try:
            ask = _parsed(text)
        except WrongText as wrong:
            reasons.append(str(wrong))
        else:
            asked += [] if _looks_at_catalogs(ask) else [ask]
    if not any(map(_uses_a_table, asked)):
        reasons.append(f"{_NAME} has not seen {quote_identifier(session.role)} use any table in this database")
    return Observed(tuple(asked), tuple(reasons), since or "")


def _in(schema: str | None, name: str) -> str:
    return statement(name).replace(":extension", schema or "")


def _uses_a_table(ask: SqlAsk) -> bool:
    """Whether a relation is named that is no catalog's: what looks at catalogs, as we do, is no work of the role's."""
    for raw in ask.statements:
        expressions = {one.ctename for one in of_kinds(raw.stmt, _WITH)}
        for relation in of_kinds(raw.stmt, _RELATIONS):
            if relation.schemaname not in _CATALOGS and (relation.schemaname or relation.relname not in expressions):
                return True
    return False


def _looks_at_catalogs(ask: SqlAsk) -> bool:
    """Whether all that is read and called is named as pg_catalog's own, as this project's questions do it."""
    tops = [raw.stmt for raw in ask.statements]
    names = [strings(call.funcname) for top in tops for call in of_kinds(top, _CALLS)]
    is_query = all(kind(top) == "SelectStmt" for top in tops)
    is_about_something = bool(names) or any(of_kinds(top, _RELATIONS) for top in tops)
    is_of_catalogs = all(name[:-1] == ("pg_catalog",) for name in names) and not _uses_a_table(ask)
    return is_query and is_about_something and is_of_catalogs


def _parsed(text: str) -> SqlAsk:
    """Constants stand as $1 also where the grammar wants a text, as in INTERVAL $1. Raises WrongText."""
    if text == _HIDDEN:
        raise WrongText(f"{_NAME} hides a statement's text")
    try:
        return parse_sql(text, _NAME)
    except WrongText:
        return parse_sql(_PARAMETER.sub("''", text), _NAME)
