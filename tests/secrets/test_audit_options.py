"""Options that do nothing or have another name: held against what each Airflow release knows."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.defaults import defaults_of
from safeconduct.model import Finding, RemedyKind
from safeconduct.secrets.audit.options import Former, former_options, options_audit

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Pl4nted-Word"
RELEASES = ("2.7.3", "2.11.2", "3.3.2")


def numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def audited(folder: Path, text: str, release: str, environ: dict[str, str] | None = None) -> list[Finding]:
    (folder / "airflow.cfg").write_text(text)
    configuration = Configuration.load({"AIRFLOW_HOME": str(folder), **(environ or {})}, version=release)
    assert isinstance(configuration, Configuration)
    found = list(options_audit(configuration, release))
    assert SECRET not in repr(found)
    return found


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("one", former_options(), ids=lambda one: "/".join(one.name))
def test_the_table_says_what_the_release_knows(one: Former, release: str) -> None:
    """A dead option has no default and no present name there; a renamed one leads to its present name."""
    known = defaults_of(release, lambda _: True)
    if one.gone and numbers(one.gone) <= numbers(release):
        assert one.name not in known.values
        assert one.name not in known.moved_from
    elif numbers(one.since) <= numbers(release):
        assert one.name in known.moved_from or one.name[0] in known.renamed_sections.values()
    else:
        newer = ("allow_raw_html_descriptions", "internal_api_secret_key")  # not in 2.7 yet
        assert one.name in known.values or one.name in known.sensitive or one.name[1] in newer
    if one.now and numbers(release) >= (3,):
        assert one.now in known.values or one.now in known.sensitive or one.now[1] == "sql_alchemy_connect_args"


def test_each_is_told_where_it_is_set(tmp_path: Path) -> None:
    text = f"[webserver]\nrbac = {SECRET}\nsecret_key_cmd = echo {SECRET}\n"
    found = audited(
        tmp_path, text, "3.3.2", {"AIRFLOW__API__AUTH_BACKENDS": SECRET, "AIRFLOW__LDAP__BIND_PASSWORD_CMD": "x"}
    )
    told = {one.subject: (one.rule.rpartition(".")[2], one.evidence["set in"]) for one in found}
    assert told == {
        "[webserver] rbac": ("without-effect", "airflow.cfg [webserver] rbac"),
        "[webserver] secret_key": ("renamed", "airflow.cfg [webserver] secret_key_cmd"),
        "[api] auth_backends": ("without-effect", "AIRFLOW__API__AUTH_BACKENDS"),
        "[ldap] bind_password": ("without-effect", "AIRFLOW__LDAP__BIND_PASSWORD_CMD"),
    }
    remedies = {one.subject: one.remedies[0] for one in found}
    assert remedies["[api] auth_backends"].text == "AIRFLOW__FAB__AUTH_BACKENDS=<the same value>"
    assert remedies["[ldap] bind_password"].text == "unset AIRFLOW__LDAP__BIND_PASSWORD_CMD"
    assert [one.location.line for one in found if one.location] == [2, 3]


def test_what_is_in_place_in_its_release_is_left_alone(tmp_path: Path) -> None:
    text = "[webserver]\nsecret_key = x\ncookie_secure = True\n[api]\nauth_backends = a\n[core]\nfernet_key = x\n"
    assert audited(tmp_path, text, "2.11.2") == []
    assert len(audited(tmp_path, text, "3.3.2")) == 3


@pytest.mark.parametrize(
    ("release", "there"),
    [
        ("2.11.2", "session_lifetime_minutes = <minutes>@webserver"),
        ("3.3.2", "session_lifetime_minutes = <minutes>@fab"),
    ],
)
def test_the_present_name_is_that_of_the_release(tmp_path: Path, release: str, there: str) -> None:
    (found,) = audited(tmp_path, "[webserver]\nforce_log_out_after = 5\n", release)
    text, _, section = there.partition("@")
    assert found.remedies[0].text == text
    assert f"in [{section}]" in found.remedies[0].when


def test_that_an_old_name_is_overtaken_is_said(tmp_path: Path) -> None:
    text = "[core]\nsql_alchemy_conn = sqlite:////a\n"
    (alone,) = audited(tmp_path, text, "2.11.2")
    assert alone.message.endswith("and is still read")
    (both,) = audited(tmp_path, f"{text}[database]\nsql_alchemy_conn = sqlite:////b\n", "2.11.2")
    assert both.message.endswith("so that the old name does nothing")


def test_the_command_takes_the_option_out_and_nothing_else(tmp_path: Path) -> None:
    before = "[ldap]\nrbac = 1\n[webserver]\nrbac = True\nrbac_too = 1\n# rbac = 1\n[core]\nrbac = 1\n"
    (found,) = audited(tmp_path, before, "2.11.2")
    (remedy,) = found.remedies
    assert remedy.kind is RemedyKind.COMMAND
    subprocess.run(remedy.text, shell=True, check=True)
    assert (tmp_path / "airflow.cfg").read_text() == before.replace("rbac = True\n", "")


def test_hiding_that_is_switched_off(tmp_path: Path) -> None:
    (found,) = audited(tmp_path, "[core]\nhide_sensitive_var_conn_fields = f\n", "3.3.2")
    assert found.rule == "secrets.option.masking-off"
    assert audited(tmp_path, "[core]\nhide_sensitive_var_conn_fields = True\n", "3.3.2") == []
