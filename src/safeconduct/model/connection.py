"""A connection as Airflow defines it: the value that takes the walk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model.secret import Secret

POSTGRES_TYPES = frozenset({"postgres", "postgresql"})


@dataclass(frozen=True)
class Connection:
    """One Airflow connection, its secrets decrypted in memory.

    `schema` is Airflow's word for the database to connect to. `extra` is the text as stored: it should be a
    JSON object but may be anything, and may hold passwords, so it is a Secret too; `extras` is its parsed form.
    """

    conn_id: str
    conn_type: str = ""
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: Secret | None = None
    extra: Secret | None = field(default=None)
    description: str | None = None

    @property
    def is_postgres(self) -> bool:
        """Whether Airflow's PostgresHook would open it."""
        return self.conn_type.lower() in POSTGRES_TYPES

    @property
    def extras(self) -> Mapping[str, Any]:
        """The extra as a JSON object; empty when there is none, when it is not an object or nested too deeply."""
        if not self.extra:
            return {}
        try:
            parsed = json.loads(self.extra.reveal())
        except (ValueError, RecursionError):
            return {}
        return parsed if isinstance(parsed, dict) else {}
