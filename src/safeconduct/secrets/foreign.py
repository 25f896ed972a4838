"""Any other secrets backend: its class is imported and asked, as Airflow does, where it can be imported."""

from __future__ import annotations

import json
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeconduct.masking import Masker
from safeconduct.model import Secret
from safeconduct.secrets.place import Kind, Place, Record, Trouble
from safeconduct.secrets.records import RecordSource
from safeconduct.secrets.rules import CLASS_UNKNOWN, FAILED

if TYPE_CHECKING:
    from safeconduct.secrets.kwargs import Kwargs

_FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")


class ForeignSource(RecordSource):
    """The class is imported and made at the first question, once. What it raises is named by its kind alone."""

    def __init__(self, path: str, option: str, kwargs: Kwargs) -> None:
        self.place = Place(path.rpartition(".")[2], "", option)
        self._path = path
        self._kwargs = kwargs
        self._lock = threading.Lock()
        self._made: Any = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See RecordSource: the options whose names say that they are secret."""
        texts = ((name, value) for name, value in self._kwargs.values.items() if isinstance(value, str) and value)
        return tuple(Secret(value) for name, value in texts if Masker.is_secret_key(name))

    def read(self, kind: Kind, name: str) -> Record | None:
        """See RecordSource."""
        backend = self._backend()
        try:
            text = _connection(backend, name) if kind is Kind.CONNECTION else _value(backend, kind, name)
        except Exception as error:
            raise self._failed(error, f"when it is asked for {name[:80]}") from None
        return Record(Secret(text), name) if text else None

    def names(self, kind: Kind) -> None:
        """See RecordSource: Airflow's backends cannot list."""
        return

    def _backend(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._new()
            return self._made

    def _new(self) -> Any:
        module, _, name = self._path.rpartition(".")
        try:
            found = getattr(import_module(module), name)
        except Exception as error:
            kind = type(error).__name__
            message = f"{self.place.option} names {self._path[:120]}, which cannot be imported here: {kind}"
            evidence = {"option": self.place.option, "name": self._path[:120], "error": kind}
            raise Trouble(CLASS_UNKNOWN, message, evidence, lasting=True) from None
        try:
            return found(**self._kwargs.values)
        except Exception as error:
            raise self._failed(error, "when it is opened with its options", lasting=True) from None

    def _failed(self, error: Exception, when: str, *, lasting: bool = False) -> Trouble:
        kind = type(error).__name__
        evidence = {"place": self._path[:120], "error": kind}
        return Trouble(FAILED, f"{self.place.name} raises {kind} {when}", evidence, lasting=lasting)


def _connection(backend: Any, conn_id: str) -> str | None:
    """The connection as JSON; as the text that it is where the class hands out no more than that."""
    if not hasattr(backend, "get_connection"):
        text = backend.get_conn_value(conn_id)
        return None if text is None else str(text)
    if hasattr(backend, "_set_connection_class"):  # Airflow 3.2 and later, before anything is asked
        backend._set_connection_class(import_module("airflow.models.connection").Connection)
    found = backend.get_connection(conn_id)
    if found is None:
        return None
    fields = {name: getattr(found, name, None) for name in _FIELDS}
    return json.dumps({name: value for name, value in fields.items() if value not in (None, "")})


def _value(backend: Any, kind: Kind, name: str) -> str | None:
    found = backend.get_variable(name) if kind is Kind.VARIABLE else backend.get_config(name)
    return None if found is None else str(found)
