"""Operators that did not come with PostgreSQL: the functions behind them, which their users call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.reading.calls import Operator


@dataclass(frozen=True)
class Behind:
    """The functions behind operators, by their numbers, with why they are called; and why others cannot be told."""

    called: Mapping[int, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def behind(session: Session, operators: Iterable[Operator]) -> Behind:
    """The functions behind these operators. Raises what Session.query raises.

    Which of several operators of one name is meant depends on the types of what stands beside it. Where the schema is
    written, that is a reason; else it may just as well be PostgreSQL's own.
    """
    operators = tuple(operators)
    pairs = sorted({(schema, one.parts[-1]) for one in operators for schema in one.schemas})
    if not pairs:
        return Behind()
    asked = as_json([{"schema": schema, "name": name} for schema, name in pairs])
    found: dict[tuple[str, str], list[str]] = {}
    for schema, name, function in session.query(statement("operators.sql"), [asked]):
        found.setdefault((schema or "", name or ""), []).append(function or "")
    called: dict[int, str] = {}
    reasons: list[str] = []
    for one in operators:
        functions = sorted({number for schema in one.schemas for number in found.get((schema, one.parts[-1]), ())})
        written = ".".join(one.parts)
        if len(functions) == 1 and functions[0]:
            called.setdefault(int(functions[0]), f"the operator {written} calls it")
        elif len(one.parts) > 1 and any(functions):
            reasons.append(
                f"which of {len(functions)} operators {written} is meant cannot be told: EXECUTE is not judged"
            )
    return Behind(called, tuple(reasons))
