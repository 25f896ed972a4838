"""What Airflow's own secrets backends answer, asked in a real Airflow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.airflow.connection_json import format_json
from safeconduct.secrets import Found
from tests.secrets.metadata_file import told_by
from tests.servers.airflow import Airflow, real_airflow
from tests.servers.availability import Missing, missing, require
from tools.airflows import RELEASES, has_backends

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.secrets.records import RecordBackend

VERSIONS = tuple(version for version, release in RELEASES.items() if release.backends)
_ASK = """
from importlib import import_module

def fields(connection):
    return None if connection is None else {
        "conn_type": connection.conn_type, "host": connection.host, "login": connection.login,
        "password": connection.password, "schema": connection.schema,
        "port": connection.port and int(connection.port), "extra": connection.extra_dejson,
    }

def answer(ask, name):
    try:
        return ask(name)
    except Exception as error:
        return f"fails: {type(error).__name__}"

def told(case):
    try:
        module, _, name = case["backend"].rpartition(".")
        backend = getattr(import_module(module), name)(**case["kwargs"])
    except Exception as error:
        return f"does not start: {type(error).__name__}"
    if hasattr(backend, "_set_connection_class"):
        backend._set_connection_class(Connection)
    return {
        "connections": {name: answer(lambda name: fields(backend.get_connection(name)), name) for name in case["ids"]},
        "variables": {name: answer(backend.get_variable, name) for name in case["variables"]},
        "options": {name: answer(backend.get_config, name) for name in case["variables"]},
    }

tell([told(case) for case in cases])
"""


def airflow_with_backends(version: str, home: Path) -> Airflow:
    """This Airflow with the providers that have secrets backends. It needs no metadata database."""
    airflow = require(real_airflow(version, home))
    if not has_backends(version):
        missing(Missing(f"Airflow {version} with its secrets backends", "make servers"))
    home.mkdir(exist_ok=True)
    return airflow


@dataclass(frozen=True)
class Case:
    """What is asked of a backend of this class and these options; variables are asked for as options, too."""

    backend: str
    kwargs: Mapping[str, Any]
    ids: Sequence[str] = ()
    variables: Sequence[str] = ()


def theirs(airflow: Airflow, cases: Sequence[Case]) -> list[Any]:
    """What Airflow's own backends answer: fields, texts, None, or how they failed; a text where one does not start."""
    told: list[Any] = told_by(airflow, _ASK, cases=[asdict(case) for case in cases])
    return told


def ours(backend: RecordBackend, conn_ids: Sequence[str]) -> dict[str, Any]:
    """What ours answers, in the same form; a finding is a failure."""
    return {conn_id: _fields(backend.get(conn_id)) for conn_id in conn_ids}


def _fields(answer: object) -> Any:
    if answer is None:
        return None
    if not isinstance(answer, Found):
        return "fails"
    told = json.loads(format_json(answer.connection).reveal())
    names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
    return {name: told.get(name) or ({} if name == "extra" else None) for name in names}


def alike(told: Any) -> Any:
    """Theirs without what kind of failure it was, and with one word for what is not there."""
    if isinstance(told, str) and told.startswith("fails"):
        return "fails"
    if isinstance(told, dict):
        return {name: value or ({} if name == "extra" else None) for name, value in told.items()}
    return told


any_version = pytest.mark.parametrize("version", VERSIONS)
