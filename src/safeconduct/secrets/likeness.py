"""When two connections are the same for Airflow, though they are written differently."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.connection_uri import conn_type

if TYPE_CHECKING:
    from safeconduct.model import Connection, Secret


def differences(one: Connection, other: Connection) -> tuple[str, ...]:
    """The fields in which Airflow would see a difference.

    It makes none between an empty field and none, and a description is for people.
    """
    ours, theirs = _plain(one), _plain(other)
    return tuple(name for name in ours if ours[name] != theirs[name])


def _plain(connection: Connection) -> dict[str, Any]:
    """Its fields as Airflow tells them apart; the order of an extra's keys is no difference."""
    return {
        "conn_type": conn_type(connection.conn_type),
        "host": connection.host or None,
        "port": connection.port or None,
        "schema": connection.schema or None,
        "login": connection.login or None,
        "password": connection.password or None,
        "extra": _value(connection.extra),
    }


def _value(extra: Secret | None) -> object:
    """With types told apart, as Python does not of true and 1."""
    if not extra:
        return None
    try:
        value = json.loads(extra.reveal())
        return json.dumps(value, sort_keys=True) if value not in ({}, None) else None
    except (ValueError, RecursionError):
        return extra
