"""Secrets that anybody may see: in fields that are never encrypted, and under names that Airflow does not hide."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from safeconduct.airflow.connection_uri import conn_type
from safeconduct.airflow.hiding import NAMES, SWITCH
from safeconduct.masking.detector import exposures
from safeconduct.model import Finding, Remedy, RemedyKind, Rule, quote_literal
from safeconduct.secrets import rules_audit as rules
from safeconduct.secrets.linting import instead_of
from safeconduct.secrets.pasting import command_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.airflow.hiding import Hiding
    from safeconduct.masking.exposure import Exposure
    from safeconduct.model import Connection
    from safeconduct.secrets.variables import Variable

Told = tuple[Rule, Callable[[], Finding]]
"""A rule that is broken, and what is said of it where it is told."""
_SHOWN = 5
"""Names that are told."""
_ITSELF = "key-itself"
_SEEN_AS = {"login": "user"}
"""The detector takes a login for a password that is drawn by lot, and logins such as client ids are."""


@dataclass(frozen=True)
class Shown:
    """A secret in JSON that Airflow shows: its path, and why it is one. `secret_name` says that a name holds it."""

    path: tuple[str, ...]
    reason: str
    secret_name: bool

    @property
    def words(self) -> str:
        """The path as people write it."""
        return "a name that is a secret itself" if self.secret_name else ".".join(self.path)


def shown_in_extra(connection: Connection, hiding: Hiding) -> Iterator[Told]:
    """The secrets in the extra that Airflow does not hide."""
    if not connection.extra or not connection.extra.reveal().strip():
        return
    # What is no object has no name by which it could be hidden.
    value = connection.extras or {"extra": _value(connection.extra.reveal())}
    shown = list(_shown(exposures(value), hiding.hides))
    if shown:
        yield rules.SHOWN_IN_EXTRA, lambda: _in_extra(connection, shown, hiding)


def _in_extra(connection: Connection, shown: Sequence[Shown], hiding: Hiding) -> Finding:
    name = connection.conn_id
    keys = list(dict.fromkeys(one.path[0] for one in shown if one.path and not one.secret_name))
    names = [hiding.name_to_hide(one.path) for one in shown if not one.secret_name]
    hide = _hide(names, hiding) if connection.extras else []
    return rules.SHOWN_IN_EXTRA.finding(
        f"connection {name}",
        f"connection {name} has secrets in its extra that Airflow shows, under {_named(shown)}",
        evidence=_evidence(shown, hiding),
        remedies=(*hide, *instead_of(connection, conn_type(connection.conn_type), keys)),
    )


def shown_variable(variable: Variable, hiding: Hiding) -> Iterator[Told]:
    """That a variable's value holds secrets that Airflow does not hide."""
    shown = list(_shown(exposures({variable.key: _value(variable.value.reveal())}), hiding.hides_in_variable))
    if shown:
        yield rules.SHOWN_VARIABLE, lambda: _in_variable(variable, shown, hiding)


def _in_variable(variable: Variable, shown: Sequence[Shown], hiding: Hiding) -> Finding:
    names = [hiding.name_to_hide(one.path, in_variable=True) for one in shown if not one.secret_name]
    move = command_on("safeconduct variables move", variable.key, "--to vault", "to keep it in a backend")
    inner = [one for one in shown if len(one.path) > 1]
    where = f", under {_named([Shown(one.path[1:], one.reason, one.secret_name) for one in inner])}" if inner else ""
    return rules.SHOWN_VARIABLE.finding(
        f"variable {variable.key}",
        f"variable {variable.key} has a secret in its value, which Airflow shows{where}",
        evidence=_evidence(shown, hiding),
        remedies=(*_hide(names, hiding), move),
    )


def in_fields(connection: Connection) -> Iterator[Told]:
    """Secrets in a connection's fields that are never encrypted."""
    name = connection.conn_id
    for field in ("host", "login", "schema", "description"):
        text = getattr(connection, field)
        reasons = _reasons(_SEEN_AS.get(field, field), text) if text else ()
        if not reasons:
            continue
        if field == "description":
            statement = f"UPDATE connection SET description = NULL WHERE conn_id = {quote_literal(name)};"
            remedy = Remedy(RemedyKind.SQL, statement, when="in the metadata database")
        else:
            when = "with its URI or JSON on standard input, the secret in the password"
            remedy = command_on("safeconduct connections add", name, "--overwrite --real --uri -", when)
        yield rules.FIELD, partial(_in_field, f"connection {name}", field, reasons, remedy)


def in_description(variable: Variable, key_column: str) -> Iterator[Told]:
    """A secret in a variable's description. `key_column` is how the column `key` is written in this database."""
    if variable.description and (reasons := _reasons("description", variable.description)):
        where = f"{key_column} = {quote_literal(variable.key)}"
        statement = f"UPDATE variable SET description = NULL WHERE {where};"
        remedy = Remedy(RemedyKind.SQL, statement, when="in the metadata database")
        yield rules.FIELD, partial(_in_field, f"variable {variable.key}", "description", reasons, remedy)


def _in_field(subject: str, field: str, reasons: Sequence[str], remedy: Remedy) -> Finding:
    return rules.FIELD.finding(
        subject,
        f"{subject} has a secret in its {field}, which is never encrypted",
        evidence={"field": field, "why": "; ".join(reasons)},
        remedies=(remedy,),
    )


@lru_cache(maxsize=2048)  # hosts and logins are the same in many rows
def _reasons(field: str, text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.reason for one in exposures({field: text})))


def _shown(found: Iterable[Exposure], hides: Callable[[Sequence[str]], bool]) -> Iterator[Shown]:
    for one in found:
        path = tuple(part.replace("~1", "/").replace("~0", "~") for part in one.pointer.split("/")[1:])
        if one.rule == _ITSELF or not hides(path):
            yield Shown(path, one.reason, one.rule == _ITSELF)


def _value(text: str) -> object:
    """What Airflow makes of it before it hides anything."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (dict, list)) else text


def _named(shown: Sequence[Shown]) -> str:
    words = list(dict.fromkeys(one.words for one in shown))
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _evidence(shown: Sequence[Shown], hiding: Hiding) -> dict[str, str]:
    why = dict.fromkeys(f"{one.words} ({one.reason})" for one in shown)
    hidden = "nothing is hidden" if not hiding.on else f"Airflow {hiding.release} hides none of these names"
    return {"why": "; ".join(list(why)[:_SHOWN]), "hidden": hidden}


def _hide(names: Sequence[str], hiding: Hiding) -> list[Remedy]:
    """The option that has Airflow hide these names; none where a name could not stand in it."""
    if not hiding.on:
        return [Remedy(RemedyKind.OPTION, f"{SWITCH} = True", when="in airflow.cfg [core]")]
    where = f"in {hiding.origin}" if hiding.origin else f"in airflow.cfg [core], or as AIRFLOW__CORE__{NAMES.upper()}"
    names = [name for name in dict.fromkeys(names) if name and not set(name) & set(",%\n")]
    return [Remedy(RemedyKind.OPTION, f"{NAMES} = {hiding.with_names(names)}", when=where)] if names else []
