"""Whether there is room, and who takes it: limits, slots and the sessions that fill them. Databases, too."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, quote_literal
from safeconduct.postgres.insider import questions
from safeconduct.postgres.insider.interface import Inside

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.insider.questions import Sessions
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.session import Session

MOST = 5
"""So many groups of sessions are shown."""


def explain_role_limit(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    """The role's CONNECTION LIMIT, and where its sessions are."""
    found = questions.role(session, refusal.role)
    if found is None:
        return Inside()
    held = questions.sessions(session, role_name=refusal.role)
    evidence = {"limit": f"CONNECTION LIMIT {found.limit}, {found.sessions} sessions open", **_held(held)}
    raised = f"ALTER ROLE {refusal.role_sql} CONNECTION LIMIT -1;"
    return Inside(_with_one_remedy(finding, raised), evidence)


def explain_database_limit(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    """The database's CONNECTION LIMIT, and whose sessions are in it."""
    found = questions.database(session, refusal.database)
    if found is None:
        return Inside()
    held = questions.sessions(session, database_name=refusal.database)
    evidence = {"limit": f"CONNECTION LIMIT {found.limit}, {found.sessions} sessions open", **_held(held)}
    raised = f"ALTER DATABASE {refusal.database_sql} CONNECTION LIMIT -1;"
    return Inside(_with_one_remedy(finding, raised), evidence)


def explain_slots(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    """max_connections, what of it is reserved, and who holds the rest."""
    most, superusers, reserved = questions.slots(session)
    held = questions.sessions(session)
    kept = f"{superusers} reserved for superusers" + (
        f", {reserved} for pg_use_reserved_connections" if reserved else ""
    )
    evidence = {"max_connections": f"{most}, of which {kept}", **_held(held)}
    return Inside(replace(finding, remedies=(*_end_idle(held), _more_slots(most))), evidence)


def explain_database_missing(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    """The databases with near names."""
    near = difflib.get_close_matches(refusal.database, questions.names(session, "database"), n=3)
    if not near:
        return Inside()
    remedy = Remedy(RemedyKind.OPTION, f"schema = {near[0]}", when="the name is wrong: in the Airflow connection")
    message = f"{finding.message}; did you mean {near[0]}?"
    kept = tuple(one for one in finding.remedies if one.kind is RemedyKind.SQL)
    return Inside(replace(finding, message=message, remedies=(remedy, *kept)), {"near names": ", ".join(near)})


def explain_connect_missing(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    """Who does have CONNECT, and whose database it is."""
    found = questions.database(session, refusal.database)
    if found is None:
        return Inside()
    return Inside(evidence={"database owner": found.owner, "CONNECT granted to": found.connect_granted_to})


def _held(held: list[Sessions]) -> dict[str, str]:
    if not held:
        return {}
    more = sum(one.count for one in held[MOST:])
    words = "; ".join(map(str, held[:MOST])) + (f"; and {more} more" if more else "")
    return {"held by": words}


def _with_one_remedy(finding: Finding, text: str) -> Finding:
    return replace(finding, remedies=(Remedy(RemedyKind.SQL, text, when="to lift the limit"),))


def _end_idle(held: list[Sessions]) -> tuple[Remedy, ...]:
    """The most sessions of one role that do nothing."""
    idle = next((one for one in held if one.state == "idle"), None)
    if idle is None:
        return ()
    where = f"usename = {quote_literal(idle.role)} AND datname = {quote_literal(idle.database)} AND state = 'idle'"
    ends = f"the {idle.count} of {idle.role} in {idle.database} that do nothing"
    text = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {where};"
    return (Remedy(RemedyKind.SQL, text, when=f"to end {ends}; a pool opens its own anew"),)


def _more_slots(most: int) -> Remedy:
    text = f"ALTER SYSTEM SET max_connections = {most * 2};"
    return Remedy(RemedyKind.SQL, text, when="to have more slots; then restart the server")
