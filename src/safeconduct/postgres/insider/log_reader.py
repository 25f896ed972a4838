"""The server's log, asked what the client was not told."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.postgres import rules_login as rules
from safeconduct.postgres.insider import login
from safeconduct.postgres.insider.interface import Inside, Insider
from safeconduct.postgres.server_log import Cause, latest_failed_logins, match_login

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from safeconduct.model import Finding
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.server_log import FailedLogin

RECENT = timedelta(seconds=60)
"""A refusal in the log that is older than this is of an earlier login, which is said."""

PATIENCE = 1.0
"""Seconds: PostgreSQL's log collector writes a moment after the client was told."""

_ASKED = frozenset(
    rule.id
    for rule in (
        rules.PASSWORD_WRONG,
        rules.ROLE_REFUSED,
        rules.NO_ENTRY,
        rules.IDENTITY_REFUSED,
        rules.DIRECTORY_REFUSED,
        rules.CLIENT_CA_MISSING,
    )
)


class ServerLog(Insider):
    """These files or folders. They are read from their ends, as far as the refusal is away."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._lock = threading.Lock()
        self._unread: list[Unjudged] = []
        self._began = datetime.now(timezone.utc)
        self._patience = PATIENCE

    @property
    def trouble(self) -> Unjudged | None:
        """See Insider."""
        if not self._unread:
            return None
        reasons = "; ".join(dict.fromkeys(f"{one.subject}: {one.reason}" for one in self._unread))
        return Unjudged("server log", reasons)

    def close(self) -> None:
        """See Insider."""

    def explain(self, finding: Finding, refusal: Refusal) -> Inside:
        """See Insider."""
        if finding.rule not in _ASKED:
            return Inside()
        with self._lock:
            failure = self._look_up(refusal)
        if failure is None:
            return Inside(evidence={"server log": f"has no refusal of {refusal.role}"})
        told = _MEANINGS.get(failure.cause)
        return Inside(told(refusal) if told else None, _evidence(failure))

    def _look_up(self, refusal: Refusal) -> FailedLogin | None:
        """The newest refusal of this login; one of this run is waited for, as long as the log is seen to grow so."""
        deadline = time.monotonic() + self._patience
        while True:
            unread: list[Unjudged] = []
            failures = latest_failed_logins(self._paths, unjudged=unread)
            found = match_login(failures, refusal.role, refusal.database, refusal.client_address, latest_first=True)
            if is_fresh := found is not None and self._is_of_this_run(found):
                break
            if time.monotonic() >= deadline:
                break
            time.sleep(0.02)
        self._patience = PATIENCE if is_fresh else 0
        self._unread += unread
        return found

    def _is_of_this_run(self, failure: FailedLogin) -> bool:
        """By its time, which many logs have by whole seconds only, and others by thousandths."""
        if failure.time is None:
            return False
        begun = self._began if failure.time.microsecond else self._began.replace(microsecond=0)
        return failure.time >= begun - timedelta(milliseconds=1)


def _evidence(failure: FailedLogin) -> dict[str, str]:
    words = [failure.message, *([failure.detail] if failure.detail else []), *failure.before]
    evidence = {"server log": "; ".join(" ".join(word.split()) for word in words)}
    if failure.hba_line is not None:
        evidence["decided by"] = f"{failure.hba_file or 'pg_hba.conf'} line {failure.hba_line}"
    if failure.unjudged:
        evidence["not told by the log"] = failure.unjudged
    if failure.time is None or failure.time < datetime.now(timezone.utc) - RECENT:
        moment = failure.time.isoformat(" ", "seconds") if failure.time else "a time that it does not tell"
        evidence["beware"] = f"the log's newest refusal of this login is of {moment}, not of this walk"
    return {**evidence, "known from": f"the server's log {failure.source}".strip()}


_MEANINGS: dict[Cause, Callable[[Refusal], Finding]] = {
    Cause.ROLE_MISSING: lambda refusal: login.role_missing(refusal, []),
    Cause.LOGIN_NOT_PERMITTED: login.login_not_permitted,
    Cause.NO_PASSWORD: lambda refusal: login.password_unset(refusal, {}),
    Cause.PASSWORD_EXPIRED: lambda refusal: login.password_expired(refusal, "", {}),
    Cause.NOT_A_SCRAM_SECRET: lambda refusal: login.password_md5(refusal, {}),
    Cause.PASSWORD_WRONG: lambda refusal: login.password_wrong(refusal, {}),
}
