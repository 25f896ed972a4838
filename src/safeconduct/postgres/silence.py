"""No answer, a closed connection, another protocol: what it was that did not speak PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_login, rules_transport
from safeconduct.postgres.framing import ConnectionClosed, NotPostgres, WireError

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.exchange import Exchange

WHERE_IT_LISTENS = Remedy(
    RemedyKind.COMMAND,
    "ss -ltnp | grep -i postgres",
    when="on the server: where does PostgreSQL listen? Then mend the connection's host or port",
)
SHOWN = 64
"""At most so many of the first bytes are shown."""


def explain_wire_error(subject: str, address: str, error: WireError, so_far: Exchange) -> Finding:
    """The finding for an exchange that broke the protocol."""
    if isinstance(error, NotPostgres):
        name = protocol_of(error.first_bytes)
        return rules_transport.NOT_POSTGRES.finding(
            subject,
            f"{address} speaks {name or 'another protocol'}, not PostgreSQL",
            evidence={"address": address, "first bytes": show_bytes(error.first_bytes)},
            remedies=_DIRECT if error.first_bytes.startswith(_TLS) else (WHERE_IT_LISTENS,),
        )
    evidence = {"address": address, "error": str(error)}
    if isinstance(error, ConnectionClosed):
        when = "in the middle of the login" if so_far.asked else "without a word"
        return rules_transport.CLOSED.finding(
            subject,
            f"{address} closed the connection {when}",
            evidence=evidence,
            possible=() if so_far.asked else _CLOSERS,
        )
    return rules_transport.MALFORMED.finding(
        subject, f"{address} sends what is not PostgreSQL's: {error}", evidence={"address": address}
    )


_CLOSERS = (
    "a load balancer or a pooler without a server behind it (its log says so)",
    "a proxy that wants TLS from the first byte (openssl s_client -connect to this address gets an answer)",
    "a service that is not PostgreSQL (on the server: ss -ltnp)",
)


def explain_lost(subject: str, address: str, error: OSError) -> Finding:
    """The finding for a connection that the operating system reports as broken."""
    words = error.strerror or type(error).__name__
    return rules_transport.CLOSED.finding(
        subject, f"{address} broke the connection off", evidence={"address": address, "error": words}
    )


def explain_silence(subject: str, address: str, seconds: float, so_far: Exchange) -> Finding:
    """The finding for a deadline that passed after the port had opened."""
    evidence = {"address": address, "waited": f"{seconds:g} s"}
    if so_far.asked:
        evidence["asked for"] = ", then ".join(so_far.asked)
        return rules_login.NO_ANSWER.finding(
            subject, f"{address} fell silent in the middle of the login", evidence=evidence
        )
    return rules_transport.SILENT.finding(
        subject,
        f"{address} accepts the connection and says nothing for {seconds:g} s",
        evidence=evidence,
        remedies=_whose_port(address),
    )


def _whose_port(address: str) -> tuple[Remedy, ...]:
    port = address.rpartition(":")[2]
    if not port.isdigit():  # a unix socket
        return ()
    look = f"ss -ltnp 'sport = :{port}'"
    return (Remedy(RemedyKind.COMMAND, look, when="on the server: whose port is it? PostgreSQL may be on another"),)


def protocol_of(first: bytes) -> str | None:
    """The protocol that begins so, by name; None for an unknown one."""
    for start, name in _BEGINNINGS:
        if first.startswith(start):
            return name
    # MySQL greets first: three bytes of length, a zero, and protocol version 10.
    if len(first) > 5 and first[3:5] == b"\0\x0a":
        return "MySQL"
    return None


_TLS = b"\x15\x03"
_DIRECT = (
    Remedy(
        RemedyKind.OPTION,
        '{"sslmode": "require", "sslnegotiation": "direct"}',
        when="in the connection's extra, if PostgreSQL is behind this proxy (libpq 17 or later)",
    ),
)
_BEGINNINGS = (
    (b"HTTP/", "HTTP"),
    (b"<", "HTML or XML"),
    (b"SSH-", "SSH"),
    (_TLS, "TLS from the first byte (a proxy that wants TLS at once)"),
    (b"220", "SMTP or FTP"),
    (b"-ERR", "Redis"),
    (b"+OK", "POP3 or Redis"),
    (b"* OK", "IMAP"),
    (b"AMQP", "AMQP"),
)


def show_bytes(data: bytes) -> str:
    """The first bytes as printable text; everything else as an escape."""
    shown = data[:SHOWN].decode("latin-1").encode("unicode_escape").decode("ascii")
    return f"{shown}..." if len(data) > SHOWN else shown
