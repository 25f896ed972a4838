"""Remedies tried out by an administrator: granted, looked up in the catalogs, and taken back; or kept, the same way.

Nothing of the statements that were refused is planned or executed here: planning alone runs functions of whoever owns
the tables and views, and would run them with the administrator's rights (see docs/decisions/0006). What is seen is
whether the role holds in the end what the judgement found missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.postgres.query import QueryRefused
from safeconduct.privileges.asked import parse_sql
from safeconduct.privileges.holdings import held_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Session

LOCK_TIMEOUT = "1s"


@dataclass(frozen=True)
class Trial:
    """What to try: remedies as SQL for a role, and the needs that they are to meet. `keep` keeps them if they do."""

    role: str
    needs: tuple[Need, ...]
    remedies: tuple[str, ...]
    keep: bool = False


@dataclass(frozen=True)
class Rehearsed:
    """`proven` is True where every need was met, False where one was not, None where that could not be seen."""

    proven: bool | None
    reason: str = ""
    kept: bool = False


def rehearse(session: Session, trial: Trial) -> Rehearsed:
    """Try it in one transaction of the administrator's session. Raises SessionLost."""
    session.query("BEGIN")
    try:
        session.query(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        session.query("SET LOCAL search_path = pg_catalog")
        for remedy in trial.remedies:
            for statement in _statements(remedy):
                session.query(statement)
        seen = _seen(session, trial)
    except QueryRefused as error:
        seen = Rehearsed(None, f"the administrator could not apply it: {error}")
    kept = trial.keep and seen.proven is True
    session.query("COMMIT" if kept else "ROLLBACK")
    return Rehearsed(seen.proven, seen.reason, kept)


def _seen(session: Session, trial: Trial) -> Rehearsed:
    """GRANT without the grant option only warns (01007): the catalogs show that it granted nothing."""
    wanted = {grant for need in trial.needs for grant in need.grants}
    held = held_by(session, wanted, [trial.role])[trial.role]
    unmet = [need.proposal for need in trial.needs if not need.met_by(held)]
    if unmet:
        lacking = f"{unmet[0].privilege.value} on {unmet[0].object_sql}"
        return Rehearsed(False, f"after it {trial.role} still lacks {lacking}")
    return Rehearsed(True)


def _statements(remedy: str) -> Iterator[str]:
    """The statements one by one: names in them may hold semicolons and line feeds."""
    octets = remedy.encode()
    for raw in parse_sql(remedy).statements:
        part = octets[raw.stmt_location :]
        yield (part[: raw.stmt_len] if raw.stmt_len else part).decode().strip().rstrip(";")
