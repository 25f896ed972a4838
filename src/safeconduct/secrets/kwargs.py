"""The options of a secrets backend, as Airflow hands them to its class: which there are, and what each must be."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from safeconduct.model import Finding, Remedy, RemedyKind, Severity
from safeconduct.secrets.rules import KWARG_INVALID, KWARG_UNKNOWN, KWARGS_MALFORMED

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECT = "secrets backend"


class Effect(Enum):
    """What Airflow makes of an option that the class does not have."""

    ENDS_AIRFLOW = "Airflow does not start with it"
    FAILS_LOOK_UPS = "Airflow opens the backend, and every look-up there fails without a word"
    IGNORED = "Airflow passes over it, and works with the option's default"


@dataclass(frozen=True)
class KwargTable:
    """The options of one class. `wrong` are names that people write instead, each with the real one.

    Where there is no real one the text has a blank, and says what to do. `new` are those of `real` that Airflow 2 does
    not have, each with what is to be said of it there.
    """

    real: frozenset[str]
    wrong: Mapping[str, str]
    unknown: Effect
    new: Mapping[str, str] = field(default_factory=dict)

    def of(self, version: str) -> KwargTable:
        """The table for this Airflow; for one that is not known, with all that there are."""
        if not version.startswith("2."):
            return self
        return replace(self, real=self.real - set(self.new), wrong={**self.wrong, **self.new})


class WrongKwarg(Exception):
    """An option's value that the class cannot work with. `fatal` says that Airflow does not start with it."""

    def __init__(self, name: str, why: str, *, fatal: bool = True) -> None:
        super().__init__(why)
        self.name = name
        self.why = why
        self.fatal = fatal

    def finding(self, origin: str) -> Finding:
        """It, as a finding about the options at this place."""
        effect = Effect.ENDS_AIRFLOW if self.fatal else Effect.FAILS_LOOK_UPS
        evidence = {"option": origin, "name": self.name, "effect": effect.value}
        return KWARG_INVALID.finding(SUBJECT, f"{origin}: {self.name} {self.why}", evidence=evidence)


@dataclass(frozen=True)
class Kwargs:
    """The options, and where they stand. The getters raise WrongKwarg for a value of another kind."""

    values: Mapping[str, Any] = field(repr=False)
    origin: str

    def text(self, name: str, default: str | None = None) -> str | None:
        """A text, or None where the option is null."""
        value = self.values.get(name, default)
        if value is not None and not isinstance(value, str):
            raise WrongKwarg(name, "must be text")
        return value

    def texts(self, name: str, default: str) -> tuple[str, ...]:
        """One text or a list of them; none where the option is null."""
        value = self.values.get(name, default)
        if value is None:
            return ()
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            raise WrongKwarg(name, "must be a text or a list of texts")
        return tuple(several)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object; an empty one where the option is not set."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            raise WrongKwarg(name, "must be an object")
        return value or {}

    def needed(self, name: str, for_what: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value:
            raise WrongKwarg(name, f"is missing, and {for_what} needs it")
        return value


def read_kwargs(text: str, origin: str, overrides: Mapping[str, str]) -> tuple[Kwargs, tuple[Finding, ...]]:
    """The options in a text; without any, as in Airflow, where it is no JSON object, which is a finding.

    `overrides` are set one by one in the environment, and have precedence.
    """
    findings: tuple[Finding, ...] = ()
    values: Any = {}
    if text:
        try:
            values = json.loads(text) or {}
        except json.JSONDecodeError as error:
            findings = (_malformed(text, origin, f"{error.msg} at line {error.lineno}, column {error.colno}"),)
        except (ValueError, RecursionError):
            findings = (_malformed(text, origin, "it is too long or too deep"),)
        if not isinstance(values, dict):
            findings, values = (_malformed(text, origin, "it is no object"),), {}
    return Kwargs({**values, **overrides}, origin), findings


def check_names(kwargs: Kwargs, table: KwargTable) -> tuple[Finding, ...]:
    """A finding for each option that the class does not have: a warning where Airflow passes over it."""
    return tuple(_unknown(name, kwargs, table) for name in kwargs.values if name not in table.real)


def _unknown(name: str, kwargs: Kwargs, table: KwargTable) -> Finding:
    meant = table.wrong.get(name) or _nearest(name, table)
    shown = name[:60]
    evidence = {"option": kwargs.origin, "name": shown, "effect": table.unknown.value}
    message = f"{kwargs.origin}: the backend has no option {shown}"
    remedies: tuple[Remedy, ...] = ()
    if " " in meant:
        message = f"{message}; {meant}"
    elif meant:
        evidence["nearest"] = meant
        message = f"{message}; it is called {meant}" if name in table.wrong else f"{message}; did you mean {meant}?"
        right = f'"{meant}": <the value of {shown}>'
        remedies = (Remedy(RemedyKind.OPTION, right, when=f"in {kwargs.origin}, instead of {shown}"),)
    severity = Severity.WARNING if table.unknown is Effect.IGNORED else Severity.ERROR
    return KWARG_UNKNOWN.finding(SUBJECT, message, evidence=evidence, remedies=remedies, severity=severity)


def _nearest(name: str, table: KwargTable) -> str:
    return next(iter(difflib.get_close_matches(name.lower(), sorted(table.real), n=1, cutoff=0.6)), "")


def _malformed(text: str, origin: str, why: str) -> Finding:
    remedies: tuple[Remedy, ...] = ()
    if _is_python(text):
        hint = " It is written as in Python: JSON has double quotes, and true, false and null."
        when = "to write it as JSON, from Python's way in the file options.txt"
        command = "python3 -c \"import ast, json; print(json.dumps(ast.literal_eval(open('options.txt').read())))\""
        remedies = (Remedy(RemedyKind.COMMAND, command, when=when),)
    else:
        hint = ""
    return KWARGS_MALFORMED.finding(
        SUBJECT,
        f"{origin} is no JSON object ({why}), and Airflow opens the backend without any option.{hint}",
        evidence={"option": origin, "problem": why},
        remedies=remedies,
    )


def _is_python(text: str) -> bool:
    import ast

    try:
        return isinstance(ast.literal_eval(text), dict)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
