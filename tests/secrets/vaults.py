"""Vaults for tests, and the backend that a configuration of Airflow would open on them."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.configuration import Configuration
from safeconduct.secrets import SERVER, open_backend
from tests.fakes.real_vault import RealVault
from tests.fakes.vault import FakeVault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.secrets import Opened

Vault = FakeVault | RealVault
BACKEND = "airflow.providers.hashicorp.secrets.vault.VaultBackend"


@pytest.fixture
def vault() -> Iterator[Vault]:
    """The Vault that VAULT_ADDR and VAULT_TOKEN lead to, else a fake."""
    with ExitStack() as stack:
        if url := os.environ.get("VAULT_ADDR"):
            found: Vault = stack.enter_context(RealVault(url, os.environ["VAULT_TOKEN"]))
        else:
            found = stack.enter_context(FakeVault())
        yield found


@pytest.fixture
def fake_vault() -> Iterator[FakeVault]:
    """A fake, for what a real Vault does not do at a word."""
    with FakeVault() as found:
        yield found


def opened(
    home: Path, kwargs: object, backend: str = BACKEND, *, timeout: float = 5, version: str = "2.11.2"
) -> Opened:
    """The backend that Airflow would open with these options."""
    text = kwargs if isinstance(kwargs, str) else json.dumps(kwargs)
    environ = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__SECRETS__BACKEND": backend,
        "AIRFLOW__SECRETS__BACKEND_KWARGS": text,
    }
    configuration = Configuration.load(environ, version=version)
    assert isinstance(configuration, Configuration), configuration
    return open_backend(configuration, SERVER, environ, timeout)
