"""What reading one text of SQL has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.names import RelationName, is_temporary
from safeconduct.privileges.reading.made_roles import MadeRoles
from safeconduct.privileges.reading.qualified import name_in_text
from safeconduct.privileges.scope import Source, UnknownColumn, Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.privileges.catalog import Catalog, Relation
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.reading.calls import Call, Operator
    from safeconduct.privileges.reading.things import ThingAsk
    from safeconduct.privileges.tree import Node

SEQUENCE_FUNCTIONS = {
    "nextval": (Privilege.USAGE, Privilege.UPDATE),
    "currval": (Privilege.SELECT, Privilege.USAGE),
    "setval": (Privilege.UPDATE,),
    "pg_sequence_parameters": (Privilege.SELECT, Privilege.USAGE, Privilege.UPDATE),
}
"""What each asks for on its sequence: any one of these (chapter 9.17, and sequence.c)."""
OWNERS_FUNCTIONS = frozenset(
    "brin_summarize_new_values brin_summarize_range brin_desummarize_range gin_clean_pending_list".split()
)
"""What tends an index is for its owner (brin.c, ginfast.c)."""
IN_QUERIES, ELSEWHERE = "42P01", "3F000"
"""How PostgreSQL refuses a schema that does not exist: in FROM and as the target of a change as a missing relation,
everywhere else (COPY, LOCK, types, functions) as a missing schema."""


@dataclass(frozen=True)
class Absent:
    """A name that means no relation, and who looked for it: search_path may change within a text."""

    name: RelationName
    context: Context


@dataclass(frozen=True)
class LostSchema:
    """A schema that is named and does not exist: what it was named for, and the SQLSTATE that the server gives then.

    `sqlstate` is empty where that depends on the version and on what surrounds it.
    `relation` is set where it was named for one.
    """

    schema: str
    what: str
    sqlstate: str
    relation: RelationName | None = None


@dataclass(frozen=True)
class Block:
    """The text of a DO statement and its language; `via` says whose body it stands in."""

    text: str
    language: str
    via: str = ""


@dataclass(frozen=True)
class AllIn:
    """A GrantStmt on all objects of a kind in a schema; the kind is a word of GRANT, such as TABLES."""

    kind: str
    schema: str
    statement: Node
    why: str


@dataclass
class Record:
    """Uses of relations, needs beside them, names that are in no catalog, and what cannot be told.

    `catalog` is as the statement that is being read sees it; without `path_known`, what unqualified names mean is not
    known. `called` has functions that are called unseen, by their numbers, with why, and `named` those that only need
    EXECUTE; `blocks` the texts of DO. `via` is whose body is being read, empty for the text itself. `created`,
    `created_schemas` and `made` (kind and name) are what the text makes itself, `creations` the first of these in turn,
    also those that are dropped again, and `temporary` the names of temporary ones; `things` what it asks of objects
    that are no relations; `refreshed` the materialized views whose queries it runs, `taken_over` those of them that the
    role is to be made the owner of; `new_owners` to which role something is given away in which schema; `all_in`
    schemas of which all objects are granted; `roles` those that it makes. Without `is_literal`, a driver may put other
    constants into the text.
    """

    catalog: Catalog
    uses: list[Use] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    opened: list[tuple[RelationName, Relation]] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)
    lost: list[LostSchema] = field(default_factory=list)
    schemas: list[tuple[str, str]] = field(default_factory=list)
    passed_over: dict[RelationName, tuple[Relation, Relation]] = field(default_factory=dict)
    unknown: list[UnknownColumn] = field(default_factory=list)
    unwritable: list[tuple[str, bool]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    called: dict[int, str] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    created: set[RelationName] = field(default_factory=set)
    creations: list[RelationName] = field(default_factory=list)
    temporary: set[str] = field(default_factory=set)
    created_schemas: set[str] = field(default_factory=set)
    made: set[tuple[str, str]] = field(default_factory=set)
    things: list[ThingAsk] = field(default_factory=list)
    refreshed: list[Relation] = field(default_factory=list)
    taken_over: list[Relation] = field(default_factory=list)
    new_owners: list[tuple[str, str]] = field(default_factory=list)
    all_in: list[AllIn] = field(default_factory=list)
    roles: MadeRoles = field(default_factory=MadeRoles)
    path_known: bool = True
    is_literal: bool = True
    unclear: bool = False
    via: str = ""

    @property
    def as_regclass(self) -> str:
        """The SQLSTATE for a regclass whose schema does not exist: since PostgreSQL 16 that of a missing relation."""
        return IN_QUERIES if self.catalog.context.version >= 160000 else ELSEWHERE

    def make(self, name: RelationName, temporary: bool = False) -> None:
        """Note that the text makes a relation of this name. A temporary one has it without a schema, too."""
        self.created.add(name)
        self.creations.append(name)
        if temporary:
            self.created.add(RelationName("", name.name))
            self.temporary.add(name.name)

    def has_made(self, name: RelationName) -> bool:
        """Whether the text has made a relation of this name."""
        return name in self.created or (is_temporary(name.schema) and name.name in self.temporary)

    def drop(self, name: RelationName) -> None:
        """Note that the text drops what has this name."""
        self.created.discard(name)
        if is_temporary(name.schema):
            self.created.discard(RelationName("", name.name))
        if not name.schema or is_temporary(name.schema):
            self.temporary.discard(name.name)

    def find(self, name: RelationName, lost: str = IN_QUERIES) -> Relation | None:
        """The relation of this name that has rows; where there is none to judge, that is noted."""
        relation = self.refer(name, lost)
        if relation is None or relation.has_rows:
            return relation
        self.reasons.append(f"{relation} is an {relation.kind_name}, which has no rows to read or change")
        return None

    def refer(self, name: RelationName, lost: str = ELSEWHERE) -> Relation | None:
        """The relation of this name, of whatever kind. `lost` is the server's SQLSTATE where there is no such schema.

        Its schema needs USAGE, also where the name means nothing: the schema is looked up first.
        """
        if not (name.schema or self.path_known):
            return None
        if self.has_made(name):
            if name.schema:
                self.mention(name.schema, f"{name} is looked for", lost, name)
            return None
        database = self.catalog.context.database
        if name.database not in ("", database):
            here = quote_identifier(database)
            self.reasons.append(f"{name} is in another database than {here}, which PostgreSQL refuses")
            return None
        if name.schema and not self.mention(name.schema, f"{name} is looked for", lost, name):
            return None
        relation = self.catalog.find(name)
        if relation is None:
            self.absent.append(Absent(name, self.catalog.context))
            return None
        self.opened.append((name, relation))
        if hidden := self.catalog.passed_over(name, relation):
            self.passed_over[RelationName(relation.schema, relation.name)] = relation, hidden
        return relation

    def mention(self, schema: str, what: str, lost: str = ELSEWHERE, relation: RelationName | None = None) -> bool:
        """Note that the schema is looked up by its name, and say whether it exists. `what` begins the reason."""
        if is_temporary(schema) or schema in self.created_schemas:
            return True
        if schema not in self.catalog.schemas:
            self.lost.append(LostSchema(schema, what, lost, relation))
            return False
        self.schemas.append((schema, what))
        return True

    def open(self, name: RelationName, alias: str = "", lost: str = IN_QUERIES) -> Source:
        """A source for this mention of a relation; one of unknown columns where there is nothing to judge."""
        relation = self.find(name, lost)
        if relation is None:
            return Source(alias or name.name, None, schema=name.schema)
        use = Use(relation, via=self.via)
        self.uses.append(use)
        return Source(alias or name.name, relation.visible, use, schema="" if alias else relation.schema)

    def known(self, relation: Relation, columns: Iterable[str]) -> tuple[str, ...]:
        """Those of the columns that the relation has; the others are noted."""
        columns = tuple(columns)
        there = {*relation.columns, *relation.system_columns}
        for column in dict.fromkeys(columns):
            if column not in there:
                self.unknown.append(UnknownColumn((column,), ((str(relation), relation.columns),)))
        return tuple(column for column in columns if column in there)

    def leave_to_default(self, relation: Relation, columns: Iterable[str]) -> None:
        """Note what the defaults of these columns need: USAGE on a serial's sequence, nothing for an identity."""
        for column in columns:
            written = f"{relation}.{quote_identifier(column)}"
            for name in relation.sequences.get(column, ()):
                why = f"{written} is left to its default, which takes a value from {name}"
                self.needs.append(sequence_need(name, (Privilege.USAGE, Privilege.UPDATE), why))
            for oid in relation.functions_of("default", [column]):
                self.called.setdefault(oid, f"the default of {written} calls it")

    def call_on_sequence(self, function: str, argument: str | None) -> None:
        """Note what nextval, currval or setval needs on the sequence that its argument names."""
        name = name_in_text(argument)
        if name is None:
            self.reasons.append(f"{function} is called on a sequence that is only known when it runs")
        elif relation := self.find(name, self.as_regclass):
            found = RelationName(relation.schema, relation.name)
            self.needs.append(sequence_need(found, SEQUENCE_FUNCTIONS[function], f"{function} is called on it"))

    def call_as_owner(self, function: str, argument: str | None) -> None:
        """Note that the index that the argument names is tended, which is for its owner."""
        name = name_in_text(argument)
        if name is None:
            self.reasons.append(f"{function} is called on an index that is only known when it runs")
        elif relation := self.refer(name, self.as_regclass):
            owner = Grant(ObjectKind.ROLE, "", relation.owner, Privilege.USAGE)
            mend = f"ALTER TABLE {relation.table or relation} OWNER TO {{role}};" if relation.owned_by_superuser else ""
            self.needs.append(Need((owner,), f"{function} is for the owner of {relation}", mend=mend))


def sequence_need(name: RelationName, any_of: tuple[Privilege, ...], why: str) -> Need:
    """One of these privileges on the sequence, the first for choice."""
    grants = (Grant(ObjectKind.SEQUENCE, name.schema, name.name, privilege) for privilege in any_of)
    return Need(tuple(grants), why)
