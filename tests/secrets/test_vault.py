"""Vault as Airflow's VaultBackend reads it: paths, versions, ways in, one login, and every way to fail."""

from __future__ import annotations

import json
import ssl
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets import ConnectionBackend, Found
from safeconduct.secrets.place import Kind, Place, Record
from safeconduct.secrets.records import RecordBackend
from safeconduct.secrets.vault_client import VaultClient, client_of
from safeconduct.secrets.vault_login import Credential
from safeconduct.secrets.vault_session import VaultSession, VaultSettings
from safeconduct.secrets.vault_troubles import CasMismatch
from tests.fakes.vault import FakeVault
from tests.secrets.vaults import fake_vault, opened, vault
from tests.servers import hostile
from tests.servers.certificates import Authority, Certificate
from tests.servers.hostile import Hostile, SilentPort
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.secrets.vaults import Vault

__all__ = ["fake_vault", "vault"]
URI = "postgres://etl:hunter2@db/sales"
ALL = ("read secret/data/*", "list secret/metadata/*")
SECRET_ID = "the-secret-id"


def by_token(vault: Vault, *paths: str, **more: object) -> dict[str, object]:
    return {"url": vault.url, "token": vault.token(*(paths or ALL)), **more}


def by_approle(vault: Vault, *paths: str, **more: object) -> dict[str, object]:
    vault.let_in("approle", "role", SECRET_ID, *(paths or ALL))
    return {"url": vault.url, "auth_type": "approle", "role_id": "role", "secret_id": SECRET_ID, **more}


def backend(home: Path, kwargs: object, timeout: float = 5) -> RecordBackend:
    found = opened(home, kwargs, timeout=timeout)
    assert isinstance(found.backend, RecordBackend), found
    assert found.findings == ()
    return found.backend


def host(answer: object) -> str | None:
    assert isinstance(answer, Found), answer
    return answer.connection.host


def rule(answer: object) -> str:
    assert isinstance(answer, Finding), answer
    return answer.rule


def test_a_record_is_a_uri_or_the_fields_of_a_connection(vault: Vault, tmp_path: Path) -> None:
    vault.put("connections/uri", {"conn_uri": URI})
    vault.put("connections/fields", {"conn_type": "postgres", "host": "db2", "port": 5433, "password": "hunter2"})
    place = backend(tmp_path, by_token(vault))
    answer = place.get("uri")
    assert host(answer) == "db"
    assert isinstance(answer, Found)
    assert answer.definition == f"Vault at {vault.url}, secret/data/connections/uri"
    assert host(place.get("fields")) == "db2"
    assert place.get("nowhere") is None
    assert place.conn_ids() == ("fields", "uri")
    assert [name for name, _ in place.all()] == ["fields", "uri"]


def test_paths_are_put_together_as_airflow_does(vault: Vault, tmp_path: Path) -> None:
    vault.mount("kv1", 1)
    vault.put("a/one", {"conn_uri": URI}, mount="kv1")
    vault.put("last/two", {"conn_uri": URI}, mount="kv1")
    vault.put("three", {"conn_uri": URI}, mount="kv1")
    ours = {"kv_engine_version": 1, "mount_point": "kv1"}
    kwargs = by_token(vault, "read kv1/*", "list kv1/*", **ours)
    place = backend(tmp_path, {**kwargs, "connections_path": ["b", "a/"], "global_secrets_path": "last"})
    assert [host(place.get(name)) for name in ("one", "two")] == ["db", "db"]
    assert host(backend(tmp_path, {**kwargs, "connections_path": ""}).get("three")) == "db"
    assert backend(tmp_path, {**kwargs, "connections_path": None}).get("three") is None
    bare = backend(tmp_path, {**kwargs, "mount_point": None, "connections_path": "a"})
    assert host(bare.get("kv1/one")) == "db"
    assert bare.get("one") is None
    assert isinstance(bare.conn_ids(), Unjudged)


def test_variables_and_options_are_under_paths_of_their_own(vault: Vault, tmp_path: Path) -> None:
    vault.put("variables/limit", {"value": "7"})
    vault.put("config/sql_alchemy_conn", {"value": "sqlite:///x"})
    vault.put("config/empty", {"other": "7"})
    place = backend(tmp_path, by_token(vault))
    record = place.record(Kind.VARIABLE, "limit")
    assert isinstance(record, Record)
    assert record.text == Secret("7")
    assert place.option("sql_alchemy_conn") == Secret("sqlite:///x")
    assert place.option("nowhere") is None
    assert rule(place.option("empty")) == "secrets.record.malformed"


def test_deleted_and_destroyed_versions_are_absent(fake_vault: FakeVault, tmp_path: Path) -> None:
    for name in ("deleted", "destroyed", "newer"):
        fake_vault.put(f"connections/{name}", {"conn_uri": URI})
    fake_vault.versions("connections/deleted")[0].deleted = True
    fake_vault.versions("connections/destroyed")[0].destroyed = True
    fake_vault.put("connections/newer", {"conn_uri": "postgres://newer"})
    place = backend(tmp_path, by_token(fake_vault))
    assert (place.get("deleted"), place.get("destroyed")) == (None, None)
    assert host(place.get("newer")) == "newer"


def test_namespaces_are_kept_apart(fake_vault: FakeVault, tmp_path: Path) -> None:
    fake_vault.mount("secret", 2, namespace="team")
    fake_vault.put("connections/a", {"conn_uri": URI}, namespace="team")
    assert host(backend(tmp_path, by_token(fake_vault, namespace="team")).get("a")) == "db"
    assert backend(tmp_path, by_token(fake_vault)).get("a") is None


WAYS = {
    "userpass": {"username": "airflow", "password": "pw-of-airflow"},
    "ldap": {"username": "airflow", "password": "pw-of-airflow"},
    "approle": {"role_id": "airflow", "secret_id": "pw-of-airflow"},
    "kubernetes": {"kubernetes_role": "airflow", "kubernetes_jwt_path": "{home}/jwt"},
    "jwt": {"jwt_role": "airflow", "jwt_token": "pw-of-airflow"},
}


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("mount", ["", "elsewhere"])
def test_every_way_in(fake_vault: FakeVault, tmp_path: Path, method: str, mount: str) -> None:
    (tmp_path / "jwt").write_text("pw-of-airflow\n")
    fake_vault.let_in(method, "airflow", "pw-of-airflow", *ALL, mount=mount)
    fake_vault.put("connections/a", {"conn_uri": URI})
    proofs = {name: value.replace("{home}", str(tmp_path)) for name, value in WAYS[method].items()}
    kwargs = {"url": fake_vault.url, "auth_type": method, **proofs}
    place = backend(tmp_path, {**kwargs, "auth_mount_point": mount} if mount else kwargs)
    assert host(place.get("a")) == "db"
    assert fake_vault.logins == {mount or method: 1}


def test_a_token_comes_out_of_a_file_too(vault: Vault, tmp_path: Path) -> None:
    vault.put("connections/a", {"conn_uri": URI})
    (tmp_path / "token").write_text(vault.token(*ALL) + "\n")
    kwargs = {"url": vault.url, "token_path": str(tmp_path / "token")}
    assert host(backend(tmp_path, kwargs).get("a")) == "db"
    (tmp_path / "token").unlink()
    answer = backend(tmp_path, kwargs | {"namespace": "x"}).get("a")
    assert rule(answer) == "secrets.backend.login-refused"
    assert "No such file" in str(answer)


def test_ten_thousand_look_ups_cost_one_login(fake_vault: FakeVault, tmp_path: Path) -> None:
    for number in range(500):
        fake_vault.put(f"connections/c{number}", {"conn_uri": URI})
    kwargs = by_approle(fake_vault)
    places = [backend(tmp_path, kwargs) for _ in range(2)]
    for number in range(10_000):
        assert isinstance(places[number % 2].get(f"c{number % 500}"), Found)
    assert fake_vault.logins == {"approle": 1}
    assert sum(fake_vault.requests.values()) <= 502, "each record is read once in a minute, by one of the two"


def test_an_expired_token_costs_one_login_more_and_a_forbidden_path_none(fake_vault: FakeVault, tmp_path: Path) -> None:
    for name in ("a", "b"):
        fake_vault.put(f"connections/{name}", {"conn_uri": URI})
    place = backend(tmp_path, by_approle(fake_vault, "read secret/data/connections/[ab]"))
    assert host(place.get("a")) == "db"
    fake_vault.expire_tokens()
    assert host(place.get("b")) == "db"
    assert fake_vault.logins == {"approle": 2}
    assert [rule(place.get(f"other{number}")) for number in range(3)] == ["secrets.backend.forbidden"] * 3
    assert fake_vault.logins == {"approle": 2}


def test_a_lease_is_renewed_before_it_ends(fake_vault: FakeVault) -> None:
    fake_vault.let_in("approle", "role", SECRET_ID, *ALL)
    fake_vault.put("connections/a", {"conn_uri": URI})
    now = [0.0]
    fake_vault.lease, fake_vault.now = 90, lambda: now[0]
    settings = VaultSettings(fake_vault.url, Credential("approle", role="role", proof=Secret(SECRET_ID)))
    client = VaultClient(VaultSession(settings, Place("Vault", fake_vault.url, "x"), clock=lambda: now[0]))
    for now[0] in (0.0, 59.0, 61.0, 120.0, 140.0, 200.0):
        assert client.read("secret", "connections/a", 2) is not None
    assert fake_vault.logins == {"approle": 1}
    assert fake_vault.requests["POST auth/token/renew-self"] == 3
    now[0] = 900.0
    assert client.read("secret", "connections/a", 2) is not None
    assert fake_vault.logins == {"approle": 2}, "what had ended meanwhile is replaced"


def test_a_forbidden_path_is_said_with_what_allows_it_and_listing_is_not_needed(vault: Vault, tmp_path: Path) -> None:
    vault.put("connections/a", {"conn_uri": URI})
    vault.put("connections/b", {"conn_uri": URI})
    place = backend(tmp_path, by_token(vault, "read secret/data/connections/a"))
    assert host(place.get("a")) == "db"
    answer = place.get("b")
    assert rule(answer) == "secrets.backend.forbidden"
    assert isinstance(answer, Finding)
    assert 'path "secret/data/connections/b" { capabilities = ["read"] }' in answer.remedies[0].text
    assert "airflow" in answer.evidence["policies"]
    assert isinstance(place.conn_ids(), Unjudged)
    assert [(name, type(one)) for name, one in place.all()] == [("", Unjudged)]


def test_another_engine_is_named(vault: Vault, tmp_path: Path) -> None:
    vault.mount("kv1", 1)
    paths = ("read secret/*", "read kv1/*", "read nothing/*")
    answers = [
        backend(tmp_path, by_token(vault, *paths, kv_engine_version=1)).get("a"),
        backend(tmp_path, by_token(vault, *paths, mount_point="kv1")).get("a"),
        backend(tmp_path, by_token(vault, *paths, mount_point="nothing")).get("a"),
    ]
    assert [rule(answer) for answer in answers] == ["secrets.vault.mount-wrong"] * 3
    assert [answer.evidence["found"] for answer in answers if isinstance(answer, Finding)] == [
        "KV version 2 is mounted there, and kv_engine_version is 1",
        "KV version 1 is mounted there, and kv_engine_version is 2",
        "no secrets engine is mounted there",
    ]


def test_what_passes_is_waited_for(fake_vault: FakeVault, tmp_path: Path) -> None:
    fake_vault.put("connections/a", {"conn_uri": URI})
    place = backend(tmp_path, by_token(fake_vault))
    fake_vault.faults = [429, 500, 502]
    assert host(place.get("a")) == "db"


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "sealed": ({"sealed": True}, "secrets.backend.sealed"),
    "new": ({"initialized": False}, "secrets.backend.sealed"),
    "throttled": ({"fault": 429}, "secrets.backend.throttled"),
    "fails": ({"fault": 500}, "secrets.backend.failed"),
    "refuses": ({"fault": 400}, "secrets.backend.failed"),
    "teapot": ({"fault": 418}, "secrets.backend.failed"),
    "slow": ({"delay": 3.0}, "secrets.backend.unreachable"),
    "empty": ({"fault": b""}, "secrets.record.malformed"),
    "list": ({"fault": b"[1]"}, "secrets.record.malformed"),
    "page": ({"fault": b"<html>hello</html>"}, "secrets.record.malformed"),
    "text": ({"fault": b'{"data": "x"}'}, "secrets.record.malformed"),
    "flat": ({"fault": b'{"data": {"data": [1]}}'}, "secrets.record.malformed"),
    "binary": ({"fault": bytes(range(256))}, "secrets.record.malformed"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_vault_that_does_not_answer_as_it_should_is_a_finding(
    fake_vault: FakeVault, tmp_path: Path, name: str
) -> None:
    state, expected = FAULTS[name]
    place = backend(tmp_path, by_token(fake_vault), timeout=0.4)
    for key, value in state.items():
        setattr(fake_vault, key, value)
    begun = time.monotonic()
    assert rule(place.get("a")) == expected
    assert isinstance(place.conn_ids(), (Finding, Unjudged))
    assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize("script", ["HANGS_UP", "GARBAGE", "SSH", "DRIPS", "NEVER_ANSWERS", "RESETS"])
def test_a_port_that_is_no_vault_is_a_finding_in_time(tmp_path: Path, script: str) -> None:
    with Hostile(*getattr(hostile, script)) as server:
        kwargs = {"url": f"http://127.0.0.1:{server.port}", "token": "hvs.of-nobody"}
        begun = time.monotonic()
        answer = backend(tmp_path, kwargs, timeout=0.5).get("a")
    assert rule(answer) == "secrets.backend.unreachable"
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("url", "expected", "words"),
    [
        ("http://127.0.0.1:{closed}", "secrets.backend.unreachable", "Connection refused"),
        ("https://vault.invalid:8200", "secrets.backend.unreachable", "its name has no address"),
        ("vault:8200", "secrets.backend.kwarg-invalid", "url is none that can be asked"),
        ("http://", "secrets.backend.kwarg-invalid", "url is none that can be asked"),
        ("http://user:pass-word@127.0.0.1:{closed}", "secrets.backend.unreachable", "user:***@127.0.0.1"),
    ],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, url: str, expected: str, words: str) -> None:
    answer = backend(tmp_path, {"url": url.format(closed=free_port()), "token": "hvs.x"}, timeout=1).get("a")
    assert rule(answer) == expected
    assert words in str(answer)
    assert "pass-word" not in str(answer)


def test_a_certificate_is_looked_at_as_the_options_say(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    certificate, expired = authority.issue("127.0.0.1"), authority.issue("127.0.0.1", expired=True)
    with FakeVault(context(certificate)) as vault:
        vault.put("connections/a", {"conn_uri": URI})
        kwargs = by_token(vault)
        assert host(backend(tmp_path, {**kwargs, "verify": str(authority.file)}).get("a")) == "db"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # urllib3's own, of what is asked for here
            assert host(backend(tmp_path, {**kwargs, "verify": False}).get("a")) == "db"
        untrusted = backend(tmp_path, kwargs).get("a")
        absent = backend(tmp_path, {**kwargs, "verify": str(tmp_path / "nowhere.crt")}).get("a")
    assert (rule(untrusted), rule(absent)) == ("secrets.backend.unreachable", "secrets.backend.kwarg-invalid")
    assert "its certificate is not trusted: unable to get local issuer certificate" in str(untrusted)
    with FakeVault(context(expired)) as vault:
        answer = backend(tmp_path, by_token(vault, verify=str(authority.file))).get("a")
        assert "its certificate is not trusted: certificate has expired" in str(answer)
        login = by_approle(vault, verify=str(tmp_path / "nowhere.crt"))
        assert rule(backend(tmp_path, login).get("a")) == "secrets.backend.kwarg-invalid"


def context(certificate: Certificate) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(certificate.chain, certificate.key)
    return found


def test_a_vault_that_is_down_is_asked_once_for_all_connections(tmp_path: Path) -> None:
    with SilentPort() as silent:
        place = backend(tmp_path, {"url": f"http://127.0.0.1:{silent.port}", "token": "hvs.x"}, timeout=0.3)
        begun = time.monotonic()
        answers = [place.get(f"c{number}") for number in range(50)]
    assert time.monotonic() - begun < 3
    assert {rule(answer) for answer in answers} == {"secrets.backend.unreachable"}
    assert [answer.subject for answer in answers if isinstance(answer, Finding)][:2] == ["c0", "c1"]


def test_a_login_that_is_refused_is_tried_once(fake_vault: FakeVault, tmp_path: Path) -> None:
    fake_vault.let_in("userpass", "airflow", "right", *ALL)
    kwargs = {"url": fake_vault.url, "auth_type": "userpass", "username": "airflow", "password": "wrong-one"}
    place = backend(tmp_path, kwargs)
    assert {rule(place.get(f"c{number}")) for number in range(20)} == {"secrets.backend.login-refused"}
    assert fake_vault.logins == {"userpass": 1}, "directory accounts are locked by repeated failures"


NAMES = ["x" * 300, "größe", "a b", "a#b", "a?b", "a/b", "%2e%2e/x", "'; DROP TABLE", "\n", "a\0b"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_odd_names_are_looked_up_as_they_are(fake_vault: FakeVault, tmp_path: Path, name: str) -> None:
    place = backend(tmp_path, by_token(fake_vault))
    assert place.get(name) is None
    fake_vault.put(f"connections/{name}", {"conn_uri": URI})
    assert host(backend(tmp_path, by_token(fake_vault)).get(name)) == "db"


@pytest.mark.parametrize("name", ["..", "../variables/x", "a/../../b", "./a"])
def test_a_name_that_leads_out_of_its_path_is_refused(fake_vault: FakeVault, tmp_path: Path, name: str) -> None:
    assert rule(backend(tmp_path, by_token(fake_vault)).get(name)) == "secrets.record.name-impossible"
    assert not fake_vault.requests


RECORDS = {
    "unknown field": ({"conn_type": "postgres", "hostname": "db"}, "airflow.connection.malformed"),
    "uri is a list": ({"conn_uri": [URI]}, "secrets.record.malformed"),
    "port is a word": ({"conn_type": "postgres", "port": "x"}, "airflow.connection.malformed"),
    "broken uri": ({"conn_uri": "postgres://a:b/c@d@e:x/f"}, "airflow.connection.malformed"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_is_no_connection_is_a_finding_with_its_path(
    fake_vault: FakeVault, tmp_path: Path, name: str
) -> None:
    fields, expected = RECORDS[name]
    fake_vault.put("connections/a", fields)
    answer = backend(tmp_path, by_token(fake_vault)).get("a")
    assert rule(answer) == expected
    assert "secret/data/connections/a" in str(answer)


def test_records_are_written_on_top_of_what_the_writer_saw(fake_vault: FakeVault) -> None:
    token = fake_vault.token("read secret/*", "update secret/*", "delete secret/*", "update kv1/*", "read kv1/*")
    settings = VaultSettings(fake_vault.url, Credential("token", proof=Secret(token)))
    client = client_of(settings, Place("Vault", fake_vault.url, "x"))
    assert client_of(settings, Place("Vault", fake_vault.url, "x")) is client
    assert client.version_of("secret", "a") == 0
    client.put("secret", "a", 2, {"value": "1"}, cas=0)
    with pytest.raises(CasMismatch):
        client.put("secret", "a", 2, {"value": "2"}, cas=0)
    client.put("secret", "a", 2, {"value": "2"}, cas=client.version_of("secret", "a"))
    assert client.read("secret", "a", 2) == {"value": "2"}
    client.delete("secret", "a", 2)
    assert client.read("secret", "a", 2) is None
    fake_vault.mount("kv1", 1)
    client.put("kv1", "a", 1, {"value": "1"})
    assert client.read("kv1", "a", 1) == {"value": "1"}


def test_nothing_shows_a_credential(fake_vault: FakeVault, tmp_path: Path) -> None:
    fake_vault.put("connections/a", {"conn_uri": URI})
    found = opened(tmp_path, by_approle(fake_vault))
    assert isinstance(found.backend, ConnectionBackend)
    answer = found.backend.get("a")
    secrets = [secret.reveal() for secret in found.backend.secrets]
    assert SECRET_ID in secrets
    assert len(secrets) == 2, "and the token that it gave"
    shown = repr([found, answer, vars(found.backend), vars(vars(found.backend)["_source"])])
    assert [secret for secret in [*secrets, "hunter2"] if secret in shown] == []
    assert json.dumps(secrets)
