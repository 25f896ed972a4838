"""CREATE: tables, views, indexes, sequences, functions, types and what else stands in a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.names import RelationName, is_temporary
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.reading.record import ELSEWHERE
from safeconduct.privileges.reading.rights import RightsReader
from safeconduct.privileges.reading.things import FUNCTION, LANGUAGE, TYPE, ThingAsk, input_type, parts_of
from safeconduct.privileges.scope import Scope
from safeconduct.privileges.tree import enum_name, everything, kind, of_kinds, relation_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.tree import Node

_UNTRUSTED = frozenset({"c", "internal"})
SERIALS = tuple((name,) for name in "serial serial2 serial4 serial8 smallserial bigserial".split())
"""Types that make a sequence."""
_KEYS = frozenset("CONSTR_PRIMARY CONSTR_UNIQUE CONSTR_EXCLUSION CONSTR_FOREIGN".split())
_OF_AGGREGATES = frozenset(
    "sfunc sfunc1 finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mfinalfunc".split()
)
_TYPES_OF_AGGREGATES = frozenset("stype stype1 mstype basetype".split())
"""What CREATE AGGREGATE says of functions and types."""
_ROW = 1
"""pg_trigger.tgtype's bit."""
_RELATIONS = frozenset({"RangeVar"})
_SUPERUSERS = frozenset("OBJECT_TSPARSER OBJECT_TSTEMPLATE".split())


class CreationReader(RightsReader):
    """Reads statements that make something in a schema."""

    def create_table(self, node: Node, name: str) -> None:
        """CREATE TABLE, also as a partition or a child, of a type, or LIKE another."""
        self.create_relation(node.relation, name, node.if_not_exists)
        self.use_types([*_columns(node.table_elts), node.of_typename], f"{name} has a column of it")
        for parent in node.inh_relations:
            relation = self.own(relation_name(parent.range_var), name)
            if relation and node.HasField("partbound"):
                self.take_triggers(relation, name)
        for element in node.table_elts:
            if element.HasField("table_like_clause"):
                self._like(element.table_like_clause)
        for found in everything(node):
            if kind(found) == "Constraint" and found.HasField("pktable"):
                self.references(found, relation_name(node.relation))
        if node.relation.schemaname and any(_looks_it_up(element) for element in node.table_elts):
            self.record.mention(node.relation.schemaname, f"{name} looks its own table up")
        self.in_tablespace(node.tablespacename, f"{name} names it")

    def create_foreign_table(self, node: Node, name: str) -> None:
        """CREATE FOREIGN TABLE."""
        self.create_table(node.base_stmt, name)
        usage = Grant(ObjectKind.FOREIGN_SERVER, "", node.servername, Privilege.USAGE)
        self.need(f"{name} names it", usage)

    def create_as(self, node: Node, name: str) -> None:
        """CREATE TABLE AS and CREATE MATERIALIZED VIEW: the query is run, unless WITH NO DATA."""
        query = node.query
        if node.if_not_exists and self.exists(node.into.rel):
            # It is passed over before anything is run (CreateTableAsRelExists in createas.c).
            self.names_only(query, Scope())
            return
        if kind(query) in QUERIES:
            if node.into.skip_data:
                self.names_only(query, Scope())
            else:
                self.query(query, Scope())
            if kind(query) == "SelectStmt":
                casts = (target.res_target.val for target in query.target_list)
                self.use_types((cast for cast in casts if kind(cast) == "TypeCast"), f"{name} has a column of it")
        self.create_relation(node.into.rel, name, node.if_not_exists)
        self.in_tablespace(node.into.table_space_name, f"{name} names it")

    def create_view(self, node: Node, name: str) -> None:
        """CREATE VIEW: what it reads is only looked up; its owner needs the right to read when the view is read."""
        opened = len(self.record.opened)
        if node.HasField("query"):
            self.names_only(node.query, Scope())
        # One that reads temporary relations is temporary itself (DefineView() in view.c).
        reads_temporary = any(is_temporary(relation.schema) for _, relation in self.record.opened[opened:])
        reads_temporary = reads_temporary or any(map(self._is_made_temporary, of_kinds(node.query, _RELATIONS)))
        schema = self.create_relation(node.view, name, is_temporary_too=reads_temporary)
        if node.replace and (relation := self.record.catalog.relations.get((schema, node.view.relname))):
            self.need_owner_of(relation, f"{name} OR REPLACE")

    def _is_made_temporary(self, range_var: Node) -> bool:
        schema = range_var.schemaname
        return range_var.relname in self.record.temporary and (not schema or is_temporary(schema))

    def create_sequence(self, node: Node, name: str) -> None:
        """CREATE SEQUENCE."""
        self.create_relation(node.sequence, name, node.if_not_exists)

    def create_index(self, node: Node, name: str) -> None:
        """CREATE INDEX: for the table's owner, who must be allowed to create in its schema as well."""
        if relation := self.own(relation_name(node.relation), name):
            self.create_in(relation.schema, "the index")
        self.in_tablespace(node.table_space, f"{name} names it")

    def create_statistics(self, node: Node, name: str) -> None:
        """CREATE STATISTICS."""
        self.create_in(_schema(strings(node.defnames)), "the statistics object")
        for item in node.relations:
            self.own(relation_name(item.range_var), name)

    def create_trigger(self, node: Node, name: str) -> None:
        """CREATE TRIGGER: TRIGGER on the table, and EXECUTE on the function."""
        for range_var in (node.relation, node.constrrel):
            if range_var.relname and (relation := self.record.refer(relation_name(range_var), ELSEWHERE)):
                trigger = Grant(ObjectKind.TABLE, relation.schema, relation.name, Privilege.TRIGGER)
                self.need(f"{name} is on it", trigger)
                for part in relation.children if relation.kind == "p" and node.row else ():
                    trigger = Grant(ObjectKind.TABLE, part.schema, part.name, Privilege.TRIGGER)
                    self.need(f"{name} is made on the partition as well", trigger)
        self.execute(strings(node.funcname), f"{name} names it", ())

    def create_function(self, node: Node, name: str) -> None:
        """CREATE FUNCTION and PROCEDURE: USAGE on the language and on the types; the body is not run."""
        parts = strings(node.funcname)
        self.create_in(_schema(parts), f"{name} {'.'.join(parts)}")
        self.use_types([*(item.function_parameter for item in node.parameters), node.return_type], f"{name} names it")
        options = {item.def_elem.defname: item.def_elem.arg for item in node.options}
        language = options["language"].string.sval.lower() if "language" in options else "sql"
        if "leakproof" in options and options["leakproof"].boolean.boolval:
            self.need_attribute("SUPERUSER", f"{name} is declared LEAKPROOF")
        if "support" in options:
            self.need_attribute("SUPERUSER", f"{name} names a support function")
        if language in _UNTRUSTED:
            self.need_attribute("SUPERUSER", f"{name} is in the language {language}")
        else:
            asked = ThingAsk(self.thing(LANGUAGE, (language,)), f"{name} is written in it", (Privilege.USAGE,))
            self.record.things.append(asked)
        if node.replace:
            inputs = tuple(input_type(one) for one in _inputs(node.parameters))
            thing = self.thing(FUNCTION, parts, inputs, is_looked_up=False)
            self.record.things.append(ThingAsk(thing, name, or_nothing=True))
        else:
            self.record.made.add((FUNCTION, parts[-1]))

    def create_type(self, node: Node, name: str) -> None:
        """CREATE TYPE AS ENUM and AS RANGE, CREATE DOMAIN. No server asks for USAGE on a range's subtype."""
        field = "domainname" if kind(node) == "CreateDomainStmt" else "type_name"
        parts = strings(getattr(node, field))
        self._make_type(parts, name)
        if kind(node) == "CreateDomainStmt":
            self.use_types([node.type_name], f"{name} is based on it")

    def create_composite(self, node: Node, name: str) -> None:
        """CREATE TYPE AS (...)."""
        parts = tuple(part for part in (node.typevar.schemaname, node.typevar.relname) if part)
        self._make_type(parts, name)
        self.use_types(_columns(node.coldeflist), f"{name} has a column of it")

    def create_cast(self, node: Node, name: str) -> None:
        """CREATE CAST: CreateCast() (functioncmds.c)."""
        self.own_either_type(node.sourcetype, node.targettype, name)
        self.use_types((node.sourcetype, node.targettype), name)
        if not node.inout and not node.HasField("func"):
            self.need_attribute("SUPERUSER", f"{name} WITHOUT FUNCTION is a superuser's")
        elif node.HasField("func"):
            parts, inputs = parts_of(node.func)
            self.thing(FUNCTION, parts, inputs)

    def define(self, node: Node, name: str) -> None:
        """CREATE AGGREGATE, OPERATOR, COLLATION, TEXT SEARCH ... and base types."""
        what = enum_name(node, "kind")
        if what in _SUPERUSERS or (what == "OBJECT_TYPE" and node.definition):
            self.need_attribute("SUPERUSER", f"{name} is a superuser's")
            return
        self.create_in(_schema(strings(node.defnames)), name)
        if what == "OBJECT_OPERATOR":
            self._new_operator(node, name)
        elif what == "OBJECT_AGGREGATE":
            self._aggregate(node, name)

    def _aggregate(self, node: Node, name: str) -> None:
        """EXECUTE on the functions that it is made of, USAGE on its types."""
        self.use_types(node.args, f"{name} takes it")
        for item in node.definition:
            option, value = item.def_elem.defname.lower(), item.def_elem.arg
            if kind(value) != "TypeName":
                continue
            if option in _OF_AGGREGATES:
                self.execute(strings(value.names), f"{name} is made of it")
            elif option in _TYPES_OF_AGGREGATES:
                self.use_types([value], f"{name} is about it")

    def _new_operator(self, node: Node, name: str) -> None:
        options = {item.def_elem.defname: item.def_elem.arg.type_name for item in node.definition}
        sides = [options[side] for side in ("leftarg", "rightarg") if side in options]
        self.use_types(sides, f"{name} is on it")
        function = options.get("procedure", options.get("function"))
        if function is not None:
            self.execute(strings(function.names), f"{name} calls it", tuple(map(input_type, sides)))
        for estimator in (options[one] for one in ("restrict", "join") if one in options):
            self.execute(strings(estimator.names), f"{name} is estimated by it")

    def create_schema(self, node: Node, name: str) -> None:
        """CREATE SCHEMA, also IF NOT EXISTS one that is there: CREATE on the database."""
        self.need_on_database(Privilege.CREATE, f"{name} makes one in it")
        if node.HasField("authrole"):
            self.need_set_role(node.authrole, f"{name} gives it away")
        schema = node.schemaname or node.authrole.rolename
        if not (node.if_not_exists and schema in self.record.catalog.schemas):
            self.record.created_schemas.add(schema)
        if node.schema_elts:
            self.record.reasons.append(f"what else {name} makes in the schema is not judged")

    def references(self, constraint: Node, own: RelationName) -> None:
        """A foreign key: REFERENCES on the columns that it leads to, by default the primary key's."""
        name = relation_name(constraint.pktable)
        if name == own or not (relation := self.record.refer(name, ELSEWHERE)):
            return
        columns = strings(constraint.pk_attrs) or relation.primary_key
        for column in self.record.known(relation, columns):
            grant = Grant(ObjectKind.TABLE, relation.schema, relation.name, Privilege.REFERENCES, column)
            self.need("a foreign key leads to it", grant)

    def take_triggers(self, parent: Relation, why: str, parts: Iterable[Relation] = ()) -> None:
        """A partition, with its own `parts`, gets the parent's triggers for each row (CloneRowTriggersToPartition).

        This takes EXECUTE on their functions, and TRIGGER on the parts and on what constraint triggers are FROM.
        """
        for trigger in parent.triggers:
            if not (trigger.events & _ROW and trigger.table == RelationName(parent.schema, parent.name)):
                continue
            reason = f"{why} gives the partition {parent}'s triggers"
            self.record.named.setdefault(trigger.function, reason)
            others = [RelationName(part.schema, part.name) for part in parts]
            for name in (*others, trigger.referenced):
                if name:
                    self.need(reason, Grant(ObjectKind.TABLE, name.schema, name.name, Privilege.TRIGGER))

    def _like(self, clause: Node) -> None:
        if relation := self.record.refer(relation_name(clause.relation), ELSEWHERE):
            self.need("LIKE copies it", Grant(ObjectKind.TABLE, relation.schema, relation.name, Privilege.SELECT))

    def _make_type(self, parts: tuple[str, ...], name: str) -> None:
        self.create_in(_schema(parts), f"{name} {'.'.join(parts)}")
        self.record.made.add((TYPE, parts[-1]))


def _columns(elements: Iterable[Node]) -> list[Node]:
    """The types of columns: what defaults and constraints cast to needs no USAGE."""
    return [item.column_def.type_name for item in elements if item.HasField("column_def")]


def _looks_it_up(element: Node) -> bool:
    """Whether the table is named once more when it is made: for a serial's sequence, and for keys."""
    for found in everything(element):
        if kind(found) == "Constraint" and enum_name(found, "contype") in _KEYS:
            return True
        if kind(found) == "TypeName" and strings(found.names)[-1:] in SERIALS:
            return True
    return False


def _inputs(parameters: Iterable[Node]) -> Iterable[Node]:
    outputs = ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")
    some = (item.function_parameter for item in parameters)
    return (one.arg_type for one in some if enum_name(one, "mode") not in outputs)


def _schema(parts: tuple[str, ...]) -> str:
    return parts[-2] if len(parts) > 1 else ""


CREATIONS = {
    "CreateCastStmt": CreationReader.create_cast,
    "CreateStmt": CreationReader.create_table,
    "CreateForeignTableStmt": CreationReader.create_foreign_table,
    "CreateTableAsStmt": CreationReader.create_as,
    "ViewStmt": CreationReader.create_view,
    "CreateSeqStmt": CreationReader.create_sequence,
    "IndexStmt": CreationReader.create_index,
    "CreateStatsStmt": CreationReader.create_statistics,
    "CreateTrigStmt": CreationReader.create_trigger,
    "CreateFunctionStmt": CreationReader.create_function,
    "CreateEnumStmt": CreationReader.create_type,
    "CreateRangeStmt": CreationReader.create_type,
    "CreateDomainStmt": CreationReader.create_type,
    "CompositeTypeStmt": CreationReader.create_composite,
    "DefineStmt": CreationReader.define,
    "CreateSchemaStmt": CreationReader.create_schema,
}
