"""ALTER, DROP, COMMENT, REINDEX, CLUSTER, REFRESH, VACUUM: the rights of the owner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.needs import SKIPPED
from safeconduct.privileges.reading.creations import SERIALS, CreationReader
from safeconduct.privileges.reading.record import ELSEWHERE
from safeconduct.privileges.reading.things import (
    DATABASE,
    IN_SCHEMAS,
    THING_OF,
    TYPE,
    ThingAsk,
    named_as,
    parts_of,
)
from safeconduct.privileges.tree import enum_name, everything, kind, of_kinds, relation_name, strings

if TYPE_CHECKING:
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.tree import Node

MAINTAIN = 170000
"""Since PostgreSQL 17 the privilege MAINTAIN lets others than the owner maintain a table."""
RELATIONS = frozenset(
    "OBJECT_TABLE OBJECT_VIEW OBJECT_MATVIEW OBJECT_SEQUENCE OBJECT_INDEX OBJECT_FOREIGN_TABLE".split()
)
_ON_TABLES = frozenset("OBJECT_COLUMN OBJECT_TRIGGER OBJECT_RULE OBJECT_POLICY OBJECT_TABCONSTRAINT".split())
_OWNED_IN_SCHEMAS = frozenset(what for what, thing in THING_OF.items() if thing in IN_SCHEMAS)
"""Their new owner needs CREATE on the schema: AlterObjectOwner_internal() (alter.c), AlterTypeOwner() (typecmds.c)."""
_OWNED_BY_ALL = frozenset("OBJECT_SCHEMA OBJECT_DATABASE OBJECT_LARGEOBJECT OBJECT_LANGUAGE OBJECT_TABLESPACE".split())
"""Whoever is to own one needs nothing for it."""
_OF_SUPERUSERS = frozenset("OBJECT_ACCESS_METHOD OBJECT_TSPARSER OBJECT_TSTEMPLATE".split())
_TO_CHILDREN = frozenset(
    """AT_AddColumn AT_ColumnDefault AT_DropNotNull AT_SetNotNull AT_SetStatistics AT_SetStorage AT_DropColumn
    AT_AddConstraint AT_ValidateConstraint AT_DropConstraint AT_AlterColumnType AT_DropExpression""".split()
)
"""Those for which ATPrepCmd() (tablecmds.c) goes on to the children."""
_ALL_TRIGGERS = frozenset("AT_EnableTrigAll AT_DisableTrigAll".split())
"""Those of keys are a superuser's to switch (EnableDisableTrigger in trigger.c)."""
_FAMILY = frozenset("AT_AttachPartition AT_AddInherit AT_DetachPartition AT_DropInherit".split())

_NAMES = frozenset({"RangeVar"})
_UNASKED_KEYS = frozenset("CONSTR_UNIQUE CONSTR_EXCLUSION CONSTR_FOREIGN".split())
_JOINS = frozenset("AT_AttachPartition AT_AddInherit".split())


class AlterationReader(CreationReader):
    """Reads statements that change or remove what is there."""

    def alter_table(self, node: Node, name: str) -> None:
        """ALTER TABLE and its like for views, indexes, sequences and types."""
        if enum_name(node, "objtype") == "OBJECT_TYPE":
            self._own_thing(TYPE, RelationName(node.relation.schemaname, node.relation.relname), name)
        else:
            relation = self.own(relation_name(node.relation), name, missing_ok=node.missing_ok)
            self._of_children(node, relation, name)
        for item in node.cmds:
            self._command(item.alter_table_cmd, node, name)

    def _of_children(self, node: Node, relation: Relation | None, name: str) -> None:
        """What is done to a table is done to those that inherit from it, whose owners are asked as well."""
        commands = {
            enum_name(one, "subtype") for one in (item.alter_table_cmd for item in node.cmds) if not _is_key(one)
        }
        if relation and node.relation.inh and not commands.isdisjoint(_TO_CHILDREN):
            for child in relation.children:
                self.need_owner_of(child, name)

    def alter_sequence(self, node: Node, name: str) -> None:
        """ALTER SEQUENCE."""
        self.own(relation_name(node.sequence), name, missing_ok=node.missing_ok)

    def rename(self, node: Node, name: str) -> None:
        """ALTER ... RENAME: a new name is made in the schema, a column's or a constraint's is not."""
        what = enum_name(node, "rename_type")
        if what == "OBJECT_ROLE":
            self.need_attribute("CREATEROLE", f"{name} is about roles")
            self.need_equal_of(node.subname, name)
            return
        if what == "OBJECT_SCHEMA":
            self.own_schema(node.subname, name)
            self.need_on_database(Privilege.CREATE, f"{name} makes the new name there")
            return
        if what == "OBJECT_DATABASE":
            self.need_attribute("CREATEDB", f"{name} needs it beside the ownership")
        schema = self._about(what, node, name, node.subname)
        if what in RELATIONS or what in THING_OF:
            self._into(schema, what, f"the new name of {name}")

    def move(self, node: Node, name: str) -> None:
        """ALTER ... SET SCHEMA."""
        self._about(enum_name(node, "object_type"), node, name)
        self.create_in(node.newschema, f"what {name} moves")

    def give(self, node: Node, name: str) -> None:
        """ALTER ... OWNER TO, for all but relations."""
        what = enum_name(node, "object_type")
        if what == "OBJECT_SCHEMA":
            self.own_schema(strings([node.object])[0], name)
            self.need_on_database(Privilege.CREATE, f"{name} needs it beside the ownership")
        elif what == "OBJECT_DATABASE":
            self._about(what, node, name)
            self.need_attribute("CREATEDB", f"{name} needs it beside the ownership")
        else:
            self._about(what, node, name)
        self.need_set_role(node.newowner, f"{name} gives it away")
        if what in _OWNED_IN_SCHEMAS:
            self.record.things[-1] = replace(self.record.things[-1], new_owner=self._named_role(node.newowner))
        elif what not in _OWNED_BY_ALL:
            self.record.reasons.append(f"whether {node.newowner.rolename} may own it is not judged")

    def drop(self, node: Node, name: str) -> None:
        """DROP: the owner of the object or of its schema."""
        what = enum_name(node, "remove_type")
        for item in node.objects:
            parts, _ = parts_of(item)
            if what in RELATIONS:
                self._drop_relation(RelationName(*(("", *parts)[-2:])), name, node.missing_ok)
            elif what == "OBJECT_SCHEMA":
                if not (node.missing_ok and parts[0] not in self.record.catalog.schemas):
                    self.own_schema(parts[0], name)
            else:
                self._object(what, item, name, or_nothing=node.missing_ok, dropped=True)

    def comment(self, node: Node, name: str) -> None:
        """COMMENT ON and SECURITY LABEL ON."""
        what = enum_name(node, "objtype")
        if what == "OBJECT_SCHEMA":
            self.own_schema(parts_of(node.object)[0][0], name)
        elif what == "OBJECT_ROLE":
            self.need_attribute("CREATEROLE", f"{name} is about a role")
        else:
            self._object(what, node.object, name)

    def alter_function(self, node: Node, name: str) -> None:
        """ALTER FUNCTION."""
        self._object("OBJECT_FUNCTION", node.func, name)

    def alter_type(self, node: Node, name: str) -> None:
        """ALTER TYPE ... ADD VALUE, ALTER DOMAIN."""
        names = strings(node.type_name)
        self.record.things.append(ThingAsk(self.thing(TYPE, names), name))

    def on_table(self, node: Node, name: str) -> None:
        """CREATE and ALTER POLICY, CREATE RULE: the table's owner."""
        self.own(relation_name(node.table if hasattr(node, "table") else node.relation), name)

    def alter_database(self, node: Node, name: str) -> None:
        """ALTER DATABASE."""
        self.record.things.append(ThingAsk(self.thing(DATABASE, (node.dbname,)), name))

    def reindex(self, node: Node, name: str) -> None:
        """REINDEX: the owner of the table, schema or database."""
        what = enum_name(node, "kind")
        if what in ("REINDEX_OBJECT_TABLE", "REINDEX_OBJECT_INDEX"):
            self.maintain(relation_name(node.relation), name)
        elif what == "REINDEX_OBJECT_SCHEMA":
            self.own_schema(node.name, name)
        else:
            database = node.name or self.record.catalog.context.database
            self.record.things.append(ThingAsk(self.thing(DATABASE, (database,)), name))

    def cluster(self, node: Node, name: str) -> None:
        """CLUSTER: without a table, all that the role owns."""
        if node.relation.relname:
            self.maintain(relation_name(node.relation), name)

    def refresh(self, node: Node, name: str) -> None:
        """REFRESH MATERIALIZED VIEW: its query runs with the owner's rights."""
        taken_over = self.maintain(relation_name(node.relation), name)
        view = self.record.catalog.find(relation_name(node.relation))
        if view is not None and not node.skip_data:
            self.record.refreshed.append(view)
            if taken_over:
                self.record.taken_over.append(view)

    def vacuum(self, node: Node, name: str) -> None:
        """VACUUM and ANALYZE: what the role may not maintain is passed over with a warning."""
        for item in node.rels:
            relation = self.record.refer(relation_name(item.vacuum_relation.relation), ELSEWHERE)
            if relation:
                for one in (relation, *(relation.children if relation.kind == "p" else ())):
                    self._maintained(one, name)

    def _maintained(self, relation: Relation, name: str) -> None:
        owner = Grant(ObjectKind.ROLE, "", relation.owner, Privilege.USAGE)
        grants = (*self._maintain_on(relation.schema, relation.name), owner)
        mend = f"ALTER TABLE {relation} OWNER TO {{role}};" if relation.owned_by_superuser else ""
        safer = mend if grants[0] == owner else ""
        self.need(f"{name} would pass {relation} over", *grants, sqlstate=SKIPPED, mend=safer)

    def maintain(self, name: RelationName, why: str) -> bool:
        """The owner of a relation, or MAINTAIN on it. Says whether the role is to be made the owner itself."""
        relation = self.record.refer(name, ELSEWHERE)
        if relation is None:
            return False
        table = relation.table or RelationName(relation.schema, relation.name)
        return self.need_owner_of(relation, why, *self._maintain_on(table.schema, table.name))

    def _maintain_on(self, schema: str, name: str) -> tuple[Grant, ...]:
        since = self.record.catalog.context.version >= MAINTAIN
        return (Grant(ObjectKind.TABLE, schema, name, Privilege.MAINTAIN),) if since else ()

    def _command(self, command: Node, statement: Node, name: str) -> None:
        what, own = enum_name(command, "subtype"), relation_name(statement.relation)
        if what == "AT_ChangeOwner":
            self._given_away(command.newowner, own, name)
        elif what == "AT_SetTableSpace":
            self.in_tablespace(command.name, f"{name} names it")
        elif what in _FAMILY:
            of_indexes = enum_name(statement, "objtype") == "OBJECT_INDEX"
            self._family(what, command, own, name, asks_owner=what in _JOINS and not of_indexes)
        elif what in _ALL_TRIGGERS:
            relation = None if self.record.has_made(own) else self.record.catalog.find(own)
            if relation and relation.system_triggers:
                self.need_attribute("SUPERUSER", f"{name} is about the triggers of keys as well")
        elif what in ("AT_AddColumn", "AT_AlterColumnType"):
            self.use_types(_types(command), name)
        self._parts_of(command, own, name)
        if what == "AT_AlterColumnType":
            self.calls_in(command)

    def _parts_of(self, command: Node, own: RelationName, name: str) -> None:
        for found in everything(command):
            if kind(found) == "Constraint":
                self._constraint(found, own, name)
            elif kind(found) == "TypeName" and strings(found.names)[-1:] in SERIALS:
                self._beside(own, f"the sequence of {name}")

    def _given_away(self, role: Node, own: RelationName, name: str) -> None:
        self.need_set_role(role, f"{name} gives it away")
        relation = None if self.record.has_made(own) else self.record.catalog.find(own)
        if relation:
            self.record.new_owners.append((self._named_role(role), relation.schema))

    def _family(self, what: str, command: Node, own: RelationName, name: str, asks_owner: bool) -> None:
        """To join takes the ownership of both tables; who leaves asks nothing of the other.

        Nor does an index that joins: RangeVarCallbackForAttachIndex() (tablecmds.c) looks at no owner.
        """
        for found in everything(command):
            if kind(found) != "RangeVar":
                continue
            if asks_owner:
                self.own(relation_name(found), name)
            else:
                self.record.refer(relation_name(found), ELSEWHERE)
        parent = self.record.catalog.find(own) if what == "AT_AttachPartition" else None
        if parent:
            parts = (self.record.catalog.find(relation_name(one)) for one in of_kinds(command, _NAMES))
            self.take_triggers(parent, name, [child for part in parts if part for child in part.children])

    def _constraint(self, constraint: Node, own: RelationName, name: str) -> None:
        """Those that exist rows must meet are tried on them at once; a key makes an index in the table's schema."""
        what = enum_name(constraint, "contype")
        if what == "CONSTR_FOREIGN":
            self.references(constraint, own)
        elif what in ("CONSTR_CHECK", "CONSTR_DEFAULT", "CONSTR_GENERATED") and constraint.HasField("raw_expr"):
            self.calls_in(constraint.raw_expr)
        elif what in ("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"):
            self._beside(own, f"the index of {name}")
        elif what == "CONSTR_IDENTITY":
            self._beside(own, f"the sequence of {name}")

    def _beside(self, own: RelationName, what: str) -> None:
        """Something is made in the table's schema, where the text's own tables had to be made, too."""
        relation = None if self.record.has_made(own) else self.record.catalog.find(own)
        if relation:
            self.create_in(relation.schema, what)

    def _named_role(self, role: Node) -> str:
        return str(role.rolename) or self.record.catalog.context.role

    def _about(self, what: str, node: Node, name: str, subname: str = "") -> str:
        """The ownership of what a node of ALTER is about; its schema, where it is said or known."""
        if what in RELATIONS or node.relation.relname:
            relation = self.own(relation_name(node.relation), name, missing_ok=node.missing_ok)
            return relation.schema if relation else node.relation.schemaname
        if node.HasField("object"):
            self._object(what, node.object, name)
            parts, _ = named_as(THING_OF.get(what, what), node.object)
            return parts[-2] if len(parts) > 1 else ""
        if what in THING_OF:
            self.record.things.append(ThingAsk(self.thing(THING_OF[what], (subname,)), name))
        else:
            self.record.reasons.append(f"{name}: this kind of object is not judged")
        return ""

    def _into(self, schema: str, what: str, why: str) -> None:
        if what in RELATIONS or (what in _OWNED_IN_SCHEMAS and THING_OF[what] != TYPE):
            self.create_in(schema, why)

    def _drop_relation(self, name: RelationName, why: str, missing_ok: bool) -> None:
        relation = None if missing_ok and self.passes_over(name) else self.record.refer(name, ELSEWHERE)
        self.record.drop(name)
        if relation:
            self.need_owner_of(relation, why)
            last = self.record.needs.pop()
            others = self.owner_of_schema(relation.schema)
            self.need(last.why, *last.grants, *others, mend=last.mend, brings=last.brings)

    def _object(self, what: str, node: Node, why: str, or_nothing: bool = False, dropped: bool = False) -> None:
        """The ownership of an object by its kind and name."""
        parts, inputs = named_as(THING_OF.get(what, what), node)
        if what == "OBJECT_CAST":
            source, target = (item.type_name for item in node.items)
            if or_nothing:
                self.record.reasons.append(f"{why} IF EXISTS: whether there is such a cast is not judged")
                return
            self.own_either_type(source, target, why)
        elif what in RELATIONS:
            self.own(RelationName(*(("", *parts)[-2:])), why)
        elif what in _ON_TABLES:
            self.own(RelationName(*(("", *parts[:-1])[-2:])), why, missing_ok=or_nothing)
        elif or_nothing and len(parts) > 1 and parts[-2] not in self.record.catalog.schemas:
            return
        elif what in _OF_SUPERUSERS:
            self.need_attribute("SUPERUSER", f"{why} is a superuser's")
        elif what in THING_OF:
            thing = self.thing(THING_OF[what], parts, inputs)
            others = self.owner_of_schema(parts[-2]) if dropped and len(parts) > 1 else ()
            self.record.things.append(ThingAsk(thing, why, others=others, or_nothing=or_nothing))
        else:
            self.record.reasons.append(f"{why}: this kind of object is not judged")

    def _own_thing(self, what: str, name: RelationName, why: str) -> None:
        parts = (name.schema, name.name) if name.schema else (name.name,)
        self.record.things.append(ThingAsk(self.thing(what, parts), why))


def _is_key(command: Node) -> bool:
    """Whether it adds a key that asks for no right on partitions: their indexes and foreign keys are made unasked."""
    if enum_name(command, "subtype") != "AT_AddConstraint":
        return False
    return enum_name(getattr(command, "def"), "contype") in _UNASKED_KEYS


def _types(command: Node) -> list[Node]:
    definition = getattr(command, "def")
    return [definition.type_name] if kind(definition) == "ColumnDef" else []


ALTERATIONS = {
    "AlterTableStmt": AlterationReader.alter_table,
    "AlterSeqStmt": AlterationReader.alter_sequence,
    "RenameStmt": AlterationReader.rename,
    "AlterObjectSchemaStmt": AlterationReader.move,
    "AlterOwnerStmt": AlterationReader.give,
    "DropStmt": AlterationReader.drop,
    "CommentStmt": AlterationReader.comment,
    "AlterFunctionStmt": AlterationReader.alter_function,
    "AlterEnumStmt": AlterationReader.alter_type,
    "AlterDomainStmt": AlterationReader.alter_type,
    "CreatePolicyStmt": AlterationReader.on_table,
    "AlterPolicyStmt": AlterationReader.on_table,
    "RuleStmt": AlterationReader.on_table,
    "AlterDatabaseStmt": AlterationReader.alter_database,
    "AlterDatabaseSetStmt": AlterationReader.alter_database,
    "ReindexStmt": AlterationReader.reindex,
    "ClusterStmt": AlterationReader.cluster,
    "RefreshMatViewStmt": AlterationReader.refresh,
    "VacuumStmt": AlterationReader.vacuum,
}
