"""What the configuration says of its values beside them: origin, line, secrecy, kind."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow import rules_configuration as rules
from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.defaults import defaults_of
from safeconduct.airflow.option import Option
from safeconduct.model import Finding, Location, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from safeconduct.airflow.option import SecretResolver

    Load = Callable[..., Configuration]

FILE = """\
[core]
executor = LocalExecutor
parallelism = many
load_examples = False # really
broken = 10%
sql_alchemy_conn = postgresql://airflow:hunter2@db/airflow
dags_folder = ~/$WHERE
fernet_key_cmd = echo hunter2

[mine]
api_token = hunter2
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Read FILE, or another text, with these variables added to the environment."""

    def read(
        text: str = FILE, version: str = "2.11.2", resolve_secret: SecretResolver | None = None, **environ: str
    ) -> Configuration:
        (tmp_path / "airflow.cfg").write_text(text)
        base = {"HOME": "/home/me", "AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        configuration = Configuration.load({**base, **environ}, resolve_secret, version=version)
        assert isinstance(configuration, Configuration), configuration
        return configuration

    return read


def option(configuration: Configuration, section: str, key: str) -> Option:
    found = configuration.option(section, key)
    assert isinstance(found, Option), found
    return found


def finding(answer: object) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def test_the_origin_is_the_file_with_its_line(load: Load, tmp_path: Path) -> None:
    found = option(load(), "database", "sql_alchemy_conn")
    assert found.origin == "airflow.cfg [core] sql_alchemy_conn"
    assert found.location == Location(str(tmp_path / "airflow.cfg"), 6)
    assert found.value == Secret("postgresql://airflow:hunter2@db/airflow")


def test_the_origin_is_the_variable(load: Load) -> None:
    found = option(load(AIRFLOW__CORE__SQL_ALCHEMY_CONN="sqlite:////x.db"), "database", "sql_alchemy_conn")
    assert (found.origin, found.location) == ("AIRFLOW__CORE__SQL_ALCHEMY_CONN", None)


def test_the_origin_is_the_option_that_holds_the_command(load: Load) -> None:
    found = option(load(), "core", "fernet_key")
    assert (found.origin, found.reveal()) == ("airflow.cfg [core] fernet_key_cmd", "hunter2\n")
    assert found.location is not None
    assert found.location.line == 8


def test_the_origin_is_the_default_of_the_release(load: Load) -> None:
    assert option(load(), "core", "auth_manager").origin == "default of Airflow 2.11"
    assert option(load(version="2.7.3"), "core", "dag_run_conf_overrides_params").origin == "default of Airflow 2.7"
    assert option(load(version="3.1.0"), "api", "port").origin == "default of Airflow 3.3"


def test_a_former_name_gives_the_option_under_its_present_name(load: Load) -> None:
    found = option(load(), "core", "sql_alchemy_conn")
    assert (found.section, found.key) == ("database", "sql_alchemy_conn")


def test_an_option_that_nobody_knows_is_none(load: Load) -> None:
    assert load().option("core", "nope") is None
    assert load().get("core", "nope", "fallback") == "fallback"


def test_without_a_version_both_generations_are_known(load: Load) -> None:
    configuration = load("", version="", AIRFLOW__WEBSERVER__WEB_SERVER_PORT="9000")
    assert configuration.version is None
    assert option(configuration, "webserver", "web_server_host").origin == "default of Airflow 2.11"
    assert option(configuration, "dag_processor", "refresh_interval").origin == "default of Airflow 3.3"
    moved = option(configuration, "api", "port")
    assert (moved.value, moved.origin) == ("9000", "AIRFLOW__WEBSERVER__WEB_SERVER_PORT")
    there = option(configuration, "webserver", "web_server_port")
    assert (there.section, there.key) == ("webserver", "web_server_port"), "2.11 still has it under this name"


def test_a_commands_output_is_asked_for_once(load: Load, tmp_path: Path) -> None:
    count = tmp_path / "count"
    configuration = load("", AIRFLOW__CORE__FERNET_KEY_CMD=f"bash -c 'echo run >> {count}; echo key'")
    assert not count.exists(), "nothing runs when the configuration is loaded"
    for _ in range(3):
        assert option(configuration, "core", "fernet_key").reveal() == "key\n"
    assert count.read_text() == "run\n"


def test_no_secret_is_seen_in_the_configuration_or_its_options(load: Load) -> None:
    configuration = load(AIRFLOW__SMTP__SMTP_PASSWORD="hunter2")
    names = [("database", "sql_alchemy_conn"), ("core", "fernet_key"), ("mine", "api_token"), ("smtp", "smtp_password")]
    options = [option(configuration, *name) for name in names]
    assert all(isinstance(found.value, Secret) and "hunter2" in found.reveal() for found in options)
    seen = [*options, configuration, configuration._sources, configuration.option("core", "broken")]
    for thing in seen:
        assert "hunter2" not in repr(thing)
        assert "hunter2" not in f"{thing} {thing!s}"
    assert b"hunter2" not in pickle.dumps(options)


def test_findings_do_not_show_the_value_that_is_wrong(load: Load) -> None:
    configuration = load(
        "[mine]\npassword = hunter2%\nlimit = hunter2\n[core]\nfernet_key_cmd = hunter2 'hunter2\n",
        LOOP="$LOOP hunter2",
        AIRFLOW__CORE__LOOP="$LOOP",
    )
    found = [
        configuration.option("mine", "password"),
        configuration.option("core", "fernet_key"),
        configuration.option("core", "loop"),
        configuration.getint("mine", "limit"),
        configuration.getboolean("mine", "limit"),
    ]
    assert [finding(answer).rule for answer in found] == [
        rules.VALUE_MALFORMED.id,
        rules.COMMAND_FAILED.id,
        rules.VALUE_ENDLESS.id,
        rules.VALUE_TYPE.id,
        rules.VALUE_TYPE.id,
    ]
    assert "hunter2" not in repr(found)


def test_a_lone_percent_sign_is_a_finding_with_its_line(load: Load) -> None:
    found = finding(load().option("core", "broken"))
    assert found.rule == rules.VALUE_MALFORMED.id
    assert found.location is not None
    assert found.location.line == 5
    assert "line 5" in found.message


def test_yes_and_no(load: Load) -> None:
    configuration = load(AIRFLOW__CORE__ON=" T ", AIRFLOW__CORE__ODD="yes")
    assert configuration.getboolean("core", "on") is True
    assert configuration.getboolean("core", "load_examples") is False
    assert finding(configuration.getboolean("core", "odd")).rule == rules.VALUE_TYPE.id
    assert finding(configuration.getboolean("core", "nope")).rule == rules.OPTION_MISSING.id
    assert configuration.getboolean("core", "nope", fallback=False) is False


def test_whole_numbers(load: Load) -> None:
    assert load().getint("core", "max_active_tasks_per_dag") == 16
    assert finding(load().getint("core", "parallelism")).location == load().option("core", "parallelism").location  # type: ignore[union-attr]
    assert load(version="3.3.2", AIRFLOW__CORE__N="5.0").getint("core", "n") == 5
    assert finding(load(AIRFLOW__CORE__N="5.0").getint("core", "n")).rule == rules.VALUE_TYPE.id
    assert load().getint("core", "nope", fallback=0) == 0


def test_values_that_airflow_makes_up_are_not_judged(load: Load, tmp_path: Path) -> None:
    answer = load().option("webserver", "secret_key")
    assert isinstance(answer, Unjudged)
    assert "random" in answer.reason
    assert isinstance(load(version="3.3.2").option("webserver", "secret_key"), Unjudged)
    assert option(load("[core]\n"), "core", "fernet_key").value == Secret(""), "an existing file without a key"
    fresh = Configuration.load({"HOME": str(tmp_path / "fresh")}, version="2.11.2")
    assert isinstance(fresh, Configuration)
    assert not fresh.file_found
    assert isinstance(fresh.option("core", "fernet_key"), Unjudged), "a new file will have a new key"


def test_home_and_path_are_expanded(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "NAME": "flow"}
    default = Configuration.load(environ, version="2.11.2")
    named = Configuration.load({**environ, "AIRFLOW_HOME": "~/${NAME}", "AIRFLOW_CONFIG": "$HOME/x.cfg"}, version="")
    assert isinstance(default, Configuration)
    assert isinstance(named, Configuration)
    assert (default.home, default.path) == (f"{tmp_path}/airflow", f"{tmp_path}/airflow/airflow.cfg")
    assert (named.home, named.path) == (f"{tmp_path}/flow", f"{tmp_path}/x.cfg")
    assert option(named, "core", "dags_folder").value == f"{tmp_path}/flow/dags"


SECRET_PATHS = "[core]\nfernet_key_secret = path/of/key\n[secrets]\nbackend = some.Backend\n"


def test_a_secret_option_is_asked_of_the_resolver(load: Load) -> None:
    asked: list[str] = []

    def resolve(path: str) -> Secret:
        asked.append(path)
        return Secret("from the vault")

    found = option(load(SECRET_PATHS, resolve_secret=resolve), "core", "fernet_key")
    assert (found.value, asked) == (Secret("from the vault"), ["path/of/key"])
    assert found.origin == "airflow.cfg [core] fernet_key_secret"
    found = option(
        load(SECRET_PATHS, resolve_secret=resolve, AIRFLOW__CORE__FERNET_KEY_SECRET="b"), "core", "fernet_key"
    )
    assert (found.origin, asked) == ("AIRFLOW__CORE__FERNET_KEY_SECRET", ["path/of/key", "b"])


def test_a_resolver_may_come_later(load: Load) -> None:
    configuration = load(SECRET_PATHS)
    assert isinstance(configuration.option("core", "fernet_key"), Unjudged)
    later = configuration.with_secrets(lambda path: Secret(f"value of {path}"))
    assert option(later, "core", "fernet_key").value == Secret("value of path/of/key")


def test_what_the_resolver_says_is_handed_on(load: Load) -> None:
    refused = Finding("secrets.backend.down", "vault", "The vault is sealed.")
    assert load(SECRET_PATHS, resolve_secret=lambda _: refused).option("core", "fernet_key") is refused
    unknown = load(SECRET_PATHS, resolve_secret=lambda _: None)
    assert option(unknown, "core", "fernet_key").origin == "default of Airflow 2.11"


def test_without_a_resolver_a_secret_option_is_not_judged(load: Load) -> None:
    answer = load(SECRET_PATHS).option("core", "fernet_key")
    assert isinstance(answer, Unjudged)
    assert answer.subject == "[core] fernet_key"
    assert "airflow.cfg [core] fernet_key_secret" in answer.reason


def test_the_backend_cannot_keep_its_own_options(load: Load) -> None:
    configuration = load(SECRET_PATHS + "backend_kwargs_secret = x\n", resolve_secret=lambda _: Secret("never"))
    assert finding(configuration.option("secrets", "backend_kwargs")).rule == rules.SECRET_FAILED.id


@pytest.mark.parametrize("setting", [{"AIRFLOW__CORE__UNIT_TEST_MODE": "True"}, {}])
def test_unit_test_mode_is_a_finding(setting: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text("[core]\nunit_test_mode = " + ("False" if setting else "t"))
    answer = Configuration.load({"AIRFLOW_HOME": str(tmp_path), **setting})
    assert finding(answer).rule == rules.UNIT_TEST_MODE.id


@pytest.mark.parametrize(
    "environ", [{"A": "$B", "B": "$A"}, {"A": "$A$A"}, {"A": "x${A}"}], ids=["circle", "explosion", "growth"]
)
def test_endless_references_end(environ: dict[str, str], load: Load) -> None:
    answer = load(AIRFLOW__CORE__X="$A", **environ).option("core", "x")
    assert finding(answer).rule == rules.VALUE_ENDLESS.id
    assert finding(Configuration.load({**environ, "AIRFLOW_HOME": "$A"})).subject == "AIRFLOW_HOME"


@pytest.mark.parametrize(
    ("version", "release"), [("2.7.0", "2.7"), ("2.8.1", "2.11"), ("2.10.5", "2.11"), ("3.0.0", "3.3")]
)
def test_the_nearest_release_stands_in_for_the_others(version: str, release: str) -> None:
    assert {default.release for default in defaults_of(version, lambda _: True).values.values()} == {release}


def test_the_rules_are_complete_and_all_say_what_to_do() -> None:
    named = {rule.id for name, rule in vars(rules).items() if name.isupper() and name != "RULES"}
    assert {rule.id for rule in rules.RULES} == named
    assert all(rule.cause and rule.evidence and rule.remedy and rule.title for rule in rules.RULES)
    assert all(rule_id.startswith("airflow.configuration.") for rule_id in named)


def test_evidence_is_text(load: Load) -> None:
    assert json.dumps(dict(finding(load().option("core", "broken")).evidence))
