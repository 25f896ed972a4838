"""Which names must be looked up before a text is read: all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.privileges.asked import TableAsk
from safeconduct.privileges.names import schemas_of
from safeconduct.privileges.reading import FollowedPath, names_in, qualified_in
from safeconduct.privileges.reading.expressions import QUERIES
from safeconduct.privileges.reading.places import schemas_in
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.privileges.asked import Asked, SqlAsk
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.names import RelationName, schemas_of
from safeconduct.privileges.tree import Node


def lookups(asked: Iterable[Asked], context: Context) -> tuple[set[tuple[str, str]], set[str]]:
    """Schema and name of every relation that may be meant, and the schemas that are named beside those."""
    pairs: set[tuple[str, str]] = set()
    schemas: set[str] = set()
    for ask in asked:
        if isinstance(ask, TableAsk):
            pairs.update(_meant(ask.relation, (*context.path, *context.closed)))
            continue
        for name, looked_in in _names(ask, context):
            pairs.update(_meant(name, looked_in))
        schemas.update(named.schema for raw in ask.statements for named in qualified_in(raw.stmt))
        for raw in ask.statements:
            if kind(raw.stmt) not in QUERIES:
                schemas.update((*context.path, *context.closed, *schemas_in(raw.stmt)))
    return pairs, schemas


def _names(ask: SqlAsk, context: Context) -> Iterator[tuple[RelationName, tuple[str, ...]]]:
    """Each name with the schemas that it is looked for in if it has none, by the SET search_path before it."""
    followed = FollowedPath(context.search_path)
    for raw in ask.statements:
        looked_in = tuple(dict.fromkeys((*context.path, *context.closed, *context.meant_by(followed.now or ()))))
        yield from ((name, looked_in) for name in names_in(raw.stmt))
        followed.after(raw.stmt)


def _meant(name: RelationName, looked_in: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((schema, name.name) for schema in schemas_of(name, looked_in))


def names_meant(nodes: Iterable[Node], looked_in: tuple[str, ...]) -> tuple[set[tuple[str, str]], set[str]]:
    """The same for statements that stand in a body, all under one search_path."""
    nodes = list(nodes)
    pairs = {pair for node in nodes for name in names_in(node) for pair in _meant(name, looked_in)}
    return pairs, {named.schema for node in nodes for named in qualified_in(node)}
