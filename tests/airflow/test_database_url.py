"""[database] sql_alchemy_conn is taken apart as SQLAlchemy takes it apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from safeconduct.airflow.database_url import DatabaseUrl, parse_database_url
from safeconduct.model import Secret

_PIECES = st.sampled_from(
    "postgresql +psycopg2 sqlite :// / : @ [::1] host 5432 ? & = %40 % + é a x-y # 007 -1".split()
)
_URLS = st.one_of(
    st.lists(st.one_of(_PIECES, st.sampled_from(["", " ", "\n"])), max_size=14).map("".join),
    st.lists(_PIECES, max_size=10).map(lambda pieces: "postgresql://" + "".join(pieces)),
)


def theirs(text: str) -> tuple[object, ...] | None:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return None
    query = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in url.query.items()}
    return (url.drivername, url.username, url.password, url.host, url.port, url.database, query)


def ours(text: str) -> tuple[object, ...] | None:
    url = parse_database_url(Secret(text))
    if url is None:
        return None
    name = f"{url.backend}+{url.driver}" if url.driver else url.backend
    password = url.password.reveal() if url.password is not None else None
    return (name, url.login, password, url.host, url.port, url.database, dict(url.query))


@given(_URLS)
@example("postgresql+psycopg2://etl:p%40ss@db.example.com:6432/airflow?sslmode=require&sslmode=prefer")
@example("postgresql://etl:p@ss@db/airflow")
@example("postgresql://etl:pw@[::1]:5432/airflow")
@example("sqlite:////opt/airflow/airflow.db")
@example("sqlite:///airflow.db")
@example("sqlite://")
@example("postgresql://etl@/airflow?host=/var/run/postgresql")
@example("postgresql://u:p@h:port/x")
@example("postgresql://u@h: 5 /x")
@example("mysql+pymysql://u:p@h/x")
def test_as_sqlalchemy(text: str) -> None:
    stripped = text.strip()
    assert ours(stripped) == theirs(stripped)


def test_the_name_before_sqlalchemy_1_4_is_understood() -> None:
    """Airflow itself mends `postgres://` (`upgraded_values`); whoever asks here directly means the same."""
    assert parse_database_url(Secret("postgres://db/airflow")) == DatabaseUrl(
        "postgresql", host="db", database="airflow"
    )


@pytest.mark.parametrize("text", ["", "airflow.db", "postgresql:/db", "postgresql://u:pw@h:54x/y"])
def test_what_is_no_url(text: str) -> None:
    assert parse_database_url(Secret(text)) is None


def test_nothing_secret_is_shown() -> None:
    assert "pw" not in repr(parse_database_url(Secret("postgresql://u:pw@h/x?sslpassword=pw")))
