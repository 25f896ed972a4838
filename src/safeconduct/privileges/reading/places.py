"""The schemas that a definition names beside those of relations, types and functions that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.privileges.reading.things import parts_of
from safeconduct.privileges.tree import everything, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.tree import Node

_LISTS = ("defnames", "funcname", "type_name", "domainname", "objname")
_TEXTS = ("newschema", "schemaname", "local_schema", "subname", "name")


def schemas_in(node: Node) -> Iterator[str]:
    """Every name that may be a schema's: what is made, altered, moved or dropped, and where to."""
    for found in everything(node):
        fields = vars(found)
        for field in _LISTS:
            names = fields.get(field)
            yield from (strings(names) if isinstance(names, list) else ())[-2:-1]
        yield from (str(fields[field]) for field in _TEXTS if isinstance(fields.get(field), str))
        for item in fields.get("objects", ()):
            parts, _ = parts_of(item)
            yield from (parts[-2:-1] or parts)
        if "object" in fields:
            parts, _ = parts_of(fields["object"])
            yield from (*parts[:1], *parts[-2:-1])
