"""The document that a snapshot is: JSON that names its format, with a digest that tells whether all of it is there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = "safeconduct/catalog/1"


class WrongSnapshot(ValueError):
    """What was read is no snapshot, or not all of one; the message is one sentence that follows the file's name."""


@dataclass(frozen=True)
class Document:
    """What the catalogs answered to one role, unfiltered: each field has the rows of one of this room's SQL files.

    `connection` is what the connection is called. `held` and `access` have what held.sql and objects.sql say of every
    grant that can be asked about, by object: kind, schema, name, column, arguments.
    """

    connection: str
    role: str
    database: str
    server_version: int
    context: dict[str, Any]
    relations: list[dict[str, Any]]
    functions: list[dict[str, Any]]
    views: list[list[Any]]
    views_read: list[list[Any]]
    definitions: list[dict[str, Any]]
    policies: list[dict[str, Any]]
    things: list[list[Any]]
    operators: list[list[Any]]
    memberships: list[list[Any]]
    attributes: list[list[Any]]
    inventory: list[list[Any]]
    later: list[list[Any]]
    leaning: list[list[Any]]
    held: dict[str, list[list[Any]]]
    access: list[list[Any]]


_LACKING = f"lacks a part that the format {SCHEMA} has: take the snapshot again"


def written(document: Document) -> bytes:
    """The document as text in UTF-8."""
    catalog = vars(document)
    head = {"schema": SCHEMA, "digest": _digest(catalog), "catalog": catalog}
    return json.dumps(head, ensure_ascii=False).encode() + b"\n"


def read(octets: bytes) -> Document:
    """The document again. Raises WrongSnapshot for anything but the whole of one, unchanged."""
    try:
        found = json.loads(octets)
    except (ValueError, RecursionError):
        raise WrongSnapshot("is not JSON, or was cut off: take the snapshot again") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        says = f"calls itself {schema[:80]!r}" if isinstance(schema, str) else "does not say what it is"
        raise WrongSnapshot(f"is no snapshot of the format {SCHEMA}: it {says}")
    catalog = found.get("catalog")
    if not isinstance(catalog, dict) or found.get("digest") != _digest(catalog):
        raise WrongSnapshot("was changed since it was written, or is not all there: take the snapshot again")
    try:
        document = Document(**catalog)
    except TypeError:
        raise WrongSnapshot(_LACKING) from None
    if not _is_whole(document):
        raise WrongSnapshot(_LACKING)
    return document


def _is_whole(document: Document) -> bool:
    """Whether each part is of the kind that it is said to be: a digest is easily made for anything."""
    return all(_KINDS[one.type](getattr(document, one.name)) for one in fields(document)) and all(
        _of_lists(part) for part in document.held.values()
    )


def _of(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(row, kind) for row in value)


_of_lists = _of(list)
_KINDS: dict[Any, Callable[[object], bool]] = {
    "str": lambda value: isinstance(value, str),
    "int": lambda value: isinstance(value, int),
    "dict[str, Any]": lambda value: isinstance(value, dict),
    "dict[str, list[list[Any]]]": lambda value: isinstance(value, dict),
    "list[dict[str, Any]]": _of(dict),
    "list[list[Any]]": _of_lists,
}
"""By the annotations of Document's fields, as texts."""


def _digest(catalog: dict[str, Any]) -> str:
    text = json.dumps(catalog, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
