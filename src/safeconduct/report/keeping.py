"""Connections and variables as they are kept, and plans of changes, in words: secrets are hidden unless asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.masking import printable as lines_of
from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Connection

_FIELDS = (("type", "conn_type"), ("host", "host"), ("port", "port"), ("database", "schema"), ("login", "login"))


def printable(text: str) -> str:
    """The text on one line, with everything that a terminal would obey written out."""
    return lines_of(text).replace("\n", "\\n")


@dataclass(frozen=True)
class Kept:
    """A connection and where it is kept, in words. Without `opened`, nobody looked whether it has a password."""

    connection: Connection
    where: str
    opened: bool = True


def fields_of(kept: Kept, masker: Masker | None) -> dict[str, Any]:
    """Its fields as JSON has them; hidden by the masker, or in clear without one."""
    connection = kept.connection
    hide = masker.text if masker else str
    fields: dict[str, Any] = {"conn_id": connection.conn_id}
    for _, name in _FIELDS:
        value = getattr(connection, name)
        fields[name] = hide(value) if isinstance(value, str) else value
    if kept.opened:
        fields["password"] = _password(connection, masker)
        fields["extra"] = _extra(connection, masker)
    description = connection.description
    fields["description"] = masker.told(description) if masker and description else description
    fields["kept_in"] = kept.where
    return fields


def _password(connection: Connection, masker: Masker | None) -> str | None:
    if not connection.password:
        return None
    return MASK if masker else connection.password.reveal()


def _extra(connection: Connection, masker: Masker | None) -> object:
    if not connection.extra:
        return None
    if not connection.extras:
        return MASK if masker and connection.extra.reveal().strip() not in ("{}", "null") else connection.extra.reveal()
    extras = connection.extras
    return masker.extra(extras) if masker else dict(extras)  # noqa: S610 - no Django here


def connection_text(kept: Kept, masker: Masker | None) -> str:
    """One connection, a field a line; those that are not set are left out."""
    fields = fields_of(kept, masker)
    lines = [printable(kept.connection.conn_id)]
    shown = [*_FIELDS, ("password", "password"), ("extra", "extra"), ("description", "description")]
    for word, name in (*shown, ("kept in", "kept_in")):
        value = fields.get(name)
        if value not in (None, ""):
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
            lines.append(f"  {word:<12}{printable(text)}")
    return "\n".join(lines)


def table_text(kept: Sequence[Kept], masker: Masker) -> str:
    """All of them, one a line; of secrets only whether there is one."""
    heads = ("CONN_ID", "TYPE", "HOST", "PORT", "DATABASE", "LOGIN", "PASSWORD", "EXTRA", "KEPT IN")
    return aligned([heads, *(_line(one, masker) for one in kept)])


def _line(kept: Kept, masker: Masker) -> tuple[str, ...]:
    connection = kept.connection
    plain = (connection.conn_type, connection.host, connection.port, connection.schema, connection.login)
    texts = (masker.text(str(value)) if value is not None else "" for value in plain)
    unknown = "" if kept.opened else "?"
    password, extra = (MASK if value else unknown for value in (connection.password, connection.extra))
    if connection.extras:
        extra = ", ".join(sorted(map(str, connection.extras)))
    return tuple(map(printable, (connection.conn_id, *texts, password, masker.text(extra), kept.where)))


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The rows in columns as wide as their widest text, the last as it comes."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)] if rows else []
    lines = (
        "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def plan_text(steps: Sequence[tuple[str, str]], place: str, real: bool) -> str:
    """What is to happen, or did: for each name one word; `place` is the database."""
    words = _DONE if real else _WOULD
    lines = [f"  {words[action]:<16}{printable(name)}{_WHY.get(action, '')}" for name, action in steps]
    changes = sum(action in _CHANGES for _, action in steps)
    if real:
        end = f"{changes} changed in {place}." if changes else f"Nothing was to be changed in {place}."
    else:
        end = f"Nothing was changed: --real does it in {place}." if changes else f"Nothing is to be changed in {place}."
    return "\n".join([*lines, end])


_CHANGES = frozenset({"add", "replace", "delete"})
_WOULD = {
    "add": "would add",
    "replace": "would replace",
    "delete": "would delete",
    "keep": "keeps",
    "same": "has already",
    "absent": "has not",
}
_DONE = {**_WOULD, "add": "added", "replace": "replaced", "delete": "deleted", "keep": "kept"}
_WHY = {"keep": " (it is there already, and differs; --overwrite replaces it)"}


def document(name: str, body: Mapping[str, Any]) -> str:
    """A JSON document of this project, such as safeconduct/connections/1."""
    return json.dumps({"schema": f"safeconduct/{name}/1", **body}, indent=2, ensure_ascii=False)
