"""What is lost on the way to another Airflow or place, connection by connection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safeconduct.model import Connection, Finding, Secret, Severity
from safeconduct.secrets.linting import lint
from tests.journeys.keeping import Desk

PASSWORD = Secret("Pl4nted-Word")


def connection(conn_id: str = "c", conn_type: str = "postgres", extra: object = None, **fields: object) -> Connection:
    text = extra if isinstance(extra, str) else json.dumps(extra) if extra is not None else None
    return Connection(conn_id, conn_type, extra=Secret(text) if text is not None else None, **fields)  # type: ignore[arg-type]


def found(one: Connection, in_row: bool = False) -> dict[str, Finding]:
    return {finding.rule.removeprefix("secrets.connection."): finding for finding in lint(one, in_row)}


@pytest.mark.parametrize(
    ("one", "rules"),
    [
        (connection(host="db", password=PASSWORD, extra={"sslmode": "require", "retries": 3}), set()),
        (connection(password=Secret("a#b@c/d:e?f%g")), set()),
        (connection(conn_type="google_cloud_platform"), set()),
        (connection(conn_type="postgresql"), set()),
        (connection(host="/var/run/postgresql"), set()),
        (connection("a b"), {"name-refused"}),
        (connection("c" * 250), set()),
        (connection("c" * 251), {"name-refused"}),
        (connection(host="h" * 500), set()),
        (connection(host="h" * 501), {"field-cut"}),
        (connection(login="l" * 501), {"field-cut"}),
        (connection(password=Secret("p" * 4000)), {"field-cut"}),
        (connection(extra="sslmode=require"), {"extra-not-object"}),
        (connection(extra="[1]"), {"extra-not-object"}),
        (connection(extra="{}"), set()),
        (connection(password=Secret("")), {"password-empty"}),
        (connection(extra={"a": "123"}), {"uri-changes"}),
        (connection(extra={"a": "true"}), {"uri-changes"}),
        (connection(extra={"a": 123, "b": "123"}), set()),
        (connection("c", "http", host="http://x"), {"uri-changes"}),
        (connection("c", "http", host="https://x"), set()),
        (connection(conn_type="my_Type"), {"uri-changes"}),
        (connection(conn_type="my-type"), {"uri-changes", "json-changes"}),
        (connection(extra={"aws_secret_access_key": "Pl4nted-Key"}), {"secret-in-extra"}),
    ],
)
def test_what_is_lost(one: Connection, rules: set[str]) -> None:
    assert set(found(one)) == rules


def test_each_airflow_is_told_by_itself() -> None:
    changes = found(connection(extra={"retries": "3", "sslmode": "require"}))["uri-changes"]
    assert changes.evidence == {"Airflow 3.x": "extra (retries)"}
    protocol = found(connection("c", "http", host="http://x"))["uri-changes"]
    assert protocol.evidence == {"Airflow 2.x": "host (its protocol)"}


@pytest.mark.parametrize(
    ("conn_type", "key", "reference"),
    [
        ("aws", "aws_secret_access_key", "refer c --role-arn arn:aws:iam::123456789012:role/NAME"),
        ("google_cloud_platform", "extra__google_cloud_platform__keyfile_dict", "refer c --key-path /"),
        ("snowflake", "private_key_content", "refer c --private-key-file /"),
        ("ssh", "private_key", "refer c --key-file /"),
        ("wasb", "sas_token", "refer c --managed-identity-client-id"),
        ("vault", "jwt_token", "refer c --jwt-token-path /"),
        ("vault", "secret_id", "auth_type kubernetes"),
        ("slack", "token", "connections move"),
    ],
)
def test_a_secret_in_an_extra_is_told_with_what_can_stand_there(conn_type: str, key: str, reference: str) -> None:
    finding = found(connection("c", conn_type, {key: "Pl4nted-Key"}))["secret-in-extra"]
    assert reference in finding.remedies[0].text
    assert "Pl4nted" not in repr(finding)


def test_a_reference_is_no_secret() -> None:
    assert found(connection("c", "snowflake", {"private_key_file": "/keys/p8", "token_path": "/t"})) == {}


def test_what_would_be_moved_is_a_note() -> None:
    finding = found(connection(password=PASSWORD, extra={"a": 1, "api_key": "Pl4nted-Key"}), True)["movable"]
    assert (finding.severity, finding.evidence) == (Severity.NOTE, {"moves": "password, extra.api_key"})


def test_the_command_ends_with_1_where_something_would_be_lost(tmp_path: Path) -> None:
    desk = Desk(tmp_path, tmp_path / "home")
    desk.must("connections", "init", str(desk.airflow_home), "--real")
    desk.must("connections", "add", "good", "--type", "postgres", "--password", "-", "--real", stdin="Pl4nted-Word")
    said = desk.must("connections", "lint")
    assert "note: `connections move` would take out of its row: password" in said
    assert "1 connection looked at; nothing would be lost." in said
    desk.must(
        "connections", "add", "bad", "--type", "http", "--extra", '{"a": "1", "token": "Pl4nted-Token"}', "--real"
    )
    said = desk.run("connections", "lint").output
    assert "its extra holds secrets: token" in said
    assert "Airflow 3.x reads back another extra (a)" in said
    assert desk.run("connections", "lint", "bad", "--format", "sarif").code == 1
    assert desk.run("connections", "lint", "good", "--format", "json").code == 0
    assert "airflow.connection.unknown" in desk.run("connections", "lint", "nowhere").output
