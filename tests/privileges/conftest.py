"""A stand for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.privileges.bench import SHOP, Bench
from tests.privileges.stand import Stand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.postgres import Postgres


@pytest.fixture
def stand(postgres: Postgres) -> Stand:
    return Stand(postgres)


@pytest.fixture
def any_stand(any_postgres: Postgres) -> Stand:
    return Stand(any_postgres)


@pytest.fixture
def bench(stand: Stand) -> Iterator[Bench]:
    stand.sql(SHOP)
    with stand.server.superuser() as connection:
        yield Bench(stand, connection)


@pytest.fixture
def any_bench(any_stand: Stand) -> Iterator[Bench]:
    any_stand.sql(SHOP)
    with any_stand.server.superuser() as connection:
        yield Bench(any_stand, connection)
        any_stand.sql("DROP SCHEMA shop CASCADE")
