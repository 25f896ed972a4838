"""Tokens inside of XComs and of deferred tasks, which no rotation turns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.airflow.embedded_tokens import LONGEST, TASKS, deferred, in_xcom
from safeconduct.model import Finding, Remedy, RemedyKind, Severity, Unjudged
from safeconduct.secrets.key_findings import counted, day_of
from safeconduct.secrets.pasting import quoted
from safeconduct.secrets.rules_audit import EMBEDDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from safeconduct.airflow.embedded_tokens import Holder
    from safeconduct.airflow.metadata_reader import Reading
    from safeconduct.secrets.audit.gathering import Gathering
    from safeconduct.secrets.keyring import Keyring
    from safeconduct.secrets.signatures import Signature, Signatures

SOURCES: tuple[tuple[str, Callable[[Reading], Iterator[Holder]]], ...] = (("xcom", in_xcom), (TASKS, deferred))
"""The tables, each with how it is read."""


def judge(holder: Holder, keyring: Keyring, signatures: Signatures, gathering: Gathering) -> None:
    """Tell what is wrong with the tokens of one value."""
    found = [signature for token in holder.tokens if (signature := signatures.of(token)) is not None]
    bad = [one for one in found if one.key != 1]
    if bad:
        gathering.tell(EMBEDDED, lambda: _finding(holder, keyring, bad))
    elif holder.cut:
        reason = f"only the first {LONGEST:,} characters of it were looked at"
        gathering.add(Unjudged(f"XCom {holder.place}", reason))


def _finding(holder: Holder, keyring: Keyring, bad: Sequence[Signature]) -> Finding:
    lost = [one for one in bad if not one.key]
    opens = "no key opens" if lost else f"key {bad[0].key} of {len(keyring)} alone opens"
    subject = f"XCom {holder.place}" if holder.table != TASKS else f"task {holder.place}"
    pattern = quoted(f"^{re.escape(holder.task_id)}$")
    again = f"airflow tasks clear --task-regex {pattern} {quoted(holder.dag_id)}"
    remedies = [Remedy(RemedyKind.COMMAND, again, when="to run the task again, which writes it with the first key")]
    if not lost:
        keep = "fernet_key = <the new key>,<the old key>"
        remedies.insert(0, Remedy(RemedyKind.OPTION, keep, when=f"in {keyring.origin}, for as long as it is needed"))
    days = sorted({day_of(one.made) for one in bad})
    made = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return EMBEDDED.finding(
        subject,
        f"{subject} has {counted(len(bad), 'token')} that {opens}, and no rotation turns it",
        evidence={"table": holder.table, "made": made},
        remedies=tuple(remedies),
        severity=Severity.ERROR if lost else Severity.WARNING,
    )
