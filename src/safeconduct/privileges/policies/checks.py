"""Which policies PostgreSQL asks for what a statement does, and what it does with a row that they refuse.

The source is get_row_security_policies() of rowsecurity.c, and the table "Policies Applied by Command Type" of CREATE
POLICY in the manual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.privileges.acts import Act
from safeconduct.privileges.policies.guarded import Clause, Command

if TYPE_CHECKING:
    from collections.abc import Set

REFUSED = "42501"


@dataclass(frozen=True)
class Check:
    """One expression that every row must pass: which policies', and what becomes of the statement if none lets any.

    `sqlstate` is empty where the row is passed over in silence.
    """

    command: Command
    clause: Clause
    act: Act
    effect: str
    sqlstate: str = ""


def checks_of(acts: Set[Act], reads: bool) -> tuple[Check, ...]:
    """The checks for these acts, those that are silent first. `reads`: the statement needs SELECT on the relation."""
    found = [check for act in Act if act in acts for check in _CHECKS[act]]
    if reads:
        found += [check for act in Act if act in acts for check in _READING[act]]
    return tuple(sorted(found, key=lambda check: bool(check.sqlstate)))


def beneath(acts: Set[Act]) -> Set[Act]:
    """What is done with the rows of tables beneath a view that is looked up with them: they are read."""
    return acts & {Act.READ, Act.LOCK}


def beneath_written(acts: Set[Act]) -> Set[Act]:
    """What else is done with them, which is looked up table by table."""
    return acts - {Act.READ, Act.LOCK}


def _hides(command: Command, act: Act, effect: str) -> Check:
    return Check(command, Clause.USING, act, effect)


def _refuses(command: Command, clause: Clause, act: Act, effect: str) -> Check:
    return Check(command, clause, act, effect, REFUSED)


_NO_ROWS = "{act} gives 0 rows and no error"
_UNTOUCHED = "{act} touches 0 rows and gives no error"
_NEW = "{act} is refused at its first new row"
_MET = "{act} is refused at the first row that it meets"
_SHOWN = "{act} is refused at its first row: a new row must be one that may be seen, since the statement reads columns"

_CHECKS: dict[Act, tuple[Check, ...]] = {
    Act.READ: (_hides(Command.SELECT, Act.READ, _NO_ROWS),),
    Act.LOCK: (_hides(Command.UPDATE, Act.LOCK, _NO_ROWS),),
    Act.INSERT: (_refuses(Command.INSERT, Clause.CHECK, Act.INSERT, _NEW),),
    Act.UPSERT: (
        _refuses(Command.UPDATE, Clause.USING, Act.UPSERT, _MET),
        _refuses(Command.UPDATE, Clause.CHECK, Act.UPSERT, _MET),
    ),
    Act.UPDATE: (
        _hides(Command.UPDATE, Act.UPDATE, _UNTOUCHED),
        _refuses(Command.UPDATE, Clause.CHECK, Act.UPDATE, _NEW),
    ),
    Act.DELETE: (_hides(Command.DELETE, Act.DELETE, _UNTOUCHED),),
    Act.MERGE: (),
    Act.MERGE_INSERT: (_refuses(Command.INSERT, Clause.CHECK, Act.MERGE_INSERT, _NEW),),
    Act.MERGE_UPDATE: (
        _refuses(Command.UPDATE, Clause.USING, Act.MERGE_UPDATE, _MET),
        _refuses(Command.UPDATE, Clause.CHECK, Act.MERGE_UPDATE, _MET),
    ),
    Act.MERGE_DELETE: (_refuses(Command.DELETE, Clause.USING, Act.MERGE_DELETE, _MET),),
    Act.COPY_FROM: (),
}
_READING: dict[Act, tuple[Check, ...]] = {
    **dict.fromkeys(Act, ()),
    Act.INSERT: (_refuses(Command.SELECT, Clause.USING, Act.INSERT, _SHOWN),),
    Act.UPDATE: (_hides(Command.SELECT, Act.UPDATE, _UNTOUCHED),),
    Act.DELETE: (_hides(Command.SELECT, Act.DELETE, _UNTOUCHED),),
    Act.MERGE: (_hides(Command.SELECT, Act.MERGE, "{act} sees none of its rows and takes all as not matched"),),
}
"""What is asked beside, where the statement needs SELECT for its WHERE, RETURNING, ON CONFLICT or the like."""
