"""Policies whose subqueries come back to a table that is just being read: PostgreSQL refuses that (42P17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.privileges.acts import Act
from safeconduct.privileges.policies.checks import checks_of
from safeconduct.privileges.policies.verdict import Passage, asked, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.privileges.names import RelationName
    from safeconduct.privileges.policies.checks import Check
    from safeconduct.privileges.policies.guarded import Guarded


@dataclass(frozen=True)
class Loop:
    """The tables on the way, the first of them also the last."""

    tables: tuple[RelationName, ...]


def loop_from(
    guarded: Guarded,
    check: Check,
    known: Mapping[RelationName, tuple[Guarded, ...]],
    above: tuple[RelationName, ...] = (),
    done: set[Guarded] | None = None,
) -> Loop | None:
    """The first loop that the policies of the check lead into.

    As fireRIRrules() of rewriteHandler.c does it, a table is refused that is met again beneath itself, if its policies
    have subqueries at all, wherever these lead. `above` are the tables on the way, `done` those that were followed.
    """
    done = set() if done is None else done
    policies = asked(guarded.policies, check)
    if verdict(guarded.policies, check).passage is Passage.NONE or not guarded.is_session:
        return None
    asking = [policy for policy in policies if policy.clause_for(check.clause) in policy.has_queries]
    if not asking:
        return None
    if guarded.table in above:
        return Loop((*above[above.index(guarded.table) :], guarded.table))
    (reading,) = checks_of({Act.READ}, reads=False)
    for policy in asking:
        for read in policy.reads:
            if policy.clause_for(check.clause) in read.clauses:
                for inner in known.get(read.relation, ()):
                    if inner not in done and (loop := loop_from(inner, reading, known, (*above, guarded.table), done)):
                        return loop
    if above:  # the first one is asked for another check, perhaps, than when it is met again
        done.add(guarded)
    return None
