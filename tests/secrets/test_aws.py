"""AWS Secrets Manager and Parameter Store as Airflow's classes read them, and every way to fail."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.model import Finding, Secret, Severity, Unjudged
from safeconduct.secrets import Found
from safeconduct.secrets.aws_session import AwsSession, session_of
from safeconduct.secrets.kwargs import Kwargs
from safeconduct.secrets.parameter_store_client import ParameterStoreClient
from safeconduct.secrets.place import Kind, Place, Record
from safeconduct.secrets.records import RecordBackend
from safeconduct.secrets.secrets_manager_client import SecretsManagerClient
from tests.secrets.aws_places import MANAGER, STORE, aws, aws_server
from tests.secrets.vaults import opened
from tests.servers.hostile import SilentPort
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.aws import Aws

__all__ = ["aws", "aws_server"]
URI = "postgres://etl:hunter2@db/sales"
BOTH = pytest.mark.parametrize("backend", [MANAGER, STORE], ids=["manager", "store"])


def place(home: Path, kwargs: object, backend: str, timeout: float = 5) -> RecordBackend:
    found = opened(home, kwargs, backend, timeout=timeout)
    assert isinstance(found.backend, RecordBackend), found
    return found.backend


def keep(aws: Aws, backend: str, path: str, text: str) -> None:
    if backend == MANAGER:
        aws.secret(path, text)
    else:
        aws.parameter(f"/{path}", text)


def host(answer: object) -> str | None:
    assert isinstance(answer, Found), answer
    return answer.connection.host


def rule(answer: object) -> str:
    assert isinstance(answer, Finding), answer
    return answer.rule


@BOTH
def test_records_are_found_under_their_prefixes(aws: Aws, backend: str, tmp_path: Path) -> None:
    keep(aws, backend, "airflow/connections/a", URI)
    keep(aws, backend, "airflow/variables/limit", "7")
    keep(aws, backend, "airflow/config/key", "8")
    keep(aws, backend, "mine/b", json.dumps({"conn_type": "postgres", "host": "db"}))
    ours = place(tmp_path, aws.options, backend)
    assert host(ours.get("a")) == "db"
    assert ours.get("nowhere") is None
    record = ours.record(Kind.VARIABLE, "limit")
    assert isinstance(record, Record)
    assert record.text == Secret("7")
    assert ours.option("key") == Secret("8")
    assert ours.conn_ids() == ("a",)
    mine = place(tmp_path, {**aws.options, "connections_prefix": "mine/"}, backend)
    assert host(mine.get("b")) == "db"
    unasked = place(tmp_path, {**aws.options, "connections_prefix": None}, backend)
    assert (unasked.get("a"), unasked.conn_ids()) == (None, ())
    some = place(tmp_path, {**aws.options, "connections_lookup_pattern": "^A"}, backend)
    assert (host(some.get("a")), some.get("b")) == ("db", None)


def test_the_fields_of_a_secret_have_several_names(aws: Aws, tmp_path: Path) -> None:
    fields = {"engine": "postgres", "server": "db", "user": "etl", "pass": "hunter2", "database": "sales", "port": "1"}
    aws.secret("airflow/connections/a", json.dumps(fields))
    answer = place(tmp_path, aws.options, MANAGER).get("a")
    assert isinstance(answer, Found)
    connection = answer.connection
    assert (connection.host, connection.login, connection.schema, connection.port) == ("db", "etl", "sales", 1)
    assert connection.password == Secret("hunter2")
    aws.secret("airflow-b", json.dumps({"engine": "postgres", "wirt": "db"}))
    kwargs = {**aws.options, "connections_prefix": "airflow", "sep": "-", "extra_conn_words": {"host": ["wirt"]}}
    assert host(place(tmp_path, kwargs, MANAGER).get("b")) == "db"


@BOTH
def test_an_option_that_airflow_passes_over_is_a_warning_and_the_default_counts(
    aws: Aws, backend: str, tmp_path: Path
) -> None:
    keep(aws, backend, "airflow/connections/a", URI)
    found = opened(tmp_path, {**aws.options, "connections_path": "mine", "full_url_mode": False}, backend)
    assert found.backend is not None
    assert host(found.backend.get("a")) == "db"
    assert {(one.rule, one.severity) for one in found.findings} == {("secrets.backend.kwarg-unknown", Severity.WARNING)}
    assert "it is called connections_prefix" in found.findings[0].message


@BOTH
def test_what_the_key_may_not_do_is_said_and_listing_is_not_needed(aws: Aws, backend: str, tmp_path: Path) -> None:
    keep(aws, backend, "airflow/connections/a", URI)
    action = "secretsmanager:GetSecretValue" if backend == MANAGER else "ssm:GetParameter"
    ours = place(tmp_path, aws.user(action), backend)
    assert host(ours.get("a")) == "db"
    assert isinstance(ours.conn_ids(), Unjudged)
    aws.reset()
    answer = place(tmp_path, aws.user(), backend).get("a")
    assert rule(answer) == "secrets.backend.forbidden"
    assert isinstance(answer, Finding)
    assert "airflow/connections/a" in answer.evidence["record"]


@BOTH
def test_a_key_that_does_not_count(aws: Aws, backend: str, tmp_path: Path) -> None:
    aws.user()
    wrong = {**aws.options, "aws_access_key_id": "AKIAOFNOBODY", "aws_secret_access_key": "planted-secret-key"}
    answer = place(tmp_path, wrong, backend).get("a")
    # moto names the error in XML, where AWS does in JSON: only its status is left. AWS's own words are tested below.
    assert rule(answer) == "secrets.backend.forbidden"
    assert "planted" not in str(answer)


@BOTH
def test_no_key_and_no_region_are_said(aws: Aws, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    url = {"endpoint_url": aws.url}
    answers = [
        place(tmp_path, {**url, "region_name": "eu-central-1"}, backend).get("a"),
        place(tmp_path, url, backend).get("a"),
        place(tmp_path, {**url, "profile_name": "nobody"}, backend).get("a"),
    ]
    assert [rule(answer) for answer in answers] == [
        "secrets.backend.login-refused",
        "secrets.backend.kwarg-invalid",
        "secrets.backend.login-refused",
    ]


@BOTH
@pytest.mark.parametrize(
    "name", ["x" * 300, "größe", "a b", "a?b", "../x", "\n", "x" * 3000], ids=lambda name: ascii(name[:9])
)
def test_odd_names_end_in_an_answer(aws: Aws, backend: str, name: str, tmp_path: Path) -> None:
    answer = place(tmp_path, aws.options, backend).get(name)
    assert answer is None or rule(answer) == "secrets.record.name-impossible"


def test_binary_and_broken_secrets(aws: Aws, tmp_path: Path) -> None:
    aws.secret("airflow/connections/binary", b"\x00\xff")
    aws.secret("airflow/connections/broken", '{"host": ')
    aws.secret("airflow/connections/empty", " ")
    ours = place(tmp_path, aws.options, MANAGER)
    assert [rule(ours.get(name)) for name in ("binary", "broken")] == ["secrets.record.malformed"] * 2
    assert rule(ours.get("empty")) == "airflow.connection.malformed"


class Answering:
    """A service that answers every request with one error of AWS's, and counts them."""

    def __init__(self, status: int, body: bytes) -> None:
        outer = self
        self.count = 0

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.count += 1
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def answering(status: int, code: str) -> Answering:
    return Answering(status, json.dumps({"__type": code, "message": "Planted-Text"}).encode())


@BOTH
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "ThrottlingException", "secrets.backend.throttled"),
        (400, "ExpiredTokenException", "secrets.backend.login-refused"),
        (400, "AccessDeniedException", "secrets.backend.forbidden"),
        (400, "DecryptionFailure", "secrets.backend.failed"),
        (500, "InternalServiceError", "secrets.backend.failed"),
        (400, "SomethingNew", "secrets.backend.failed"),
    ],
)
def test_each_error_of_aws(backend: str, status: int, code: str, expected: str, tmp_path: Path) -> None:
    server = answering(status, code)
    kwargs = {"endpoint_url": server.url, "region_name": "x", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    answer = place(tmp_path, kwargs, backend, timeout=10).get("a")
    server.close()
    assert rule(answer) == expected
    assert "Planted-Text" not in str(answer)
    if code == "ThrottlingException":
        assert server.count == 4, "with pauses in between"


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', bytes(range(256))])
def test_nonsense_is_a_finding(backend: str, body: bytes, tmp_path: Path) -> None:
    server = Answering(200, body)
    kwargs = {"endpoint_url": server.url, "region_name": "x", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    answer = place(tmp_path, kwargs, backend).get("a")
    server.close()
    assert rule(answer) in {"secrets.backend.failed", "secrets.record.malformed"}


@BOTH
def test_an_address_that_leads_nowhere(backend: str, tmp_path: Path) -> None:
    key = {"region_name": "x", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    with SilentPort() as silent:
        urls = [f"http://127.0.0.1:{free_port()}", "https://aws.invalid", f"http://127.0.0.1:{silent.port}", "nonsense"]
        answers = [place(tmp_path, {**key, "endpoint_url": url}, backend, timeout=1).get("a") for url in urls]
    assert [rule(answer) for answer in answers] == ["secrets.backend.unreachable"] * 3 + [
        "secrets.backend.kwarg-invalid"
    ]


def clients(aws: Aws) -> Iterator[Any]:
    for service, kind in (("secretsmanager", SecretsManagerClient), ("ssm", ParameterStoreClient)):
        session = session_of(Kwargs(aws.options, "x"), service, Place("AWS", aws.url, "x"), 5)
        assert isinstance(session, AwsSession)
        yield kind(session)


def test_records_are_written_and_deleted(aws: Aws) -> None:
    for client in clients(aws):
        assert client.version_of("/a/b") is None
        client.put("/a/b", Secret("1"))
        first = client.version_of("/a/b")
        client.put("/a/b", Secret("2"))
        assert client.read("/a/b") == Secret("2")
        assert client.version_of("/a/b") != first
        client.delete("/a/b")


def test_ten_thousand_look_ups_log_in_once_and_nothing_shows_the_key(aws: Aws, tmp_path: Path) -> None:
    for number in range(20):
        aws.secret(f"airflow/connections/c{number}", URI)
    role: dict[str, object] = {**aws.options, "role_arn": "arn:aws:iam::123456789012:role/airflow"}
    role["service_config"] = {"sts": {"endpoint_url": aws.url}}
    ours = place(tmp_path, role, MANAGER)
    for number in range(10_000):
        assert isinstance(ours.get(f"c{number % 20}"), Found)
    assert aws.options["aws_secret_access_key"] in [secret.reveal() for secret in ours.secrets]
    assert aws.options["aws_secret_access_key"] not in repr([ours, vars(ours), opened(tmp_path, role, MANAGER)])
