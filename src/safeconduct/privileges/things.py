"""Who owns the objects that a text is about, and so what it needs on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.coverage import SUPERUSER
from safeconduct.privileges.functions import Functions, look_up_functions, written
from safeconduct.privileges.holdings import PARAMETERS
from safeconduct.privileges.needs import owned
from safeconduct.privileges.queries import as_json, statement
from safeconduct.privileges.reading.things import (
    FUNCTION,
    LANGUAGE,
    LARGE_OBJECT,
    OPERATOR,
    OPERATOR_CLASS,
    OPERATOR_FAMILY,
    PARAMETER,
    ROLE,
    TO_CREATE,
    TYPE,
)
from safeconduct.privileges.traces import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.reading import Record
    from safeconduct.privileges.reading.things import Thing, ThingAsk
    from safeconduct.privileges.traces import Traces

_KINDS = {kind.value: kind for kind in ObjectKind}
_WRITTEN = frozenset({OPERATOR, OPERATOR_CLASS, OPERATOR_FAMILY})
"""Those of which `word` is how they are written."""
_SUPERUSERS_OWN = frozenset({"EVENT TRIGGER", "SUBSCRIPTION"})
"""What is given to superusers only; a subscription before PostgreSQL 16."""


@dataclass(frozen=True)
class Found:
    """An object of the catalogs: its grant stands for it, whatever the privilege. `word` is as in things.sql."""

    grant: Grant | None
    written: str
    owner: str
    superuser: bool
    word: str = ""
    schema: str = ""


def resolve_things(
    session: Session, record: Record, functions: Functions, asks: Iterable[ThingAsk], traces: Traces
) -> None:
    """Add what is needed on the things that these ask of. Raises what Session.query raises."""
    asks = [ask for ask in dict.fromkeys(asks) if (ask.thing.kind, ask.thing.name) not in record.made]
    if not asks:
        return
    look_up_functions(session, functions, _pairs(asks))
    looked_up = (thing for ask in asks for thing in (ask.thing, ask.either) if thing and thing.kind != FUNCTION)
    found = _look_up(session, looked_up)
    for ask in asks:
        with traces.of(Origin(led=ask)):
            _resolve(ask, record, functions, found)


def _resolve(ask: ThingAsk, record: Record, functions: Functions, found: dict[tuple[str, str, str], Found]) -> None:
    context = record.catalog.context
    hits = _functions(ask.thing, functions) if ask.thing.kind == FUNCTION else _first(ask.thing, found)
    record.needs += _usage(ask, hits, context)
    if ask.is_named:
        for oid in (
            number for hit in hits if ask.thing.kind == TYPE and hit.word != "built in" for number in hit.word.split()
        ):
            record.called.setdefault(int(oid), f"a constraint of the domain {hits[0].written} calls it")
        return
    if ask.either:
        record.needs += _usage(replace(ask, thing=ask.either), _first(ask.either, found), context)
        ask, hits = _either(ask, [*hits, *_first(ask.either, found)])
    if len(hits) == 1:
        record.needs += _needs(ask, hits[0], context.version, context.database)
        record.new_owners += [(ask.new_owner, hits[0].schema)] if ask.new_owner else []
        return
    name = written(ask.thing.parts) if ask.thing.kind != LARGE_OBJECT else ask.thing.name
    if hits and not ask.grantable and ask.privileges and all(hit.word == "built in" for hit in hits):
        return
    if hits:
        record.reasons.append(f"{ask.why}: which of the functions {name} is meant cannot be told")
    elif not ask.or_nothing:
        record.reasons.append(f"{ask.why}: no {ask.thing.kind.lower()} {name} is found, so it is not judged")


def _either(ask: ThingAsk, hits: list[Found]) -> tuple[ThingAsk, list[Found]]:
    """The rights of either's owner would do; what did not come with PostgreSQL is proposed."""
    ordered = sorted(hits, key=lambda hit: hit.word == "built in")
    owners = tuple(Grant(ObjectKind.ROLE, "", other.owner, Privilege.USAGE) for other in ordered[1:])
    return replace(ask, others=owners), ordered[:1]


def _usage(ask: ThingAsk, hits: Sequence[Found], context: Context) -> Iterator[Need]:
    """What is named without its schema is only found where the role may use that."""
    schemas = {hit.schema for hit in hits if hit.schema}
    if len(ask.thing.parts) == 1 and len(schemas) == 1 and not schemas.isdisjoint(context.closed):
        usage = Grant(ObjectKind.SCHEMA, "", schemas.pop(), Privilege.USAGE)
        sqlstate = "42883" if ask.thing.kind in (FUNCTION, OPERATOR) else "42704"
        yield Need((usage,), f"{ask.thing.name} is in it", sqlstate)


def _needs(ask: ThingAsk, found: Found, version: int, database: str) -> list[Need]:
    if ask.thing.kind == ROLE:
        return [Need((SUPERUSER,), f"{ask.why} is about a superuser")] if found.superuser else []
    if ask.thing.kind == PARAMETER:
        return _of_parameter(ask, found, version)
    if ask.thing.kind == LANGUAGE and found.word == "untrusted" and not ask.grantable:
        return [Need((SUPERUSER,), f"the language {found.written} is not trusted")]
    if ask.thing.kind == TO_CREATE:
        return [_of_extension(ask, found, database)]
    owner = Grant(ObjectKind.ROLE, "", found.owner, Privilege.USAGE)
    if not ask.privileges:
        is_mended = found.superuser and ask.thing.kind not in _SUPERUSERS_OWN
        # Procedures and aggregates are no functions there.
        what = "ROUTINE" if ask.thing.kind == FUNCTION else ask.thing.kind
        mend = f"ALTER {what} {found.written} OWNER TO {{role}};" if is_mended else ""
        why = f"{ask.why} is for the owner of {ask.thing.kind.lower()} {found.written}"
        brings = (
            owned(found.grant.kind, found.grant.schema, found.grant.name, found.grant.arguments) if found.grant else ()
        )
        return [Need((owner, *ask.others), why, mend=mend, brings=brings if mend else ())]
    others = (owner,) if ask.grantable else ()
    why = f"{ask.why} needs the grant option" if ask.grantable else ask.why
    if ask.is_any and _is_asked(ask, found):
        return [Need((*(_with(found, one, ask.grantable) for one in ask.privileges), *others), why)]
    return [Need((_with(found, one, ask.grantable), *others), why) for one in ask.privileges if _is_asked(ask, found)]


def _is_asked(ask: ThingAsk, found: Found) -> bool:
    """What came with PostgreSQL is open to all, unless somebody closed it."""
    return ask.grantable or ask.thing.kind not in (TYPE, FUNCTION) or found.word != "built in"


def _with(found: Found, privilege: Privilege, grantable: bool) -> Grant:
    assert found.grant is not None, "a privilege is only asked on what has privileges"
    grant = found.grant
    return Grant(grant.kind, grant.schema, grant.name, privilege, arguments=grant.arguments, grantable=grantable)


def _of_extension(ask: ThingAsk, found: Found, database: str) -> Need:
    create = Grant(ObjectKind.DATABASE, "", database, Privilege.CREATE)
    return Need((SUPERUSER if found.word == "untrusted" else create,), f"{ask.why} is {found.word or 'for all'}")


def _of_parameter(ask: ThingAsk, found: Found, version: int) -> list[Need]:
    privilege = ask.privileges[0]
    if not ask.grantable and privilege is Privilege.SET and found.word not in ("superuser", "superuser-backend"):
        return []
    if version < PARAMETERS:
        return [Need((SUPERUSER,), ask.why)]
    return [Need((_with(found, privilege, ask.grantable),), ask.why)]


def _pairs(asks: Iterable[ThingAsk]) -> set[tuple[str, str]]:
    things = (ask.thing for ask in asks if ask.thing.kind == FUNCTION)
    return {(schema, thing.name) for thing in things for schema in thing.schemas}


def _functions(thing: Thing, functions: Functions) -> list[Found]:
    """Those of the name in the first schema that has one which fits."""
    for schema in thing.schemas:
        some = functions.named(schema, thing.name)
        fitting = [one for one in some if thing.inputs is None or one.inputs == thing.inputs]
        if fitting:
            return [
                Found(one.execute, str(one), one.owner, one.owned_by_superuser, "" if one.made else "built in", schema)
                for one in fitting
            ]
    return []


def _first(thing: Thing, found: dict[tuple[str, str, str], Found]) -> list[Found]:
    keys = ((thing.kind, schema, thing.name) for schema in (thing.schemas or ("",)))
    return [found[key] for key in keys if key in found][:1]


def _look_up(session: Session, things: Iterable[Thing]) -> dict[tuple[str, str, str], Found]:
    asked = {(thing.kind, schema, thing.name) for thing in things for schema in (thing.schemas or ("",))}
    if not asked:
        return {}
    rows = [{"kind": kind, "schema": schema, "name": name} for kind, schema, name in sorted(asked)]
    found: dict[tuple[str, str, str], Found] = {}
    for row in session.query(statement("things.sql"), [as_json(rows)]):
        kind, schema, name, owner, superuser, word = (value or "" for value in row)
        grant = Grant(_KINDS[kind], schema, name, Privilege.USAGE) if kind in _KINDS else None
        if kind in _WRITTEN:
            found[kind, schema, name] = Found(None, word, owner, superuser == "true", schema=schema)
            continue
        text = grant.object_sql if grant else ".".join(quote_identifier(part) for part in (schema, name) if part)
        word = "built in" if kind == TYPE and schema == "pg_catalog" else word
        found[kind, schema, name] = Found(grant, text, owner, superuser == "true", word, schema)
    return found
