"""A host's name becomes addresses: all of them, within a deadline, as libpq asks for them."""

from __future__ import annotations

import shlex
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.model import Remedy, RemedyKind, Unjudged
from safeconduct.postgres.channel import DeadlinePassed
from safeconduct.postgres.rules_target import NAME_NO_ANSWER, NAME_UNKNOWN

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.channel import Deadline
    from safeconduct.postgres.target import HostPort

_ABSENT = {socket.EAI_NONAME: "EAI_NONAME", socket.EAI_NODATA: "EAI_NODATA"}
_UNANSWERED = {socket.EAI_AGAIN: "EAI_AGAIN", socket.EAI_FAIL: "EAI_FAIL", socket.EAI_SYSTEM: "EAI_SYSTEM"}


@dataclass(frozen=True)
class Address:
    """Where a socket can be opened: the family and `sockaddr` as socket.connect takes them, `text` for people."""

    family: socket.AddressFamily
    sockaddr: object
    text: str


def resolve(subject: str, host: HostPort, deadline: Deadline) -> tuple[Address, ...] | Finding | Unjudged:
    """Every address of this host in the order libpq tries them; unix sockets and hostaddr need no name service.

    getaddrinfo cannot be interrupted, so it runs in a thread of its own that is left behind when the deadline passes.
    """
    if host.is_unix:
        path = host.socket_path
        return (Address(socket.AF_UNIX, "\0" + path[1:] if path.startswith("@") else path, path),)
    answer = _ask(host, deadline)
    if answer is None:
        return _unanswered(subject, host, f"no answer within {deadline.seconds:g} s")
    if isinstance(answer, list):
        return tuple(answer)
    return _explain(subject, host, answer)


_Answer = list[Address] | OSError | UnicodeError


def _ask(host: HostPort, deadline: Deadline) -> _Answer | None:
    answers: list[_Answer] = []
    thread = threading.Thread(target=lambda: answers.append(_getaddrinfo(host)), daemon=True, name="resolve")
    try:
        seconds = deadline.remaining()
    except DeadlinePassed:
        return None
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None


def _getaddrinfo(host: HostPort) -> _Answer:
    flags = socket.AI_NUMERICHOST if host.hostaddr else 0
    try:
        found = socket.getaddrinfo(host.hostaddr or host.host, host.port, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError) as error:
        return error
    return list(dict.fromkeys(Address(family, address, _text(address)) for family, _, _, _, address in found))


def _text(sockaddr: tuple[Any, ...]) -> str:
    return f"[{sockaddr[0]}]:{sockaddr[1]}" if len(sockaddr) == 4 else f"{sockaddr[0]}:{sockaddr[1]}"


def _explain(subject: str, host: HostPort, error: OSError | UnicodeError) -> Finding | Unjudged:
    code = error.errno if isinstance(error, socket.gaierror) else None
    if isinstance(error, UnicodeError):
        return _unknown(subject, host, "a part of the name is empty or longer than 63 characters", "")
    if code in _ABSENT:
        return _unknown(subject, host, error.strerror or "", _ABSENT[code])
    if code in _UNANSWERED:
        return _unanswered(subject, host, f"{_UNANSWERED[code]} {error.strerror or ''}".strip())
    return Unjudged(subject, f"the name {host.host!r} could not be looked up: {error}")


def _unknown(subject: str, host: HostPort, words: str, code: str) -> Finding:
    if host.hostaddr:
        message = f"hostaddr {host.hostaddr!r} is no IP address; names belong into host"
        return NAME_UNKNOWN.finding(subject, message, evidence={"hostaddr": host.hostaddr, "error": code})
    hint = _oddity(host.host)
    return NAME_UNKNOWN.finding(
        subject,
        f"the name {host.host!r} does not exist" + (f": {hint}" if hint else ""),
        evidence=_evidence(host, f"{code} {words}".strip()),
        remedies=(_split_port(host.host) or _look_up(host.host.strip()),),
    )


def _split_port(name: str) -> Remedy | None:
    host, _, port = name.rpartition(":")
    if not host or ":" in host or not port.isdigit():
        return None
    return Remedy(RemedyKind.OPTION, f"host = {host}, port = {port}", when="in the Airflow connection")


def _unanswered(subject: str, host: HostPort, words: str) -> Finding:
    return NAME_NO_ANSWER.finding(
        subject,
        f"the name service gave no answer about {host.host!r}",
        evidence=_evidence(host, words),
        remedies=(_look_up(host.host),),
    )


def _evidence(host: HostPort, error: str) -> dict[str, str]:
    return {"host": host.host, "error": error}


def _look_up(name: str) -> Remedy:
    return Remedy(RemedyKind.COMMAND, f"getent ahosts {shlex.quote(name)}", when="on the host where the task runs")


def _oddity(name: str) -> str:
    """What looks wrong about a name that does not exist; "" when it looks like any other."""
    before, _, after = name.rpartition(":")
    checks = (
        (name != name.strip() or any(c.isspace() for c in name), "it holds a blank"),
        (after.isdigit() and ":" not in before, f"the port belongs into its own field: host {before!r}, port {after}"),
        (name.startswith("[") and name.endswith("]"), "an IPv6 address stands without brackets here"),
        ("/" in name, "it holds a slash; a database name has its own field, a socket directory begins with a slash"),
        (";" in name, "several hosts are separated by commas"),
        (name.startswith(".") or ".." in name, "a part between its dots is empty"),
        ("_" in name, "an underscore is allowed in no host name; some name services refuse it"),
        ("." not in name, "it has no dot, so it depends on the search domains of the host where the task runs"),
        (name.endswith("."), "the dot at its end keeps search domains from being tried"),
    )
    return next((hint for wrong, hint in checks if wrong), "")
