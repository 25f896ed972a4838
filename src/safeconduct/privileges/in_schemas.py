"""GRANT and REVOKE on all objects of a kind in a schema: those that are there when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.queries import as_json, statement
from safeconduct.privileges.reading.passing_on import passed_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Row, Session
    from safeconduct.privileges.reading import Record


def needs_in_schemas(session: Session, record: Record) -> Iterator[Need]:
    """What is needed on each object; one round trip where a statement is about all of a schema.

    Raises what Session.query raises.
    """
    if not record.all_in:
        return
    asked = sorted({(one.kind, one.schema) for one in record.all_in})
    rows = session.query(
        statement("in_schemas.sql"), [as_json([{"kind": kind, "schema": schema} for kind, schema in asked])]
    )
    for one in record.all_in:
        for row in rows:
            if row[:2] == (one.kind, one.schema):
                owner = Grant(ObjectKind.ROLE, "", row[5] or "", Privilege.USAGE)
                yield from passed_on(one.statement, _object(row), one.why, (owner,))


def _object(row: Row) -> Grant:
    kind, schema, name, relkind, arguments, _ = (value or "" for value in row)
    if kind == "TABLES":
        return Grant(ObjectKind.TABLE, schema, name, Privilege.SELECT)
    if kind == "SEQUENCES":
        return Grant(ObjectKind.SEQUENCE, schema, name, Privilege.SELECT)
    what = ObjectKind.PROCEDURE if relkind == "p" else ObjectKind.FUNCTION
    return Grant(what, schema, name, Privilege.EXECUTE, arguments=arguments)
