"""References in place of secrets: what leaves a connection of each type, what comes, and what stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from safeconduct.model import Connection, Secret
from safeconduct.secrets.aws_profiles import where_profile
from safeconduct.secrets.key_files import KeyFileTrouble, check, text_for
from safeconduct.secrets.references import REFERENCES, Content, Form
from safeconduct.secrets.referring import account_fault, form_fault, known_for, passphrases_of, refer, secret_of

if TYPE_CHECKING:
    from safeconduct.secrets.references import Reference
    from safeconduct.secrets.referring import Referral

KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPl4ntedKEY"
ROLE = "arn:aws:iam::123456789012:role/etl"
GOOGLE_KEY = {"type": "service_account", "project_id": "p", "private_key": "-----BEGIN Pl4nted-Key\n-----\n"}


def connection(
    conn_type: str, extra: dict[str, Any] | None = None, password: str | None = None, **more: Any
) -> Connection:
    text = Secret(json.dumps(extra)) if extra is not None else None
    return Connection("c", conn_type, password=Secret(password) if password else None, extra=text, **more)


def reference(conn_type: str, option: str) -> Reference:
    return next(one for one in REFERENCES[conn_type] if one.option == option)


def referred(before: Connection, **given: object) -> Referral:
    known = {one.option.replace("-", "_"): one for one in known_for(before)}
    return refer(before, {known[name]: value for name, value in given.items()})


@pytest.mark.parametrize(
    ("before", "given", "leaves", "extra"),
    [
        (
            connection(
                "aws", {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": KEY, "region_name": "x"}
            ),
            {"role_arn": ROLE},
            ("extra.aws_secret_access_key", "extra.aws_access_key_id"),
            {"region_name": "x", "role_arn": ROLE},
        ),
        (
            connection("aws", {"assume_role_kwargs": {"DurationSeconds": 900}}, KEY, login="AKIAIOSFODNN7EXAMPLE"),
            {"role_arn": ROLE, "external_id": "abc"},
            ("login", "password"),
            {"assume_role_kwargs": {"DurationSeconds": 900, "ExternalId": "abc"}, "role_arn": ROLE},
        ),
        (
            connection(
                "aws", {"session_kwargs": {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": KEY}}
            ),
            {"profile": "etl"},
            ("extra.session_kwargs.aws_secret_access_key", "extra.session_kwargs.aws_access_key_id"),
            {"profile_name": "etl"},
        ),
        (
            connection("aws", {"extra__aws__aws_secret_access_key": KEY, "extra__aws__profile_name": "old"}),
            {"profile": "etl"},
            ("extra.extra__aws__aws_secret_access_key", "extra.extra__aws__profile_name"),
            {"profile_name": "etl"},
        ),
        (
            connection("google_cloud_platform", {"extra__google_cloud_platform__keyfile_dict": json.dumps(GOOGLE_KEY)}),
            {"key_secret_name": "etl-key", "key_secret_project_id": "p"},
            ("extra.extra__google_cloud_platform__keyfile_dict",),
            {"key_secret_name": "etl-key", "key_secret_project_id": "p"},
        ),
        (
            connection(
                "google-cloud-platform", {"keyfile_dict": GOOGLE_KEY, "key_secret_name": "old", "num_retries": 5}
            ),
            {"key_path": "/k.json"},
            ("extra.keyfile_dict", "extra.key_secret_name"),
            {"num_retries": 5, "key_path": "/k.json"},
        ),
        (
            connection("snowflake", {"extra__snowflake__private_key_content": "Pl4nted-Key", "account": "a"}),
            {"private_key_file": "/k.p8"},
            ("extra.extra__snowflake__private_key_content",),
            {"account": "a", "private_key_file": "/k.p8"},
        ),
        (
            connection("kubernetes", {"kube_config": "Pl4nted-Key", "namespace": "n"}),
            {"in_cluster": True},
            ("extra.kube_config",),
            {"namespace": "n", "in_cluster": True},
        ),
        (
            connection("wasb", {"tenant_id": "t"}, "Pl4nted-Key", login="account"),
            {"managed_identity_client_id": "i", "workload_identity_tenant_id": "t"},
            ("password", "extra.tenant_id"),
            {"managed_identity_client_id": "i", "workload_identity_tenant_id": "t"},
        ),
        (
            connection("azure", {"key_json": {"clientSecret": "Pl4nted-Key"}, "subscriptionId": "s"}),
            {"managed_identity_client_id": "i"},
            ("extra.key_json",),
            {"subscriptionId": "s", "managed_identity_client_id": "i"},
        ),
        (
            connection("databricks", {"token": "dapiPl4nted", "azure_tenant_id": "t"}, "Pl4nted-Key", login="app"),
            {"use_azure_managed_identity": True},
            ("password", "extra.token", "extra.azure_tenant_id"),
            {"use_azure_managed_identity": True},
        ),
        (
            connection("vault", {"jwt_token": "Pl4nted-Token", "auth_type": "jwt"}),
            {"jwt_token_path": "/t"},
            ("extra.jwt_token",),
            {"auth_type": "jwt", "jwt_token_path": "/t"},
        ),
        (
            connection("postgresql", {"sslmode": "require"}, "Pl4nted-Word", host="db", login="etl"),
            {"passfile": "/pgpass"},
            ("password",),
            {"sslmode": "require", "passfile": "/pgpass"},
        ),
    ],
)
def test_the_secret_leaves_and_the_reference_comes(
    before: Connection, given: dict[str, object], leaves: tuple[str, ...], extra: dict[str, Any]
) -> None:
    found = referred(before, **given)
    assert found.leaves == leaves
    assert dict(found.after.extras) == extra
    assert (found.after.host, found.after.conn_type, found.stays) == (before.host, before.conn_type, ())
    assert found.after.password is None
    again = referred(found.after, **given)
    assert not again.changes


def test_what_stays_is_named() -> None:
    before = connection(
        "aws",
        {"aws_secret_access_key": KEY, "copy": f"key={KEY}", "api_key": "Pl4nted-Key"},
        description=f"the key is {KEY}",
    )
    found = referred(before, role_arn=ROLE)
    assert set(found.same) == {"description", "extra.copy"}
    assert set(found.stays) == {"description", "extra.copy", "extra.api_key"}


def test_a_login_that_is_no_key_stays() -> None:
    found = referred(connection("aws", {"aws_secret_access_key": KEY}, login="somebody"), role_arn=ROLE)
    assert (found.after.login, found.leaves) == ("somebody", ("extra.aws_secret_access_key",))


def test_the_password_of_an_encrypted_key_stays() -> None:
    before = connection("snowflake", {"private_key_content": "Pl4nted-Key"}, "Pl4nted-Word")
    found = referred(before, private_key_file="/k.p8")
    assert found.after.password == before.password
    assert found.stays == ("password",)


@pytest.mark.parametrize(
    ("conn_type", "option", "value", "good"),
    [
        ("aws", "role-arn", ROLE, True),
        ("aws", "role-arn", "arn:aws-us-gov:iam::123456789012:role/path/etl@x", True),
        ("aws", "role-arn", "arn:aws:iam::12:role/etl", False),
        ("aws", "role-arn", "arn:aws:iam::123456789012:user/etl", False),
        ("aws", "role-arn", f"{ROLE}\n", False),
        ("aws", "profile", "my profile", True),
        ("aws", "profile", "", False),
        ("aws", "profile", "a]\n[b", False),
        ("google_cloud_platform", "key-secret-name", "etl_key-1", True),
        ("google_cloud_platform", "key-secret-name", "projects/p/secrets/s", False),
        ("google_cloud_platform", "key-path", "/etc/k.json", True),
        ("google_cloud_platform", "key-path", "/etc/k.p12", False),
        ("google_cloud_platform", "key-path", "k.json", False),
        ("sftp", "key-file", "~/.ssh/id", False),
    ],
)
def test_what_is_malformed_is_told(conn_type: str, option: str, value: str, good: bool) -> None:
    fault = form_fault(reference(conn_type, option), value)
    assert (fault == "") is good
    assert "\n" not in fault


def test_every_reference_is_whole() -> None:
    for one in {one for some in REFERENCES.values() for one in some}:
        assert one.needs or one.unseen, one.option
        assert one.needs or one.form is Form.FLAG or form_fault(one, one.example) == "", one.option
        assert one.needs or one.instead or one.fields, one.option


def test_an_account_that_only_the_secret_names_is_not_lost() -> None:
    before = connection("wasb", {"connection_string": "AccountName=a;AccountKey=Pl4nted-Key"})
    assert "storage account" in account_fault(before, referred(before, managed_identity_client_id="i"))
    named = connection("wasb", {"connection_string": "AccountKey=Pl4nted-Key"}, login="a")
    assert account_fault(named, referred(named, managed_identity_client_id="i")) == ""


# Files


def fault(content: Content, path: Path, secret: object, **fields: Any) -> str:
    whole = connection("x", **fields)
    try:
        check(content, str(path), secret, whole, passphrases_of(whole))
    except KeyFileTrouble as trouble:
        return str(trouble)
    return ""


def test_a_google_key_is_the_same_however_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(GOOGLE_KEY, indent=4))
    escaped = json.dumps({**GOOGLE_KEY, "private_key": GOOGLE_KEY["private_key"].replace("\n", "\\n")})
    for secret in (GOOGLE_KEY, json.dumps(GOOGLE_KEY), escaped, None):
        assert fault(Content.JSON, path, secret) == ""
    assert "another secret" in fault(Content.JSON, path, {**GOOGLE_KEY, "project_id": "q"})
    assert json.loads(text_for(Content.JSON, escaped)) == GOOGLE_KEY
    path.write_text("[]")
    assert "no JSON object" in fault(Content.JSON, path, None)
    assert "cannot be read" in fault(Content.JSON, tmp_path / "nowhere", GOOGLE_KEY)
    assert "cannot be read" in fault(Content.JSON, tmp_path, GOOGLE_KEY)


def private_key(key: Any, form: Any = forms.PrivateFormat.OpenSSH, word: bytes = b"") -> str:
    sealed = forms.BestAvailableEncryption(word) if word else forms.NoEncryption()
    return bytes(key.private_bytes(forms.Encoding.PEM, form, sealed)).decode()


def test_an_ssh_key_is_the_same_in_another_form_but_needs_no_passphrase(tmp_path: Path) -> None:
    key, path = ec.generate_private_key(ec.SECP256R1()), tmp_path / "id"
    path.write_text(private_key(key))
    assert fault(Content.SSH_KEY, path, private_key(key)) == ""
    assert fault(Content.SSH_KEY, path, private_key(key, forms.PrivateFormat.PKCS8)) == ""
    other = private_key(ed25519.Ed25519PrivateKey.generate())
    assert "another secret" in fault(Content.SSH_KEY, path, other)
    path.write_text(private_key(key, forms.PrivateFormat.PKCS8, b"Pl4nted-Word"))
    assert "passphrase" in fault(Content.SSH_KEY, path, private_key(key))
    assert fault(Content.SSH_KEY, path, private_key(key), password="Pl4nted-Word") == ""
    sealed = private_key(key, forms.PrivateFormat.PKCS8, b"Pl4nted-Word")
    path.write_text(private_key(key))
    assert "cannot be opened" in fault(Content.SSH_KEY, path, sealed)
    check(Content.SSH_KEY, str(path), sealed, connection("ssh"), ["other", "Pl4nted-Word"])
    with pytest.raises(KeyFileTrouble, match="passphrase"):
        text_for(Content.SSH_KEY, private_key(key, forms.PrivateFormat.PKCS8, b"Pl4nted-Word"))


def test_a_password_file_has_to_have_the_password(tmp_path: Path) -> None:
    path = tmp_path / "pgpass"
    path.write_text("db:5432:*:etl:Pl4nted-Word\n")
    where = {"host": "db", "login": "etl"}
    assert "group or others" in fault(Content.PASSFILE, path, "Pl4nted-Word", **where)
    path.chmod(0o600)
    assert fault(Content.PASSFILE, path, "Pl4nted-Word", **where) == ""
    assert "another password" in fault(Content.PASSFILE, path, "Pl4nted-Key", **where)
    assert "no line for" in fault(Content.PASSFILE, path, "Pl4nted-Word", host="elsewhere", login="etl")
    with pytest.raises(KeyFileTrouble):
        text_for(Content.PASSFILE, "Pl4nted-Word")


def test_a_configuration_is_the_same_as_json_and_as_yaml(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    path = tmp_path / "kube"
    path.write_text("a: 1\nb: [2]\n")
    assert fault(Content.KUBE, path, {"a": 1, "b": [2]}) == ""
    assert fault(Content.KUBE, path, '{"a": 1, "b": [2]}') == ""
    assert "another secret" in fault(Content.KUBE, path, {"a": 2})


def test_the_secret_that_a_file_stands_for_is_found_under_its_older_name() -> None:
    before = connection("google_cloud_platform", {"extra__google_cloud_platform__keyfile_dict": "{}"})
    assert secret_of(before, reference("google_cloud_platform", "key-path")) == "{}"


def test_a_profile_is_looked_for_as_botocore_does(tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[default]\nregion = x\n[profile etl]\nregion = x\n")
    (folder / "credentials").write_text("[other]\naws_access_key_id = x\n")
    assert where_profile("etl", {}, tmp_path) == str(folder / "config")
    assert where_profile("other", {}, tmp_path) == str(folder / "credentials")
    assert where_profile("default", {}, tmp_path) == str(folder / "config")
    assert where_profile("profile etl", {}, tmp_path) == ""
    assert where_profile("etl", {"AWS_CONFIG_FILE": "/nowhere"}, tmp_path) == ""
    assert where_profile("etl", {}, None) == ""
