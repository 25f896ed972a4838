"""Files of connections and variables, as `airflow connections export` and `airflow variables export` write them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.connection_json import parse_definition, parse_json
from safeconduct.airflow.connection_uri import format_uri, parse_uri
from safeconduct.airflow.malformed import malformed
from safeconduct.model import MASK, Finding, Secret, Unjudged
from safeconduct.secrets.likeness import differences
from safeconduct.secrets.local_file import is_comment, read_file
from safeconduct.secrets.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.airflow.dialect import Dialect
    from safeconduct.model import Connection
    from safeconduct.secrets.local_file import Content

_ID = re.compile(r"[\w#!()\-.:/\\]{1,250}\Z")
"""Airflow's own rule for conn_ids (2.7 to 3.3)."""
LONGEST_NAME = 250
"""Characters of a conn_id or a variable's key."""
WIDEST = {"conn_type": 500, "host": 500, "schema": 500, "description": 5000}
"""How many characters the columns of the table connection hold (2.7 to 3.3)."""


@dataclass(frozen=True)
class Imported:
    """What stands in a file: what can be taken over, and what cannot, each with its name and why."""

    connections: tuple[Connection, ...] = ()
    variables: tuple[Variable, ...] = ()
    faults: tuple[Finding | Unjudged, ...] = ()


def read_connections(path: str, dialect: Dialect, ending: str = "", content: Content | None = None) -> Imported:
    """The connections of a file (json, yaml or env, else by its name's ending), or of what was read of it already.

    Raises Trouble where nothing of it can be read.
    """
    content = read_file(path, ending) if content is None else content
    good: list[Connection] = []
    faults: list[Finding | Unjudged] = [*_names_in(content, path)]
    for name, value in content.values.items():
        if name in content.twice:
            continue
        found = _connection(name, value, dialect)
        problem = found if isinstance(found, Finding) else fault_of(found) or _hidden_in(found, path)
        if isinstance(found, Finding) or problem is not None:
            faults.append(problem or malformed(name, "it cannot be read", "JSON"))
        else:
            good.append(found)
    return Imported(tuple(good), faults=tuple(faults))


def _names_in(content: Content, path: str) -> Iterator[Unjudged]:
    """Names by which nothing can be taken over."""
    for name in content.twice:
        yield Unjudged(name[:60], f"{name[:60]} stands in {path} more than once, and which is meant is not told")
    for name in content.untexted:
        yield Unjudged(
            name[:60], f"{name[:60]} is no text in {path}, and Airflow finds nothing by it: put it in quotes"
        )


def _connection(name: str, value: object, dialect: Dialect) -> Connection | Finding:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return parse_definition(name, Secret(value), dialect)
    if not isinstance(value, dict):
        return malformed(name, "it is neither a URI nor an object", "JSON")
    fields = {key: part for key, part in value.items() if key not in ("conn_id", "extra_dejson", "id", "is_encrypted")}
    if value.get("conn_id", name) != name:
        return malformed(name, "its conn_id is another than its name", "JSON")
    if "extra_dejson" in value:
        fields.setdefault("extra", value["extra_dejson"])
    if not _is_port(fields.get("port")):
        return malformed(name, "its port is no whole number", "JSON")
    fields = {key: part for key, part in fields.items() if key not in ("is_extra_encrypted", "get_uri")}
    try:
        text = json.dumps(fields)
    except (TypeError, ValueError, RecursionError):
        return malformed(name, "it has a value that JSON has not", "JSON")
    return parse_json(name, Secret(text), dialect)


def _is_port(value: object) -> bool:
    """Whether it is a whole number, also as text; Airflow makes 1 of 1.9 and of true, which nobody means."""
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, str):
        return not value or (value.isascii() and value.isdecimal())
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def fault_of(connection: Connection) -> Finding | None:
    """What keeps Airflow from storing or using it, in words that quote no secret."""
    name = connection.conn_id
    if not _ID.match(name):
        long = len(name) > LONGEST_NAME
        why = f"its conn_id has {len(name)} characters" if long else "its conn_id has characters that Airflow refuses"
        return malformed(name[:60], f"{why}: it takes 1 to 250 of letters, digits and _ # ! ( ) - . : / \\", "JSON")
    if not connection.conn_type:
        return malformed(name, "it has no conn_type", "JSON")
    for field, most in WIDEST.items():
        value = getattr(connection, field)
        if value is not None and len(value) > most:
            return malformed(name, f"its {field} has {len(value)} characters, and Airflow keeps {most}", "JSON")
    if connection.port is not None and not 0 <= connection.port <= 65535:
        return malformed(name, "its port is no number from 0 to 65535", "JSON")
    return _not_text(connection)


def _hidden_in(connection: Connection, path: str) -> Finding | None:
    """That a secret stands as the mask there: to take it over would put the mask in the secret's place."""
    hidden = ["its password"] if connection.password == Secret(MASK) else []
    if connection.extra and any(MASK in text for text in _texts(connection.extras or connection.extra.reveal())):
        hidden.append("something in its extra")
    fields = ("host", "schema", "login", "description")
    hidden += [f"something in its {name}" for name in fields if MASK in (getattr(connection, name) or "")]
    if not hidden:
        return None
    why = f"{' and '.join(hidden)} is hidden ({MASK}): {path} was exported without --reveal"
    return malformed(connection.conn_id, why, "JSON")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _not_text(connection: Connection) -> Finding | None:
    for name in ("conn_type", "host", "schema", "login", "password", "extra", "description"):
        value = getattr(connection, name)
        text = value.reveal() if isinstance(value, Secret) else value
        if text and not _is_text(text):
            return malformed(connection.conn_id, f"its {name} holds octets that are no text", "JSON")
    return None


def _is_text(text: str) -> bool:
    """Whether every database can keep it."""
    return "\0" not in text and not any("\ud800" <= mark <= "\udfff" for mark in text)


def read_variables(path: str, ending: str = "", content: Content | None = None) -> Imported:
    """The same of variables: what is no text is kept as JSON, as Airflow does. Raises Trouble."""
    content = read_file(path, ending) if content is None else content
    good: list[Variable] = []
    faults: list[Finding | Unjudged] = [*_names_in(content, path)]
    for key, value in content.values.items():
        if key in content.twice:
            continue
        found = _variable(key, value)
        if isinstance(found, Variable) and found.value == Secret(MASK):
            found = Unjudged(key, f"its value is hidden ({MASK}): {path} was exported without --reveal")
        if isinstance(found, Variable):
            good.append(found)
        else:
            faults.append(found)
    return Imported(variables=tuple(good), faults=tuple(faults))


def _variable(key: str, value: Any) -> Variable | Unjudged:
    description = None
    if isinstance(value, dict) and set(value) == {"value", "description"}:  # `airflow variables export` of 2.9 on
        value, description = value["value"], value["description"]
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return Unjudged(key[:60], "it has a value that JSON has not")
    found = Variable(key, Secret(text), None if description is None else str(description))
    return fault_of_variable(found) or found


def fault_of_variable(variable: Variable) -> Unjudged | None:
    """What keeps Airflow from storing it, in words that do not quote its value."""
    key = variable.key
    if not 0 < len(key) <= LONGEST_NAME:
        return Unjudged(key[:60], f"its key has {len(key)} characters, and Airflow takes 1 to 250")
    parts = {"key": key, "value": variable.value.reveal(), "description": variable.description or ""}
    for part, text in parts.items():
        if not _is_text(text):
            return Unjudged(key[:60], f"its {part} holds octets that are no text")
    return None


def connections_as(connections: Iterable[Connection], ending: str, as_uri: bool, dialect: Dialect) -> str:
    """The text of such a file: `ending` is json, yaml or env, of which the last has URIs alone, and only of those
    whose conn_id can begin a line."""
    if ending == "env":
        some = [one for one in connections if begins_a_line(one.conn_id)]
        return "".join(f"{one.conn_id}={format_uri(one, dialect).reveal()}\n" for one in some)
    if as_uri:
        return _document({one.conn_id: format_uri(one, dialect).reveal() for one in connections}, ending)
    return _document({one.conn_id: _fields(one) for one in connections}, ending)


def as_uri(connection: Connection, dialect: Dialect) -> Connection | Finding:
    """What Airflow reads back from the URI that it writes itself."""
    return parse_uri(connection.conn_id, format_uri(connection, dialect), dialect)


def lost_as_uri(connection: Connection, dialect: Dialect) -> tuple[str, ...]:
    """The fields that it does not read back as they are; a description is in no URI."""
    found = as_uri(connection, dialect)
    if isinstance(found, Finding):
        return ("all of it",)
    lost = differences(connection, found)
    return (*lost, "description") if connection.description else lost


def _fields(connection: Connection) -> dict[str, Any]:
    """All of Airflow's fields; the extra is text, as it is kept, since the dialects read values differently."""
    return {
        "conn_type": connection.conn_type,
        "description": connection.description,
        "login": connection.login,
        "password": connection.password.reveal() if connection.password is not None else None,
        "host": connection.host,
        "port": connection.port,
        "schema": connection.schema,
        "extra": connection.extra.reveal() if connection.extra is not None else None,
    }


def fits_on_a_line(variable: Variable) -> bool:
    """Whether an .env file can hold it: a line there has one value, which is not empty."""
    value = variable.value.reveal()
    return bool(value) and value.splitlines() == [value] and begins_a_line(variable.key)


def begins_a_line(name: str) -> bool:
    """Whether a line of an .env file can begin with it: what begins with # is passed over there."""
    return name.splitlines() == [name] and "=" not in name and not is_comment(name)


def definition_of(connection: Connection) -> Secret:
    """The connection as JSON with nothing lost: what is set, its extra as the text that it is."""
    return Secret(json.dumps({name: value for name, value in _fields(connection).items() if value is not None}))


def variables_as(variables: Iterable[Variable], ending: str) -> str:
    """The text of a file of variables; an .env file has those that fit on a line."""
    if ending == "env":
        return "".join(f"{one.key}={one.value.reveal()}\n" for one in variables if fits_on_a_line(one))
    return _document({one.key: _value(one.value.reveal()) for one in variables}, ending)


def _value(text: str) -> Any:
    """As `airflow variables export`: what reads as JSON is written as such."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _document(values: dict[str, Any], ending: str) -> str:
    if ending == "json":
        return json.dumps(values, indent=4) + "\n"
    import yaml  # an extra

    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return text
