"""What a connection loses on its way to Airflow 2.x or 3.x or to another place, and which secrets lie open in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from safeconduct.airflow.connection_json import parse_json
from safeconduct.airflow.connection_uri import conn_type
from safeconduct.airflow.dialect import Dialect
from safeconduct.masking import without_secrets
from safeconduct.model import Connection, Finding, Remedy, RemedyKind, Severity
from safeconduct.secrets import rules_connection as rules
from safeconduct.secrets.exchange import LONGEST_NAME, WIDEST, as_uri, definition_of
from safeconduct.secrets.likeness import differences
from safeconduct.secrets.pasting import command_on
from safeconduct.secrets.references import references_for, way_for
from safeconduct.secrets.referring import secret_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from safeconduct.model import Rule
    from safeconduct.secrets.references import Reference

    Reading = Callable[[Dialect], Connection | Finding]

_REFUSED = re.compile(r"[^\w#!()\-.:/\\]")
_NAMES = {Dialect.AIRFLOW_2: "Airflow 2.x", Dialect.AIRFLOW_3: "Airflow 3.x"}
_OLD_LOGIN, _OLD_PASSWORD = 500, 5000
"""The widths of these columns until 2.7."""
_SEALED = 100
"""Characters of a Fernet token at least, four for each three octets beyond."""


def lint(connection: Connection, in_row: bool) -> tuple[Finding, ...]:
    """Everything that is found of this connection; `in_row` says that the metadata database keeps it."""
    found = [*_name(connection), *_cut(connection), *_extra(connection), *_empty(connection)]
    if not any(finding.rule == rules.EXTRA_NOT_OBJECT.id for finding in found):
        found += _changed(rules.URI_CHANGES, connection, lambda dialect: as_uri(connection, dialect), "a URI")
        found += _changed(rules.JSON_CHANGES, connection, lambda dialect: _by_json(connection, dialect), "JSON")
    found += _secrets(connection)
    return (*found, *_movable(connection)) if in_row else tuple(found)


def _name(connection: Connection) -> Iterator[Finding]:
    name = connection.conn_id
    refused = sorted(set(_REFUSED.findall(name)))
    if refused or not 0 < len(name) <= LONGEST_NAME:
        evidence = {"characters": str(len(name)), **({"refused": " ".join(map(repr, refused))} if refused else {})}
        long = f"has {len(name)} characters, and Airflow takes {LONGEST_NAME}"
        why = "has characters that are refused" if refused else long
        yield rules.NAME_REFUSED.finding(name[:60], f"the conn_id {name[:60]} {why}", evidence=evidence)


def _cut(connection: Connection) -> Iterator[Finding]:
    lengths = {field: (len(getattr(connection, field) or ""), most) for field, most in WIDEST.items()}
    lengths["login"] = (len(connection.login or ""), _OLD_LOGIN)
    password = connection.password.reveal() if connection.password else ""
    lengths["sealed password"] = (_SEALED + len(password.encode()) * 4 // 3, _OLD_PASSWORD)
    cut = {field: f"{length}, of which {most} are kept" for field, (length, most) in lengths.items() if length > most}
    if cut:
        message = f"{connection.conn_id}: {', '.join(cut)} longer than Airflow's table keeps"
        yield rules.FIELD_CUT.finding(connection.conn_id, message, evidence=cut)


def _extra(connection: Connection) -> Iterator[Finding]:
    if not connection.extra or not connection.extra.reveal().strip():
        return
    try:
        value = json.loads(connection.extra.reveal())
        what = "" if isinstance(value, dict) else f"it is {_KINDS.get(type(value), 'null')}"
    except (ValueError, RecursionError):
        what = "it is no JSON"
    if what:
        evidence = {"extra": what, "Airflow 2.x": "keeps it, with a warning", "Airflow 3.x": "refuses the connection"}
        message = f"{connection.conn_id}: its extra is no JSON object"
        yield rules.EXTRA_NOT_OBJECT.finding(connection.conn_id, message, evidence=evidence)


_KINDS = {list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}


def _empty(connection: Connection) -> Iterator[Finding]:
    if connection.password is not None and not connection.password:
        message = "its password is empty, and is lost wherever the connection is taken"
        evidence = {"row": f"table connection, conn_id {connection.conn_id}"}
        yield rules.PASSWORD_EMPTY.finding(connection.conn_id, message, evidence=evidence, severity=Severity.WARNING)


def _by_json(connection: Connection, dialect: Dialect) -> Connection | Finding:
    return parse_json(connection.conn_id, definition_of(connection), dialect)


def _changed(rule: Rule, connection: Connection, read: Reading, form: str) -> Iterator[Finding]:
    evidence = {name: lost for dialect, name in _NAMES.items() if (lost := _lost(connection, read(dialect)))}
    if evidence:
        told = "; ".join(f"{name} reads back another {lost}" for name, lost in evidence.items())
        message = f"written as {form}, {told}".replace("reads back another it", "reads nothing back: it")
        yield rule.finding(connection.conn_id, message, evidence=evidence, severity=Severity.WARNING)


def _lost(connection: Connection, read: Connection | Finding) -> str:
    """Which fields change, and why where that is known."""
    if isinstance(read, Finding):
        return "it cannot be read"
    fields = list(differences(connection, read))
    if connection.conn_type != read.conn_type and connection.conn_type != "postgresql":
        fields = ["conn_type", *(field for field in fields if field != "conn_type")]
    return ", ".join(f"{field}{_why(field, connection, read)}" for field in fields)


def _why(field: str, connection: Connection, read: Connection) -> str:
    if field == "conn_type":
        return f" (read as {read.conn_type})"
    if field == "host" and "://" in (connection.host or ""):
        return " (its protocol)"
    if field == "extra":
        keys = [key for key, value in connection.extras.items() if read.extras.get(key) != value]
        return f" ({', '.join(keys)})" if keys else ""
    return ""


def _secrets(connection: Connection) -> Iterator[Finding]:
    bare = without_secrets(connection).extras
    keys = [key for key, value in connection.extras.items() if bare.get(key) != value]
    if not keys:
        return
    kind = conn_type(connection.conn_type)
    message = f"its extra holds secrets: {', '.join(keys)}"
    yield rules.SECRET_IN_EXTRA.finding(
        connection.conn_id,
        message,
        evidence={"keys": ", ".join(keys)},
        remedies=tuple(instead_of(connection, kind, keys)),
        severity=Severity.WARNING,
    )


def instead_of(connection: Connection, kind: str, keys: list[str]) -> Iterator[Remedy]:
    """A command for each reference, words for each other way, and the whole connection elsewhere for the rest."""
    places: dict[Reference, list[str]] = {}
    for key in keys:
        for one in references_for(kind, key):
            places.setdefault(one, []).append(key)
    for one, some in places.items():
        option = f"--{one.option} {one.example}".rstrip()
        when = f"{one.meaning}, in place of {', '.join(some)}"
        yield command_on("safeconduct connections refer", connection.conn_id, option, when)
    rest = [key for key in keys if not references_for(kind, key)]
    for key in rest:
        if way := way_for(kind, key):
            yield Remedy(RemedyKind.OPTION, way, when=f"in place of {key}")
    if any(not way_for(kind, key) for key in rest) and not any(_name(connection)):  # what Airflow refuses is not moved
        when = "to keep the whole connection in a secrets backend"
        yield command_on("safeconduct connections move", connection.conn_id, "--to vault", when)


def _movable(connection: Connection) -> Iterator[Finding]:
    if parts := secret_parts(connection):
        message = f"`connections move` would take out of its row: {', '.join(parts)}"
        yield rules.MOVABLE.finding(
            connection.conn_id, message, evidence={"moves": ", ".join(parts)}, severity=Severity.NOTE
        )
