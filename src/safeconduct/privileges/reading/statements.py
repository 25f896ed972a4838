"""Whole statements: which of them are judged, and what those that are no query need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Privilege
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.reading.changes import ChangeReader
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.reading.locks import lock_need
from safeconduct.privileges.reading.record import SEQUENCE_FUNCTIONS, sequence_name
from safeconduct.privileges.scope import Scope
from safeconduct.privileges.tree import enum_name, everything, kind, relation_name, strings, text_constant, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.scope import Source
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
    timezone transaction_isolation transaction_read_only work_mem""".split()
) | {"TRANSACTION", "SESSION CHARACTERISTICS"}


class StatementReader(ChangeReader):
    """Reads any statement; those that it does not judge leave a reason."""

    def statement(self, node: Node, words: str) -> None:
        """Read one statement; `words` are its first ones, for the reason."""
        node = unwrap(node)
        what = kind(node)
        if what in QUERIES:
            self._top_query(node)
        elif what in _WRAPPERS:
            self.statement(node.query, words)
        elif handler := _HANDLERS.get(what):
            handler(self, node)
        elif what not in _FREE:
            self._unjudged(node, words)

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
        source = self.record.open(relation_name(node.relation))
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
        if not columns and not relation.generated:
            use.ask_whole(privilege)
            return
        chosen = columns or tuple(c for c in relation.columns if c not in relation.generated)
        use.ask(privilege, chosen)
        if privilege is Privilege.INSERT:
            self.record.leave_to_default(relation, [c for c in relation.columns if c not in chosen])

    def _lock_table(self, node: Node) -> None:
        for item in node.relations:
            if relation := self.record.find(relation_name(item.range_var)):
                if relation.kind == "v":
                    self.record.reasons.append(f"LOCK of the view {relation} locks what it reads, too")
                self.record.needs.append(lock_need(relation, node.mode, self.record.catalog.context.version))

    def _truncate(self, node: Node) -> None:
        for item in node.relations:
            source = self.record.open(relation_name(item.range_var))
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
        if node.name.lower() in ("search_path", "role", "session_authorization"):
            self.record.reasons.append(
                f"SET {node.name} changes what later names or rights mean; they are judged as of now"
            )
        elif node.name and node.name.lower() not in {name.lower() for name in _HARMLESS_SETTINGS}:
            self.record.reasons.append(f"whether the role may SET {node.name} is not judged")

    def _unjudged(self, node: Node, words: str) -> None:
        self.record.reasons.append(f"{words}: this kind of statement is not judged, only reading and changing rows")


def names_in(node: Node) -> Iterator[RelationName]:
    """Every name in the statement that may be a relation's, for looking them all up at once."""
    for found in everything(node):
        if kind(found) == "RangeVar":
            name = relation_name(found)
            yield RelationName(name.schema, name.name)
        elif kind(found) == "FuncCall" and strings(found.funcname)[-1] in SEQUENCE_FUNCTIONS and found.args:
            sequence = sequence_name(text_constant(found.args[0]))
            yield from [RelationName(sequence.schema, sequence.name)] if sequence else []


_HANDLERS = {
    "CopyStmt": StatementReader._copy,
    "LockStmt": StatementReader._lock_table,
    "TruncateStmt": StatementReader._truncate,
    "CreateTableAsStmt": StatementReader._create_table_as,
    "CreateStmt": StatementReader._create_table,
    "ViewStmt": StatementReader._create_view,
    "VariableSetStmt": StatementReader._set_variable,
}
