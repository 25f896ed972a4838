"""What a statement runs beyond its own words: functions, and triggers, defaults and constraints that call some."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.model.ledger import Need
from safeconduct.privileges.catalog import read_catalog
from safeconduct.privileges.definitions import Definition, look_up_definitions
from safeconduct.privileges.functions import LAST_VALUE, READ_OTHERS, Function, Functions, look_up_functions, written
from safeconduct.privileges.lookups import names_meant
from safeconduct.privileges.names import RelationName, split_search_path
from safeconduct.privileges.operators import behind
from safeconduct.privileges.reading.bodies import Body, block_of, body_of, read_body, search_path_of
from safeconduct.privileges.reading.rows_left import row_left
from safeconduct.privileges.through import Beneath, is_followed, query_of, rules_of
from safeconduct.privileges.traces import Origin
from safeconduct.privileges.uses import expressions_of, fired_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.beneath import Beneath as Told
    from safeconduct.privileges.catalog import Catalog
    from safeconduct.privileges.fired import Fired
    from safeconduct.privileges.reading import Record
    from safeconduct.privileges.reading.calls import Call, Texts
    from safeconduct.privileges.scope import Use
    from safeconduct.privileges.traces import Traces

Led: TypeAlias = "tuple[Body, Origin]"
"""What is to be read, and where that comes from."""
_DEEPEST = 12
"""Bodies within bodies that are followed; functions that call themselves are read once."""


@dataclass
class Unseen:
    """Follows one record's calls until nothing new is called."""

    session: Session
    record: Record
    traces: Traces
    functions: Functions = field(default_factory=Functions)
    _calls: int = 0
    _uses: int = 0
    _led_on: int = 0
    _taken_over: int = 0
    _blocks: int = 0
    _operators: int = 0
    _known: set[int] = field(default_factory=set)
    _named: set[int] = field(default_factory=set)
    _fired: list[tuple[Fired, Origin]] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)
    _texts: dict[int, Texts] = field(default_factory=dict)
    _definitions: dict[RelationName, Definition] = field(default_factory=dict)
    _followed: list[tuple[Use, Definition, Origin]] = field(default_factory=list)

    def begin(self, found: Iterable[Told]) -> None:
        """Take up what the server has told of. Raises what Session.query raises."""
        found = list(found)
        look_up_functions(self.session, self.functions, {(one.schema, one.name) for one in found})
        for one in found:
            function = one.found_in(self.functions)
            if function is None:
                name = written((one.schema, one.name))
                self.record.reasons.append(f"the function {name} is not found here, and what it does is not judged")
            elif one.fired is not None:
                here = replace(one.fired.trigger, function=function.oid, calls=())
                self._fired.append((replace(one.fired, trigger=here), Origin()))
            else:
                self.record.called.setdefault(function.oid, "it is called")
                self._texts[function.oid] = one.texts

    def follow(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Read all bodies that run with the role's rights. `pairs` are functions to look up beside the called ones.

        Raises what Session.query raises.
        """
        for _ in range(_DEEPEST):
            bodies = [*self._round(pairs), *self._views()]
            if not bodies and not self._followed:
                return
            self._extend(bodies)
            for body, origin in bodies:
                with self.traces.of(origin):
                    read_body(self.record, body, self._catalog_for(body))
            for use, definition, origin in self._followed:
                with self.traces.of(origin):
                    Beneath(self.record, use, definition).follow()
            pairs = ()
        self.record.reasons.append(f"functions call each other deeper than {_DEEPEST} levels, which is not judged")

    def _views(self) -> list[Led]:
        """Take up the views and rules that lead on, in one round trip where some were not known; the rules' actions."""
        begins, self._led_on = self._led_on, len(self.record.uses)
        leading = [
            (use, RelationName(use.relation.schema, use.relation.name), self.traces.origin("uses", number))
            for number, use in enumerate(self.record.uses[begins:], begins)
            if is_followed(use)
        ]
        taken = [
            (view, RelationName(view.schema, view.name), self.traces.origin("taken_over", number))
            for number, view in enumerate(self.record.taken_over[self._taken_over :], self._taken_over)
        ]
        self._taken_over += len(taken)
        if unknown := {name for _, name, _ in (*leading, *taken)} - self._definitions.keys():
            self._definitions.update(dict.fromkeys(unknown, Definition()))
            self._definitions.update(look_up_definitions(self.session, unknown))
        self._followed = [(use, self._definitions[name], origin) for use, name, origin in leading]
        rules = [(body, origin) for use, definition, origin in self._followed for body in rules_of(use, definition)]
        return [*rules, *((query_of(view, self._definitions[name]), origin) for view, name, origin in taken)]

    def _round(self, pairs: Iterable[tuple[str, str]]) -> list[Led]:
        record, traces = self.record, self.traces
        self._take_up_uses()
        for number, call in enumerate(record.calls[self._calls :], self._calls):
            traces.lead(traces.origin("calls", number), call)
        calls = list(dict.fromkeys(record.calls[self._calls :]))
        blocks = [
            (block_of(block.text, block.language), traces.origin("blocks", number))
            for number, block in enumerate(record.blocks[self._blocks :], self._blocks)
        ]
        self._uses, self._calls, self._blocks = len(record.uses), len(record.calls), len(record.blocks)
        of_operators = behind(self.session, record.operators[self._operators :])
        record.reasons += of_operators.reasons
        for oid, why in of_operators.called.items():
            record.called.setdefault(oid, why)
        self._operators = len(record.operators)
        unseen = {oid: why for oid, why in record.called.items() if oid not in self._known}
        self._known.update(unseen)
        fired, self._fired = self._fired, []
        wanted = {(schema, call.parts[-1]) for call in calls for schema in (*call.schemas, *call.closed)}
        named = record.named.keys() - self._named
        self._named |= named
        numbers = {*unseen, *named, *(one.trigger.function for one, _ in fired)}
        look_up_functions(self.session, self.functions, {*pairs, *wanted}, numbers)
        record.needs += [Need((self.functions.by_oid[oid].execute,), record.named[oid]) for oid in sorted(named)]
        found = [*self._of_calls(calls), *self._of_unseen(unseen)]
        bodies = [led for function, texts, origin in found for led in self._body(function, origin, texts=texts)]
        beside = [one for one, _ in fired]
        for one, origin in fired:
            bodies += self._body(self.functions.by_oid[one.trigger.function], origin, self._with_row(one, beside))
        return [*bodies, *blocks]

    def _take_up_uses(self) -> None:
        """The triggers that they fire, and what these and the relations' expressions call."""
        record, traces = self.record, self.traces
        for number, use in enumerate(record.uses[self._uses :], self._uses):
            origin = traces.origin("uses", number)
            for oid, why in expressions_of(use):
                record.called.setdefault(oid, why)
                traces.lead(origin, oid)
            self._fired += ((one, origin) for one in fired_by(use))
        for one, origin in self._fired:
            for oid in one.trigger.calls:
                record.called.setdefault(oid, f"WHEN of the trigger {one.trigger.name} of {one.relation} calls it")
                traces.lead(origin, oid)

    def _with_row(self, one: Fired, fired: Iterable[Fired]) -> Fired:
        """It with what is known of NEW after the triggers that come before it."""
        before = [(other, self._code(other)) for other in fired if other.comes_before and other.is_beside(one)]
        return replace(one, row=row_left(one, self._code(one), before))

    def _code(self, one: Fired) -> str:
        function = self.functions.by_oid[one.trigger.function]
        return function.body if function.language == "plpgsql" else ""

    def _body(self, function: Function, origin: Origin, fired: Fired | None = None, texts: Texts = ()) -> Iterator[Led]:
        texts = texts if function.makes_sql else ()
        key = f"{function.oid} {fired.as_seen(function.body) if fired else texts}"
        inside = self.traces.lead(origin, key)
        reason = function.opaque or (function.opaque_trigger if fired else "")
        if reason:
            with self.traces.of(inside):
                self.record.reasons.append(reason)
        if function.is_read and key not in self._read:
            self._read.add(key)
            for oid in function.casts:
                self.record.called.setdefault(oid, f"{function} casts its result by it")
                self.traces.lead(inside, oid)
            yield body_of(function, fired, texts), inside

    def _of_unseen(self, unseen: dict[int, str]) -> Iterator[tuple[Function, Texts, Origin]]:
        for oid, why in unseen.items():
            if function := self.functions.by_oid.get(oid):
                origin = self.traces.called(oid)
                with self.traces.of(origin):
                    self.record.needs.append(Need((function.execute,), why))
                yield function, self._texts.get(oid, ()), origin

    def _of_calls(self, calls: Iterable[Call]) -> Iterator[tuple[Function, Texts, Origin]]:
        for call in calls:
            origin = Origin(led=call)
            with self.traces.of(origin):
                function = self._function_of(call)
            if function is not None:
                yield function, call.texts, origin

    def _function_of(self, call: Call) -> Function | None:
        """What is called, with the need for EXECUTE noted; None where that cannot be told, which is noted, too."""
        meant = self.functions.meant(call, call.schemas) or self._hidden(call)
        if reason := _reason(call, meant):
            self.record.reasons.append(reason)
        elif meant and (len(meant) == 1 or _alike(meant)):
            function = meant[0]
            if function.made or not function.may_execute:
                why = f"{call.via} calls it" if call.via else ""
                self.record.needs.append(Need((function.execute,), why))
            if len(function.given(call.types)) < len(function.inputs):
                for oid in function.defaults:
                    self.record.called.setdefault(oid, f"a default of {function} calls it")
                    self.traces.lead(Origin(led=call), oid)
            return function
        return None

    def _hidden(self, call: Call) -> list[Function]:
        """Those in schemas of search_path that the role may not use, which the server passes over: 42883."""
        if len(call.parts) > 1:
            return []
        for schema in call.closed:
            if found := self.functions.meant(call, [schema]):
                usage = Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE)
                self.record.needs.append(Need((usage,), f"{found[0]} is in it", "42883"))
                return found
        return []

    def _extend(self, bodies: Iterable[Led]) -> None:
        """Look up what the bodies name, all at once."""
        catalog = self.record.catalog
        pairs: set[tuple[str, str]] = set()
        schemas: set[str] = set()
        for body, _ in bodies:
            setting = search_path_of(body.settings)
            path = (*catalog.context.path, *catalog.context.closed)
            own = () if setting is None else catalog.context.meant_by(split_search_path(setting))
            named, mentioned = names_meant(body.statements, (*path, *own))
            pairs |= named
            schemas |= {*mentioned, *own, *(parts[-2] for parts in body.types if len(parts) > 1)}
        followed = (node for _, definition, _ in self._followed for node in definition.statements)
        pairs |= names_meant(followed, (*catalog.context.path, *catalog.context.closed))[0]
        if pairs or schemas:
            more = read_catalog(self.session, catalog.context, pairs, schemas)
            self.record.catalog = catalog.with_more(more)

    def _catalog_for(self, body: Body) -> Catalog:
        setting = search_path_of(body.settings)
        catalog = self.record.catalog
        return catalog if setting is None else catalog.under(split_search_path(setting))


def _alike(meant: list[Function]) -> bool:
    """Whether it makes no difference which of them is called: all came with PostgreSQL and are open."""
    return all(one.may_execute and not one.made for one in meant)


def _reason(call: Call, meant: list[Function]) -> str:
    """Why the call cannot be judged; empty where it can."""
    text = written(call.parts)
    if call.parts[-1] in READ_OTHERS and any(not one.made for one in meant):
        return f"{text} reads or changes what its arguments say, which is not judged"
    if call.parts[-1] == "lastval" and any(not one.made for one in meant):
        return LAST_VALUE
    if not meant:
        # The parser writes some of SQL's own syntax as calls of functions that older servers do not have.
        return "" if call.parts[0] == "pg_catalog" else f"no function {text} is found by this role, so it is not judged"
    if len(meant) > 1 and not _alike(meant):
        which = ", ".join(str(one) for one in meant[:4])
        return f"which of {which} is called cannot be told, so neither EXECUTE nor what it does is judged"
    return ""
