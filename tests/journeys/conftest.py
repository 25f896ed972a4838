"""What several journeys begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.vault import FakeVault
from tests.journeys.shop import Shop, furnished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.postgres import Postgres


@pytest.fixture
def shop(postgres: Postgres, tmp_path: Path) -> Shop:
    return furnished(postgres, tmp_path)


@pytest.fixture
def vault() -> Iterator[FakeVault]:
    with FakeVault() as found:
        yield found
