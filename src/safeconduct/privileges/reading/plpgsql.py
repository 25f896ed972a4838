"""PL/pgSQL: the statements and expressions of a body, and the variables that they may name.

The parser library gives each piece of SQL as text, with how it is to be read (`parseMode`, plpgsql.h of PostgreSQL):
0 for a statement, 2 for an expression, from 3 on for an assignment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.model import quote_identifier
from safeconduct.privileges.reading.parsed import plpgsql_of, statements_of
from safeconduct.privileges.tree import kind, text_constant, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.tree import Node

_STATEMENT, _EXPRESSION = 0, 2
_TRIGGER_TEXTS = "name when level op relid relname table_name table_schema nargs argv event tag".split()
_DYNAMIC = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"})


@dataclass(frozen=True)
class Piece:
    """One piece of SQL in a body: its line, counted from 1, and whether it is run by EXECUTE."""

    line: int
    sql: str
    dynamic: bool = False


@dataclass(frozen=True)
class Code:
    """A PL/pgSQL body."""

    pieces: tuple[Piece, ...]
    variables: tuple[str, ...]


def read_plpgsql(body: str, returns: str = "void", returns_set: bool = False, inputs: Iterable[str] = ()) -> Code:
    """Read a body. `inputs` are the parameters' names, of whatever mode. Raises WrongText."""
    # A trigger's variables, and all parameters, are declared around the body: the library stumbles over the first,
    # and of the second only the names matter here.
    trigger = [*(f"tg_{word}" for word in _TRIGGER_TEXTS), "new", "old"] if returns.endswith("trigger") else []
    given = [name for name in inputs if name]
    declared = " ".join(f"{quote_identifier(name)} record;" for name in (*trigger, *given))
    block = f"DECLARE {declared} BEGIN {_inner(body)} END"
    result = "void" if returns == "void" else f"{'SETOF ' if returns_set else ''}record"
    tag = "$" + "body" * (1 + body.count("$body")) + "$"
    tree = plpgsql_of(f"CREATE FUNCTION f() RETURNS {result} LANGUAGE plpgsql AS {tag}{block}{tag}")
    return Code(tuple(_pieces(tree, 1)), (*trigger, *given, *_variables(tree)))


def statements_in(piece: Piece) -> tuple[Node, ...]:
    """The piece's syntax trees; none where EXECUTE runs what is only known then. Raises WrongText."""
    if not piece.dynamic:
        return statements_of(piece.sql)
    (select,) = statements_of(piece.sql)
    text = _constant(select)
    return () if text is None else statements_of(text)


def _inner(body: str) -> str:
    return body.rstrip().removesuffix(";") + "\n;"


def _constant(node: Node) -> str | None:
    select = unwrap(node)
    if kind(select) != "SelectStmt" or len(select.target_list) != 1:
        return None
    return text_constant(select.target_list[0].res_target.val)


def _variables(tree: dict[str, Any]) -> Iterator[str]:
    for datum in tree.get("datums", ()):
        for described in datum.values():
            if name := described.get("refname"):
                yield str(name)


def _pieces(tree: Any, line: int, dynamic: bool = False) -> Iterator[Piece]:
    if isinstance(tree, list):
        for item in tree:
            yield from _pieces(item, line, dynamic)
    elif isinstance(tree, dict):
        line = tree.get("lineno", line)
        for key, value in tree.items():
            if key == "PLpgSQL_expr":
                yield Piece(line, _sql(value), dynamic)
            else:
                yield from _pieces(value, _line(value, line), key == "dynquery" or _is_dynamic(tree, key, dynamic))


def _is_dynamic(tree: dict[str, Any], key: str, dynamic: bool) -> bool:
    """Whether what stands below is the text of an EXECUTE: the key `query` inside one of its statements."""
    if key in _DYNAMIC:
        return True
    return dynamic and (key == "query" or set(tree) <= _DYNAMIC)


def _line(value: Any, line: int) -> int:
    return int(value.get("lineno", line)) if isinstance(value, dict) else line


def _sql(expression: dict[str, Any]) -> str:
    text, mode = str(expression["query"]), expression.get("parseMode", _STATEMENT)
    if mode == _STATEMENT:
        return text
    if mode > _EXPRESSION:
        text = re.split(r":?=", text, maxsplit=1)[-1]
    return f"SELECT {text}"
