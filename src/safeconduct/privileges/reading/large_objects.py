"""Large objects: what the functions that take the number of one need on it (chapter 35.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.model.ledger import Need
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from safeconduct.privileges.tree import Node

LARGE_OBJECT_FUNCTIONS = frozenset({"lo_open", "lo_get", "lo_put", "lo_export", "lo_unlink"})
_READ, _WRITE = 0x40000, 0x20000
"""INV_READ and INV_WRITE: the bits of lo_open's mode."""


def unlinked(function: str, arguments: Sequence[Node]) -> str:
    """The number of the large object that lo_unlink removes, which takes its ownership; empty where it is not told."""
    number = _number(arguments[0]) if function == "lo_unlink" and arguments else None
    return "" if number is None else str(number)


def large_object_needs(function: str, arguments: Iterable[Node]) -> tuple[Need, ...] | None:
    """What the call needs on its large object; None where number or mode are only known when it runs."""
    numbers = [_number(item) for item in arguments]
    if not numbers or numbers[0] is None:
        return None
    privileges = _privileges(function, numbers[1] if len(numbers) > 1 else 0)
    if privileges is None:
        return None
    return tuple(
        Need((Grant(ObjectKind.LARGE_OBJECT, "", str(numbers[0]), privilege),), f"{function} is called on it")
        for privilege in privileges
    )


def _privileges(function: str, mode: int | None) -> tuple[Privilege, ...] | None:
    if function in ("lo_get", "lo_export"):
        return (Privilege.SELECT,)
    if function == "lo_put":
        return (Privilege.SELECT, Privilege.UPDATE)
    if mode is None:
        return None
    # Opened to write, it may be read as well.
    asked = ((_READ | _WRITE, Privilege.SELECT), (_WRITE, Privilege.UPDATE))
    return tuple(privilege for bits, privilege in asked if mode & bits)


def _number(node: Node) -> int | None:
    if kind(node) == "TypeCast":
        return _number(node.arg)
    if kind(node) != "A_Const":
        return None
    value = getattr(node, node.WhichOneof("val") or "ival")
    if kind(value) == "BitString":
        base = {"b": 2, "x": 16}.get(value.bsval[:1], 10)
        return int(value.bsval[1:] or "0", base)
    text = str(getattr(value, {"Integer": "ival", "Float": "fval"}.get(kind(value), "sval"), ""))
    return int(text) if text.isdecimal() else None
