"""Connections in environment variables: AIRFLOW_CONN_<ID>, the id in upper case, a URI or JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.connection_json import parse_definition
from safeconduct.model import Finding, Secret
from safeconduct.secrets.interface import Answer, ConnectionBackend, Found, FoundVariable, credential_words
from safeconduct.secrets.sparing import spared
from safeconduct.secrets.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from safeconduct.airflow.dialect import Dialect

PREFIX = "AIRFLOW_CONN_"
VARIABLE_PREFIX = "AIRFLOW_VAR_"


class EnvironmentBackend(ConnectionBackend):
    """The variables of one environment. Ids come back in lower case: the variable's name does not keep it."""

    name = "environment variables"

    def __init__(self, environ: Mapping[str, str], dialect: Dialect) -> None:
        self._texts = {
            name.removeprefix(PREFIX): Secret(value)
            for name, value in environ.items()
            # Airflow asks for the id in upper case only, so that it never finds another variable.
            if name.startswith(PREFIX) and name == name.upper() and value.strip()
        }
        self._variables = {
            name.removeprefix(VARIABLE_PREFIX): Secret(value)
            for name, value in environ.items()
            if name.startswith(VARIABLE_PREFIX) and name == name.upper()
        }
        self._dialect = dialect

    @property
    def place(self) -> str:
        """See ConnectionBackend."""
        return f"{self.name} ({PREFIX}...)"

    def get(self, conn_id: str) -> Answer | None:
        """See ConnectionBackend. An empty variable is none, as for Airflow."""
        text = self._texts.get(conn_id.upper())
        if not text:
            return None
        connection = parse_definition(conn_id, text, self._dialect)
        if isinstance(connection, Finding):
            return connection
        return Found(connection, f"environment variable {PREFIX}{conn_id.upper()}", credential_words(connection))

    def variable(self, key: str) -> FoundVariable | None:
        """See ConnectionBackend. An empty one is one, as for Airflow."""
        text = self._variables.get(key.upper())
        if text is None:
            return None
        return FoundVariable(Variable(key, text), f"environment variable {VARIABLE_PREFIX}{key.upper()}")

    def conn_ids(self) -> tuple[str, ...]:
        """See ConnectionBackend."""
        return tuple(sorted(name.lower() for name, text in self._texts.items() if name and text))

    def all(self) -> Iterator[tuple[str, Answer]]:
        """See ConnectionBackend."""
        for conn_id in self.conn_ids():
            answer = spared(conn_id, partial(self.get, conn_id))
            if answer is not None:
                yield conn_id, answer
