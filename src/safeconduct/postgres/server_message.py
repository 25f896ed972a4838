"""What the server says in an ErrorResponse or a NoticeResponse, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from safeconduct.postgres.framing import Malformed

# PostgreSQL's documentation, "Error and Notice Message Fields".
_ATTRIBUTES = {
    "S": "severity",
    "V": "severity_nonlocalized",
    "C": "sqlstate",
    "M": "message",
    "D": "detail",
    "H": "hint",
    "P": "position",
    "p": "internal_position",
    "q": "internal_query",
    "W": "where",
    "s": "schema",
    "t": "table",
    "c": "column",
    "d": "datatype",
    "n": "constraint",
    "F": "file",
    "L": "line",
    "R": "routine",
}


@dataclass(frozen=True)
class ServerMessage:
    """An error or a notice as the server sent it. A field that did not come is None (`message`: empty).

    `severity`, `message`, `detail` and `hint` are in the server's language; `severity_nonlocalized` (from
    PostgreSQL 9.6 on), `sqlstate`, `file`, `line` and `routine` are never translated. PgBouncer sends no routine.
    `unknown` keeps fields that no documentation names, as (code, value).
    """

    message: str = ""
    severity: str | None = None
    severity_nonlocalized: str | None = None
    sqlstate: str | None = None
    detail: str | None = None
    hint: str | None = None
    position: str | None = None
    internal_position: str | None = None
    internal_query: str | None = None
    where: str | None = None
    schema: str | None = None
    table: str | None = None
    column: str | None = None
    datatype: str | None = None
    constraint: str | None = None
    file: str | None = None
    line: str | None = None
    routine: str | None = None
    unknown: tuple[tuple[str, str], ...] = ()


def decode_fields(payload: bytes) -> ServerMessage:
    """The fields of an ErrorResponse's or NoticeResponse's payload. Raises Malformed."""
    if not payload.endswith(b"\0") or payload[-2:-1] not in {b"", b"\0"}:
        raise Malformed("an error or notice does not end where it should")
    known: dict[str, str] = {}
    unknown: list[tuple[str, str]] = []
    for part in payload[:-1].split(b"\0")[:-1]:
        code, value = part[:1].decode("latin-1"), part[1:].decode("utf-8", "replace")
        if not code:
            raise Malformed("an error or notice has a field without a code")
        if code in _ATTRIBUTES:
            known.setdefault(_ATTRIBUTES[code], value)
        else:
            unknown.append((code, value))
    return ServerMessage(**known, unknown=tuple(unknown))


def encode_fields(message: ServerMessage) -> bytes:
    """The payload that says this; fields that are None are left out."""
    known = [(code, getattr(message, name)) for code, name in _ATTRIBUTES.items()]
    fields = [(code, value) for code, value in known if value is not None] + list(message.unknown)
    return b"".join(code.encode("latin-1") + value.encode() + b"\0" for code, value in fields) + b"\0"
