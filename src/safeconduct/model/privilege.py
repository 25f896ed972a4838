"""Privileges as flat comparable values, so that missing is needed minus held."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class ObjectKind(str, Enum):
    """What a privilege is granted on; the value is the word of the GRANT statement.

    ROLE is membership in a role: USAGE for having its privileges, SET for SET ROLE. ATTRIBUTE is one of the role's own
    (CREATEDB, BYPASSRLS, ...), whose privilege is always USAGE. Both let what has no GRANT be needed and held, too.
    """

    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    TABLE = "TABLE"
    SEQUENCE = "SEQUENCE"
    FUNCTION = "FUNCTION"
    PROCEDURE = "PROCEDURE"
    TYPE = "TYPE"
    LARGE_OBJECT = "LARGE OBJECT"
    LANGUAGE = "LANGUAGE"
    FOREIGN_SERVER = "FOREIGN SERVER"
    FOREIGN_DATA_WRAPPER = "FOREIGN DATA WRAPPER"
    TABLESPACE = "TABLESPACE"
    PARAMETER = "PARAMETER"
    ROLE = "ROLE"
    ATTRIBUTE = "ATTRIBUTE"


class Privilege(str, Enum):
    """A PostgreSQL privilege that these object kinds know."""

    CONNECT = "CONNECT"
    CREATE = "CREATE"
    TEMPORARY = "TEMPORARY"
    USAGE = "USAGE"
    SELECT = "SELECT"
    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    TRUNCATE = "TRUNCATE"
    REFERENCES = "REFERENCES"
    TRIGGER = "TRIGGER"
    MAINTAIN = "MAINTAIN"
    EXECUTE = "EXECUTE"
    SET = "SET"
    ALTER_SYSTEM = "ALTER SYSTEM"


def quote_identifier(name: str) -> str:
    """The name as it must stand in SQL: bare where PostgreSQL would read it as itself, else in double quotes.

    Bare are lower-case ASCII letters, digits and underscores that begin with no digit and are no keyword of
    PostgreSQL 18 other than the unreserved ones (appendix C), as the server's quote_ident() does.
    """
    if _PLAIN.fullmatch(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """The text as a string literal of SQL, as quote_literal() writes one that holds no backslash."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, order=True)
class Grant:
    """One privilege on one object, or on one of its columns.

    `schema` is empty where objects have none (databases, schemas, large objects, roles, ...). `arguments` are the types
    of the input arguments that tell a function or procedure from others of its name, with a comma and a blank between
    them; those that are not of pg_catalog with their schema.
    `grantable` asks for the right to pass it on: the grant option, or for a role the admin option.
    """

    kind: ObjectKind
    schema: str
    name: str
    privilege: Privilege
    column: str = ""
    arguments: str = ""
    grantable: bool = False

    @property
    def object_sql(self) -> str:
        """The object's name as SQL has it: quoted, with its schema and arguments; a large object's is a number."""
        if self.kind in (ObjectKind.LARGE_OBJECT, ObjectKind.ATTRIBUTE):
            return self.name
        name = quote_identifier(self.name)
        if self.kind is ObjectKind.PARAMETER:
            name = ".".join(quote_identifier(part) for part in self.name.split("."))
        if self.kind in (ObjectKind.FUNCTION, ObjectKind.PROCEDURE):
            name = f"{name}({self.arguments})"
        return f"{quote_identifier(self.schema)}.{name}" if self.schema else name

    def sql(self, role: str) -> str:
        """The statement that gives it to the role, ready to be pasted."""
        columns = f" ({quote_identifier(self.column)})" if self.column else ""
        return grant_sql(self, f"{self.privilege.value}{columns}", role)


def grant_sql(grant: Grant, privileges: str, role: str) -> str:
    """The statement that gives the role these privileges on the object of `grant`, passed on where that one may be."""
    to = quote_identifier(role)
    if grant.kind is ObjectKind.ATTRIBUTE:
        return f"ALTER ROLE {to} {grant.name};"
    if grant.kind is ObjectKind.ROLE:
        return f"GRANT {grant.object_sql} TO {to}{' WITH ADMIN OPTION' if grant.grantable else ''};"
    option = " WITH GRANT OPTION" if grant.grantable else ""
    return f"GRANT {privileges} ON {grant.kind.value} {grant.object_sql} TO {to}{option};"


_PLAIN = re.compile("[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role current_schema
    current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
    foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral
    leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer
    overlaps placing primary references returning right select session_user similar some symmetric system_user table
    tablesample then to trailing true union unique user using variadic verbose when where window with
    public none between bigint bit boolean char character coalesce dec decimal exists extract float greatest
    grouping inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg
    json_query json_scalar json_serialize json_table json_value least merge_action national nchar normalize nullif
    numeric out overlay position precision real row setof smallint substring time timestamp treat trim values varchar
    xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize
    xmltable""".split()
) - {"public"}
