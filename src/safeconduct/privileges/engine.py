"""Needed privileges, told from the syntax of what was asked and the catalogs alone.

Nothing is run or prepared. What syntax cannot tell is said in `Needed.unjudged`: functions that did not come with
PostgreSQL, triggers, policies, what lies beneath a view that is written through, data definition, SQL made at run
time. Operators, casts and types of extensions are taken to be open to everybody, as PostgreSQL creates them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Grant, ObjectKind, Privilege, Unjudged
from safeconduct.privileges.absent import absent_column, explain_absent
from safeconduct.privileges.asked import SqlAsk, TableAsk
from safeconduct.privileges.catalog import read_catalog, read_context
from safeconduct.privileges.functions import unjudged_functions
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.needs import Need, Needed
from safeconduct.privileges.placeholders import readable
from safeconduct.privileges.reading import Record, StatementReader, names_in
from safeconduct.privileges.uses import caveats, needs_of
from safeconduct.privileges.views import closed_to_owners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked, AskedPrivilege
    from safeconduct.privileges.catalog import Context
    from safeconduct.privileges.scope import Use
    from safeconduct.privileges.tree import Node


def needed(session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None) -> Needed:
    """What privileges the session's role needs for all that is asked, in its database and by its search_path.

    `subject` names the connection in findings. Raises what Session.query raises.
    """
    context = context or read_context(session)
    catalog = read_catalog(session, context, _names(asked))
    record = Record(catalog)
    findings: list[Finding] = []
    for ask in asked:
        if isinstance(ask, TableAsk):
            findings += _read_table(ask, record, subject)
        else:
            _read_sql(ask, record)
    reasons = [*record.reasons, *unjudged_functions(session, context, record.functions)]
    reasons += [reason for use in record.uses for reason in caveats(use)]
    return Needed(
        frozenset([_connect(context), *_schema_needs(record), *record.needs, *_use_needs(record)]),
        (
            *findings,
            *explain_absent(session, context, record.absent, subject),
            *closed_to_owners(session, (use.relation for use in record.uses), subject),
        ),
        () if context.superuser else tuple(Unjudged(subject, reason) for reason in dict.fromkeys(reasons)),
    )


def _names(asked: Iterable[Asked]) -> Iterator[RelationName]:
    for ask in asked:
        if isinstance(ask, TableAsk):
            yield RelationName(ask.relation.schema, ask.relation.name)
        else:
            for raw in ask.statements:
                yield from names_in(raw.stmt)


def _read_sql(ask: SqlAsk, record: Record) -> None:
    if ask.unread:
        record.reasons.append(ask.unread)
    reader = StatementReader(record)
    for raw in ask.statements:
        reader.statement(raw.stmt, _first_words(ask, raw))


def _first_words(ask: SqlAsk, raw: Node) -> str:
    """Such as `ALTER TABLE`: enough to tell a statement by, and never a value of it."""
    text = readable(ask.text).encode()[raw.stmt_location :].decode(errors="replace")
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    return " ".join(re.findall(r"[A-Za-z]+", without_comments)[:2]).upper()


def _read_table(ask: TableAsk, record: Record, subject: str) -> list[Finding]:
    source = record.open(ask.relation)
    if not source.use:
        return []
    relation = source.use.relation
    known = {*relation.columns, *relation.system_columns}
    findings = []
    for item in ask.privileges:
        missing = [column for column in item.columns if column not in known]
        findings += [absent_column(relation, column, subject) for column in missing]
        _ask(item, source.use, record)
    return findings


def _ask(item: AskedPrivilege, use: Use, record: Record) -> None:
    relation, privilege = use.relation, item.privilege
    version = record.catalog.context.version
    if privilege is Privilege.MAINTAIN and version < 170000:
        record.reasons.append(f"PostgreSQL {version // 10000} has no privilege MAINTAIN (it came with 17)")
    elif privilege is Privilege.USAGE and relation.kind != "S":
        record.reasons.append(f"USAGE is a privilege of sequences, and {relation} is a {relation.kind_name}")
    elif item.columns:
        use.ask(privilege, [c for c in item.columns if c in (*relation.columns, *relation.system_columns)])
    else:
        use.ask_whole(privilege)
    if privilege is Privilege.INSERT:
        record.leave_to_default(relation, [c for c in relation.columns if not item.columns or c not in item.columns])


def _connect(context: Context) -> Need:
    grant = Grant(ObjectKind.DATABASE, "", context.database, Privilege.CONNECT)
    return Need((grant,), "every session needs it")


def _schema_needs(record: Record) -> Iterator[Need]:
    """USAGE on the schema of every relation that is named; not on those of views' tables or of defaults' sequences."""
    for name, relation in record.opened:
        grant = Grant(ObjectKind.SCHEMA, "", relation.schema, Privilege.USAGE)
        yield Need((grant,), f"{relation} is in it", "42501" if name.schema else "42P01")


def _use_needs(record: Record) -> Iterator[Need]:
    for use in record.uses:
        yield from needs_of(use)
