"""Airflow's LocalFilesystemBackend: a file of connections, one of variables, one of options."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.connection_uri import format_uri
from safeconduct.model import Remedy, RemedyKind, Secret, Unjudged
from safeconduct.secrets.exchange import definition_of
from safeconduct.secrets.kwargs import SUBJECT, Effect, Kwargs, KwargTable
from safeconduct.secrets.local_file import Content, duplicate, is_env, read_file
from safeconduct.secrets.local_file_editing import edited, locked
from safeconduct.secrets.place import Kind, Place, Record, Trouble
from safeconduct.secrets.rules import FILE_UNREADABLE, NAME_IMPOSSIBLE, RECORD_MALFORMED, RECORD_NOT_KEPT
from safeconduct.secrets.whole_file import replaced
from safeconduct.secrets.writing import Seen, WritableSource, overtaken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.airflow.dialect import Dialect
    from safeconduct.model import Connection

NAME = "local files"
_OPTIONS = {
    Kind.CONNECTION: "connections_file_path",
    Kind.VARIABLE: "variables_file_path",
    Kind.CONFIG: "configs_file_path",
}
TABLE = KwargTable(
    real=frozenset(_OPTIONS.values()),
    wrong={
        "connections_path": "connections_file_path",
        "connections_file": "connections_file_path",
        "variables_path": "variables_file_path",
        "variables_file": "variables_file_path",
        "config_file_path": "configs_file_path",
    },
    unknown=Effect.ENDS_AIRFLOW,
    new={"configs_file_path": "it is of Airflow 3, and Airflow 2 reads no options from a file"},
)
FIELDS = frozenset("conn_id conn_type description host login password schema port extra extra_dejson uri".split())
"""What an object in the file may have; Airflow 3 takes team_name as well."""


class LocalFilesSource(WritableSource):
    """The files, each read anew when it is asked for. One connection that is wrong hides all others, as in Airflow."""

    keeps_versions = False

    def __init__(self, paths: Mapping[Kind, str | None], option: str) -> None:
        self._paths = paths
        path = paths[Kind.CONNECTION]
        self.place = Place(NAME, "", option) if path is None else Place("local file", path, option)

    def read(self, kind: Kind, name: str) -> Record | None:
        """See RecordSource."""
        path = self._paths[kind]
        if not path:
            return None
        content = read_file(path)
        value = _whole(path, content, kind).get(name)
        if value is None:
            return None
        warnings = (duplicate(path, (name,), "the last one counts"),) if name in content.twice else ()
        return Record(_text(path, name, value, kind), path, warnings)

    def text_of(self, connection: Connection, dialect: Dialect) -> Secret:
        """See WritableSource. Airflow reads a URI from a line of an .env file, and nothing else."""
        path = self._paths[Kind.CONNECTION]
        return format_uri(connection, dialect) if path and is_env(path) else definition_of(connection)

    def see(self, kind: Kind, name: str) -> Seen:
        """See WritableSource. A file that is not there yet has nothing."""
        return Seen(self.read(kind, name) if os.path.lexists(self._path(kind)) else None)

    def write(self, kind: Kind, name: str, text: Secret, seen: Seen) -> None:
        """See WritableSource. The file is written whole or not at all."""
        value = text.reveal()
        as_object = kind is Kind.CONNECTION and not is_env(self._path(kind))
        self._change(kind, name, seen, json.loads(value) if as_object else value)

    def remove(self, kind: Kind, name: str, seen: Seen) -> None:
        """See WritableSource."""
        self._change(kind, name, seen, None)

    def _change(self, kind: Kind, name: str, seen: Seen, value: object) -> None:
        path = self._path(kind)
        try:
            with locked(path):
                now = self.see(kind, name)
                if _text_in(now) != _text_in(seen):
                    raise overtaken(self.place, f"{name[:80]} in {path}")
                text = edited(path, name, value)
                if text is None:
                    message = f"{path}: {name[:60]} cannot stand in a file of this kind"
                    raise Trouble(RECORD_NOT_KEPT, message, {"file": path, "record": name[:60]})
                replaced(path, text)
        except OSError as error:
            why = error.strerror or type(error).__name__
            message = f"{path} cannot be written: {why}"
            raise Trouble(FILE_UNREADABLE, message, {"file": path, "problem": why}, lasting=True) from None

    def _path(self, kind: Kind) -> str:
        path = self._paths[kind]
        if not path:
            message = f"{self.place.option} has no {_OPTIONS[kind]}"
            example = json.dumps({_OPTIONS[kind]: f"/etc/airflow/{kind.value}.json"})
            given = f"""--backend-kwargs '{example}'"""
            remedy = Remedy(RemedyKind.OPTION, given, when="with the path of your file")
            raise Trouble(NAME_IMPOSSIBLE, message, {"option": self.place.option}, (remedy,), lasting=True)
        return path

    def names(self, kind: Kind) -> tuple[str, ...]:
        """See RecordSource."""
        path = self._paths[kind]
        return tuple(sorted(_whole(path, read_file(path), kind))) if path else ()


def _text_in(seen: Seen) -> Secret | None:
    return seen.record.text if seen.record else None


def _whole(path: str, content: Content, kind: Kind) -> Mapping[str, Any]:
    """All values, each out of a list of one. Raises Trouble where Airflow fails on any of them."""
    values = {}
    for name, value in content.values.items():
        if isinstance(value, list):
            if not value and kind is Kind.CONNECTION:
                continue
            if len(value) != 1:
                raise _wrong(path, name, f"it is a list of {len(value)}")
            value = value[0]
        if kind is Kind.CONNECTION:
            _check(path, name, value)
        values[name] = value
    return values


def _check(path: str, name: str, value: object) -> None:
    if isinstance(value, str):
        return
    if not isinstance(value, dict):
        raise _wrong(path, name, "it is neither a URI nor an object")
    unknown = sorted(str(key) for key in set(value) - FIELDS - {"team_name"})
    if unknown:
        raise _wrong(path, name, f"a connection has no field {', '.join(key[:40] for key in unknown[:3])}")
    if "extra" in value and "extra_dejson" in value:
        raise _wrong(path, name, "it has both extra and extra_dejson")
    if value.get("conn_id", name) != name:
        raise _wrong(path, name, "its conn_id is another than its name")


def _text(path: str, name: str, value: object, kind: Kind) -> Secret:
    if kind is not Kind.CONNECTION:
        return Secret(value if isinstance(value, str) else json.dumps(value))
    if isinstance(value, dict):
        return _object(path, name, value)
    text = str(value)
    if text.lstrip().startswith("{"):
        raise _wrong(path, name, "it is JSON within a text, which Airflow takes for a URI here", "")
    return Secret(text)


def _object(path: str, name: str, value: Mapping[str, Any]) -> Secret:
    """The connection's own fields, as JSON."""
    fields = {key: part for key, part in value.items() if key not in ("conn_id", "extra_dejson", "team_name")}
    if "extra_dejson" in value:
        fields["extra"] = value["extra_dejson"]
    try:
        return Secret(json.dumps(fields))
    except TypeError:  # a date, which YAML has and JSON has not
        raise _wrong(path, name, "it has a value that is neither text, number, list nor object") from None


def _wrong(path: str, name: str, why: str, effect: str = ". Airflow then reads none of the file") -> Trouble:
    shown = name[:60]
    message = f"{path}: {shown} cannot be read: {why}{effect}"
    return Trouble(RECORD_MALFORMED, message, {"file": path, "record": shown, "problem": why})


def open_source(kwargs: Kwargs, environ: Mapping[str, str], timeout: float) -> LocalFilesSource | Unjudged:
    """The source that these options describe. Nothing is read yet. Raises WrongKwarg."""
    paths = {kind: kwargs.text(name) for kind, name in _OPTIONS.items()}
    yaml = [path for path in paths.values() if path and path.lower().endswith((".yaml", ".yml"))]
    if yaml and find_spec("yaml") is None:
        return Unjudged(SUBJECT, f"{yaml[0]} needs a library to be read: pip install 'safeconduct[yaml]'")
    return LocalFilesSource(paths, kwargs.origin)
