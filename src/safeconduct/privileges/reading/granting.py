"""GRANT, REVOKE, roles, databases, foreign servers and what else stands outside schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.asked import COLUMN_PRIVILEGES
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.reading.alterations import AlterationReader
from safeconduct.privileges.reading.record import ELSEWHERE
from safeconduct.privileges.reading.things import FOREIGN_SERVER, THING_OF, TO_CREATE, ThingAsk, parts_of
from safeconduct.privileges.tree import enum_name, relation_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.privileges.tree import Node

PER_ROLE = 160000
"""Since PostgreSQL 16 CREATEROLE is a right on the roles that one has the admin option on."""
_ALL = {
    "OBJECT_TABLE": (
        *(Privilege.SELECT, Privilege.INSERT, Privilege.UPDATE, Privilege.DELETE),
        *(Privilege.TRUNCATE, Privilege.REFERENCES, Privilege.TRIGGER),
    ),
    "OBJECT_SEQUENCE": (Privilege.USAGE, Privilege.SELECT, Privilege.UPDATE),
    "OBJECT_SCHEMA": (Privilege.USAGE, Privilege.CREATE),
    "OBJECT_DATABASE": (Privilege.CREATE, Privilege.TEMPORARY, Privilege.CONNECT),
    "OBJECT_LARGEOBJECT": (Privilege.SELECT, Privilege.UPDATE),
    "OBJECT_TABLESPACE": (Privilege.CREATE,),
    "OBJECT_PARAMETER_ACL": (Privilege.SET, Privilege.ALTER_SYSTEM),
}
_WORDS = {"TEMP": Privilege.TEMPORARY, **{privilege.value: privilege for privilege in Privilege}}
"""The server refuses other words as it reads them."""
_EXECUTED = frozenset("OBJECT_FUNCTION OBJECT_PROCEDURE OBJECT_ROUTINE".split())


class GrantReader(AlterationReader):
    """Reads statements about roles, rights and what belongs to no schema."""

    def grant(self, node: Node, name: str) -> None:
        """GRANT and REVOKE of privileges: the owner, or who holds each with the grant option."""
        self.record.roles.grant(node)
        what = enum_name(node, "objtype")
        if enum_name(node, "targtype") != "ACL_TARGET_OBJECT":
            self.record.reasons.append(f"{name} on all objects in a schema is not judged")
            return
        for item in node.privileges:
            if item.access_priv.priv_name.upper() not in ("", *_WORDS):
                self.record.reasons.append(f"{name}: {item.access_priv.priv_name} is no privilege")
        for item in node.objects:
            if what in ("OBJECT_TABLE", "OBJECT_SEQUENCE"):
                self._grant_on_relation(node, what, relation_name(item.range_var), name)
            elif what == "OBJECT_SCHEMA":
                self._grant_on_schema(node, item.string.sval, name)
            elif what in THING_OF:
                parts, inputs = parts_of(item)
                thing = self.thing(THING_OF[what], parts, inputs)
                wanted = tuple(privilege for privilege, _ in _privileges(node, what))
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

    def _grant_on_relation(self, node: Node, what: str, name: RelationName, why: str) -> None:
        if not (relation := self.record.refer(name, ELSEWHERE)):
            return
        sequence = relation.kind == "S"
        owner = Grant(ObjectKind.ROLE, "", relation.owner, Privilege.USAGE)
        kind = ObjectKind.SEQUENCE if sequence else ObjectKind.TABLE
        grants = [
            Grant(kind, relation.schema, relation.name, privilege, column, grantable=True)
            for privilege, columns in _privileges(node, "OBJECT_SEQUENCE" if sequence else what)
            for column in columns or ("",)
        ]
        if not node.is_grant and not node.privileges:
            self._revoke_all(grants, sequence, why, owner)
            return
        self._pass_on(node, grants, why, owner)

    def _revoke_all(self, grants: Sequence[Grant], is_sequence: bool, why: str, owner: Grant) -> None:
        """REVOKE ALL takes from each column as well what columns can have: ExecGrant_Relation() (aclchk.c).

        What a sequence has of it, SELECT and UPDATE, is not ALL that columns can have: if one is lacking, it warns.
        """
        of_columns = [grant for grant in grants if grant.privilege in COLUMN_PRIVILEGES]
        for some in [[grant] for grant in of_columns] if is_sequence else [of_columns]:
            self.need(f"{why} ALL takes it from the columns, too, with the grant option", *some, owner)

    def _grant_on_schema(self, node: Node, schema: str, why: str) -> None:
        if schema in self.record.created_schemas:
            return
        wanted = [privilege for privilege, _ in _privileges(node, "OBJECT_SCHEMA")]
        grants = [Grant(ObjectKind.SCHEMA, "", schema, privilege, grantable=True) for privilege in wanted]
        self._pass_on(node, grants, why, *self.owner_of_schema(schema))

    def _pass_on(self, node: Node, grants: Sequence[Grant], why: str, *others: Grant) -> None:
        """Each grant; with ALL any one will do, for the server passes on what it can and does not warn."""
        is_all = not any(item.access_priv.priv_name for item in node.privileges)
        if is_all and grants:
            self.need(f"{why} ALL passes on what may be passed on", *grants, *others)
            return
        for grant in grants:
            self.need(f"{why} needs the grant option", grant, *others)

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


def _privileges(node: Node, what: str) -> Iterator[tuple[Privilege, tuple[str, ...]]]:
    """The privileges of GRANT, each with its columns; without any, all that the kind of object has."""
    if not node.privileges:
        default = (Privilege.EXECUTE,) if what in _EXECUTED else (Privilege.USAGE,)
        yield from ((privilege, ()) for privilege in _ALL.get(what, default))
    for item in node.privileges:
        word = item.access_priv.priv_name.upper()
        columns = strings(item.access_priv.cols)
        if word in _WORDS:
            yield _WORDS[word], columns
        elif not word:
            yield from ((privilege, columns) for privilege in COLUMN_PRIVILEGES)


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
    "CreateAmStmt": GrantReader.superuser,
    "LoadStmt": GrantReader.superuser,
}
