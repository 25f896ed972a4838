"""Bodies of functions that run with the caller's rights, read like the statements that call them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from safeconduct.privileges.names import WrongText
from safeconduct.privileges.reading.declared import declared_types
from safeconduct.privileges.reading.known import NOTHING, Known, known_to
from safeconduct.privileges.reading.parsed import statements_of
from safeconduct.privileges.reading.plpgsql import Parameter, read_plpgsql, statements_in
from safeconduct.privileges.reading.statements import StatementReader
from safeconduct.privileges.reading.things import TYPE
from safeconduct.privileges.scope import Scope, Source
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from safeconduct.privileges.catalog import Catalog
    from safeconduct.privileges.fired import Fired
    from safeconduct.privileges.functions import Function
    from safeconduct.privileges.reading.calls import Texts
    from safeconduct.privileges.reading.record import Record
    from safeconduct.privileges.tree import Node

_TEXTS = ("text", "varchar")
"""Types of parameters that have the value of a constant as it is written."""


@dataclass
class Body:
    """What is to be read: the statements, and the names beside those of tables that they know.

    `via` says whose body it is; `types` are those of its variables; `resolved` that its names were looked up when it
    was made, so that their schemas need no USAGE. Without `is_literal`, some of its literals are not known. `owner` is
    whose rights count for the tables that it uses, empty where it is the caller.
    """

    via: str
    statements: list[Node] = field(default_factory=list)
    scope: Scope = field(default_factory=Scope)
    reasons: list[str] = field(default_factory=list)
    settings: tuple[str, ...] = ()
    types: tuple[tuple[str, ...], ...] = ()
    resolved: bool = False
    is_literal: bool = True
    owner: str = ""
    owned_by_superuser: bool = False


def body_of(function: Function, fired: Fired | None = None, texts: Texts = ()) -> Body:
    """A function's body; as a trigger that is `fired` it knows NEW, OLD and the transition tables.

    `texts` are constants that it is called with.

    What a trigger's body does for other events alone, or for other rows, is left out.
    """
    body = Body(_via(function, fired), settings=function.settings)
    try:
        if function.parsed:
            body.resolved = True
            body.statements += _parsed(function.parsed)
        elif function.language == "sql":
            body.statements += statements_of(function.body)
        else:
            _read_code(body, function.body, function, known_to(fired) if fired else NOTHING, texts)
    except (WrongText, RecursionError) as wrong:
        body.reasons.append(f"what {body.via} does is not known: {wrong}")
    body.scope.sources.append(Source(function.name, dict.fromkeys(function.names, "")))
    body.scope.sources += [Source(name, None, by_name_only=True) for name in function.names if name]
    if fired:
        names = {column: column for column in fired.relation.columns}
        body.scope.sources += [Source(name, names, by_name_only=True) for name in ("new", "old")]
        body.scope.ctes.update({name: Source(name, names) for name in fired.trigger.tables})
    return body


def _via(function: Function, fired: Fired | None) -> str:
    return f"{function}, the trigger {fired.trigger.name} of {fired.relation}," if fired else str(function)


def block_of(text: str, language: str) -> Body:
    """The body of a DO statement."""
    body = Body("DO")
    if language != "plpgsql":
        body.reasons.append(f"DO in {language} is not judged")
        return body
    try:
        _read_code(body, text, None)
    except (WrongText, RecursionError) as wrong:
        body.reasons.append(f"what DO does is not known: {wrong}")
    return body


def read_body(record: Record, body: Body, catalog: Catalog) -> None:
    """Read it into the record: what it names and does not exist is no finding, for it may never run."""
    before = replace(
        record,
        needs=list(record.needs),
        reasons=list(record.reasons),
        absent=list(record.absent),
        lost=list(record.lost),
        unknown=list(record.unknown),
        opened=list(record.opened),
        schemas=list(record.schemas),
        things=list(record.things),
    )
    uses = len(record.uses)
    record.catalog, record.path_known, record.is_literal, record.via = catalog, True, body.is_literal, body.via
    reader = StatementReader(record, body.scope)
    for node in body.statements:
        reader.statement(node, "")
    for parts in body.types:
        reader.named(TYPE, parts, f"{body.via} has a variable of it")
    record.catalog, record.path_known, record.via = before.catalog, before.path_known, before.via
    record.is_literal = before.is_literal
    if body.owner not in ("", catalog.context.role):
        for use in record.uses[uses:]:
            use.as_owner, use.as_superuser = body.owner, body.owned_by_superuser
    fresh = len(before.needs)
    record.needs[fresh:] = [replace(need, why=_because(need.why, body.via)) for need in record.needs[fresh:]]
    record.reasons[len(before.reasons) :] = [
        *body.reasons,
        *(f"in {body.via}: {reason}" for reason in record.reasons[len(before.reasons) :]),
        *(f"in {body.via}: {name} is not found, so what needs it is not judged" for name in _lost(record, before)),
    ]
    record.absent, record.lost, record.unknown = before.absent, before.lost, before.unknown
    if body.resolved:
        record.opened, record.schemas = before.opened, before.schemas
        record.things = [ask for ask in record.things if ask in before.things or not ask.is_named]


def _because(why: str, via: str) -> str:
    return f"{why}, in {via}" if why else f"{via} needs it"


def _lost(record: Record, before: Record) -> Iterator[str]:
    yield from (str(one.name) for one in record.absent[len(before.absent) :])
    yield from (f"schema {one.schema}" for one in record.lost[len(before.lost) :])
    yield from (str(one) for one in record.unknown[len(before.unknown) :])


def _read_code(body: Body, text: str, function: Function | None, known: Known = NOTHING, texts: Texts = ()) -> None:
    if function is None:
        code = read_plpgsql(text)
    else:
        code = read_plpgsql(text, function.returns, function.returns_set, _parameters(function, dict(texts)), known)
    body.types = tuple(declared_types(text))
    body.scope.sources.append(Source("", dict.fromkeys(code.variables, "")))
    body.scope.first = frozenset(code.variables if code.variables_first else ())
    names = (*code.variables, *code.labels)
    body.scope.sources += [Source(name, None, by_name_only=True) for name in names]
    for label in code.labels:
        body.scope.sources += [Source(name, None, schema=label, by_name_only=True) for name in code.variables]
    for piece in code.pieces:
        statements, is_literal = statements_in(piece, code.known)
        body.is_literal = body.is_literal and is_literal
        body.statements += statements
        if not statements:
            body.reasons.append(
                f"EXECUTE in line {piece.line} of {body.via} runs SQL that is made at run time, which is not judged"
            )


def _parameters(function: Function, texts: Mapping[int, str]) -> Iterator[Parameter]:
    """pg_proc has names and modes of all parameters where there are any, and types of the given ones."""
    inputs = enumerate(function.inputs)
    count = max(len(function.names), len(function.modes), len(function.inputs))
    for name, mode, _ in zip_longest(function.names, function.modes, range(count)):
        place, given = (-1, "") if mode in ("o", "t") else next(inputs, (-1, ""))
        yield Parameter(name or "", mode or "i", given, texts.get(place) if given in _TEXTS else None)


def _parsed(definition: str) -> Iterable[Node]:
    """The statements of a body that was understood when it was made: BEGIN ATOMIC ... END, or RETURN."""
    (create,) = statements_of(definition)
    waiting = [create.sql_body]
    while waiting:
        node = waiting.pop()
        if kind(node) == "List":
            waiting.extend(reversed(node.items))
        else:
            yield node


def search_path_of(settings: Iterable[str]) -> str | None:
    """The search_path that a function sets for itself."""
    found = (setting.partition("=") for setting in settings)
    return next((value for name, _, value in found if name == "search_path"), None)
