"""Whole statements: which of them are judged, and what those that are no query need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.model.ledger import Need
from safeconduct.privileges.acts import Act
from safeconduct.privileges.holdings import PARAMETERS
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.reading.alterations import ALTERATIONS
from safeconduct.privileges.reading.creations import CREATIONS
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.reading.followed import RESETS, AccessMode, FollowedPath
from safeconduct.privileges.reading.granting import GRANTING
from safeconduct.privileges.reading.kinds import name_of
from safeconduct.privileges.reading.locks import lock_need
from safeconduct.privileges.reading.others import OTHERS, OtherReader
from safeconduct.privileges.reading.qualified import name_in_text, qualified_in, relations_in_texts, unqualified_in
from safeconduct.privileges.reading.record import ELSEWHERE, OWNERS_FUNCTIONS, SEQUENCE_FUNCTIONS, Block
from safeconduct.privileges.reading.rights import of_owner
from safeconduct.privileges.reading.things import PARAMETER, ThingAsk, parts_of
from safeconduct.privileges.reading.writes import writes
from safeconduct.privileges.scope import Scope
from safeconduct.privileges.tree import enum_name, kind, of_kinds, relation_name, strings, text_constant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.reading.record import Record
    from safeconduct.privileges.scope import Source, Use
    from safeconduct.privileges.tree import Node

_FREE = frozenset(
    """TransactionStmt VariableShowStmt DeallocateStmt ClosePortalStmt FetchStmt ListenStmt NotifyStmt UnlistenStmt
    DiscardStmt ConstraintsSetStmt""".split()
)
_WRAPPERS = frozenset({"ExplainStmt", "DeclareCursorStmt"})
_HARMLESS_SETTINGS = frozenset(
    """application_name client_encoding client_min_messages datestyle default_transaction_isolation
    default_transaction_read_only enable_seqscan extra_float_digits idle_in_transaction_session_timeout intervalstyle
    lock_timeout maintenance_work_mem statement_timeout standard_conforming_strings synchronous_commit temp_buffers
    timezone transaction_isolation transaction_read_only work_mem search_path transaction
    """.split()
) | {"session characteristics"}
UNCLEAR = "what else the statement needs can only be told when its columns are there"


class StatementReader(OtherReader):
    """Reads the statements of one text in turn; those that it does not judge leave a reason."""

    def __init__(self, record: Record, outer: Scope | None = None) -> None:
        context = record.catalog.context
        super().__init__(record)
        self._outer = outer or Scope()
        self._prepared: dict[str, Node] = {}
        self._as_other = ""
        self._initial = record.catalog
        self._path = FollowedPath(context.search_path)
        self._mode = AccessMode(context.read_only, context.read_only, context.standby)

    def statement(self, node: Node, text: str) -> None:
        """Read one statement; `text` begins with it, and only its first words are looked at."""
        uses, needs, unknown = (len(found) for found in (self.record.uses, self.record.needs, self.record.unknown))
        self.record.unclear = False
        if self._as_other and kind(node) not in ("VariableSetStmt", "TransactionStmt", "DiscardStmt"):
            self.record.reasons.append(f"what follows SET runs with the rights of {self._as_other}: it is not judged")
            self._follow(node)
            return
        name = name_of(node, text)
        self._read(node, name)
        for relation, as_regclass in relations_in_texts(node):
            self.record.refer(relation, self.record.as_regclass if as_regclass else ELSEWHERE)
        for what, parts in unqualified_in(node):
            self.named(what, parts, f"{name} names it")
        for named in qualified_in(node):
            self.record.mention(named.schema, f"{named.what} is", "" if named.in_text else ELSEWHERE)
        if self.record.unclear or len(self.record.unknown) > unknown:
            # The server gives up at the name, before it looks at any privilege on a table.
            del self.record.uses[uses:], self.record.needs[needs:]
        if len(self.record.unknown) > unknown:
            self.record.reasons.append(UNCLEAR)
        self._check_access(node, name, self.record.uses[uses:])
        self._follow(node)

    def _read(self, node: Node, name: str) -> None:
        what = kind(node)
        if what in QUERIES:
            self._top_query(node)
        elif what in _WRAPPERS:
            if kind(node.query) != "RefreshMatViewStmt":  # EXPLAIN has nothing to say of it
                self._read(node.query, name)
        elif handler := _HANDLERS.get(what):
            handler(self, node, name)
        elif what not in _FREE:
            self._unjudged(name)

    def _check_access(self, node: Node, name: str, uses: Sequence[Use]) -> None:
        """Note what a read-only transaction refuses."""
        if self._mode.now is False:
            return
        if kind(node) == "ExecuteStmt":
            node = self._prepared.get(node.name, node)
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
        self.query(node, self._outer)
        if kind(node) == "SelectStmt" and node.HasField("into_clause"):
            self.create_relation(node.into_clause.rel, "SELECT INTO")
            self.in_tablespace(node.into_clause.table_space_name, "SELECT INTO names it")

    def _call(self, node: Node, name: str) -> None:
        self.call(node.funccall, procedure=True)
        self._all(node.funccall.args, self._outer)

    def _do(self, node: Node, name: str) -> None:
        options = {item.def_elem.defname: item.def_elem.arg.string.sval for item in node.args}
        language = options.get("language", "plpgsql")
        self.record.needs.append(
            Need((Grant(ObjectKind.LANGUAGE, "", language, Privilege.USAGE),), "DO is written in it")
        )
        self.record.blocks.append(Block(options.get("as", ""), language, self.record.via))

    def _return(self, node: Node, name: str) -> None:
        if node.HasField("returnval"):
            self.expression(node.returnval, self._outer)

    def _copy(self, node: Node, name: str) -> None:
        if node.filename:
            self.need_rights_of(*_beyond_the_database(node))
        if node.HasField("query"):
            self.query(node.query, self._outer)
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

    def _lock_table(self, node: Node, name: str) -> None:
        for item in node.relations:
            if relation := self.record.find(relation_name(item.range_var), ELSEWHERE):
                if relation.kind == "v":
                    self.record.reasons.append(f"LOCK of the view {relation} locks what it reads, too")
                self.record.needs.append(lock_need(relation, node.mode, self.record.catalog.context.version))

    def _truncate(self, node: Node, name: str) -> None:
        for item in node.relations:
            source = self.record.open(relation_name(item.range_var), lost=ELSEWHERE)
            if source.use:
                source.use.ask(Privilege.TRUNCATE)
                if node.restart_seqs:
                    self._restart(source.use.relation)
                if enum_name(node, "behavior") == "DROP_CASCADE":
                    self._cascade(source.use.relation)

    def _restart(self, relation: Relation) -> None:
        for sequence, owner in relation.owned_sequences:
            rights = Grant(ObjectKind.ROLE, "", owner, Privilege.USAGE)
            mend = f"ALTER TABLE {relation} OWNER TO {{role}};" if relation.owned_by_superuser else ""
            brings = of_owner(relation) if mend else ()
            self.need(f"TRUNCATE RESTART IDENTITY is for the owner of {sequence}", rights, mend=mend, brings=brings)

    def _cascade(self, relation: Relation) -> None:
        for referring in relation.referenced_by:
            grant = Grant(ObjectKind.TABLE, referring.schema, referring.name, Privilege.TRUNCATE)
            self.need(f"TRUNCATE CASCADE empties it, because it refers to {relation}", grant)

    def _set_variable(self, node: Node, name: str) -> None:
        setting = node.name.lower()
        constant = text_constant(node.args[0]) if node.args else None
        if setting in ("role", "session_authorization"):
            self._become(setting, constant, enum_name(node, "kind") in RESETS or constant == "none")
        elif setting and setting not in _HARMLESS_SETTINGS:
            ask = ThingAsk(self.thing(PARAMETER, (setting,)), f"{name} {setting}", (Privilege.SET,), or_nothing=True)
            self.record.things.append(ask)

    def _become(self, setting: str, role: str | None, back: bool) -> None:
        """What follows runs with other rights, and is not judged until the text comes back."""
        self._as_other = "" if back else role or "another role"
        if back or role == self.record.catalog.context.role:
            self._as_other = ""
        elif setting == "session_authorization":
            self.need_attribute("SUPERUSER", "SET SESSION AUTHORIZATION is a superuser's")
        elif role:
            self.need("", Grant(ObjectKind.ROLE, "", role, Privilege.SET))
        else:
            self.record.reasons.append("SET ROLE takes a role that is only known when it runs")

    def _alter_system(self, node: Node, name: str) -> None:
        ask = ThingAsk(self.thing(PARAMETER, (node.setstmt.name,)), name, (Privilege.ALTER_SYSTEM,))
        self.record.things.append(ask)

    def _checkpoint(self, node: Node, name: str) -> None:
        if self.record.catalog.context.version >= PARAMETERS:
            self.need_rights_of("pg_checkpoint", f"{name} is its members'")
        else:
            self.need_attribute("SUPERUSER", f"{name} is a superuser's")

    def _create_as(self, node: Node, name: str) -> None:
        """What EXECUTE would run is asked for also WITH NO DATA: ExecuteQuery() starts it."""
        query = node.query
        if kind(query) == "ExecuteStmt":
            self._execute(query, name)
        self.create_as(node, name)

    def _prepare(self, node: Node, name: str) -> None:
        """PREPARE looks names up; privileges are asked for by EXECUTE."""
        self._prepared[node.name] = node.query
        self.names_only(node.query, self._outer)

    def _execute(self, node: Node, name: str) -> None:
        self._all(node.params, self._outer)
        if query := self._prepared.get(node.name):
            self._read(query, name)
        else:
            self.record.reasons.append(f"{name}: what was prepared as {node.name} is not known")

    def _unjudged(self, name: str) -> None:
        self.record.reasons.append(f"{name}: this kind of statement is not judged")


def _beyond_the_database(copy: Node) -> tuple[str, str]:
    """The predefined role that COPY with a file or program needs, and why."""
    if copy.is_program:
        return "pg_execute_server_program", "COPY runs a program on the server"
    if copy.is_from:
        return "pg_read_server_files", "COPY reads a file of the server"
    return "pg_write_server_files", "COPY writes a file of the server"


_ON_RELATIONS = SEQUENCE_FUNCTIONS.keys() | OWNERS_FUNCTIONS
_NAMING = frozenset({"RangeVar", "FuncCall", "DropStmt", "CommentStmt"})


def names_in(node: Node) -> Iterator[RelationName]:
    """Every name in the statement that may be a relation's, for looking them all up at once."""
    for found in of_kinds(node, _NAMING):
        if kind(found) == "RangeVar":
            yield relation_name(found)
        elif kind(found) == "FuncCall" and strings(found.funcname)[-1] in _ON_RELATIONS and found.args:
            sequence = name_in_text(text_constant(found.args[0]))
            yield from [sequence] if sequence else []
        elif kind(found) != "FuncCall":
            yield from _in_lists(found)
    yield from (name for name, _ in relations_in_texts(node))


def _in_lists(node: Node) -> Iterator[RelationName]:
    """The names of relations that stand as lists of words, or of which something is named that belongs to them."""
    items = node.objects if kind(node) == "DropStmt" else [node.object]
    for item in items:
        parts, _ = parts_of(item)
        for some in (parts, parts[:-1]):
            if some:
                yield RelationName(*(("", *some)[-2:]))


_HANDLERS = {
    **CREATIONS,
    **ALTERATIONS,
    **GRANTING,
    **OTHERS,
    "CreateTableAsStmt": StatementReader._create_as,
    "CallStmt": StatementReader._call,
    "DoStmt": StatementReader._do,
    "ReturnStmt": StatementReader._return,
    "CopyStmt": StatementReader._copy,
    "LockStmt": StatementReader._lock_table,
    "TruncateStmt": StatementReader._truncate,
    "VariableSetStmt": StatementReader._set_variable,
    "AlterSystemStmt": StatementReader._alter_system,
    "CheckPointStmt": StatementReader._checkpoint,
    "PrepareStmt": StatementReader._prepare,
    "ExecuteStmt": StatementReader._execute,
}
