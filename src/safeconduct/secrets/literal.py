"""One connection given as text: `--uri -` reads it from standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.connection_json import parse_definition
from safeconduct.model import Finding
from safeconduct.secrets.interface import Answer, Found, credential_words

if TYPE_CHECKING:
    from safeconduct.airflow.dialect import Dialect
    from safeconduct.model import Secret


def read_literal(name: str, text: Secret, dialect: Dialect) -> Answer:
    """The connection that an Airflow URI or JSON, or a postgresql:// URI, stands for; `name` is its name in reports."""
    connection = parse_definition(name, text, dialect)
    if isinstance(connection, Finding):
        return connection
    return Found(connection, name, credential_words(connection))
