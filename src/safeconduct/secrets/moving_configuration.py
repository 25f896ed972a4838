"""What Airflow's configuration has to say for it to ask the backend that credentials are moved to, to be pasted."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.option import env_name
from safeconduct.masking import is_secret_key
from safeconduct.masking.uris import hide_userinfo
from safeconduct.secrets.opening import SERVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.airflow.configuration import Configuration
    from safeconduct.secrets.kwargs import Kwargs

_FROM_ENVIRONMENT = {"vault": {"url": "VAULT_ADDR"}, "aws-sm": {"region_name": "AWS_DEFAULT_REGION"}}
_FROM_ENVIRONMENT["aws-ssm"] = _FROM_ENVIRONMENT["aws-sm"]


@dataclass(frozen=True)
class Lines:
    """`text` is to stand in `where`: the environment, a new section of airflow.cfg, or the one that is there.

    `also` says what else it takes.
    """

    text: str = ""
    where: str = ""
    also: str = ""


def lines_for(
    configuration: Configuration, class_path: str, short: str, kwargs: Kwargs, environ: Mapping[str, str]
) -> Lines:
    """The lines that name this class with these options. Secrets among them are named, and not shown."""
    options = json.dumps(_options(short, kwargs, environ))
    names = [env_name((SERVER.section, key)) for key in (SERVER.backend, SERVER.kwargs)]
    also = _also(short, kwargs, environ)
    if any(name in environ for name in names):  # the environment counts before the file
        text = "\n".join(
            f"{name}={shlex.quote(value)}" for name, value in zip(names, (class_path, options), strict=True)
        )
        return Lines(text, "the environment of Airflow, which counts before airflow.cfg,", also)
    doubled = options.replace("%", "%%")  # % begins a reference there
    text = f"{SERVER.backend} = {class_path}\n{SERVER.kwargs} = {doubled}"
    if configuration.has_section(SERVER.section):
        return Lines(text, "the section [secrets] of airflow.cfg, in place of backend and backend_kwargs there,", also)
    return Lines(f"[{SERVER.section}]\n{text}", "airflow.cfg", also)


def _options(short: str, kwargs: Kwargs, environ: Mapping[str, str]) -> dict[str, object]:
    shown = {name: _shown(name, value) for name, value in kwargs.values.items()}
    for name, variable in _FROM_ENVIRONMENT.get(short, {}).items():
        if name not in shown and environ.get(variable):
            shown[name] = hide_userinfo(environ[variable])
    return shown


def _shown(name: str, value: object) -> object:
    if is_secret_key(name) and isinstance(value, (str, dict)):
        return f"<{name}>"
    if isinstance(value, str):
        return hide_userinfo(value)
    if isinstance(value, dict):
        return {inner: _shown(str(inner), one) for inner, one in value.items()}
    return value


def _also(short: str, kwargs: Kwargs, environ: Mapping[str, str]) -> str:
    """A credential that is in the mover's environment alone is missed by Airflow, which then does not start."""
    by_token = kwargs.values.get("auth_type", "token") == "token"
    if (
        short == "vault"
        and by_token
        and environ.get("VAULT_TOKEN")
        and not {"token", "token_path"} & set(kwargs.values)
    ):
        return "It needs a token of its own as well: VAULT_TOKEN in its environment, or another auth_type."
    return ""
