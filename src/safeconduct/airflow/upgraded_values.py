"""Values that Airflow replaces when it starts (`AirflowConfigParser.validate`), so that a reader sees the new ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from safeconduct.airflow.defaults import Defaults, Name

_LOG_TEMPLATE = ("logging", "log_filename_template")
_SESSION = "airflow.api.auth.backend.session"

# `deprecated_values` of Airflow 2.7 to 2.11; None stands for the option's default.
_AIRFLOW_2: dict[Name, tuple[str, str | None]] = {
    ("core", "hostname_callable"): (r":", "."),
    ("webserver", "navbar_color"): (r"(?i)\A#007A87\Z", "#fff"),
    ("webserver", "dag_default_view"): (r"^tree$", "grid"),
    ("email", "email_backend"): (
        r"^airflow\.contrib\.utils\.sendgrid\.send_email$",
        "airflow.providers.sendgrid.utils.emailer.send_email",
    ),
    _LOG_TEMPLATE: (re.escape("{{ ti.dag_id }}/{{ ti.task_id }}/{{ ts }}/{{ try_number }}.log"), None),
    ("api", "auth_backends"): (r"^airflow\.api\.auth\.backend\.deny_all$|^$", _SESSION),
    ("elasticsearch", "log_id_template"): (
        "^" + re.escape("{dag_id}-{task_id}-{execution_date}-{try_number}") + "$",
        "{dag_id}-{task_id}-{run_id}-{map_index}-{try_number}",
    ),
}
# The same of Airflow 3.
_AIRFLOW_3: dict[Name, tuple[str, str | None]] = {
    _LOG_TEMPLATE: (
        re.escape(
            "dag_id={{ ti.dag_id }}/run_id={{ ti.run_id }}/task_id={{ ti.task_id }}/{% if ti.map_index >= 0 %}"
            "map_index={{ ti.map_index }}/{% endif %}attempt={{ try_number }}.log"
        ),
        None,
    ),
    ("core", "executor"): (re.escape("SequentialExecutor"), "LocalExecutor"),
}


def upgraded(name: Name, value: str, defaults: Defaults) -> str:
    """The value as the running Airflow has it. Most values stay as they are."""
    if name == ("database", "sql_alchemy_conn"):
        return _postgresql_scheme(value)
    table = _AIRFLOW_3 if defaults.is_airflow_3 else _AIRFLOW_2
    if name in table:
        pattern, new = table[name]
        replacement = defaults.values[name].value if new is None else new
        value = re.sub(pattern, lambda _: replacement, value)
    if name == ("api", "auth_backends") and not defaults.is_airflow_3:
        return _with_session(value)
    return value


def _postgresql_scheme(url: str) -> str:
    """SQLAlchemy 1.4 and later know `postgresql` only."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return url
    if scheme not in {"postgres+psycopg2", "postgres"}:
        return url
    return re.sub("^" + re.escape(f"{scheme}://"), "postgresql://", url)


def _with_session(backends: str) -> str:
    """Airflow 2 adds the session backend, which its pages need, to every list but the old default."""
    if backends == "airflow.api.auth.backend.default" or _SESSION in backends:
        return backends
    return f"{backends},{_SESSION}"
