"""Options that concern security and do nothing, or have another name now, wherever they are set.

options.json has them: `since` is the release that gave it another name or took it away, `gone` the first that does not
read it ("" where 3.3 still does, "0" where none ever did), `now` the present name, and `value` what to give it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.hiding import SWITCH
from safeconduct.airflow.option import Option, env_name, shown
from safeconduct.model import Remedy, RemedyKind, Severity
from safeconduct.secrets import rules_audit as rules
from safeconduct.secrets.pasting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.airflow.configuration import Configuration
    from safeconduct.airflow.defaults import Name
    from safeconduct.model import Finding, Location

_BEFORE_3 = {("fab", "auth_backends"): ("api", "auth_backends")}
_FAB_IN_2 = frozenset({"auth_rate_limited", "auth_rate_limit", "update_fab_perms"})
"""What [fab] has in 2.9 to 2.11 already; all else stands in [webserver] there."""


@dataclass(frozen=True)
class Former:
    """One row of options.json; `name` and `now` are of section and key."""

    name: Name
    since: str
    gone: str
    now: Name | None
    instead: str
    value: str


@cache
def former_options() -> tuple[Former, ...]:
    """All of them."""
    rows = json.loads(Path(__file__).with_name("options.json").read_text("utf-8"))
    return tuple(
        Former((row["section"], row["key"]), row["since"], row["gone"], _name(row["now"]), row["instead"], row["value"])
        for row in rows
    )


def options_audit(configuration: Configuration, release: str) -> Iterator[Finding]:
    """What stands in this configuration, for an Airflow of this release ("2.11", "3.3.2")."""
    for one in former_options():
        dead = bool(one.gone) and _numbers(one.gone) <= _numbers(release)
        if not dead and _numbers(one.since) > _numbers(release):
            continue  # it has its place in this release
        for origin, location in configuration.places(*one.name):
            yield (
                _dead(one, release, origin, location)
                if dead
                else _renamed(one, configuration, release, origin, location)
            )
    yield from _switched_off(configuration)


def _dead(one: Former, release: str, origin: str, location: Location | None) -> Finding:
    what = shown(one.name)
    since = "there never was such an option" if one.gone == "0" else f"not since Airflow {one.gone}"
    instead = f"; {one.instead}" if one.instead else ""
    finding = rules.OPTION_DEAD.finding(
        what,
        f"{what} does nothing: {since}{instead}",
        evidence={"set in": origin, "Airflow": release},
        remedies=_instead(one, release, origin, location),
    )
    return _at(finding, location)


def _renamed(
    one: Former, configuration: Configuration, release: str, origin: str, location: Location | None
) -> Finding:
    what, now = shown(one.name), _present(one, release)
    assert now is not None
    overtaken = bool(configuration.places(*now))
    words = f"is {shown(now)} since Airflow {one.since}"
    words += ", which is set, too, so that the old name does nothing" if overtaken else ", and is still read"
    finding = rules.OPTION_RENAMED.finding(
        what,
        f"{what} {words}",
        evidence={"set in": origin, "Airflow": release},
        remedies=_instead(one, release, origin, location),
        severity=Severity.WARNING,
    )
    return _at(finding, location)


def _instead(one: Former, release: str, origin: str, location: Location | None) -> tuple[Remedy, ...]:
    now = _present(one, release)
    if now is not None and origin.startswith("AIRFLOW__"):
        return (Remedy(RemedyKind.OPTION, f"{env_name(now)}={one.value}", when=f"in place of {origin}"),)
    if now is not None:
        return (Remedy(RemedyKind.OPTION, f"{now[1]} = {one.value}", when=f"in [{now[0]}], in place of {origin}"),)
    if location is None:
        return (Remedy(RemedyKind.COMMAND, f"unset {origin}", when="wherever the environment is made"),)
    within = f"/^\\[{re.escape(one.name[0])}\\]/,/^\\[/"
    holder = re.escape(origin.rpartition(" ")[2])
    command = f"sed -i.bak '{within}{{/^{holder} *[=:]/d}}' {quoted(location.file)}"
    return (Remedy(RemedyKind.COMMAND, command, when="to take it out"),)


def _present(one: Former, release: str) -> Name | None:
    """The name in this release: before 3.0 most of what is in [fab] now stood in [webserver]."""
    now = one.now
    if now is None or now[0] != "fab" or _numbers(release) >= (3,):
        return now
    if now[1] in _FAB_IN_2:
        return now
    return _BEFORE_3.get(now, ("webserver", now[1]))


def _switched_off(configuration: Configuration) -> Iterator[Finding]:
    option = configuration.option("core", SWITCH)
    if isinstance(option, Option) and configuration.getboolean("core", SWITCH) is False:
        remedy = Remedy(RemedyKind.OPTION, f"{SWITCH} = True", when=f"in {option.origin}")
        message = f"[core] {SWITCH} is off: Airflow shows secrets in extras and variables"
        finding = rules.MASKING_OFF.finding(
            f"[core] {SWITCH}", message, evidence={"set in": option.origin}, remedies=(remedy,)
        )
        yield _at(finding, option.location)


def _at(finding: Finding, location: Location | None) -> Finding:
    return replace(finding, location=location)


def _name(text: str) -> Name | None:
    section, _, key = text.partition("/")
    return (section, key) if key else None


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".") if part.isdigit())
