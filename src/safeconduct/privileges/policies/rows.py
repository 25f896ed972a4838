"""The judgement of row security: from the uses of relations to findings, needs of policies, and what is not judged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.acts import Act
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.policies import findings
from safeconduct.privileges.policies.checks import beneath, beneath_written, checks_of
from safeconduct.privileges.policies.guarded import Guarded, read_guarded
from safeconduct.privileges.policies.loops import Loop, loop_from
from safeconduct.privileges.policies.verdict import Passage, Verdict, asked, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.policies.guarded import Clause, Policy, Read
    from safeconduct.privileges.scope import Use

_MOST_STEPS = 20
"""How many times policies are followed to the tables of their subqueries, a round trip each."""


@dataclass(frozen=True)
class Rows:
    """What row security means for a statement: findings, what its policies' subqueries need, and what is not judged."""

    findings: tuple[Finding, ...] = ()
    needs: tuple[Need, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Access:
    """Rows that are asked for: of what, how, and `because` of which policy where the statement does not ask itself."""

    named: RelationName
    acts: frozenset[Act]
    reads: bool
    because: str = ""


@dataclass
class _Inquiry:
    """What was found so far."""

    verdicts: dict[tuple[Guarded, str], list[Verdict]] = field(default_factory=dict)
    copied: list[Guarded] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    further: list[_Access] = field(default_factory=list)
    known: dict[RelationName, tuple[Guarded, ...]] = field(default_factory=dict)


def judge_rows(session: Session, context: Context, uses: Iterable[Use], subject: str) -> Rows:
    """Judge the policies of all tables that these uses reach. No round trip where none has row security.

    Views are followed to the tables that they read, and policies to the tables that their subqueries read. The columns
    that a subquery needs are those of both of a policy's expressions, where both read the table. Raises what
    Session.query raises.
    """
    inquiry = _Inquiry()
    wave = [
        _of(use)
        for use in uses
        if use.acts and not use.as_owner and (use.relation.row_security or use.relation.kind == "v")
    ]
    done: set[_Access] = set()
    for _ in range(_MOST_STEPS):
        wave = [access for access in dict.fromkeys(wave) if access not in done]
        done.update(wave)
        _look_up(session, inquiry, wave)
        for access in wave:
            _inquire(inquiry, access)
        wave, inquiry.further = inquiry.further, []
        if not wave:
            break
    else:
        inquiry.reasons.append(
            f"policies lead on to further tables more than {_MOST_STEPS} times, which is not followed"
        )
    inquiry.loops += _loops(inquiry)
    return Rows(tuple(_findings(session, context, inquiry, subject)), tuple(inquiry.needs), tuple(inquiry.reasons))


def _of(use: Use) -> _Access:
    name = RelationName(use.relation.schema, use.relation.name)
    # What --table asks for are statements of their own; what a statement changes is never read by the same mention.
    reads = Privilege.SELECT in use.columns and Act.READ not in use.acts
    # What a view reads is looked up with the view.
    acts = beneath_written(use.acts) if use.in_view else use.acts
    return _Access(name, frozenset(acts), reads)


def _look_up(session: Session, inquiry: _Inquiry, wave: Iterable[_Access]) -> None:
    names = {access.named for access in wave} - inquiry.known.keys()
    inquiry.known.update(dict.fromkeys(names, ()))
    for guarded in read_guarded(session, names):
        inquiry.known[guarded.named] = (*inquiry.known[guarded.named], guarded)


def _inquire(inquiry: _Inquiry, access: _Access) -> None:
    for guarded in inquiry.known[access.named]:
        acts = beneath(access.acts) if guarded.via else access.acts
        if Act.COPY_FROM in access.acts and not guarded.via:
            inquiry.copied.append(guarded)
        for check in checks_of(acts, access.reads):
            found = verdict(guarded.policies, check)
            inquiry.verdicts.setdefault((guarded, access.because), []).append(found)
            if found.passage is not Passage.NONE:
                _needs_of_policies(inquiry, guarded, found)


def _needs_of_policies(inquiry: _Inquiry, guarded: Guarded, found: Verdict) -> None:
    """Expressions are evaluated with the rights of the role that the table is used with (chapter 5.9)."""
    for policy in asked(guarded.policies, found.check):
        clause = policy.clause_for(found.check.clause)
        inquiry.reasons += _about_functions(policy, guarded)
        for read in _reads(policy, clause):
            because = f"the policy {quote_identifier(policy.name)} of {guarded.table} reads it"
            if not guarded.is_session:
                rights = f"with the rights of {quote_identifier(guarded.role)}"
                inquiry.reasons.append(f"{read.relation}: {because} {rights}, which is not judged")
                continue
            inquiry.needs += _needs(read, because)
            if read.row_security or read.is_view:
                inquiry.further.append(_Access(read.relation, frozenset({Act.READ}), False, because))


def _reads(policy: Policy, clause: Clause) -> Iterator[Read]:
    return (read for read in policy.reads if clause in read.clauses)


def _needs(read: Read, because: str) -> Iterator[Need]:
    """No USAGE on its schema: a stored expression names nothing any more."""
    name = read.relation
    whole = Grant(ObjectKind.TABLE, name.schema, name.name, Privilege.SELECT)
    for column in read.columns:
        yield Need((replace(whole, column=column),), because)
    if not read.columns:
        yield Need((*(replace(whole, column=column) for column in read.any_of), whole), because)


def _about_functions(policy: Policy, guarded: Guarded) -> Iterator[str]:
    for name, may_execute in policy.functions.items():
        call = f"the policy {quote_identifier(policy.name)} of {guarded.table} calls {name}"
        yield f"{call}, and what that does is not judged" if may_execute else f"{call}, on which EXECUTE is not held"


def _loops(inquiry: _Inquiry) -> Iterator[Loop]:
    for guarded, _ in inquiry.verdicts:
        for found in inquiry.verdicts[guarded, _]:
            if loop := loop_from(guarded, found.check, inquiry.known):
                yield loop


def _findings(session: Session, context: Context, inquiry: _Inquiry, subject: str) -> Iterator[Finding]:
    bound = [guarded for guarded, _ in inquiry.verdicts] + inquiry.copied
    if not bound:
        return
    about = findings.About(session, context, subject)
    if not context.row_security:
        yield findings.switched_off(about, bound)
    yield from findings.looping(about, inquiry.loops)
    for guarded in dict.fromkeys(inquiry.copied):
        yield findings.copied(about, guarded)
    for (guarded, because), verdicts in inquiry.verdicts.items():
        yield from findings.shut_out(about, guarded, verdicts, because)
    endless = {table for loop in inquiry.loops for table in loop.tables}
    for (guarded, because), verdicts in inquiry.verdicts.items():
        if guarded.table not in endless:
            yield from findings.filtered(about, guarded, verdicts, because)
