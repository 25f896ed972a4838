"""From what PostgreSQL will check, by names now, to the needs of the role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.model.ledger import Need
from safeconduct.privileges.functions import LAST_VALUE, READ_OTHERS
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.reading.large_objects import LARGE_OBJECT_FUNCTIONS
from safeconduct.privileges.reading.record import OWNERS_FUNCTIONS, SEQUENCE_FUNCTIONS, sequence_need
from safeconduct.privileges.scope import Use
from safeconduct.privileges.server.checks import WHOLE_ROW
from safeconduct.privileges.uses import fired_by, needs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.beneath import Beneath
    from safeconduct.privileges.fired import Fired
    from safeconduct.privileges.reading.calls import Texts
    from safeconduct.privileges.server.checks import Checks, RelationCheck
    from safeconduct.privileges.server.named import Named
    from safeconduct.privileges.server.objects import Function, Numbered, Objects

_BY_ARGUMENT = LARGE_OBJECT_FUNCTIONS | OWNERS_FUNCTIONS
_READS_ARGUMENTS = "reads or changes what its arguments say, which is not judged"


@dataclass(frozen=True)
class Answer:
    """What one statement needs, what it runs unseen, and what its tree does not tell.

    `leaves_more` says that there is more to it than its tree tells: policies, or what only arguments
    name: a sequence by a text, a large object, an index.
    """

    needs: frozenset[Need]
    reasons: tuple[str, ...] = ()
    beneath: tuple[Beneath, ...] = ()
    leaves_more: bool = False


def answer(checks: Checks, objects: Objects, named: Named) -> Answer:
    """The needs of the session's role. `named` is what the statement's text names, which decides on schemas."""
    uses = [
        _use(check, objects.relations[check.relation], named) for check in checks.relations if _is_own(check, objects)
    ]
    needs = [need for use in uses for need in needs_of(use)]
    needs += _sequence_needs(checks, objects)
    needs += (_execute(function, objects) for function in objects.functions if not function.as_created)
    needs += named.schema_needs(objects)
    reasons = [*_of_relations(checks, objects), *_of_functions(objects)]
    leaves_more = _has_policies(checks, objects) or any(not oid for _, oid in checks.sequences) or _by_argument(objects)
    return Answer(frozenset(needs), tuple(dict.fromkeys(reasons)), leaves_more=leaves_more)


def _has_policies(checks: Checks, objects: Objects) -> bool:
    return any(
        check.privileges and objects.relations[check.relation].relation.row_security for check in checks.relations
    )


def _by_argument(objects: Objects) -> bool:
    """Whether it calls a function on what only its arguments name, a large object or an index; or leaves some out."""
    return any(
        function.calling_defaults or (function.own and function.name in _BY_ARGUMENT) for function in objects.functions
    )


def unseen_by(checks: Checks, objects: Objects, named: Named) -> tuple[dict[int, Texts], list[Fired]]:
    """The functions that it calls and the triggers that it fires, by their numbers in the session that was asked."""
    through_view = any(numbered.relation.kind == "v" for numbered in objects.relations.values())
    called: dict[int, Texts] = {
        function.oid: () if through_view or function.via else named.texts_given(function.name)
        for function in objects.functions
        if function.runs_as_caller and not function.own
    }
    uses = [_written(check, objects.relations[check.relation]) for check in checks.relations if check.writes]
    named_ones = [use for use in uses if named.may_change(use.relation)]
    for use in named_ones if len(named_ones) == 1 else ():
        use.given = named.given_to(use.relation)
    fired = [one for use in uses for one in fired_by(use)]
    called.update((oid, ()) for one in fired for oid in one.trigger.calls)
    return called, fired


def _written(check: RelationCheck, numbered: Numbered) -> Use:
    """Whoever's rights count for the rows, the triggers run with those of the role."""
    use = Use(numbered.relation)
    for privilege in check.writes:
        use.ask(privilege, {numbered.columns[number] for number in check.of(privilege) if number != WHOLE_ROW})
    return use


def _is_own(check: RelationCheck, objects: Objects) -> bool:
    """Whether the role's own rights count: what stands in a view is checked for the view's owner, who may be it."""
    return check.check_as in (0, objects.role)


def _use(check: RelationCheck, numbered: Numbered, named: Named) -> Use:
    use = Use(numbered.relation)
    for privilege in sorted(check.privileges):
        numbers = check.of(privilege)
        columns = {numbered.columns[number] for number in numbers if number != WHOLE_ROW}
        use.ask(privilege, columns)
        all_of_them = named.all_columns and columns and columns.issuperset(numbered.relation.columns)
        if WHOLE_ROW in numbers or all_of_them:
            use.ask_whole(privilege)
    return use


def _sequence_needs(checks: Checks, objects: Objects) -> Iterator[Need]:
    for function, oid in sorted(checks.sequences):
        if oid in objects.relations:
            relation = objects.relations[oid].relation
            name = RelationName(relation.schema, relation.name)
            yield sequence_need(name, SEQUENCE_FUNCTIONS[function], f"{function} is called on it")


def _execute(function: Function, objects: Objects) -> Need:
    grant = Grant(ObjectKind.FUNCTION, function.schema, function.name, Privilege.EXECUTE, arguments=function.arguments)
    if function.via:
        why = f"it is called for each row that {objects.relations[function.via].relation} is given"
    elif function.operator:
        why = f"it is called by the operator {function.operator[1]}"
    else:
        why = "it is called"
    return Need((grant,), why)


def _of_relations(checks: Checks, objects: Objects) -> Iterator[str]:
    for check in checks.relations:
        relation = objects.relations[check.relation].relation
        if relation.kind == "f" and check.privileges:
            yield f"{relation} is a foreign table: what the other server allows is not judged"


def _of_functions(objects: Objects) -> Iterator[str]:
    for function in objects.functions:
        if function.own and function.name in READ_OTHERS:
            yield f"{function.name} {_READS_ARGUMENTS}"
        elif function.own and function.name == "lastval":
            yield LAST_VALUE
