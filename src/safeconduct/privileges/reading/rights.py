"""What definitions ask for: CREATE on a schema, the rights of an owner, USAGE on types, attributes of the role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.catalog import SEQUENCE
from safeconduct.privileges.names import RelationName, is_temporary
from safeconduct.privileges.needs import owned
from safeconduct.privileges.reading.changes import ChangeReader
from safeconduct.privileges.reading.record import ELSEWHERE, LostSchema
from safeconduct.privileges.reading.things import FUNCTION, IN_SCHEMAS, ROLE, TYPE, Thing, ThingAsk
from safeconduct.privileges.tree import enum_name, everything, kind, relation_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.scope import Scope
    from safeconduct.privileges.tree import Node


class RightsReader(ChangeReader):
    """Notes what definitions need."""

    def need(
        self, why: str, *grants: Grant, sqlstate: str = "42501", mend: str = "", brings: Sequence[Grant] = ()
    ) -> None:
        """Any one of these grants is needed; `mend` and `brings` as in Need."""
        self.record.needs.append(Need(grants, why, sqlstate, mend, tuple(brings) if mend else ()))

    def need_attribute(self, attribute: str, why: str) -> None:
        """One of the role's own attributes; SUPERUSER for what no other can do."""
        self.need(why, Grant(ObjectKind.ATTRIBUTE, "", attribute, Privilege.USAGE))

    def need_equal_of(self, role: str, why: str) -> None:
        """What is done to a superuser takes one: CreateRole(), AlterRole(), DropRole() and their like (user.c)."""
        if role:
            self.record.things.append(ThingAsk(self.thing(ROLE, (role,)), why, or_nothing=True))

    def need_on_database(self, privilege: Privilege, why: str) -> None:
        """A privilege on the session's database."""
        self.need(why, Grant(ObjectKind.DATABASE, "", self.record.catalog.context.database, privilege))

    def need_rights_of(self, role: str, why: str) -> None:
        """Membership that inherits."""
        self.need(why, Grant(ObjectKind.ROLE, "", role, Privilege.USAGE))

    def need_set_role(self, role: Node, why: str) -> None:
        """Membership that lets the role become the other one; CURRENT_USER and its like are the role itself."""
        if enum_name(role, "roletype") == "ROLESPEC_CSTRING":
            # Nobody can be made a member of pg_database_owner: who owns the database is it.
            owns = self.record.catalog.context.database if role.rolename == "pg_database_owner" else ""
            mend = f"ALTER DATABASE {quote_identifier(owns)} OWNER TO {{role}};" if owns else ""
            self.need(why, Grant(ObjectKind.ROLE, "", role.rolename, Privilege.SET), mend=mend)

    def need_owner_of(self, relation: Relation, why: str, *others: Grant) -> bool:
        """The rights of the relation's owner, or any of the others, which are proposed first.

        Says whether the role is to be made the owner itself: a superuser's rights are not proposed.
        """
        owner = Grant(ObjectKind.ROLE, "", relation.owner, Privilege.USAGE)
        mend = f"ALTER TABLE {relation.table or relation} OWNER TO {{role}};"
        safer = mend if relation.owned_by_superuser and not others else ""
        self.need(f"{why} is for the owner of {relation}", *others, owner, mend=safer, brings=of_owner(relation))
        return bool(safer)

    def own(self, name: RelationName, why: str, *others: Grant, missing_ok: bool = False) -> Relation | None:
        """The relation of this name, whose ownership is needed."""
        if missing_ok and self.passes_over(name):
            return None
        relation = self.record.refer(name, ELSEWHERE)
        if relation:
            self.need_owner_of(relation, why, *others)
        return relation

    def own_schema(self, schema: str, why: str) -> None:
        """The ownership of a schema."""
        if schema in self.record.created_schemas:
            return
        if schema not in self.record.catalog.schema_owners:
            self.record.lost.append(LostSchema(schema, f"{why} is about what is", ELSEWHERE))
            return
        owner, superuser = self.record.catalog.schema_owners[schema]
        written = Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE).object_sql
        # Nobody can be made a member of pg_database_owner, which owns public since PostgreSQL 14.
        is_mended = superuser or owner == "pg_database_owner"
        mend = f"ALTER SCHEMA {written} OWNER TO {{role}};" if is_mended else ""
        self.need(
            f"{why} is for the owner of schema {written}",
            Grant(ObjectKind.ROLE, "", owner, Privilege.USAGE),
            mend=mend,
            brings=owned(ObjectKind.SCHEMA, "", schema),
        )

    def owner_of_schema(self, schema: str) -> tuple[Grant, ...]:
        """The rights of a schema's owner, who may drop what is in it."""
        found = self.record.catalog.schema_owners.get(schema)
        return (Grant(ObjectKind.ROLE, "", found[0], Privilege.USAGE),) if found else ()

    def create_relation(
        self, range_var: Node, what: str, if_not_exists: bool = False, is_temporary_too: bool = False
    ) -> str:
        """Note that the statement makes this relation, which is the role's own for the rest of the text; its schema.

        `is_temporary_too` says so of what reads temporary relations, whether it is said of it or not.
        """
        name = relation_name(range_var)
        schema = "pg_temp" if range_var.relpersistence == "t" or is_temporary_too else name.schema
        schema = self.create_in(schema, f"{what} {name}")
        if not (if_not_exists and (schema, name.name) in self.record.catalog.relations):
            self.record.make(name, is_temporary(schema))
        return schema

    def create_in(self, schema: str, what: str) -> str:
        """Note that something is made in the schema, or in the first of search_path, and say in which."""
        catalog, context = self.record.catalog, self.record.catalog.context
        if is_temporary(schema or self._first_schema()):
            self.need_on_database(Privilege.TEMPORARY, f"{what} is temporary")
            return next(filter(is_temporary, context.path), "pg_temp")
        if schema and schema not in self.record.created_schemas and schema not in catalog.schemas:
            self.record.lost.append(LostSchema(schema, f"{what} is made", ELSEWHERE))
            return schema
        if not schema and not self.record.path_known:
            return ""
        chosen = schema or self._first_schema()
        if not chosen:
            self.record.reasons.append(f"{what}: search_path has no schema to make it in")
            return ""
        if not schema and chosen in context.closed:
            usage = Grant(ObjectKind.SCHEMA, "", chosen, Privilege.USAGE)
            self.need(f"{what} is made in the first schema of search_path", usage, sqlstate=ELSEWHERE)
        if chosen not in self.record.created_schemas:
            self.need(f"{what} is made in it", Grant(ObjectKind.SCHEMA, "", chosen, Privilege.CREATE))
        return chosen

    def use_types(self, nodes: Iterable[Node], why: str) -> None:
        """USAGE on every type that these name; those that came with PostgreSQL are open to all."""
        for node in nodes:
            for found in everything(node):
                if kind(found) == "TypeName" and not found.pct_type and (parts := strings(found.names)):
                    thing = self.thing(TYPE, parts)
                    ask = ThingAsk(thing, why, (Privilege.USAGE,), or_nothing=True)
                    self.record.things += [ask] if parts[0] != "pg_catalog" else []

    def thing(
        self, what: str, parts: tuple[str, ...], inputs: tuple[str, ...] | None = None, is_looked_up: bool = True
    ) -> Thing:
        """An object by its name, as search_path has it now; where it is looked up, its schema needs USAGE."""
        if what not in IN_SCHEMAS:
            return Thing(what, parts[-1:])
        context = self.record.catalog.context
        if len(parts) > 1 and is_looked_up and parts[-2] != "pg_catalog":
            self.record.mention(parts[-2], f"the {what.lower()} {'.'.join(parts)} is looked for")
        schemas = (parts[-2],) if len(parts) > 1 else (*context.path, *context.closed)
        return Thing(what, parts, schemas, inputs)

    def named(self, what: str, parts: tuple[str, ...], why: str) -> None:
        """A type or function that is looked up by its name, and used by whoever may find it."""
        if len(parts) > 1 and parts[-2] not in self.record.catalog.schemas:
            return
        self.record.things.append(ThingAsk(self.thing(what, parts), why, or_nothing=True, is_named=True))

    def own_either_type(self, first: Node, second: Node, why: str) -> None:
        """The ownership of one of two types, which is what a cast takes."""
        one, other = (self.thing(TYPE, strings(node.names)) for node in (first, second))
        self.record.things.append(ThingAsk(one, why, either=other))

    def execute(self, parts: tuple[str, ...], why: str, inputs: tuple[str, ...] | None = None) -> None:
        """EXECUTE on a function that is named and not called."""
        if parts:
            thing = self.thing(FUNCTION, parts, inputs)
            self.record.things.append(ThingAsk(thing, why, (Privilege.EXECUTE,)))

    def in_tablespace(self, name: str, why: str) -> None:
        """CREATE on a tablespace that is named."""
        if name and name != "pg_default":
            self.need(why, Grant(ObjectKind.TABLESPACE, "", name, Privilege.CREATE))

    def calls_in(self, node: Node) -> None:
        """The functions that an expression calls, whatever columns it reads."""
        for found in everything(node):
            if kind(found) == "FuncCall":
                self.call(found)

    def names_only(self, query: Node, scope: Scope) -> None:
        """Read a query that is not run: its names are looked up, its privileges not asked for."""
        record = self.record
        uses, needs, calls, operators, reasons = (
            len(found) for found in (record.uses, record.needs, record.calls, record.operators, record.reasons)
        )
        self.query(query, scope)
        del record.uses[uses:], record.needs[needs:], record.calls[calls:]
        del record.operators[operators:], record.reasons[reasons:]

    def exists(self, range_var: Node) -> bool:
        """Whether there is a relation of this name where one would be made, or the text has made one."""
        name = relation_name(range_var)
        if range_var.relpersistence == "t" or is_temporary(name.schema):
            return name.name in self.record.temporary
        schema = name.schema or self._first_schema()
        return self.record.has_made(name) or (schema, name.name) in self.record.catalog.relations

    def _first_schema(self) -> str:
        """The first schema of search_path, where what is named without one is made; "" where there is none."""
        catalog, context = self.record.catalog, self.record.catalog.context
        usable = (one for one in context.wished if one in context.path or is_temporary(one))
        return next(usable, "") or next((one for one in context.closed if one in catalog.schemas), "")

    def passes_over(self, name: RelationName) -> bool:
        """Whether IF EXISTS finds no relation of this name: its schema is looked up all the same."""
        if self.record.has_made(name) or self.record.catalog.find(name) is not None:
            return False
        if name.schema in self.record.catalog.schemas:
            self.record.mention(name.schema, f"{name} is looked for")
        return True


def of_owner(relation: Relation) -> tuple[Grant, ...]:
    """All that the owner of a relation may do with it."""
    kind = ObjectKind.SEQUENCE if relation.kind == SEQUENCE else ObjectKind.TABLE
    name = relation.table or RelationName(relation.schema, relation.name)
    return owned(kind, name.schema, name.name)
