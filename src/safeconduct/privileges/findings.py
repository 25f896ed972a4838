"""Missing privileges as findings, each with who holds what now and the statement that mends it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from safeconduct.model import (
    Finding,
    Grant,
    ObjectKind,
    Privilege,
    Remedy,
    RemedyKind,
    Severity,
    Stage,
    quote_identifier,
)
from safeconduct.model.grants import by_object, grant_statement, object_key, privilege_list
from safeconduct.model.ledger import needs_by_object
from safeconduct.privileges import rules, rules_kinds
from safeconduct.privileges.defaults import for_the_next, without_effect
from safeconduct.privileges.hidden import instead, passed_over
from safeconduct.privileges.memberships import PER_MEMBERSHIP, inherit_statements
from safeconduct.privileges.needs import NOTHING_GRANTED, SKIPPED
from safeconduct.privileges.rule_of import rule_of, what_of
from safeconduct.privileges.traces import placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.model import Location, Rule
    from safeconduct.model.grants import ObjectKey
    from safeconduct.model.ledger import Need
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.holdings import Acl
    from safeconduct.privileges.memberships import Membership

_WITHOUT_LISTS = (ObjectKind.ROLE, ObjectKind.ATTRIBUTE, ObjectKind.PARAMETER)
"""What is held of these is not looked up beside what is missing."""
_POWERS = {
    "pg_read_server_files": "read every file that the server can read",
    "pg_write_server_files": "write every file that the server can write, which is as much as a superuser may",
    "pg_execute_server_program": "run any program as the server, which is as much as a superuser may",
    "pg_checkpoint": "checkpoint the whole server whenever it likes",
}


@dataclass(frozen=True)
class Case:
    """What all findings of one judgement share: who, for which connection, what is held, and the objects' lists.

    `passed_over` has the relation that would stand first on search_path, by schema and name of the one that is read.
    """

    context: Context
    subject: str
    held: frozenset[Grant]
    lists: Mapping[Grant, Acl]
    passed_over: Mapping[tuple[str, str], Relation]
    asked_by: Mapping[Grant, tuple[Location, ...]]

    @property
    def role(self) -> str:
        """The role as it is written in SQL."""
        return self.context.role_sql

    @cached_property
    def held_on(self) -> Mapping[ObjectKey, tuple[Grant, ...]]:
        """What is held, by what it is on."""
        return by_object(self.held)


def not_granted(case: Case, needs: Sequence[Need]) -> Iterator[Finding]:
    """One finding for each object that privileges are missing on."""
    for grants, concerned in needs_by_object(needs):
        sqlstate = _sqlstate(case, grants, concerned)
        rule = _rule(grants, sqlstate)
        evidence = {"sqlstate": sqlstate, **_evidence(case, grants)}
        why, is_told = _why(grants, sqlstate, concerned)
        if why and not is_told:
            evidence["because"] = why
        remedies = [_mended(case, grants, concerned)]
        lists = {grant: case.lists[grant] for grant in grants if grant in case.lists}
        if defaults := without_effect(lists):
            evidence["default_privileges"] = defaults
        remedies += for_the_next(grants, lists, case.context.role)
        if hidden := case.passed_over.get((grants[0].schema, grants[0].name)):
            evidence["passed_over"] = passed_over(case.context, grants[0].object_sql, hidden)
            remedies.append(instead(case.context, hidden, grants))
        finding = rule.finding(
            case.subject,
            f"{case.role} lacks {what_of(grants)}{_hidden(sqlstate)}{f': {why}' if is_told else ''}",
            evidence=evidence,
            remedies=tuple(remedies),
            severity=Severity.WARNING if sqlstate.startswith("01") else Severity.ERROR,
        )
        yield placed(finding, tuple(dict.fromkeys(o for grant in grants for o in case.asked_by.get(grant, ()))))


def not_inherited(case: Case, path: Sequence[Membership], needs: Sequence[Need]) -> Finding:
    """The finding for privileges that a membership would give if it were inherited."""
    group = quote_identifier(path[-1].role)
    objects = by_object(need.proposal for need in needs)
    what = "; ".join(what_of(grants) for grants in objects.values())
    broken = " and ".join(
        f"{quote_identifier(link.member)} in {quote_identifier(link.role)}" for link in path if not link.inherits
    )
    return Finding(
        rules.MEMBERSHIP_NOT_INHERITED.id,
        case.subject,
        f"{case.role} is a member of {group}, which holds {what}, but the membership does not inherit",
        Stage.PRIVILEGES,
        evidence={
            "sqlstate": "42501",
            "membership": " -> ".join(quote_identifier(name) for name in (path[0].member, *(p.role for p in path))),
            "not_inherited": f"the membership of {broken}, {_why_not(case)}",
            **_evidence(case, tuple(grant for grants in objects.values() for grant in grants)),
        },
        remedies=tuple(_ways(case, path, objects.values())),
    )


def _ways(case: Case, path: Sequence[Membership], objects: Iterable[tuple[Grant, ...]]) -> Iterator[Remedy]:
    group = quote_identifier(path[-1].role)
    yield Remedy(
        RemedyKind.SQL,
        inherit_statements(tuple(path), case.context.version),
        when=f"all that {group} may do is meant for {case.role}",
    )
    grants = "\n".join(grant_statement(one, case.context.role) for one in objects)
    yield Remedy(RemedyKind.SQL, grants, when="the membership is to stay as it is")
    if all(link.may_set for link in path):
        yield Remedy(RemedyKind.SQL, f"SET ROLE {group};", when=f"the session can work as {group} alone")


def _why_not(case: Case) -> str:
    if case.context.version >= PER_MEMBERSHIP:
        return "which was granted WITH INHERIT FALSE or while the member was NOINHERIT"
    return "because the member is NOINHERIT"


def mended(concerned: Sequence[Need], grants: tuple[Grant, ...], role: str) -> tuple[str, ...]:
    """The SQL that gives the role what these needs ask for on one object: a grant, or what stands in its place."""
    mends = dict.fromkeys(need.mend.replace("{role}", quote_identifier(role)) for need in concerned)
    return (grant_statement(grants, role),) if "" in mends else tuple(mends)


def _mended(case: Case, grants: tuple[Grant, ...], concerned: Sequence[Need]) -> Remedy:
    when = _beyond(case, grants[0]) if any(not need.mend for need in concerned) else ""
    return Remedy(RemedyKind.SQL, "\n".join(mended(concerned, grants, case.context.role)), when=when)


def _beyond(case: Case, grant: Grant) -> str:
    """What the grant gives beside what is asked for, which the reader must want."""
    if grant.kind is not ObjectKind.ROLE or grant.grantable:
        return ""
    if grant.name in _POWERS:
        return f"{case.role} is to {_POWERS[grant.name]}"
    return f"all that {quote_identifier(grant.name)} may do is meant for {case.role}"


def _rule(grants: tuple[Grant, ...], sqlstate: str) -> Rule:
    return rules_kinds.MAINTENANCE_SKIPPED if sqlstate == SKIPPED else rule_of(grants)


def _sqlstate(case: Case, grants: tuple[Grant, ...], concerned: Sequence[Need]) -> str:
    """A role that holds any privilege on the object is only warned that it may not grant another."""
    if grants[0].grantable and grants[0].kind is not ObjectKind.ROLE:
        place = replace(grants[0], grantable=False)
        if object_key(place) in case.held_on:
            return NOTHING_GRANTED
    return max(need.sqlstate for need in concerned)


def _why(grants: tuple[Grant, ...], sqlstate: str, concerned: Sequence[Need]) -> tuple[str, bool]:
    """Who needs it, and whether the message has to say so: it would be a riddle without."""
    if sqlstate == NOTHING_GRANTED:
        return "the statement changes nothing, and the server only warns", True
    reasons = "; ".join(dict.fromkeys(need.why for need in concerned if need.why))
    first = grants[0]
    is_rights = first.kind is ObjectKind.ROLE and first.privilege is Privilege.USAGE and not first.grantable
    is_mended = first.kind is ObjectKind.ATTRIBUTE and all(need.mend for need in concerned)
    return reasons, bool(reasons) and (is_rights or is_mended or sqlstate == SKIPPED)


def _hidden(sqlstate: str) -> str:
    """A closed schema on search_path is passed over, as if there were no such table."""
    return ", so the server does not find what is in it and says 42P01" if sqlstate == "42P01" else ""


def _evidence(case: Case, grants: tuple[Grant, ...]) -> dict[str, str]:
    have = (case.held_on.get(object_key(grants[0]), ()) for grants in by_object(grants).values())
    held = "; ".join(f"{privilege_list(some)} on {some[0].object_sql}" for some in have if some)
    lists = {grant: case.lists[grant] for grant in grants if grant in case.lists}
    owners = dict.fromkeys(f"{grant.object_sql}: {quote_identifier(acl.owner)}" for grant, acl in lists.items())
    granted = [
        f"{what_of((grant,))}: {', '.join(quote_identifier(name) for name in acl.grantees) or 'nobody'}"
        for grant, acl in lists.items()
    ]
    found = {
        "holds": held or ("" if grants[0].kind in _WITHOUT_LISTS else "nothing there"),
        "owner": "; ".join(owners),
        "granted_to": "; ".join(granted),
        "in_database": case.context.database_sql,
    }
    return {name: value for name, value in found.items() if value}
