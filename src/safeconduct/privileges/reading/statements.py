"""Whole statements: which of them are judged, and what those that are no query need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.acts import Act
from safeconduct.privileges.reading.changes import ChangeReader
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.reading.followed import AccessMode, FollowedPath
from safeconduct.privileges.reading.kinds import name_of
from safeconduct.privileges.reading.locks import lock_need
from safeconduct.privileges.reading.qualified import name_in_text, qualified_in, relations_in_texts
from safeconduct.privileges.reading.record import ELSEWHERE, SEQUENCE_FUNCTIONS
from safeconduct.privileges.reading.writes import writes
from safeconduct.privileges.scope import Scope
from safeconduct.privileges.tree import enum_name, everything, kind, relation_name, strings, text_constant, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.privileges.names import RelationName
    from safeconduct.privileges.reading.record import Record
    from safeconduct.privileges.scope import Source, Use
    from safeconduct.privileges.tree import Node

_FREE = frozenset(
    """TransactionStmt VariableShowStmt DeallocateStmt ClosePortalStmt FetchStmt ListenStmt NotifyStmt UnlistenStmt
    DiscardStmt ConstraintsSetStmt""".split()
)
_WRAPPERS = frozenset({"ExplainStmt", "PrepareStmt", "DeclareCursorStmt"})
_HARMLESS_SETTINGS = frozenset(
    """application_name client_encoding client_min_messages datestyle default_transaction_isolation
    default_transaction_read_only enable_seqscan extra_float_digits idle_in_transaction_session_timeout intervalstyle
    lock_timeout maintenance_work_mem statement_timeout standard_conforming_strings synchronous_commit temp_buffers
    timezone transaction_isolation transaction_read_only work_mem search_path transaction
    """.split()
) | {"session characteristics"}
UNCLEAR = "what else the statement needs can only be told when its columns are there"


class StatementReader(ChangeReader):
    """Reads the statements of one text in turn; those that it does not judge leave a reason."""

    def __init__(self, record: Record) -> None:
        context = record.catalog.context
        super().__init__(record)
        self._initial = record.catalog
        self._path = FollowedPath(context.search_path)
        self._mode = AccessMode(context.read_only, context.read_only, context.standby)

    def statement(self, node: Node, text: str) -> None:
        """Read one statement; `text` begins with it, and only its first words are looked at."""
        node = unwrap(node)
        uses, needs, unknown = (len(found) for found in (self.record.uses, self.record.needs, self.record.unknown))
        self.record.unclear = False
        self._read(node, name_of(node, text))
        for name, as_regclass in relations_in_texts(node):
            self.record.refer(name, self.record.as_regclass if as_regclass else ELSEWHERE)
        for named in qualified_in(node):
            self.record.mention(named.schema, named.what, "" if named.in_text else ELSEWHERE)
        if self.record.unclear or len(self.record.unknown) > unknown:
            # The server gives up at the name, before it looks at any privilege on a table.
            del self.record.uses[uses:], self.record.needs[needs:]
        if len(self.record.unknown) > unknown:
            self.record.reasons.append(UNCLEAR)
        self._check_access(node, name_of(node, text), self.record.uses[uses:])
        self._follow(node)

    def _read(self, node: Node, name: str) -> None:
        what = kind(node)
        if what in QUERIES:
            self._top_query(node)
        elif what in _WRAPPERS:
            self._read(unwrap(node.query), name)
        elif handler := _HANDLERS.get(what):
            handler(self, node)
        elif what not in _FREE:
            self._unjudged(name)

    def _check_access(self, node: Node, name: str, uses: Sequence[Use]) -> None:
        """Note what a read-only transaction refuses."""
        if self._mode.now is False:
            return
        for command in writes(node, name, uses, self._mode.standby):
            if self._mode.now:
                self.record.unwritable.append((command, self._mode.by_text))
            else:
                self.record.reasons.append(f"whether the transaction of {command} is read-only is not known")

    def _follow(self, node: Node) -> None:
        """Take up what the statement changes for those after it."""
        self._mode.after(node)
        before = self._path.now
        self._path.after(node)
        if self._path.now == before:
            return
        self.record.path_known = self._path.now is not None
        if self._path.now is None:
            self.record.reasons.append(
                "search_path changes to what is only known when it runs: names that"
                " follow without a schema are not judged"
            )
        self.record.catalog = (
            self._initial.under(self._path.now) if self._path.now and self._path.changed else self._initial
        )

    def _top_query(self, node: Node) -> None:
        self.query(node, Scope())
        if kind(node) == "SelectStmt" and node.HasField("into_clause"):
            self.record.created.add(relation_name(node.into_clause.rel))

    def _copy(self, node: Node) -> None:
        if node.filename:
            self.record.reasons.append("COPY with a file or program of the server needs a role that may use it")
        if node.HasField("query"):
            self.query(unwrap(node.query), Scope())
            return
        source = self.record.open(relation_name(node.relation), lost=ELSEWHERE)
        columns = strings(node.attlist)
        if source.use:
            self._copied(source, columns, Privilege.INSERT if node.is_from else Privilege.SELECT)
        if node.HasField("where_clause"):
            self.expression(node.where_clause, Scope([source]))

    def _copied(self, source: Source, columns: tuple[str, ...], privilege: Privilege) -> None:
        """COPY uses the columns it names, or all but the generated ones; COPY FROM leaves the others to defaults."""
        if not (use := source.use):
            return
        relation = use.relation
        use.acts.add(Act.READ if privilege is Privilege.SELECT else Act.COPY_FROM)
        if not columns and not relation.generated:
            use.ask_whole(privilege)
            return
        chosen = self.record.known(relation, columns) or tuple(
            c for c in relation.columns if c not in relation.generated
        )
        use.ask(privilege, chosen)
        if privilege is Privilege.INSERT:
            self.record.leave_to_default(relation, [c for c in relation.columns if c not in chosen])

    def _lock_table(self, node: Node) -> None:
        for item in node.relations:
            if relation := self.record.find(relation_name(item.range_var), ELSEWHERE):
                if relation.kind == "v":
                    self.record.reasons.append(f"LOCK of the view {relation} locks what it reads, too")
                self.record.needs.append(lock_need(relation, node.mode, self.record.catalog.context.version))

    def _truncate(self, node: Node) -> None:
        for item in node.relations:
            source = self.record.open(relation_name(item.range_var), lost=ELSEWHERE)
            if source.use:
                source.use.ask(Privilege.TRUNCATE)
        if node.restart_seqs:
            self.record.reasons.append("TRUNCATE RESTART IDENTITY needs ownership of the sequences")
        if enum_name(node, "behavior") == "DROP_CASCADE":
            self.record.reasons.append("TRUNCATE CASCADE also empties the tables that refer to it")

    def _create_table_as(self, node: Node) -> None:
        if kind(unwrap(node.query)) in QUERIES:
            self.query(unwrap(node.query), Scope())
        self._create(node.into.rel)

    def _create_table(self, node: Node) -> None:
        self._create(node.relation)

    def _create_view(self, node: Node) -> None:
        self._create(node.view)

    def _create(self, range_var: Node) -> None:
        name = relation_name(range_var)
        self.record.created.add(name)
        self.record.reasons.append(f"the creation of {name} is not judged: only reading and changing rows is")

    def _set_variable(self, node: Node) -> None:
        if node.name.lower() in ("role", "session_authorization"):
            self.record.reasons.append(
                f"SET {node.name} changes what later names or rights mean; they are judged as of now"
            )
        elif node.name and node.name.lower() not in _HARMLESS_SETTINGS:
            self.record.reasons.append(f"whether the role may SET {node.name} is not judged")

    def _unjudged(self, name: str) -> None:
        self.record.reasons.append(f"{name}: this kind of statement is not judged, only reading and changing rows")


def names_in(node: Node) -> Iterator[RelationName]:
    """Every name in the statement that may be a relation's, for looking them all up at once."""
    for found in everything(node):
        if kind(found) == "RangeVar":
            yield relation_name(found)
        elif kind(found) == "FuncCall" and strings(found.funcname)[-1] in SEQUENCE_FUNCTIONS and found.args:
            sequence = name_in_text(text_constant(found.args[0]))
            yield from [sequence] if sequence else []
    yield from (name for name, _ in relations_in_texts(node))


_HANDLERS = {
    "CopyStmt": StatementReader._copy,
    "LockStmt": StatementReader._lock_table,
    "TruncateStmt": StatementReader._truncate,
    "CreateTableAsStmt": StatementReader._create_table_as,
    "CreateStmt": StatementReader._create_table,
    "ViewStmt": StatementReader._create_view,
    "VariableSetStmt": StatementReader._set_variable,
}
