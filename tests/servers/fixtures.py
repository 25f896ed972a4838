"""The servers as pytest fixtures; they start when first asked for, and each test finds them as new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.secrets.credential_tables import Tables, mariadb_tables, postgres_tables, sqlite_tables
from tests.servers.airflow import VERSIONS, Airflow, real_airflow
from tests.servers.availability import require
from tests.servers.builds import MAJORS, default_build, find_build
from tests.servers.mariadb import MariaDb, find_mariadb
from tests.servers.pgbouncer import PgBouncer, find_pgbouncer
from tests.servers.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class PostgresFarm:
    """The servers of this session, one per folder of programs."""

    def __init__(self) -> None:
        self._servers: dict[Path, Postgres] = {}

    def lend(self, programs: Path) -> Postgres:
        """The server of these programs, started if need be, as new."""
        if programs not in self._servers:
            self._servers[programs] = Postgres(programs)
        server = self._servers[programs]
        server.reset()
        return server

    def close(self) -> None:
        """End them all."""
        for server in self._servers.values():
            server.destroy()


@pytest.fixture(scope="session")
def postgres_farm() -> Iterator[PostgresFarm]:
    """All PostgreSQL servers of this session."""
    farm = PostgresFarm()
    yield farm
    farm.close()


@pytest.fixture
def postgres(postgres_farm: PostgresFarm) -> Postgres:
    """A PostgreSQL: the distribution's, with GSSAPI and LDAP, or else the newest there is."""
    return postgres_farm.lend(require(default_build()))


@pytest.fixture(params=MAJORS)
def any_postgres(request: pytest.FixtureRequest, postgres_farm: PostgresFarm) -> Postgres:
    """A PostgreSQL of each major version in turn."""
    return postgres_farm.lend(require(find_build(request.param)))


@pytest.fixture
def tls_postgres(postgres: Postgres) -> Postgres:
    """`postgres` with TLS on; its authority's certificate is `server.folder / "tls/authority.crt"`."""
    postgres.enable_tls()
    return postgres


@pytest.fixture
def any_tls_postgres(any_postgres: Postgres) -> Postgres:
    """`any_postgres` with TLS on: all our builds have OpenSSL."""
    any_postgres.enable_tls()
    return any_postgres


@pytest.fixture
def pgbouncer(postgres: Postgres) -> Iterator[PgBouncer]:
    """A PgBouncer in front of `postgres`, new for each test."""
    pooler = PgBouncer(require(find_pgbouncer()), postgres)
    pooler.start()
    yield pooler
    pooler.destroy()


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDb]:
    """The MariaDB of this session."""
    server = MariaDb(require(find_mariadb()))
    yield server
    server.destroy()


@pytest.fixture
def mariadb(mariadb_server: MariaDb) -> MariaDb:
    """A MariaDB, as new."""
    mariadb_server.reset()
    return mariadb_server


class AirflowHomes:
    """One migrated home per version of Airflow, made when first asked for, and copied for each test."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._pristine: dict[str, Airflow] = {}

    def lend(self, version: str, home: Path) -> Airflow:
        """A fresh Airflow of this version with a Fernet key, at home in `home`, which must not be there yet."""
        if version not in self._pristine:
            airflow = require(real_airflow(version, self._factory.mktemp("airflow")))
            airflow.migrate()
            airflow.ensure_fernet_key()
            self._pristine[version] = airflow
        return self._pristine[version].moved_to(home)


@pytest.fixture(scope="session")
def airflow_homes(tmp_path_factory: pytest.TempPathFactory) -> AirflowHomes:
    """Where migrated Airflow homes come from; `airflow_homes.lend(version, folder)` for one version."""
    return AirflowHomes(tmp_path_factory)


@pytest.fixture(params=VERSIONS)
def any_airflow(request: pytest.FixtureRequest, airflow_homes: AirflowHomes, tmp_path: Path) -> Airflow:
    """An Airflow of each version in turn, its metadata schema made on SQLite, at home in `tmp_path / "airflow"`."""
    return airflow_homes.lend(request.param, tmp_path / "airflow")


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Tables:
    """Airflow's tables that keep ciphertext, empty, on each kind of database in turn."""
    if request.param == "sqlite":
        return sqlite_tables(tmp_path / "airflow.db")
    if request.param == "postgresql":
        return postgres_tables(request.getfixturevalue("postgres"))
    return mariadb_tables(request.getfixturevalue("mariadb"))
