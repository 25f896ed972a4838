"""Files that a connection names and that are none: a pipe is not waited for, a device not read."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.model import Connection, Finding, Secret, Severity
from safeconduct.postgres.place import HostPort
from safeconduct.postgres.target import Target, target_of
from safeconduct.postgres.tls import build_context
from tests.postgres.made_certificates import make

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    from safeconduct.model import Unjudged


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    before = time.monotonic()
    yield
    assert time.monotonic() - before < 3


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # A reader that waits after all is let go, so that the test fails instead of hanging.
    rescue = threading.Timer(5, lambda: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK)))
    rescue.start()
    yield str(path)
    rescue.cancel()


def target(environ: dict[str, str] | None = None, **extra: Any) -> Target | Finding | Unjudged:
    given = Secret(json.dumps(extra))
    return target_of(Connection("c", "postgres", "127.0.0.1", 5432, "d", "etl", extra=given), environ or {}, None)


def test_a_service_file(pipe: str) -> None:
    for path, reason in ((pipe, "it is no plain file"), ("/dev/zero", "it is no plain file")):
        found = target({"PGSERVICEFILE": path}, service="x")
        assert isinstance(found, Finding)
        assert found.message == f"the service file {path} cannot be read: {reason}"
    found = target({"PGSERVICEFILE": os.devnull, "PGSYSCONFDIR": "/none"}, service="x")
    assert isinstance(found, Finding)
    assert found.rule == "postgres.service.unknown"


@pytest.mark.parametrize("name", ["/dev/zero", "a\ud800b", ""])
def test_a_password_file(name: str, pipe: str) -> None:
    found = target(passfile=name or pipe)
    assert isinstance(found, Target)
    (warning,) = found.warnings
    assert (warning.rule, warning.severity) == ("postgres.passfile.unreadable", Severity.WARNING)


def test_a_password_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "pgpass"
    path.write_bytes(b"*:*:*:*:" + b"x" * (1 << 20))
    path.chmod(0o600)
    found = target(passfile=str(path))
    assert isinstance(found, Target)
    assert found.password is None
    assert "larger than 1 MiB" in found.warnings[0].message


def context(**extra: Any) -> ssl.SSLContext | Finding | Unjudged:
    found = target(**extra)
    assert isinstance(found, Target), found
    return build_context(found, HostPort("127.0.0.1", 5432))


@pytest.mark.parametrize("mode", ["verify-ca", "require"])
def test_root_certificates(mode: str, pipe: str) -> None:
    for path in (pipe, "/dev/zero"):
        found = context(sslmode=mode, sslrootcert=path)
        assert isinstance(found, Finding)
        assert found.rule == "postgres.tls.root-unreadable"
        assert found.evidence["error"] == "it is no plain file"


def test_a_root_certificate_of_an_impossible_name() -> None:
    found = context(sslmode="verify-ca", sslrootcert="\ud800")
    assert isinstance(found, Finding)
    assert found.rule == "postgres.tls.root-missing"


@pytest.mark.parametrize(("name", "reason"), [("", "it is no plain file"), ("a\ud800b", "no file can have this name")])
def test_a_client_certificate(name: str, reason: str, pipe: str) -> None:
    found = context(sslmode="require", sslcert=name or pipe)
    assert isinstance(found, Finding)
    assert (found.rule, found.evidence["error"]) == ("postgres.tls.certificate-unreadable", reason)


@pytest.mark.parametrize(("name", "reason"), [("", "it is no plain file"), ("a\ud800b", "no file can have this name")])
def test_a_private_key(name: str, reason: str, pipe: str, tmp_path: Path) -> None:
    client = make(tmp_path, "etl")
    found = context(sslmode="require", sslcert=str(client.files.chain), sslkey=name or pipe)
    assert isinstance(found, Finding)
    assert (found.rule, found.evidence["error"]) == ("postgres.tls.key-missing", reason)


@pytest.mark.parametrize("name", ["", "\ud800", "/dev/zero"])
def test_a_list_of_revoked_certificates_is_done_without_as_by_libpq(name: str, pipe: str, tmp_path: Path) -> None:
    root = make(tmp_path, "Authority", authority=True)
    found = context(sslmode="verify-ca", sslrootcert=str(root.files.chain), sslcrl=name or pipe)
    assert not isinstance(found, Finding), found
