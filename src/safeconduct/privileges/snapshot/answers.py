"""What each of this room's questions would be answered, from the rows of a document."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from safeconduct.postgres.session import SessionLost
from safeconduct.privileges.queries import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from safeconduct.postgres.session import Row
    from safeconduct.privileges.snapshot.document import Document

_HIDDEN = ("pg_toast",)
_NEAR = frozenset("rpvmfS")
_OF_COLUMNS = frozenset({"SELECT", "INSERT", "UPDATE", "REFERENCES"})
_PARAMETER = "PARAMETER"
_RELKINDS = {"TABLES": "rpvmf", "SEQUENCES": "S"}
_PROKINDS = {"FUNCTIONS": "faw", "PROCEDURES": "p", "ROUTINES": "fawp"}


class Answers:
    """Filters a document's rows as the SQL of the same name does. Rows keep the order that the server gave them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._texts: dict[int, str] = {}

    def context(self) -> Iterator[Row]:
        """See context.sql."""
        yield (as_json(self._document.context),)

    def relations(self, asked: str, schemas: str) -> Iterator[Row]:
        """See relations.sql."""
        for one in json.loads(asked):
            if found := self._relations.get((one["schema"], one["name"])):
                yield (self._text(found),)
        for schema in json.loads(schemas):
            if found := self._schemas.get(schema):
                yield (self._text(found),)

    def functions(self, asked: str, numbers: str) -> Iterator[Row]:
        """See functions.sql."""
        found = {f["oid"]: f for one in json.loads(asked) for f in self._named.get((one["schema"], one["name"]), ())}
        found.update((oid, self._by_oid[oid]) for oid in json.loads(numbers) if oid in self._by_oid)
        for oid in sorted(found):
            yield (self._text(found[oid]),)

    def views(self, asked: str) -> Iterator[Row]:
        """See views.sql: the named views, and those that these read."""
        reached = self._reached(asked)
        return (tuple(row) for row in self._document.views if (row[0], row[1]) in reached)

    def definitions(self, asked: str) -> Iterator[Row]:
        """See definitions.sql."""
        reached = self._reached(asked)
        rows = self._document.definitions
        return ((self._text(row),) for row in rows if (row["schema"], row["name"]) in reached)

    def _reached(self, asked: str) -> set[tuple[str, str]]:
        """What is asked for, and the views that it reads in the end."""
        reached = {(one["schema"], one["name"]) for one in json.loads(asked)}
        waiting = list(reached)
        while waiting:
            fresh = self._views_read.get(waiting.pop(), set()) - reached
            reached |= fresh
            waiting += fresh
        return reached

    def policies(self, asked: str) -> Iterator[Row]:
        """See policies.sql."""
        named = {(one["schema"], one["name"]) for one in json.loads(asked)}
        for found in self._document.policies:
            if (found["named_schema"], found["named"]) in named:
                yield (self._text(found),)

    def things(self, asked: str) -> Iterator[Row]:
        """See things.sql: a parameter's name is as it was asked for."""
        for one in json.loads(asked):
            kind, schema, name = one["kind"], one["schema"], one["name"]
            key = (kind, "", name.lower()) if kind == _PARAMETER else (kind, schema, name)
            if key in self._things:
                yield (kind, schema, name, *self._things[key])

    def operators(self, asked: str) -> Iterator[Row]:
        """See operators.sql."""
        named = {(one["schema"], one["name"]) for one in json.loads(asked)}
        return (tuple(row) for row in self._document.operators if (row[0], row[1]) in named)

    def in_schemas(self, asked: str) -> Iterator[Row]:
        """See in_schemas.sql."""
        for one in json.loads(asked):
            kind, schema = one["kind"], one["schema"]
            for found in self._relations.values():
                if found["schema"] == schema and found["kind"] in _RELKINDS.get(kind, ""):
                    yield kind, schema, found["name"], found["kind"], "", found["owner"]
            for found in self._document.functions:
                if found["schema"] == schema and found["kind"] in _PROKINDS.get(kind, ""):
                    yield kind, schema, found["name"], found["kind"], found["arguments"], found["owner"]

    def prepared(self, names: str) -> Iterator[Row]:
        """See prepared.sql: a snapshot is of no session, and nothing was prepared in it."""
        return iter(())

    def near(self, name: str, schemas: str, most: str) -> list[Row]:
        """See near.sql."""
        some, folded = set(json.loads(schemas)), _folded(name)
        found = [
            (_folded(relation) != folded, schema, relation)
            for schema, relation in self._relations
            if self._relations[schema, relation]["kind"] in _NEAR
            and not schema.startswith(_HIDDEN)
            and (_folded(relation) == folded or (schema in some and abs(len(relation) - len(name)) <= 3))
        ]
        return [(schema, relation) for _, schema, relation in sorted(found)[: int(most)]]

    def schemas(self, most: str) -> Iterator[Row]:
        """See schemas.sql."""
        shown = [schema for schema in sorted(self._schemas) if not schema.startswith(_HIDDEN)]
        yield from ((schema,) for schema in shown[: int(most)])

    def memberships(self, role: str) -> Iterator[Row]:
        """See memberships.sql."""
        reached, waiting = {role}, [role]
        while waiting:
            member = waiting.pop()
            fresh = {row[1] for row in self._document.memberships if row[0] == member} - reached
            reached |= fresh
            waiting += fresh
        return (tuple(row) for row in self._document.memberships if row[0] in reached)

    def role_attributes(self, names: str) -> Iterator[Row]:
        """See role_attributes.sql."""
        roles = set(json.loads(names))
        return (tuple(row) for row in self._document.attributes if row[0] in roles)

    def inventory_self(self, role: str) -> Iterator[Row]:
        """See inventory_self.sql."""
        yield self._document.database, self._things.get(("ROLE", "", role), ("", None, ""))[1]

    def inventory(self, names: str) -> Iterator[Row]:
        """See inventory.sql."""
        roles = set(json.loads(names))
        for kind, schema, column, owner, objects, items in self._document.inventory:
            owner = owner if owner in roles else None
            mine = [item for item in json.loads(items or "[]") if item[0] in roles or item[0] == ""]
            if mine or owner:
                yield kind, schema, column, owner, objects, as_json(mine) if mine else None

    def inventory_later(self, names: str) -> Iterator[Row]:
        """See inventory_later.sql."""
        roles = set(json.loads(names))
        for creator, schema, kind, items in self._document.later:
            mine = [item for item in json.loads(items or "[]") if item[0] in roles or item[0] == ""]
            yield creator, schema, kind, as_json(mine) if mine else None

    def leaning(self, role: str, asked: str) -> Iterator[Row]:
        """See leaning.sql."""
        named = {(one["schema"], one["name"]) for one in json.loads(asked)}
        return (tuple(row[1:]) for row in self._document.leaning if row[0] == role and (row[1], row[2]) in named)

    def held(self, asked: str, roles: str) -> Iterator[Row]:
        """See held.sql and held_parameters.sql. Raises SessionLost for a role that it was not taken for."""
        names = json.loads(roles)
        for role in names:
            if role not in self._held:
                raise SessionLost(f"the snapshot does not say what {role} holds: it was taken for another role")
        for position, grant in enumerate(json.loads(asked), 1):
            for role in names:
                if self._holds(self._held[role], grant):
                    yield str(position), role

    def objects(self, asked: str) -> Iterator[Row]:
        """See objects.sql. A column without an access list of its own has its table's."""
        for position, grant in enumerate(json.loads(asked), 1):
            key = (grant["kind"], grant["schema"], grant["name"], grant["column"], grant["arguments"])
            found = self._access.get(key) or self._access.get((*key[:3], "", key[4]))
            if found:
                owner, grantees, defaults = found
                some = grantees.get(grant["privilege"])
                more = defaults.get(grant["privilege"])
                yield str(position), owner, as_json(some) if some else None, as_json(more) if more else None

    def _holds(self, held: Mapping[tuple[str, ...], frozenset[str]], grant: dict[str, Any]) -> bool:
        word = grant["privilege"] + ("*" if grant["grantable"] and grant["kind"] != "ATTRIBUTE" else "")
        key = (
            grant["kind"],
            grant.get("schema", ""),
            grant["name"],
            grant.get("column", ""),
            grant.get("arguments", ""),
        )
        if word in held.get(key, ()):
            return True
        if grant["kind"] != "TABLE" or grant["privilege"] not in _OF_COLUMNS:
            return False
        whole = (*key[:3], "", "")
        if grant["column"]:
            return word in held.get(whole, ())
        columns = [c["name"] for c in (self._relations.get(key[1:3], {}).get("columns") or ()) if not c["system"]]
        return bool(columns) and all(word in held.get((*key[:3], column, ""), ()) for column in columns)

    def _text(self, found: dict[str, Any]) -> str:
        """The same text for the same row, however often it is asked for."""
        text = self._texts.get(id(found))
        if text is None:
            text = self._texts[id(found)] = as_json(found)
        return text

    @cached_property
    def _relations(self) -> dict[tuple[str, str], dict[str, Any]]:
        rows = self._document.relations
        return {(row["schema"], row["name"]): row for row in rows if "usable_schema" not in row}

    @cached_property
    def _schemas(self) -> dict[str, dict[str, Any]]:
        return {row["usable_schema"]: row for row in self._document.relations if "usable_schema" in row}

    @cached_property
    def _by_oid(self) -> dict[int, dict[str, Any]]:
        return {row["oid"]: row for row in self._document.functions}

    @cached_property
    def _named(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in self._document.functions:
            found.setdefault((row["schema"], row["name"]), []).append(row)
        return found

    @cached_property
    def _views_read(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        found: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for schema, view, read_schema, read in self._document.views_read:
            found.setdefault((schema, view), set()).add((read_schema, read))
        return found

    @cached_property
    def _things(self) -> dict[tuple[str, str, str], tuple[str | None, ...]]:
        return {
            (kind, schema, name.lower() if kind == _PARAMETER else name): tuple(rest)
            for kind, schema, name, *rest in self._document.things
        }

    @cached_property
    def _held(self) -> dict[str, dict[tuple[str, ...], frozenset[str]]]:
        return {role: {tuple(row[:5]): frozenset(row[5]) for row in rows} for role, rows in self._document.held.items()}

    @cached_property
    def _access(self) -> dict[tuple[str, ...], tuple[str, dict[str, list[str]], dict[str, list[Any]]]]:
        return {tuple(row[:5]): (row[5], row[6], row[7]) for row in self._document.access}


def _folded(name: str) -> str:
    """In lower case as lower() has it in the collation C, which is that of names."""
    return "".join(c.lower() if c.isascii() else c for c in name)
