"""What an expression of PL/pgSQL is worth before it runs: texts that are put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.fired import TEXT
from safeconduct.privileges.tree import kind, strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.privileges.reading.known import Known
    from safeconduct.privileges.tree import Node

_PLACE = re.compile(r"%(?:(\d+)\$)?([sIL%])")
SOME_LITERAL = "'\ue000'"
"""What quote_literal and %L write of a value that is not known: whatever it is, it is one literal."""
_LITERAL = ("quote_literal", "quote_nullable")
_WRITTEN = {"quote_ident": "I", "quote_literal": "L", "lower": "lower", "upper": "upper"}


def text_of(node: Node, known: Known) -> str | None:
    """The text that the expression is; None where that is only known when it runs."""
    what = kind(node)
    if what == "TypeCast":
        return text_of(node.arg, known)
    if what == "A_Const":
        return _constant(node)
    if what == "ColumnRef":
        return _variable(node, known)
    if what == "ParamRef":
        return known.texts.get(f"${node.number}")
    if what == "A_Indirection":
        return _element(node, known)
    if what == "A_Expr" and strings(node.name) == ("||",):
        sides = text_of(node.lexpr, known), text_of(node.rexpr, known)
        return None if None in sides else "".join(map(str, sides))
    return _called(node, known) if what == "FuncCall" else None


def column_of(node: Node) -> tuple[str, str]:
    """The row and the column that `row.column` names; two empty texts for anything else."""
    parts = strings(node.fields) if kind(node) == "ColumnRef" else ()
    return (parts[0], parts[1]) if len(parts) == 2 and len(node.fields) == 2 else ("", "")


def _constant(node: Node) -> str | None:
    which = node.WhichOneof("val")
    if which == "sval":
        return str(node.sval.sval)
    return str(node.ival.ival) if which == "ival" else None


def _variable(node: Node, known: Known) -> str | None:
    """A variable, or a column of NEW that holds text: as text, char(n) and others may be written in another way."""
    row, column = column_of(node)
    value = known.row.of(column) if row == "new" else None
    if value is not None:
        return value.text if value.of == TEXT else None
    parts = strings(node.fields)
    return known.texts.get(parts[0]) if len(parts) == len(node.fields) == 1 else None


def _element(node: Node, known: Known) -> str | None:
    """TG_ARGV[0]."""
    base = node.arg
    if kind(base) != "ColumnRef" or len(node.indirection) != 1 or not node.indirection[0].HasField("a_indices"):
        return None
    index = node.indirection[0].a_indices.uidx
    place = _constant(index) if kind(index) == "A_Const" else None
    return known.texts.get(f"{strings(base.fields)[-1]}[{place}]") if strings(base.fields) else None


def _called(node: Node, known: Known) -> str | None:
    function = strings(node.funcname)[-1]
    arguments = [text_of(item, known) for item in node.args]
    if function == "format" and arguments and arguments[0] is not None:
        return _formatted(arguments[0], arguments[1:])
    if function in _LITERAL and arguments == [None]:
        return SOME_LITERAL
    given = [text for text in arguments if text is not None]
    if not given or len(given) < len(arguments):
        return None
    if function == "concat":
        return "".join(given)
    return _as(_WRITTEN[function], given[0]) if function in _WRITTEN else None


def _formatted(pattern: str, arguments: Sequence[str | None]) -> str | None:
    at = 0
    parts: list[str] = []
    end = 0
    for found in _PLACE.finditer(pattern):
        parts.append(pattern[end : found.start()])
        end = found.end()
        if found[2] == "%":
            parts.append("%")
            continue
        at = int(found[1]) if found[1] else at + 1
        if not 0 < at <= len(arguments):
            return None
        argument = arguments[at - 1]
        if argument is None and found[2] != "L":
            return None
        parts.append(SOME_LITERAL if argument is None else _as(found[2], argument))
    return "".join([*parts, pattern[end:]])


def _as(how: str, text: str) -> str:
    if how == "I":
        return quote_identifier(text)
    if how == "L":
        return "'" + text.replace("'", "''") + "'"
    return {"lower": text.lower(), "upper": text.upper()}.get(how, text)
