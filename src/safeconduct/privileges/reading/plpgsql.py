"""PL/pgSQL: the statements and expressions of a body, and the variables that they may name.

The parser library gives each piece of SQL as text, with how it is to be read (`parseMode`, plpgsql.h of PostgreSQL):
0 for a statement, 2 for an expression, from 3 on for an assignment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from safeconduct.model import quote_identifier
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.reading.assignments import names_kept
from safeconduct.privileges.reading.conditions import ANY, Outcomes, outcomes
from safeconduct.privileges.reading.constants import SOME_LITERAL, text_of
from safeconduct.privileges.reading.known import NOTHING, Known
from safeconduct.privileges.reading.parsed import plpgsql_of, statements_of
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from safeconduct.privileges.tree import Node

_STATEMENT, _EXPRESSION = 0, 2
_TRIGGER_TEXTS = "name when level op relid relname table_name table_schema nargs argv event tag".split()
_TRIGGER_VARIABLES = (*(f"tg_{word}" for word in _TRIGGER_TEXTS), "new", "old")
"""They are declared around the body, for the library stumbles over them."""
_DYNAMIC = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"})
_MODES = {"o": "OUT", "t": "OUT", "b": "INOUT"}
"""pg_proc.proargmodes; parameters of all other modes are given."""
_OPTIONS = re.compile(r"\A(?:\s*#[^\n]*\n)+")
_USE_VARIABLE = re.compile(r"\A(?:\s*#[^\n]*\n)*\s*#variable_conflict\s+use_variable\b", re.IGNORECASE)
_ALIAS = re.compile(r'([A-Za-z_]\w*|"[^"]+")\s+ALIAS\s+FOR\b', re.IGNORECASE)
_LABEL = re.compile(r'<<\s*([A-Za-z_]\w*|"[^"]+")\s*>>')
_DECLARATIONS = re.compile(r"\bDECLARE\b.*?\bBEGIN\b", re.IGNORECASE | re.DOTALL)
_WORD = r'(?:\w+|"[^"]+")'
_ARRAY = rf"{_WORD}(?:[.]{_WORD})*(?:\s*\[\d*\])+"
_DECLARED = r"\s+(?:CONSTANT\s+)?(?:%s)(?:%%\w+)?(?=\s*(?:;|:=|=|DEFAULT\b|NOT\b))"
_NO_FIELD = re.compile(r'"(\w+)\.[^"]*" is not a known variable')
_PSEUDO = re.compile(r'variable "(\w+)" has pseudo-type')
_MOST_TRIES = 20


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function: `mode` is as in pg_proc.proargmodes, `type` the name in pg_type where it is known.

    `value` is the text that it is given, None where that is not known or no text.
    """

    name: str = ""
    mode: str = "i"
    type: str = ""
    value: str | None = None


@dataclass(frozen=True)
class Piece:
    """One piece of SQL in a body: its line, counted from 1, and whether it is run by EXECUTE."""

    line: int
    sql: str
    dynamic: bool = False


@dataclass(frozen=True)
class Code:
    """A PL/pgSQL body. `labels` are those of its blocks, which may stand before the names of variables.

    `variables_first` says that a name which a column has as well means the variable; `known` are values of variables.
    """

    pieces: tuple[Piece, ...]
    variables: tuple[str, ...]
    labels: tuple[str, ...] = ()
    variables_first: bool = False
    known: Known = NOTHING


def read_plpgsql(
    body: str,
    returns: str = "void",
    returns_set: bool = False,
    parameters: Iterable[Parameter] = (),
    known: Known = NOTHING,
) -> Code:
    """Read a body of a function with these parameters. Raises WrongText.

    Branches of IF that cannot run with the `known` values of variables are left out.
    """
    parameters = tuple(parameters)
    trigger = _TRIGGER_VARIABLES if returns.endswith("trigger") else ()
    tree = _parsed(_definition(body, trigger, returns, returns_set, parameters))
    given = [one.name for one in parameters if one.name]
    known = replace(known, texts={**known.texts, **dict(_arguments(parameters, names_kept(tree)))})
    aliases = map(_folded, _ALIAS.findall(body))
    names = dict.fromkeys((*trigger, *given, *_variables(tree), *aliases))
    return Code(
        tuple(_pieces(pruned(tree, known), 1)),
        tuple(names),
        tuple(map(_folded, _LABEL.findall(body))),
        _USE_VARIABLE.match(body) is not None,
        known,
    )


def _arguments(parameters: Iterable[Parameter], kept: Container[str]) -> Iterator[tuple[str, str]]:
    """The values of parameters that stay what they are: each has its name, and its number among all of them."""
    for place, one in enumerate(parameters, 1):
        if one.value is not None and (one.name or f"${place}") in kept:
            yield f"${place}", one.value
            yield one.name or f"${place}", one.value


def trigger_tree(body: str) -> dict[str, Any]:
    """The tree of a trigger function. Raises WrongText."""
    return _parsed(_definition(body, _TRIGGER_VARIABLES, "trigger", False, ()))


def _definition(
    body: str, trigger: Iterable[str], returns: str, returns_set: bool, parameters: Iterable[Parameter]
) -> str:
    """A function with this body. Of parameters only the names matter, and whether they are cursors."""
    arguments = ", ".join(
        f"{_MODES.get(one.mode, 'IN')} {quote_identifier(one.name) if one.name else ''}"
        f" {'refcursor' if one.type == 'refcursor' else 'record'}"
        for one in parameters
    )
    result = "void" if returns in ("void", "event_trigger") else f"{'SETOF ' if returns_set else ''}record"
    if declared := " ".join(f"{quote_identifier(name)} record;" for name in trigger):
        options = _OPTIONS.match(body)
        rest = body[options.end() :] if options else body
        body = f"{options[0] if options else ''}DECLARE {declared} BEGIN {_inner(rest)} END"
    tag = "$" + "body" * (1 + body.count("$body")) + "$"
    return f"CREATE FUNCTION f({arguments}) RETURNS {result} LANGUAGE plpgsql AS {tag}{body}{tag}"


@lru_cache(maxsize=512)
def _parsed(definition: str) -> dict[str, Any]:
    """The tree. The library knows no types but PostgreSQL's own: variables of others are taken for records or texts."""
    complaint = ""
    for _ in range(_MOST_TRIES):
        try:
            return plpgsql_of(definition)
        except WrongText as wrong:
            complaint = str(wrong.__context__)
            other = _with_other_types(definition, complaint)
            if other == definition:
                raise
            definition = other
    raise WrongText("its PL/pgSQL cannot be read")


def _with_other_types(definition: str, complaint: str) -> str:
    """The definition with the types that the library complains of replaced; the same where it is not that."""
    if "LookupExplicitNamespace" in complaint:
        arrays = _declared(definition, _WORD, _ARRAY, "text[]")
        return _declared(arrays, _WORD, f"{_WORD}(?:[.]{_WORD})+", "text")
    if found := _PSEUDO.search(complaint):
        return _declared(definition, found[1], _ARRAY, "text[]")
    if found := _NO_FIELD.search(complaint):
        return _declared(definition, found[1], f"{_WORD}(?:[.]{_WORD})*", "record")
    return definition


def _declared(definition: str, name: str, type_of_it: str, other: str) -> str:
    """The definition with another type for the variables of this name and type (both patterns)."""
    declared = re.compile(rf"(\b{name}){_DECLARED % type_of_it}", re.IGNORECASE)
    return _DECLARATIONS.sub(lambda found: declared.sub(rf"\1 {other}", found[0]), definition)


def _folded(name: str) -> str:
    return name.strip('"') if name.startswith('"') else name.lower()


def statements_in(piece: Piece, known: Known) -> tuple[tuple[Node, ...], bool]:
    """The piece's syntax trees, and whether their literals are its own; no trees where EXECUTE runs what is not known.

    `known` has the values of variables that are known before it runs. Raises WrongText.
    """
    found = statements_of(piece.sql)
    if not piece.dynamic:
        return found, True
    value = _value(found)
    text = None if value is None else text_of(value, known)
    if text is None or SOME_LITERAL[1] in text.replace(SOME_LITERAL, ""):
        return (), True
    run = statements_of(text)
    is_literal = SOME_LITERAL not in text
    if not is_literal and any(kind(one) == "VariableSetStmt" for one in run):
        return (), True
    # What puts the text together is run as well.
    return (*found, *run), is_literal


def _inner(body: str) -> str:
    return body.rstrip().removesuffix(";") + "\n;"


def _value(statements: Sequence[Node]) -> Node | None:
    """The one value of a SELECT."""
    select = statements[0] if len(statements) == 1 else None
    if select is None or kind(select) != "SelectStmt" or len(select.target_list) != 1 or select.from_clause:
        return None
    return select.target_list[0].res_target.val


def pruned(tree: Any, known: Known) -> Any:
    """The tree without the branches of IF that cannot run."""
    if not known:
        return tree
    if isinstance(tree, list):
        return [pruned(item, known) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if choice := tree.get("PLpgSQL_stmt_if"):
        return {"PLpgSQL_stmt_if": _branches(choice, known)}
    return {key: pruned(value, known) for key, value in tree.items()}


def _branches(choice: dict[str, Any], known: Known) -> list[Any]:
    """The conditions and bodies of an IF that may run: none after the first that is sure to."""
    others = [item["PLpgSQL_if_elsif"] for item in choice.get("elsif_list", ())]
    first = {"cond": choice["cond"], "stmts": choice.get("then_body", [])}
    found: list[Any] = []
    for branch in (first, *others):
        may_be = _outcomes(branch["cond"], known)
        found.append(branch["cond"])
        if True in may_be:
            found.append(pruned(branch.get("stmts", []), known))
        if may_be == {True}:
            return found
    return [*found, pruned(choice.get("else_body", []), known)]


def _outcomes(condition: dict[str, Any], known: Known) -> Outcomes:
    value = _value(statements_of(_sql(condition["PLpgSQL_expr"])))
    return ANY if value is None else outcomes(value, known)


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
