"""GRANT, REVOKE, roles, databases, foreign servers and what else stands outside schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.reading.alterations import AlterationReader
from safeconduct.privileges.reading.passing_on import WORDS, passed_on, privileges_of
from safeconduct.privileges.reading.record import ELSEWHERE, AllIn
from safeconduct.privileges.reading.things import FOREIGN_SERVER, THING_OF, TO_CREATE, ThingAsk, parts_of
from safeconduct.privileges.tree import enum_name, relation_name

if TYPE_CHECKING:
    from safeconduct.privileges.tree import Node

PER_ROLE = 160000
"""Since PostgreSQL 16 CREATEROLE is a right on the roles that one has the admin option on."""
_ALL_OF = {
    "OBJECT_TABLE": "TABLES",
    "OBJECT_SEQUENCE": "SEQUENCES",
    "OBJECT_FUNCTION": "FUNCTIONS",
    "OBJECT_PROCEDURE": "PROCEDURES",
    "OBJECT_ROUTINE": "ROUTINES",
}


class GrantReader(AlterationReader):
    """Reads statements about roles, rights and what belongs to no schema."""

    def grant(self, node: Node, name: str) -> None:
        """GRANT and REVOKE of privileges: the owner, or who holds each with the grant option."""
        self.record.roles.grant(node)
        what = enum_name(node, "objtype")
        for item in node.privileges:
            if item.access_priv.priv_name.upper() not in ("", *WORDS):
                self.record.reasons.append(f"{name}: {item.access_priv.priv_name} is no privilege")
        in_schemas = enum_name(node, "targtype") == "ACL_TARGET_ALL_IN_SCHEMA"
        for item in node.objects:
            if in_schemas:
                self._grant_on_all(node, item.string.sval, name)
            elif what in ("OBJECT_TABLE", "OBJECT_SEQUENCE"):
                self._grant_on_relation(node, relation_name(item.range_var), name)
            elif what == "OBJECT_SCHEMA":
                self._grant_on_schema(node, item.string.sval, name)
            elif what in THING_OF:
                parts, inputs = parts_of(item)
                thing = self.thing(THING_OF[what], parts, inputs)
                wanted = tuple(privilege for privilege, _ in privileges_of(node, what))
                ask = ThingAsk(thing, name, wanted, grantable=True, is_any=not node.privileges)
                self.record.things.append(ask)

    def grant_role(self, node: Node, name: str) -> None:
        """GRANT and REVOKE of membership."""
        self.record.roles.grant_role(node)
        others: tuple[Grant, ...] = ()
        if self.record.catalog.context.version < PER_ROLE:
            others = (Grant(ObjectKind.ATTRIBUTE, "", "CREATEROLE", Privilege.USAGE),)
        for item in node.granted_roles:
            admin = Grant(ObjectKind.ROLE, "", item.access_priv.priv_name, Privilege.USAGE, grantable=True)
            self.need(f"{name} changes who its members are", admin, *others)

    def create_role(self, node: Node, name: str) -> None:
        """CREATE ROLE, USER and GROUP."""
        self.record.roles.create(node)
        self.need_attribute("CREATEROLE", f"{name} makes a role")
        for option in ("superuser", "createdb", "isreplication", "bypassrls"):
            if _is_on(node, option):
                self._attribute_for(option, name)
        for item in node.options:
            if item.def_elem.defname == "addroleto" and self.record.catalog.context.version >= PER_ROLE:
                for role in item.def_elem.arg.list.items:
                    admin = Grant(ObjectKind.ROLE, "", role.role_spec.rolename, Privilege.USAGE, grantable=True)
                    self.need(f"{name} is about membership in it", admin)

    def alter_role(self, node: Node, name: str) -> None:
        """ALTER ROLE: everybody may change the own password and settings."""
        if not node.HasField("role"):
            self.need_attribute("SUPERUSER", f"{name} is about all roles")
            return
        role = node.role.rolename
        options = {item.def_elem.defname for item in getattr(node, "options", ())}
        own = role in ("", self.record.catalog.context.role) and options <= {"password"}
        if own:
            return
        self.need_attribute("CREATEROLE", f"{name} is about another role")
        self.need_equal_of(role, name)
        if self.record.catalog.context.version >= PER_ROLE:
            admin = Grant(ObjectKind.ROLE, "", role, Privilege.USAGE, grantable=True)
            self.need(f"{name} is about it", admin)
        for option in ("superuser", "createdb", "isreplication", "bypassrls"):
            if option in options:
                self._attribute_for(option, name)

    def drop_role(self, node: Node, name: str) -> None:
        """DROP ROLE."""
        self.need_attribute("CREATEROLE", f"{name} removes a role")
        for item in node.roles:
            self.need_equal_of(item.role_spec.rolename, name)
            if self.record.catalog.context.version >= PER_ROLE:
                admin = Grant(ObjectKind.ROLE, "", item.role_spec.rolename, Privilege.USAGE, grantable=True)
                self.need(f"{name} is about it", admin)

    def owned(self, node: Node, name: str) -> None:
        """DROP OWNED and REASSIGN OWNED: the rights of the roles."""
        for item in node.roles:
            if enum_name(item.role_spec, "roletype") == "ROLESPEC_CSTRING":
                self.need_rights_of(item.role_spec.rolename, f"{name} is about it")
        if hasattr(node, "newrole") and enum_name(node.newrole, "roletype") == "ROLESPEC_CSTRING":
            self.need_rights_of(node.newrole.rolename, f"{name} names it")

    def default_privileges(self, node: Node, name: str) -> None:
        """ALTER DEFAULT PRIVILEGES: for itself nothing, FOR ROLE the rights of that role."""
        for item in node.options:
            if item.def_elem.defname == "roles":
                for role in item.def_elem.arg.list.items:
                    if enum_name(role.role_spec, "roletype") == "ROLESPEC_CSTRING":
                        self.need_rights_of(role.role_spec.rolename, f"{name} is about what it makes")

    def create_database(self, node: Node, name: str) -> None:
        """CREATE DATABASE."""
        self.need_attribute("CREATEDB", f"{name} makes a database")
        for item in node.options:
            option, value = item.def_elem.defname, item.def_elem.arg.string.sval
            if option == "owner" and value:
                owner = Grant(ObjectKind.ROLE, "", value, Privilege.SET)
                self.need(f"{name} gives it away", owner)
            elif option == "tablespace":
                self.in_tablespace(value, f"{name} names it")
            elif option == "template" and value not in ("template0", "template1"):
                self.record.reasons.append(f"whether {value} may be copied by others than its owner is not judged")

    def drop_database(self, node: Node, name: str) -> None:
        """DROP DATABASE."""
        self.record.things.append(ThingAsk(self.thing("DATABASE", (node.dbname,)), name, or_nothing=node.missing_ok))

    def create_server(self, node: Node, name: str) -> None:
        """CREATE SERVER."""
        self.need(f"{name} names it", Grant(ObjectKind.FOREIGN_DATA_WRAPPER, "", node.fdwname, Privilege.USAGE))
        self.record.made.add((FOREIGN_SERVER, node.servername))

    def alter_server(self, node: Node, name: str) -> None:
        """ALTER SERVER."""
        self.record.things.append(ThingAsk(self.thing(FOREIGN_SERVER, (node.servername,)), name))

    def user_mapping(self, node: Node, name: str) -> None:
        """CREATE, ALTER and DROP USER MAPPING: for itself with USAGE on the server, for others as its owner."""
        own = enum_name(node.user, "roletype") in (
            "ROLESPEC_CURRENT_USER",
            "ROLESPEC_CURRENT_ROLE",
            "ROLESPEC_SESSION_USER",
        )
        wanted = (Privilege.USAGE,) if own or node.user.rolename == self.record.catalog.context.role else ()
        thing = self.thing(FOREIGN_SERVER, (node.servername,))
        self.record.things.append(ThingAsk(thing, f"{name} names it" if wanted else name, wanted))

    def import_schema(self, node: Node, name: str) -> None:
        """IMPORT FOREIGN SCHEMA."""
        self.need(f"{name} names it", Grant(ObjectKind.FOREIGN_SERVER, "", node.server_name, Privilege.USAGE))
        self.create_in(node.local_schema, f"what {name} imports")

    def create_publication(self, node: Node, name: str) -> None:
        """CREATE PUBLICATION: the owner of every table; a superuser for all tables or those of a schema."""
        self.need_on_database(Privilege.CREATE, f"{name} makes one in it")
        tables = [item.publication_obj_spec.pubtable for item in node.pubobjects]
        if node.for_all_tables or any(not table.relation.relname for table in tables):
            self.need_attribute("SUPERUSER", f"{name} is for all tables")
            return
        for table in tables:
            self.own(relation_name(table.relation), name)

    def create_extension(self, node: Node, name: str) -> None:
        """CREATE EXTENSION: CREATE on the database for trusted ones, else a superuser."""
        thing = self.thing(TO_CREATE, (node.extname,))
        self.record.things.append(ThingAsk(thing, f"{name} {node.extname}", or_nothing=node.if_not_exists))

    def superuser(self, node: Node, name: str) -> None:
        """What nobody else may do."""
        self.need_attribute("SUPERUSER", f"{name} is a superuser's")

    def _grant_on_relation(self, node: Node, name: RelationName, why: str) -> None:
        if relation := self.record.refer(name, ELSEWHERE):
            owner = Grant(ObjectKind.ROLE, "", relation.owner, Privilege.USAGE)
            what = ObjectKind.SEQUENCE if relation.kind == "S" else ObjectKind.TABLE
            on = Grant(what, relation.schema, relation.name, Privilege.SELECT)
            self.record.needs += passed_on(node, on, why, (owner,))

    def _grant_on_schema(self, node: Node, schema: str, why: str) -> None:
        if schema not in self.record.created_schemas:
            on = Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE)
            self.record.needs += passed_on(node, on, why, self.owner_of_schema(schema))

    def _grant_on_all(self, node: Node, schema: str, why: str) -> None:
        what = _ALL_OF[enum_name(node, "objtype")]
        if self.record.mention(schema, f"{why} is about all {what.lower()} in it"):
            self.record.all_in.append(AllIn(what, schema, node, why))

    def _attribute_for(self, option: str, name: str) -> None:
        """Since PostgreSQL 16 a role gives the attributes that it has; before, CREATEROLE gave CREATEDB."""
        attribute = {"isreplication": "REPLICATION"}.get(option, option.upper())
        before = self.record.catalog.context.version < PER_ROLE
        if before and attribute == "CREATEDB":
            return
        self.need_attribute("SUPERUSER" if before else attribute, f"{name} gives it")


def _is_on(node: Node, option: str) -> bool:
    found = (item.def_elem for item in node.options if item.def_elem.defname == option)
    return any(one.arg.boolean.boolval for one in found)


GRANTING = {
    "GrantStmt": GrantReader.grant,
    "GrantRoleStmt": GrantReader.grant_role,
    "CreateRoleStmt": GrantReader.create_role,
    "AlterRoleStmt": GrantReader.alter_role,
    "AlterRoleSetStmt": GrantReader.alter_role,
    "DropRoleStmt": GrantReader.drop_role,
    "DropOwnedStmt": GrantReader.owned,
    "ReassignOwnedStmt": GrantReader.owned,
    "AlterDefaultPrivilegesStmt": GrantReader.default_privileges,
    "CreatedbStmt": GrantReader.create_database,
    "DropdbStmt": GrantReader.drop_database,
    "CreateForeignServerStmt": GrantReader.create_server,
    "AlterForeignServerStmt": GrantReader.alter_server,
    "CreateUserMappingStmt": GrantReader.user_mapping,
    "AlterUserMappingStmt": GrantReader.user_mapping,
    "DropUserMappingStmt": GrantReader.user_mapping,
    "ImportForeignSchemaStmt": GrantReader.import_schema,
    "CreatePublicationStmt": GrantReader.create_publication,
    "CreateExtensionStmt": GrantReader.create_extension,
    "CreateFdwStmt": GrantReader.superuser,
    "AlterFdwStmt": GrantReader.superuser,
    "CreateTableSpaceStmt": GrantReader.superuser,
    "CreateEventTrigStmt": GrantReader.superuser,
    "CreateOpClassStmt": GrantReader.superuser,
    "CreateOpFamilyStmt": GrantReader.superuser,
    "AlterOpFamilyStmt": GrantReader.superuser,
    "CreateAmStmt": GrantReader.superuser,
    "LoadStmt": GrantReader.superuser,
}
