"""What GRANT and REVOKE need on one object: the grant option, or the rights of its owner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.model.ledger import Need
from safeconduct.privileges.asked import COLUMN_PRIVILEGES
from safeconduct.privileges.tree import strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.privileges.tree import Node

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
WORDS = {"TEMP": Privilege.TEMPORARY, **{privilege.value: privilege for privilege in Privilege}}
"""The server refuses other words as it reads them."""
_EXECUTED = frozenset("OBJECT_FUNCTION OBJECT_PROCEDURE OBJECT_ROUTINE".split())


def passed_on(node: Node, on: Grant, why: str, owners: Sequence[Grant]) -> Iterator[Need]:
    """What a GrantStmt needs on the object of `on`, whatever privilege that has; any of `owners` would do as well."""
    what = {
        ObjectKind.SEQUENCE: "OBJECT_SEQUENCE",
        ObjectKind.TABLE: "OBJECT_TABLE",
        ObjectKind.SCHEMA: "OBJECT_SCHEMA",
    }
    grants = [
        replace(on, privilege=privilege, column=column, grantable=True)
        for privilege, columns in privileges_of(node, what.get(on.kind, "OBJECT_ROUTINE"))
        for column in columns or ("",)
    ]
    if not node.is_grant and not node.privileges and on.kind in (ObjectKind.TABLE, ObjectKind.SEQUENCE):
        yield from _revoked(grants, why, owners)
    elif grants and not any(item.access_priv.priv_name for item in node.privileges):
        # Any one will do, for the server passes on what it can and does not warn.
        yield Need((*grants, *owners), f"{why} ALL passes on what may be passed on")
    else:
        yield from (Need((grant, *owners), f"{why} needs the grant option") for grant in grants)


def _revoked(grants: Sequence[Grant], why: str, owners: Sequence[Grant]) -> Iterator[Need]:
    """REVOKE ALL takes from each column as well what columns can have: ExecGrant_Relation() (aclchk.c).

    What a sequence has of it, SELECT and UPDATE, is not ALL that columns can have: if one is lacking, it warns.
    """
    of_columns = [grant for grant in grants if grant.privilege in COLUMN_PRIVILEGES]
    is_sequence = any(grant.kind is ObjectKind.SEQUENCE for grant in grants)
    for some in [[grant] for grant in of_columns] if is_sequence else [of_columns]:
        yield Need((*some, *owners), f"{why} ALL takes it from the columns, too, with the grant option")


def privileges_of(node: Node, what: str) -> Iterator[tuple[Privilege, tuple[str, ...]]]:
    """The privileges of GRANT, each with its columns; without any, all that the kind of object has."""
    if not node.privileges:
        default = (Privilege.EXECUTE,) if what in _EXECUTED else (Privilege.USAGE,)
        yield from ((privilege, ()) for privilege in _ALL.get(what, default))
    for item in node.privileges:
        word = item.access_priv.priv_name.upper()
        columns = strings(item.access_priv.cols)
        if word in WORDS:
            yield WORDS[word], columns
        elif not word:
            yield from ((privilege, columns) for privilege in COLUMN_PRIVILEGES)
