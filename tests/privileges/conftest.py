"""A stand for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.privileges.stand import Stand

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres


@pytest.fixture
def stand(postgres: Postgres) -> Stand:
    return Stand(postgres)


@pytest.fixture
def any_stand(any_postgres: Postgres) -> Stand:
    return Stand(any_postgres)
