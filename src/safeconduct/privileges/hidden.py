"""Tables that stand first on search_path and are passed over, because the role may not use their schema."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, Remedy, RemedyKind, Severity, quote_identifier
from safeconduct.model.grants import grant_statement
from safeconduct.privileges import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Finding
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context


def passed_over(context: Context, read: str, hidden: Relation) -> str:
    """One clause on what is read instead of what; `read` is written in SQL."""
    schema = quote_identifier(hidden.schema)
    return (
        f"{hidden}, which stands first on search_path: {context.role_sql} lacks USAGE on schema {schema}, so the server"
        f" takes {read} instead"
    )


def instead(context: Context, hidden: Relation, grants: Iterable[Grant] = ()) -> Remedy:
    """What lets the role use the hidden relation as it would have used the other one."""
    usage = Grant(ObjectKind.SCHEMA, "", hidden.schema, Privilege.USAGE)
    same = tuple(replace(grant, schema=hidden.schema) for grant in grants if _fits(grant, hidden))
    lines = [grant_statement(some, context.role) for some in ((usage,), same) if some]
    return Remedy(RemedyKind.SQL, "\n".join(lines), when=f"{hidden} is meant")


def unsaid(
    context: Context, pairs: Iterable[tuple[Relation, Relation]], said: Iterable[Finding], subject: str
) -> Iterator[Finding]:
    """A note for each such relation that no finding speaks of: the statement runs, on another table than was meant."""
    told = {finding.evidence.get("passed_over") for finding in said}
    for read, hidden in pairs:
        clause = passed_over(context, str(read), hidden)
        if clause not in told:
            yield rules.RELATION_PASSED_OVER.finding(
                subject,
                f"passed over is {clause}",
                evidence={"passed_over": clause, "in_database": context.database_sql},
                remedies=(instead(context, hidden),),
                severity=Severity.NOTE,
            )


def _fits(grant: Grant, hidden: Relation) -> bool:
    is_sequence = hidden.kind == "S"
    return is_sequence == (grant.kind is ObjectKind.SEQUENCE) and (not grant.column or grant.column in hidden.columns)
