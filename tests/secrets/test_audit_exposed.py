"""Which secrets Airflow shows: held against the maskers of real Airflows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.hiding import Hiding, hiding_of
from safeconduct.model import Connection, Finding, Secret
from safeconduct.secrets.audit.exposed import in_description, in_fields, shown_in_extra, shown_variable
from safeconduct.secrets.variables import Variable
from tests.secrets.metadata_file import told_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from safeconduct.secrets.audit.exposed import Told
    from tests.servers.airflow import Airflow

SECRET = "Pl4nted-Word-7"
NAMES = """password db_password pwd pass passwd passphrase token access_token max_tokens tokenizer pat jwt secret
    secret_id account_key sas_url api_key apikey api-key API.Key Api_Key private_key private-key ssh_key rsa_key sslkey
    access_key connection_string dsn webhook webhook_url proxy proxies proxy_host authorization auth_header bearer
    credentials keyfile_dict service_account service_key host region mine my_own""".split()
CODE = """
try:
    from airflow._shared.secrets_masker import redact
except ImportError:
    from airflow.utils.log.secrets_masker import redact
from airflow import settings
if hasattr(settings, "initialize"):
    settings.initialize()
deep = value = {}
for level in range(8):
    deep["l"] = {"password": "word %d" % level}
    deep = deep["l"]
tell([redact({name: "the word"})[name] != "the word" for name in names] + [json.dumps(redact(value))])
"""


def hiding(folder: Path, release: str, options: str = "") -> Hiding:
    (folder / "airflow.cfg").write_text(f"[core]\n{options}")
    configuration = Configuration.load({"AIRFLOW_HOME": str(folder)}, version=release)
    assert isinstance(configuration, Configuration)
    return hiding_of(configuration, release)


def test_the_names_are_hidden_that_airflow_hides(any_airflow: Airflow, tmp_path: Path) -> None:
    release = any_airflow.cli("version").output.split()[-1]
    any_airflow.settings["AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES"] = "mine, own"
    told = told_by(any_airflow, CODE, names=NAMES)
    ours = hiding(tmp_path, release, "sensitive_var_conn_names = mine, own\n")
    assert {name for name in NAMES if ours.hides([name])} == {
        name for name, is_hidden in zip(NAMES, told, strict=False) if is_hidden
    }
    shown = told[-1]
    for level in range(8):
        path = ["l"] * (level + 1) + ["password"]
        assert ours.hides(path) is (f"word {level}" not in shown), level


def test_nothing_is_hidden_where_it_is_switched_off(tmp_path: Path) -> None:
    assert not hiding(tmp_path, "3.3.2", "hide_sensitive_var_conn_fields = False\n").hides(["password"])
    assert hiding(tmp_path, "3.3.2").hides(["password"])


def only(found: Iterable[Told]) -> Finding | None:
    told = [finding() for _, finding in found]
    assert len(told) <= 1
    assert SECRET not in repr(told)
    return told[0] if told else None


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        ({"password": SECRET, "token": SECRET}, ""),
        ({"pwd": SECRET}, "pwd"),
        ({"a": [{"pat": SECRET}]}, "a.0.pat"),
        ({"secret": {"pwd": SECRET}}, ""),
        ({"url": f"https://u:{SECRET}@example.com"}, "url"),
        ({"path/with": {"account_key": SECRET}}, "path/with.account_key"),
        ({"region": "eu-central-1", "max_tokens": 4096}, ""),
        ({"pwd": "{{ var.value.pwd }}"}, ""),
        ({f"https://u:{SECRET}@example.com": 1}, "a name that is a secret itself"),
        (f"password={SECRET}", "extra"),
        ([{"pwd": SECRET}], "extra.0.pwd"),
        ("", ""),
        ("{}", ""),
    ],
)
def test_what_of_an_extra_is_shown(tmp_path: Path, extra: object, named: str) -> None:
    text = extra if isinstance(extra, str) else json.dumps(extra)
    found = only(shown_in_extra(Connection("c", "generic", extra=Secret(text)), hiding(tmp_path, "3.3.2")))
    assert (found.message.rpartition(" under ")[2] if found else "") == named


@pytest.mark.parametrize(
    ("key", "value", "in_2", "in_3"),
    [
        ("api_pwd", SECRET, True, True),
        ("api_password", SECRET, False, False),
        ("conf", json.dumps({"pwd": SECRET}), True, True),
        ("conf", json.dumps({"password": SECRET}), True, False),
        ("secrets_of_all", json.dumps({"pwd": SECRET}), False, False),
        ("greeting", "hello", False, False),
        ("dsn_of", f"postgresql://u:{SECRET}@db/x", True, False),
        ("address", f"postgresql://u:{SECRET}@db/x", True, True),
        ("empty", "", False, False),
        ("number", "12345", False, False),
    ],
)
def test_what_of_a_variable_is_shown(tmp_path: Path, key: str, value: str, in_2: bool, in_3: bool) -> None:
    """Airflow 2 looks at the key alone."""
    variable = Variable(key, Secret(value))
    for release, shown in (("2.11.2", in_2), ("3.3.2", in_3)):
        found = only(shown_variable(variable, hiding(tmp_path, release)))
        assert bool(found) is shown
        if found and key == "conf":
            name = "conf" if release == "2.11.2" else "pwd"
            assert found.remedies[0].text == f"sensitive_var_conn_names = {name}"


def test_the_option_has_the_names_that_were_there_and_those_that_lack(tmp_path: Path) -> None:
    ours = hiding(tmp_path, "3.3.2", "sensitive_var_conn_names = sas, own\n")
    extra = json.dumps({"Account-Key": SECRET, "x": {"pwd": SECRET, "no,way": f"password={SECRET}"}})
    found = only(shown_in_extra(Connection("c", "generic", extra=Secret(extra)), ours))
    assert found
    remedy = found.remedies[0]
    assert remedy.text == "sensitive_var_conn_names = sas,own,account_key,pwd"
    assert remedy.when == "in airflow.cfg [core] sensitive_var_conn_names"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"host": f"http://u:{SECRET}@web"}, ["host"]),
        ({"host": "db.example.com", "login": "3f1c2d9a-0b1c-4d5e-8f90-a1b2c3d4e5f6"}, []),
        ({"login": "xK29sdLk2j3Lkj23lkjQ0"}, []),
        ({"description": f"password={SECRET}"}, ["description"]),
        ({"description": "The password is in Vault."}, []),
        ({"schema": f"db?password={SECRET}"}, ["schema"]),
        ({"login": f"token={SECRET}", "description": f"pwd: {SECRET}"}, ["login", "description"]),
    ],
)
def test_fields_that_are_never_encrypted(fields: dict[str, str], found: list[str]) -> None:
    found_in = in_fields(Connection("my c's", "generic", **fields))  # type: ignore[arg-type]
    told = [finding() for _, finding in found_in]
    assert [one.evidence["field"] for one in told] == found
    assert SECRET not in repr(told)
    for one in told:
        command = "safeconduct connections add 'my c'\"'\"'s' --overwrite --real --uri -"
        statement = "UPDATE connection SET description = NULL WHERE conn_id = 'my c''s';"
        assert one.remedies[0].text == (statement if one.evidence["field"] == "description" else command)


def test_a_variable_s_description() -> None:
    found = only(in_description(Variable("k", Secret(""), f"token={SECRET}"), "`key`"))
    assert found
    assert found.remedies[0].text == "UPDATE variable SET description = NULL WHERE `key` = 'k';"
