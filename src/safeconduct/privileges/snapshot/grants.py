"""Every grant that can be asked about: each object with each privilege that there is on its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.asked import COLUMN_PRIVILEGES
from safeconduct.privileges.holdings import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.postgres.session import Row

_MAINTAIN = 170000
_ON = {
    ObjectKind.DATABASE: (Privilege.CONNECT, Privilege.CREATE, Privilege.TEMPORARY),
    ObjectKind.SCHEMA: (Privilege.USAGE, Privilege.CREATE),
    ObjectKind.TABLE: (*COLUMN_PRIVILEGES, Privilege.DELETE, Privilege.TRUNCATE, Privilege.TRIGGER),
    ObjectKind.SEQUENCE: (Privilege.USAGE, Privilege.SELECT, Privilege.UPDATE),
    ObjectKind.FUNCTION: (Privilege.EXECUTE,),
    ObjectKind.PROCEDURE: (Privilege.EXECUTE,),
    ObjectKind.TYPE: (Privilege.USAGE,),
    ObjectKind.LARGE_OBJECT: (Privilege.SELECT, Privilege.UPDATE),
    ObjectKind.LANGUAGE: (Privilege.USAGE,),
    ObjectKind.FOREIGN_SERVER: (Privilege.USAGE,),
    ObjectKind.FOREIGN_DATA_WRAPPER: (Privilege.USAGE,),
    ObjectKind.TABLESPACE: (Privilege.CREATE,),
    ObjectKind.PARAMETER: (Privilege.SET, Privilege.ALTER_SYSTEM),
    ObjectKind.ROLE: (Privilege.USAGE, Privilege.SET),
}
_KINDS = {kind.value: kind for kind in _ON}
_ATTRIBUTES = ("SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS")


def grants_on(objects: Iterable[Row], version: int) -> Iterator[Grant]:
    """From the rows of snapshot_objects.sql; `version` as server_version_num."""
    for what, schema, name, word in objects:
        yield from _of(what or "", schema or "", name or "", word or "", version)
    for attribute in _ATTRIBUTES:
        yield Grant(ObjectKind.ATTRIBUTE, "", attribute, Privilege.USAGE)


def key_of(grant: Grant) -> tuple[str, ...]:
    """The object that it is on, or the column."""
    return grant.kind.value, grant.schema, grant.name, grant.column, grant.arguments


def _of(what: str, schema: str, name: str, word: str, version: int) -> Iterator[Grant]:
    if what == "RELATION":
        yield from _on_relation(schema, name, word, version)
    elif what == "COLUMN":
        yield from (Grant(ObjectKind.TABLE, schema, name, one, word) for one in COLUMN_PRIVILEGES)
    elif what in _KINDS and (what != "PARAMETER" or version >= PARAMETERS):
        arguments = word if what in ("FUNCTION", "PROCEDURE") else ""
        for privilege in _ON[_KINDS[what]]:
            yield Grant(_KINDS[what], schema, name, privilege, arguments=arguments)


def _on_relation(schema: str, name: str, relkind: str, version: int) -> Iterator[Grant]:
    if relkind in "rpvmf":
        more = (Privilege.MAINTAIN,) if version >= _MAINTAIN else ()
        yield from (Grant(ObjectKind.TABLE, schema, name, one) for one in (*_ON[ObjectKind.TABLE], *more))
    elif relkind == "S":
        yield from (Grant(ObjectKind.SEQUENCE, schema, name, one) for one in _ON[ObjectKind.SEQUENCE])
