"""LOCK TABLE: any one of several privileges is enough for each mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.model.ledger import Need

if TYPE_CHECKING:
    from safeconduct.privileges.catalog import Relation

_ACCESS_SHARE, _ROW_SHARE, _ROW_EXCLUSIVE = 1, 2, 3
_CHANGES = (Privilege.UPDATE, Privilege.DELETE, Privilege.TRUNCATE)


def lock_need(relation: Relation, mode: int, version: int) -> Need:
    """What LockTableAclCheck asks for: `mode` as in lockdefs.h, `version` as server_version_num."""
    any_of = _since_16(mode, version) if version >= 160000 else _before_16(mode)
    grants = (Grant(ObjectKind.TABLE, relation.schema, relation.name, privilege) for privilege in any_of)
    return Need(tuple(grants), "LOCK TABLE takes any one of several privileges")


def _before_16(mode: int) -> tuple[Privilege, ...]:
    if mode == _ACCESS_SHARE:
        return (Privilege.SELECT,)
    if mode == _ROW_EXCLUSIVE:
        return (Privilege.INSERT, *_CHANGES)
    return _CHANGES


def _since_16(mode: int, version: int) -> tuple[Privilege, ...]:
    """A privilege that allows a mode also allows the weaker ones; MAINTAIN (17) allows all."""
    any_of = _CHANGES if version < 170000 else (Privilege.MAINTAIN, *_CHANGES)
    if mode <= _ROW_EXCLUSIVE:
        any_of = (Privilege.INSERT, *any_of)
    if mode <= _ACCESS_SHARE:
        any_of = (Privilege.SELECT, *any_of)
    return any_of
