"""Operators that did not come with PostgreSQL: the functions behind them, which their users call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.reading.calls import Operator


def functions_behind(session: Session, operators: Iterable[Operator]) -> Mapping[int, str]:
    """The numbers of the functions behind these operators, each with why it is called.

    Only of those whose name means one made operator and none of PostgreSQL's: which of several is meant depends on the
    types of what stands beside it. Raises what Session.query raises.
    """
    operators = tuple(operators)
    pairs = sorted({(schema, one.parts[-1]) for one in operators for schema in one.schemas})
    if not pairs:
        return {}
    asked = as_json([{"schema": schema, "name": name} for schema, name in pairs])
    found: dict[tuple[str, str], list[str]] = {}
    for schema, name, function in session.query(statement("operators.sql"), [asked]):
        found.setdefault((schema or "", name or ""), []).append(function or "")
    called: dict[int, str] = {}
    for one in operators:
        behind = [function for schema in one.schemas for function in found.get((schema, one.parts[-1]), ())]
        if len(behind) == 1 and behind[0]:
            called.setdefault(int(behind[0]), f"the operator {one.parts[-1]} calls it")
    return called
