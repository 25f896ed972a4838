"""The Airflow home of the demonstration."""

from __future__ import annotations

import sqlite3
import stat
from configparser import ConfigParser
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from safeconduct.demo.home import AirflowHome, Row
from safeconduct.model import Connection, Secret

PASSWORD = "correct horse"


@pytest.fixture
def home(tmp_path: Path) -> AirflowHome:
    home = AirflowHome(tmp_path / "100%" / "airflow")
    home.directory.parent.mkdir()
    home.write([Row(_connection("by_" + key), key) for key in ("new", "old", "lost")])
    return home


def _connection(conn_id: str) -> Connection:
    return Connection(conn_id, "postgres", "db.example.com", 5432, "sales", "etl", Secret(PASSWORD))


def _configuration(home: AirflowHome) -> ConfigParser:
    configuration = ConfigParser()
    configuration.read(home.directory / "airflow.cfg")
    return configuration


def test_two_keys_open_their_rows_and_none_opens_the_lost_one(home: AirflowHome) -> None:
    keys = _configuration(home)["core"]["fernet_key"].split(",")
    assert len(keys) == 2
    keyring = MultiFernet([Fernet(key) for key in keys])
    with closing(sqlite3.connect(home.directory / "airflow.db")) as metadata:
        tokens = dict(metadata.execute("SELECT conn_id, password FROM connection WHERE is_encrypted"))
    assert keyring.decrypt(tokens["by_new"]).decode() == PASSWORD
    assert keyring.decrypt(tokens["by_old"]).decode() == PASSWORD
    with pytest.raises(InvalidToken):
        keyring.decrypt(tokens["by_lost"])


def test_its_configuration_names_its_database(home: AirflowHome) -> None:
    url = _configuration(home)["database"]["sql_alchemy_conn"]
    assert url == f"sqlite:///{home.directory}/airflow.db"


def test_others_may_not_read_it(home: AirflowHome) -> None:
    assert stat.S_IMODE(home.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((home.directory / "airflow.cfg").stat().st_mode) == 0o600


def test_keys_are_not_in_its_repr(home: AirflowHome) -> None:
    assert home.keyring.new.reveal() not in repr(home)
