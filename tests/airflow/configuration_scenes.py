"""Environments in which Airflow is asked for options: what it says is recorded, and what we say must be the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.airflow.defaults import defaults_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Name = tuple[str, str]
VERSIONS = ("2.7.3", "2.11.2", "3.3.2")


@dataclass(frozen=True)
class Scene:
    """airflow.cfg, the environment, and the options asked for. `{HOME}` stands for the home directory."""

    id: str
    asked: tuple[Name, ...]
    file: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)


PLAIN_FILE = """\
[DEFAULT]
shared = from the default section
[core]
# fernet_key = commented out
executor = LocalExecutor
plain=  spaces around go{SPACES}
colon : a value
empty =
percent = 100%%
reference = %(plain)s, and %(shared)s
home = ~/dags
variable = $FOLDER/${FOLDER}/$UNKNOWN/${UNKNOWN}
nested = $OUTER
comment = value # not a comment
quoted = "quotes stay"
braces = {AIRFLOW_HOME}/not/replaced
lines = one
    two
    three
Mixed = never found
[Database]
sql_alchemy_conn = never found
[common.io]
xcom_objectstorage_path = file:///x
[mine]
password = hunter2
""".replace("{SPACES}", "   ")

ENVIRONMENT = {
    "AIRFLOW__CORE__PLAIN": "from the environment",
    "AIRFLOW__CORE__PERCENT": "a%%b%c",
    "AIRFLOW__CORE__NESTED": "~/$OUTER",
    "AIRFLOW__CORE__EMPTY_TOO": "",
    "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": "file:///y",
    "airflow__core__executor": "never read",
    "AIRFLOW__CORE__ONLY_HERE": "yes",
    "AIRFLOW__MINE__PASSWORD_CMD": "echo not for this option",
}

# Strongest first; each scene of the ladder holds one of them and all that are weaker.
LADDER: tuple[tuple[str, str], ...] = (
    ("env", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"),
    ("env", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD"),
    ("env", "AIRFLOW__CORE__SQL_ALCHEMY_CONN"),
    ("env", "AIRFLOW__CORE__SQL_ALCHEMY_CONN_CMD"),
    ("database", "sql_alchemy_conn"),
    ("core", "sql_alchemy_conn"),
    ("database", "sql_alchemy_conn_cmd"),
    ("core", "sql_alchemy_conn_cmd"),
)

COMMANDS = """\
[core]
fernet_key_cmd = printf '%%s,%%s' "first key" second
dags_folder_cmd = echo not for this option
[database]
sql_alchemy_conn_cmd = true
[sentry]
sentry_dsn_cmd = false
[smtp]
smtp_password_cmd = echo $HOME
"""

UPGRADED = """\
[core]
hostname_callable = socket:getfqdn
executor = SequentialExecutor
[webserver]
navbar_color = #007a87
dag_default_view = tree
[email]
email_backend = airflow.contrib.utils.sendgrid.send_email
[logging]
log_filename_template = {{ ti.dag_id }}/{{ ti.task_id }}/{{ ts }}/{{ try_number }}.log
[api]
auth_backends = airflow.api.auth.backend.basic_auth
[elasticsearch]
log_id_template = {dag_id}-{task_id}-{execution_date}-{try_number}
[database]
sql_alchemy_conn = postgres+psycopg2://u:p%%40ss@h/db
"""


def scenes(version: str) -> list[Scene]:
    """All scenes for one Airflow version: its moved options differ."""
    return [*_FIXED, *_ladder(), *_moved(version)]


def every_default(version: str) -> Scene:
    """All options that have a default, the same with and without further providers, with nothing set at all."""
    alone, full = defaults_of(version, lambda _: False), defaults_of(version, lambda _: True)
    same = {name for name, default in alone.values.items() if full.values[name] == default}
    return Scene("defaults", tuple(sorted(same - alone.random)))


_IN_FILE: tuple[Name, ...] = (
    *(("core", key) for key in "executor plain colon empty percent reference home variable nested".split()),
    *(("core", key) for key in "comment quoted braces lines Mixed mixed shared fernet_key nope".split()),
    ("CORE", "EXECUTOR"),
    ("database", "sql_alchemy_conn"),
    ("Database", "sql_alchemy_conn"),
    ("database", "shared"),
    ("common.io", "xcom_objectstorage_path"),
    ("mine", "password"),
    ("nope", "nope"),
)
_VARIABLES = {"FOLDER": "/srv", "OUTER": "${INNER}!", "INNER": "$FOLDER"}
_FIXED = (
    Scene("file", _IN_FILE, PLAIN_FILE, _VARIABLES),
    Scene(
        "environment",
        (*_IN_FILE, ("core", "empty_too"), ("core", "only_here")),
        PLAIN_FILE,
        {**_VARIABLES, **ENVIRONMENT},
    ),
    Scene(
        "commands",
        (
            ("core", "fernet_key"),
            ("core", "fernet_key_cmd"),
            ("core", "dags_folder"),
            ("core", "dags_folder_cmd"),
            ("database", "sql_alchemy_conn"),
            ("core", "sql_alchemy_conn"),
            ("sentry", "sentry_dsn"),
            ("smtp", "smtp_password"),
        ),
        COMMANDS,
    ),
    Scene(
        "commands-in-the-environment",
        (("core", "fernet_key"), ("secrets", "backend_kwargs"), ("sentry", "sentry_dsn"), ("core", "executor")),
        "[core]\nfernet_key = in the file\n[secrets]\nbackend_kwargs = in the file\n",
        {
            "AIRFLOW__CORE__FERNET_KEY_CMD": "true",
            "AIRFLOW__SECRETS__BACKEND_KWARGS_CMD": "echo '{}'",
            "AIRFLOW__SENTRY__SENTRY_DSN_CMD": "no-such-program-anywhere",
            "AIRFLOW__CORE__EXECUTOR_CMD": "echo not for this option",
        },
    ),
    Scene(
        "secrets-without-a-backend",
        (("core", "fernet_key"), ("database", "sql_alchemy_conn"), ("secrets", "backend")),
        "[core]\nfernet_key_secret = path/of/key\nsql_alchemy_conn = sqlite:////old.db\n",
        {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET": "path/of/conn"},
    ),
    Scene(
        "upgraded",
        (
            ("core", "hostname_callable"),
            ("core", "executor"),
            ("webserver", "navbar_color"),
            ("webserver", "dag_default_view"),
            ("email", "email_backend"),
            ("logging", "log_filename_template"),
            ("api", "auth_backends"),
            ("elasticsearch", "log_id_template"),
            ("database", "sql_alchemy_conn"),
            ("core", "sql_alchemy_conn"),
        ),
        UPGRADED,
    ),
    Scene(
        "upgraded-from-the-environment",
        (("api", "auth_backends"), ("database", "sql_alchemy_conn"), ("core", "sql_alchemy_conn")),
        environ={
            "AIRFLOW__CORE__SQL_ALCHEMY_CONN": "postgres://u:p%40ss@h/db",
            "AIRFLOW__API__AUTH_BACKEND": "airflow.api.auth.backend.deny_all",
        },
    ),
    Scene(
        "renamed-section",
        (("kubernetes", "namespace"), ("kubernetes_executor", "namespace"), ("kubernetes", "worker_container_tag")),
        "[kubernetes]\nnamespace = old\n",
        {"AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_TAG": "new"},
    ),
    Scene("percent", (("core", "password"), ("core", "reference")), "[core]\npassword = 10%\nreference = %(nope)s\n"),
)


def _ladder() -> list[Scene]:
    asked = (("database", "sql_alchemy_conn"), ("core", "sql_alchemy_conn"))
    return [
        Scene(f"precedence-{step}", asked, _rungs_of_file(step), _rungs_of_environment(step))
        for step in range(len(LADDER) + 1)
    ]


def _rungs_of_environment(step: int) -> dict[str, str]:
    return {name: _rung(name, at) for at, (where, name) in enumerate(LADDER) if where == "env" and at >= step}


def _rungs_of_file(step: int) -> str:
    sections = {"database": "[database]\n", "core": "[core]\n"}
    for at, (where, key) in enumerate(LADDER):
        if where != "env" and at >= step:
            sections[where] += f"{key} = {_rung(key, at)}\n"
    return "".join(sections.values())


def _rung(name: str, at: int) -> str:
    value = f"sqlite:////rung-{at}.db"
    return f"echo {value}" if name.lower().endswith("_cmd") else value


def _moved(version: str) -> list[Scene]:
    """Every moved option under its former and its present name, in the file and in the environment."""
    moved = defaults_of(version, lambda _: False).moved
    asked = tuple(dict.fromkeys([*moved, *moved.values()]))
    former, present = dict.fromkeys(moved.values()), dict.fromkeys(moved)
    return [
        Scene("moved-former-in-file", asked, _file_of(list(former))),
        Scene("moved-present-in-file", asked, _file_of(list(present))),
        Scene("moved-former-in-environment", asked, environ=_environment_of(list(former))),
        Scene("moved-both", asked, _file_of(list(former)), _environment_of(list(present))),
    ]


def _file_of(names: list[Name]) -> str:
    sections: dict[str, list[str]] = {}
    for section, key in names:
        sections.setdefault(section, [f"[{section}]"]).append(f"{key} = {_value((section, key), 'file')}")
    return "\n".join(line for lines in sections.values() for line in lines) + "\n"


def _environment_of(names: list[Name]) -> dict[str, str]:
    return {f"AIRFLOW__{s.upper()}__{k.upper()}": _value((s, k), "environment") for s, k in names}


def _value(name: Name, where: str) -> str:
    """A value that tells where it came from, except where Airflow admits only certain words."""
    if name[1].endswith("logging_level"):
        return "ERROR" if where == "file" else "CRITICAL"
    if name[1] == "grid_view_sorting_order":
        return "topological" if where == "file" else "hierarchical_alphabetical"
    return f"{name[0]}-{name[1]}-of-the-{where}"
