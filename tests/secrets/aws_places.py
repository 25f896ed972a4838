"""An AWS for the tests of a module, and the two backends that Airflow has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.aws import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator

MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
STORE = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"


@pytest.fixture(scope="module")
def aws_server() -> Iterator[Aws]:
    """Started once for a module."""
    with Aws() as server:
        yield server


@pytest.fixture
def aws(aws_server: Aws) -> Aws:
    """AWS as new."""
    aws_server.reset()
    return aws_server
