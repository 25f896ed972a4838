"""Row security as findings: who is shut out, who is shown a part, and by which policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.masking.expressions import hide_literals
from safeconduct.model import Severity, quote_identifier
from safeconduct.privileges import rules
from safeconduct.privileges.memberships import Memberships, read_memberships
from safeconduct.privileges.origin import words
from safeconduct.privileges.policies import remedies
from safeconduct.privileges.policies.checks import REFUSED
from safeconduct.privileges.policies.verdict import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.policies.guarded import Command, Guarded, Policy
    from safeconduct.privileges.policies.loops import Loop
    from safeconduct.privileges.policies.verdict import Verdict


@dataclass(frozen=True)
class About:
    """What all findings share: who asks, for which connection, and where memberships are looked up."""

    session: Session
    context: Context
    subject: str

    def memberships(self, guarded: Guarded) -> Memberships:
        """Those of the role that the table is used with, where a policy is for a group at all."""
        if any(policy.groups for policy in guarded.policies):
            return read_memberships(self.session, guarded.role)
        return Memberships(guarded.role)


def shut_out(about: About, guarded: Guarded, verdicts: Iterable[Verdict], because: str) -> Iterator[Finding]:
    """One finding for each command that nothing is let through of."""
    found: dict[Command, list[Verdict]] = {}
    for one in verdicts:
        if one.passage is Passage.NONE:
            found.setdefault(one.check.command, []).append(one)
    for command, closed in found.items():
        yield _shut_out(about, guarded, command, closed, because)


def filtered(about: About, guarded: Guarded, verdicts: Iterable[Verdict], because: str) -> Iterator[Finding]:
    """A note for the table, where policies choose."""
    choosing = [one for one in verdicts if one.passage is Passage.SOME]
    if not choosing:
        return
    by = list(dict.fromkeys(policy for one in choosing for policy in one.by))
    commands = " and ".join(dict.fromkeys(remedies.verb(one.check.command) for one in choosing))
    names = ", ".join(quote_identifier(one.name) + ("" if one.permissive else " (restrictive)") for one in by)
    choose = f"the policy {names} chooses" if len(by) == 1 else f"the policies {names} choose"
    why = f" ({because})" if because else ""
    refuses = any(one.check.sqlstate for one in choosing)
    unset = dict.fromkeys(name for policy in by for name in policy.unset)
    yield rules.POLICY_FILTERS_ROWS.finding(
        about.subject,
        f"{choose} which rows of {guarded.table} {quote_identifier(guarded.role)} may {commands}{why}",
        evidence={
            **_evidence(about, guarded, by, because),
            **({"sqlstate": f"{REFUSED} for new rows that they keep out"} if refuses else {}),
            **({"settings_unset": ", ".join(unset)} if unset else {}),
        },
        possible=tuple(
            f"the setting {name} is not set in this session: then current_setting() is refused (42704), or gives NULL"
            " where it is told that the setting may be missing, and no row passes"
            for name in unset
        ),
        severity=Severity.NOTE,
    )


def switched_off(about: About, bound: Iterable[Guarded]) -> Finding:
    """The finding for row_security = off, which refuses the first table that policies would filter."""
    context = about.context
    first, *_ = tables = list(dict.fromkeys(bound))
    return rules.POLICY_SWITCHED_OFF.finding(
        about.subject,
        f"row_security is off, so the server refuses what the policies of {first.table} would filter",
        evidence={
            "sqlstate": REFUSED,
            "row_security": "off",
            "set_by": words(context.row_security_origin, "row_security", context.role_sql, context.database_sql),
            "tables": ", ".join(dict.fromkeys(str(guarded.table) for guarded in tables)),
            "in_database": context.database_sql,
        },
        remedies=(remedies.switched_on(context), *map(remedies.exempt, dict.fromkeys(g.role for g in tables))),
    )


def copied(about: About, guarded: Guarded) -> Finding:
    """The finding for COPY FROM."""
    return rules.POLICY_COPY_FROM.finding(
        about.subject,
        f"{guarded.table} has row security that binds {quote_identifier(guarded.role)}, and COPY FROM is refused there;"
        " INSERT is not, where its policies let rows in",
        evidence={"sqlstate": "0A000", **_evidence(about, guarded, guarded.policies, "")},
        remedies=(*remedies.unforced(guarded), remedies.exempt(guarded.role)),
    )


def looping(about: About, loops: Iterable[Loop]) -> Iterator[Finding]:
    """One finding for each loop, wherever it was come upon."""
    for loop in {frozenset(loop.tables): loop for loop in reversed(list(loops))}.values():
        yield rules.POLICY_LOOP.finding(
            about.subject,
            f"the policies of {loop.tables[0]} lead back to it, so the server refuses everybody whom they bind",
            evidence={
                "sqlstate": "42P17",
                "way": " -> ".join(map(str, loop.tables)),
                "in_database": about.context.database_sql,
            },
        )


def _shut_out(about: About, guarded: Guarded, command: Command, closed: Sequence[Verdict], because: str) -> Finding:
    role = quote_identifier(guarded.role)
    firsts = {one.check.act: one for one in reversed(closed)}
    effects = [one.check.effect.format(act=one.check.act.value) for one in reversed(firsts.values())]
    loud = any(one.check.sqlstate for one in firsts.values())
    by = closed[0].by
    subject = (
        f"the restrictive policy {quote_identifier(by[0].name)} lets {role} {remedies.verb(command)} no row"
        if by
        else f"no policy lets {role} {remedies.verb(command)} rows"
    )
    seen = by or tuple(policy for policy in guarded.policies if policy.is_for(command))
    return rules.POLICY_NONE_APPLIES.finding(
        about.subject,
        f"{subject} of {guarded.table}: {'; '.join(effects)}",
        evidence={
            **({"sqlstate": REFUSED} if loud else {}),
            "command": command.value,
            **_evidence(about, guarded, seen, because),
        },
        remedies=tuple(remedies.that_open(guarded, closed[0], about.memberships(guarded), about.context.version)),
        severity=Severity.WARNING if because else Severity.ERROR,
    )


def _evidence(about: About, guarded: Guarded, policies: Iterable[Policy], because: str) -> dict[str, str]:
    via = f"{guarded.via} reads it, with the rights of {quote_identifier(guarded.role)}" if guarded.via else ""
    return {
        "policies": "; ".join(map(described, policies)) or "none for it",
        **({"because": because} if because else {}),
        **({"view": via} if via else {}),
        "owner": f"{guarded.table}: {quote_identifier(guarded.owner)}",
        **({"forced": "on the owner, too"} if guarded.owns else {}),
        "in_database": about.context.database_sql,
    }


def described(policy: Policy) -> str:
    """The policy as CREATE POLICY would have it, on one line."""
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    roles = ", ".join("PUBLIC" if name == "PUBLIC" else quote_identifier(name) for name in policy.roles)
    clauses = " ".join(f"{clause.value} {_bracketed(text)}" for clause, text in policy.expressions.items())
    return f"{quote_identifier(policy.name)}{kind} FOR {policy.command.value} TO {roles} {clauses}".rstrip()


def _bracketed(expression: str) -> str:
    line = " ".join(hide_literals(expression).split())
    return line if line.startswith("(") and line.endswith(")") else f"({line})"
