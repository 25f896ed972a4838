"""What a census of the credential columns says of the Fernet keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow import rules
from safeconduct.airflow.metadata import SUBJECT
from safeconduct.model import Finding, Remedy, RemedyKind, Severity, Unjudged
from safeconduct.secrets import rules_keys
from safeconduct.secrets.keyring import KeyState, moment
from safeconduct.secrets.token_work import CORRUPT, NOT_TEXT, OTHER_KEY, RESTLESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from safeconduct.secrets.census import Ages, Aside, Census
    from safeconduct.secrets.keyring import Keyring

_NAMED = 5
ROTATE = Remedy(RemedyKind.COMMAND, "safeconduct keys rotate --real", when="once the new key stands first")
LIST = Remedy(RemedyKind.COMMAND, "safeconduct keys lost", when="to see what is to be entered again")


def judged(
    census: Census, keyring: Keyring, now: datetime, max_age: timedelta | None = None
) -> tuple[Finding | Unjudged, ...]:
    """What is wrong; nothing where the first key alone opens all there is."""
    if keyring.state is not KeyState.USABLE:
        return tuple(_without_key(census, keyring))
    return tuple(_with_keys(census, keyring, now, max_age))


def _without_key(census: Census, keyring: Keyring) -> Iterable[Finding | Unjudged]:
    yield from unusable(census, keyring)
    yield from _plaintext(census, keyring)
    yield from _no_tokens(census)


def unusable(census: Census, keyring: Keyring) -> Iterable[Finding | Unjudged]:
    """That there is no key to open with, where there is something to open."""
    tokens = census.of(0)
    if keyring.state is KeyState.UNKNOWN:
        yield Unjudged(SUBJECT, f"{counted(tokens.count, 'token')} cannot be told apart: {keyring.problem}")
    elif keyring.state is KeyState.MALFORMED:
        message = f"the Fernet key is malformed: {keyring.problem}; Airflow opens nothing with it"
        yield rules.KEY_MALFORMED.finding(SUBJECT, message, evidence={"key": keyring.origin})
    elif tokens.count:
        rule = rules.KEY_EMPTY if keyring.state is KeyState.EMPTY else rules.KEY_ABSENT
        words = "is empty" if keyring.state is KeyState.EMPTY else "is not configured"
        message = f"{counted(tokens.count, 'token')} cannot be opened: the Fernet key {words}"
        evidence = {"key": keyring.origin, **_span(tokens), **_rows(census, OTHER_KEY)}
        remedy = Remedy(RemedyKind.OPTION, "fernet_key = <the key of that time>", when=f"in {keyring.origin}")
        yield rule.finding(SUBJECT, message, evidence=evidence, remedies=(remedy,))


def _with_keys(
    census: Census, keyring: Keyring, now: datetime, max_age: timedelta | None
) -> Iterable[Finding | Unjudged]:
    yield from order(census)
    for number in range(2, len(keyring) + 1):
        yield from _needed(census.of(number), number, len(keyring))
    yield from _plaintext(census, keyring)
    if census.lying:
        words = f"{counted(census.lying, 'token')} of which the flag says plaintext"
        yield rules_keys.FLAGS_LIE.finding(SUBJECT, words, remedies=(ROTATE,))
    if lost := census.of(0).count:
        evidence = {"tried": counted(len(keyring), "key"), **_span(census.of(0)), **_rows(census, OTHER_KEY)}
        words = f"{counted(lost, 'token')} that no key opens"
        add = Remedy(RemedyKind.OPTION, "fernet_key = <the key in use>,<the key of that time>", when=_where(keyring))
        yield rules_keys.LOST.finding(SUBJECT, words, evidence=evidence, remedies=(add, LIST))
    yield from _no_tokens(census)
    first = census.of(1)
    if max_age is not None and first.count and moment(first.oldest) < now - max_age:
        words = f"the first key has been in use since {day_of(first.oldest)}, longer than {max_age.days} days"
        evidence = {"oldest token": day_of(first.oldest), "allowed": f"{max_age.days} days"}
        generate = Remedy(RemedyKind.COMMAND, "safeconduct keys generate")
        yield rules_keys.TOO_OLD.finding(SUBJECT, words, evidence=evidence, remedies=(generate,))


def order(census: Census) -> Iterable[Finding]:
    """That the keys most likely stand in the wrong order."""
    first = census.of(1)
    for number, ages in sorted(census.keys.items()):
        if number > 1 and first.count and first.youngest < ages.oldest:
            evidence = {"key 1": _words(first), f"key {number}": _words(ages)}
            message = f"key {number} has made younger tokens than the first key: the new key does not stand first"
            remedy = Remedy(RemedyKind.OPTION, "fernet_key = <the new key>,<the old key>")
            yield rules_keys.ORDER.finding(SUBJECT, message, evidence=evidence, remedies=(remedy,))


def _needed(ages: Ages, number: int, count: int) -> Iterable[Finding]:
    if ages.count:
        words = f"key {number} of {count} is still needed: it alone opens {counted(ages.count, 'token')}"
        yield rules_keys.STILL_NEEDED.finding(
            SUBJECT, words, evidence=_span(ages), remedies=(ROTATE,), severity=Severity.WARNING
        )


def _plaintext(census: Census, keyring: Keyring) -> Iterable[Finding]:
    if census.plaintext:
        has = f"{census.plaintext:,} {'is' if census.plaintext == 1 else 'are'} stored in plaintext"
        generate = Remedy(RemedyKind.COMMAND, "safeconduct keys generate")
        remedies = (ROTATE,) if keyring.state is KeyState.USABLE else (generate, ROTATE)
        yield rules_keys.PLAINTEXT.finding(
            SUBJECT, f"of {counted(census.cells, 'credential')} {has}", remedies=remedies, severity=Severity.WARNING
        )


def _no_tokens(census: Census) -> Iterable[Finding]:
    if count := census.aside - census.of(0).count:
        words = f"{counted(count, 'credential')} said to be encrypted {'is' if count == 1 else 'are'} no token"
        yield rules_keys.NO_TOKEN.finding(SUBJECT, words, evidence=_rows(census, CORRUPT), remedies=(LIST,))


def counted(number: int, what: str) -> str:
    """`1 token`, `20,388 tokens`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


_WHY = {
    OTHER_KEY: "no key opens it",
    CORRUPT: "it is no token",
    NOT_TEXT: "it is no text",
    RESTLESS: "each time somebody or something else changed or kept it",
}


def cells_named(aside: Sequence[Aside], reasons: bool = False) -> str:
    """The first few cells, and how many more there are."""
    shown = ", ".join(f"{one.column} of {one.name}{f' ({_WHY[one.why]})' if reasons else ''}" for one in aside[:_NAMED])
    return f"{shown} and {len(aside) - _NAMED:,} more" if len(aside) > _NAMED else shown


def _rows(census: Census, why: str) -> dict[str, str]:
    some = [one for one in census.named if one.why == why]
    return {"rows": cells_named(some)} if some else {}


def _span(ages: Ages) -> dict[str, str]:
    return {"made": f"{day_of(ages.oldest)} to {day_of(ages.youngest)}"} if ages.count else {}


def _words(ages: Ages) -> str:
    return f"{counted(ages.count, 'token')}, made {day_of(ages.oldest)} to {day_of(ages.youngest)}"


def day_of(seconds: int) -> str:
    """The day of this second since 1970, in UTC."""
    return moment(seconds).strftime("%Y-%m-%d")


def _where(keyring: Keyring) -> str:
    return f"in {keyring.origin}, where that key is known"
