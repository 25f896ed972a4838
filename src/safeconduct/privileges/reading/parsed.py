"""The syntax trees of SQL and PL/pgSQL that stand inside other things: bodies of functions, DO, EXECUTE of a text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.names import WrongText
from safeconduct.privileges.placeholders import is_too_deep
from safeconduct.privileges.syntax import TooDeep, parse

if TYPE_CHECKING:
    from safeconduct.privileges.tree import Node


def statements_of(sql: str) -> tuple[Node, ...]:
    """The statements of a text. Raises WrongText where it cannot be read."""
    if is_too_deep(sql):
        raise WrongText("it has a chain of more than 10,000 words without a comma")
    try:
        return tuple(raw.stmt for raw in parse(sql))
    except import_module("postgast").PgQueryError:
        raise WrongText("its SQL is not that of PostgreSQL 18") from None
    except TooDeep:
        raise WrongText("it is nested deeper than its syntax tree can be passed on") from None


def plpgsql_of(definition: str) -> dict[str, Any]:
    """The tree of a function, from its CREATE FUNCTION. Raises WrongText where it cannot be read."""
    postgast = import_module("postgast")
    try:
        found = postgast.parse_plpgsql(definition)
    except (postgast.PgQueryError, ValueError, RecursionError):
        raise WrongText("its PL/pgSQL cannot be read") from None
    return dict(found[0]["PLpgSQL_function"]) if found else {}
