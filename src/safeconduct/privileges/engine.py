"""Needed privileges, told from the syntax of what was asked and the catalogs alone.

Nothing is run or prepared. What runs unseen is read as well: bodies in SQL and PL/pgSQL that run with the caller's
rights, triggers, and the functions of defaults, constraints, generated columns, indexes, domains and views. A body is
judged as if all of it ran, but for what a trigger does for other events, or for other rows than the statement's
constants make. What cannot be told is said in `Needed.unjudged`: which of several functions of a name is
called, SQL made at run time, bodies in other languages but
C. Operators, casts and types of extensions are taken to be open to everybody, as PostgreSQL creates them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, Unjudged
from safeconduct.model.ledger import Need
from safeconduct.privileges.absent import absent_column, explain_absent
from safeconduct.privileges.absent_schemas import explain_lost
from safeconduct.privileges.access import unwritable
from safeconduct.privileges.acts import Act
from safeconduct.privileges.asked import TableAsk, lines_of
from safeconduct.privileges.catalog import read_catalog
from safeconduct.privileges.context import read_context
from safeconduct.privileges.coverage import fitting_owners, with_coverage
from safeconduct.privileges.in_schemas import needs_in_schemas
from safeconduct.privileges.lookups import lookups
from safeconduct.privileges.names import is_temporary
from safeconduct.privileges.needs import Needed
from safeconduct.privileges.never_granted import never_granted
from safeconduct.privileges.placeholders import is_literal, readable
from safeconduct.privileges.policies import judge_rows
from safeconduct.privileges.prepared import with_prepared
from safeconduct.privileges.reading import Record, StatementReader
from safeconduct.privileges.row_calls import columns_or_calls, pairs_of_rows
from safeconduct.privileges.scope import UnknownColumn
from safeconduct.privileges.things import resolve_things
from safeconduct.privileges.traces import Origin, Traces, placed
from safeconduct.privileges.unseen import Unseen
from safeconduct.privileges.uses import caveats, needs_of
from safeconduct.privileges.views import closed_to_owners, closed_to_writers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked, AskedPrivilege, SqlAsk
    from safeconduct.privileges.beneath import Beneath
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.reading import Absent
    from safeconduct.privileges.scope import Use
    from safeconduct.privileges.traces import Places

_ENOUGH = 4096
"""Bytes of a statement that are looked at for its first words."""
_ACTS = {
    Privilege.SELECT: Act.READ,
    Privilege.INSERT: Act.INSERT,
    Privilege.UPDATE: Act.UPDATE,
    Privilege.DELETE: Act.DELETE,
}
"""What a privilege that is asked for lets a statement do with rows."""
_WRITING = frozenset({Privilege.INSERT, Privilege.UPDATE, Privilege.DELETE, Privilege.TRUNCATE})


def needed(session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None) -> Needed:
    """What privileges the session's role needs for all that is asked, in its database and by its search_path.

    `subject` names the connection in findings. Raises what Session.query raises.
    """
    return needed_by_syntax(session, with_prepared(session, asked), subject, context)


def needed_by_syntax(
    session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None
) -> Needed:
    """The same for texts that hold all that they execute. Raises what Session.query raises."""
    context = context or read_context(session)
    record = Record(read_catalog(session, context, *lookups(asked, context)))
    unknown: list[UnknownColumn] = []
    traces = Traces(record, asked)
    for ask in asked:
        traces.next_text()
        if isinstance(ask, TableAsk):
            with traces.of(Origin()):
                unknown += _read_table(ask, record)
        else:
            _read_sql(ask, record, traces)
    return _conclude(Unseen(session, record, traces), unknown, subject)


def needed_beneath(session: Session, found: Iterable[Beneath], subject: str, context: Context) -> Needed:
    """What is needed by functions and triggers, of which the server has told. Raises what Session.query raises."""
    record = Record(read_catalog(session, context, set(), set()))
    unseen = Unseen(session, record, Traces(record))
    unseen.begin(found)
    return _conclude(unseen, [], subject)


def _conclude(unseen: Unseen, unknown: Iterable[UnknownColumn], subject: str) -> Needed:
    """Follow what the record calls, and gather all that was found."""
    session, record, traces = unseen.session, unseen.record, unseen.traces
    context = record.catalog.context
    unseen.follow(pairs_of_rows(record.unknown, context))
    resolved = 0
    while asks := record.things[resolved:]:
        for number, ask in enumerate(asks, resolved):
            traces.lead(traces.origin("things", number), ask)
        resolved += len(asks)
        resolve_things(session, record, unseen.functions, asks, traces)
        unseen.follow()
    missing, called = columns_or_calls(record.unknown, unseen.functions, context)
    reasons = [*traces.reasons(), *called]
    reasons += [traces.before("uses", n) + reason for n, use in enumerate(record.uses) for reason in caveats(use)]
    rows = judge_rows(session, context, record.uses, subject)
    reasons += rows.reasons
    lost, absent, columns = traces.certain([*unknown, *missing], reasons)
    record.needs += needs_in_schemas(session, record)
    record.needs += fitting_owners(session, record.new_owners)
    return Needed(
        with_coverage(
            session, [_connect(context), *_schema_needs(record), *record.needs, *_use_needs(record), *rows.needs]
        ),
        (
            *(traces.placed(finding, name) for name, finding in explain_lost(session, context, lost, subject)),
            *_explain_absent(session, record, absent, subject),
            *(
                traces.placed(absent_column(column, subject, _hidden(record)), column)
                for column in dict.fromkeys(columns)
            ),
            *unwritable(context, record.unwritable, subject),
            *closed_to_owners(session, context, _reading_views(record), subject),
            *closed_to_writers(session, context, record.uses, subject),
            *rows.findings,
            *never_granted(session, context, record.roles, subject),
        ),
        () if context.superuser else tuple(Unjudged(subject, reason) for reason in dict.fromkeys(reasons)),
        tuple(record.passed_over.values()),
        traces.asked_by(),
    )


def _reading_views(record: Record) -> Iterator[Relation]:
    """Those whose query runs. What is read to write through a view is told by the use of what lies beneath."""
    for use in record.uses:
        if use.relation.kind == "v" and (Privilege.SELECT in use.columns or use.relation.triggers):
            yield use.relation
    yield from record.refreshed


def _explain_absent(
    session: Session, record: Record, absent: Iterable[tuple[Places, Iterable[Absent]]], subject: str
) -> Iterator[Finding]:
    for places, names in absent:
        for finding in explain_absent(session, record.catalog, names, subject):
            yield placed(finding, places)


def _read_sql(ask: SqlAsk, record: Record, traces: Traces) -> None:
    if ask.unread:
        with traces.of(Origin(ask.places)):
            record.reasons.append(ask.unread)
    catalog = record.catalog
    record.is_literal = is_literal(ask.text)
    reader = StatementReader(record)
    text = readable(ask.text).encode()
    for raw, line in zip(ask.statements, lines_of(ask.statements, text), strict=True):
        with traces.of(Origin(ask.places_at(line))):
            reader.statement(raw.stmt, text[raw.stmt_location : raw.stmt_location + _ENOUGH].decode(errors="replace"))
    record.catalog, record.path_known, record.is_literal = catalog, True, True


def _read_table(ask: TableAsk, record: Record) -> Iterator[UnknownColumn]:
    source = record.open(ask.relation)
    if not source.use:
        return
    relation = source.use.relation
    known = {*relation.columns, *relation.system_columns}
    for item in ask.privileges:
        for column in item.columns:
            if column not in known:
                yield UnknownColumn((column,), ((str(relation), relation.columns),))
        _ask(item, source.use, record)


def _ask(item: AskedPrivilege, use: Use, record: Record) -> None:
    relation, privilege = use.relation, item.privilege
    version = record.catalog.context.version
    if privilege is Privilege.MAINTAIN and version < 170000:
        record.reasons.append(f"PostgreSQL {version // 10000} has no privilege MAINTAIN (it came with 17)")
    elif privilege is Privilege.USAGE and relation.kind != "S":
        record.reasons.append(f"USAGE is a privilege of sequences, and {relation} is a {relation.kind_name}")
    elif item.columns:
        if known := [c for c in item.columns if c in (*relation.columns, *relation.system_columns)]:
            use.ask(privilege, known)
    else:
        use.ask_whole(privilege)
    if privilege in _ACTS:
        use.acts.add(_ACTS[privilege])
    if privilege is Privilege.INSERT:
        record.leave_to_default(relation, [c for c in relation.columns if not item.columns or c not in item.columns])
    if privilege in _WRITING and record.catalog.context.read_only:
        record.unwritable.append((privilege.value, False))


def _connect(context: Context) -> Need:
    grant = Grant(ObjectKind.DATABASE, "", context.database, Privilege.CONNECT)
    return Need((grant,), "every session needs it")


def _schema_needs(record: Record) -> Iterator[Need]:
    """USAGE on the schema of everything that is named; not on those of views' tables or of defaults' sequences.

    Everybody may use the session's own temporary schema (pg_namespace_aclmask in aclchk.c).
    """
    told: set[tuple[str, bool]] = set()
    for name, relation in record.opened:
        if is_temporary(relation.schema) or (relation.schema, not name.schema) in told:
            continue
        told.add((relation.schema, not name.schema))
        grant = Grant(ObjectKind.SCHEMA, "", relation.schema, Privilege.USAGE)
        yield Need((grant,), f"{relation} is in it", "42501" if name.schema else "42P01")
    for schema, what in record.schemas:
        yield Need((Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE),), f"{what} in it")


def _hidden(record: Record) -> bool:
    """Whether the server gives up at another name before it looks at columns."""
    closed = any(not record.catalog.may_use(relation.schema) for _, relation in record.opened)
    return closed or bool(record.absent or record.lost)


def _use_needs(record: Record) -> Iterator[Need]:
    for use in record.uses:
        yield from needs_of(use)
