"""The start-up exchange, spoken without touching a socket: generators that say what they wait for.

    negotiate_tls() -> Talk[TlsAnswer]
        Sends SSLRequest and reads the answer: TlsAnswer.accepted, or not, or `.error` where the server said why not.
    log_in(login: Login, inbox: Inbox) -> Talk[Exchange]
        From the StartupMessage to ReadyForQuery, to the server's refusal (`.error`) or to our own end (`.stop`).
        Hand the same Inbox to `query.run_query` afterwards: what came too early is kept there.

Talk[T] is Generator[Send | Receive, bytes | None, T]: to Send(data) answer None, to Receive(awaited, so_far) what has
come (b"" once the peer has closed). `awaited` names what is waited for and `so_far` is the Exchange up to then, so
whoever drives it can say after a time-out how far it got. `drive(talk, send, receive)` holds a Talk by two functions:

    receive = lambda want: channel.receive()
    answer = drive(negotiate_tls(), channel.send, receive)
    ... start TLS ...
    login = Login(user="etl", database="sales", password=Secret("..."), tls=True, endpoint=server_end_point(der))
    exchange = drive(log_in(login, inbox := Inbox()), channel.send, receive)
    rows = drive(run_query("SELECT $1", ["x"], inbox), channel.send, receive)

Raised: WireError (tree in `framing`), its `exchange` being what was learnt before, and frontend.Unsendable for a user,
database, setting or password that the protocol cannot carry. What `send` and `receive` raise passes through.
Bounds of a start-up: 64 KiB a message, 1 MiB and 1,000 messages in all.
"""

from __future__ import annotations

from dataclasses import dataclass

from safeconduct.postgres import frontend
from safeconduct.postgres.authentication import authenticate
from safeconduct.postgres.conversation import Conversation, Ended, take_error
from safeconduct.postgres.exchange import ChannelBinding, Exchange, Login, Stop, StopReason
from safeconduct.postgres.framing import Inbox, Malformed, NotPostgres, WireError
from safeconduct.postgres.messages import BackendKeyData, NegotiateProtocolVersion, ParameterStatus, ReadyForQuery
from safeconduct.postgres.server_message import ServerMessage
from safeconduct.postgres.wants import Receive, Send, Talk, Want, drive

__all__ = [
    "ChannelBinding",
    "Exchange",
    "Inbox",
    "Login",
    "Receive",
    "Send",
    "Stop",
    "StopReason",
    "Talk",
    "TlsAnswer",
    "Want",
    "drive",
    "log_in",
    "negotiate_tls",
]


@dataclass(frozen=True)
class TlsAnswer:
    """The answer to SSLRequest. `error` is what a server says that cannot serve anybody: unencrypted, unproven."""

    accepted: bool
    error: ServerMessage | None = None


def negotiate_tls() -> Talk[TlsAnswer]:
    """Ask for TLS. Raises NotPostgres for any answer but S, N and an error, Malformed, ConnectionClosed."""
    inbox = Inbox()
    yield Send(frontend.ssl_request())
    conversation = Conversation(inbox)
    yield from conversation.receive("the answer to SSLRequest")
    first = inbox.peek(1)
    if first == b"E":
        return TlsAnswer(False, (yield from take_error(conversation, "the answer to SSLRequest")))
    if first not in {b"S", b"N"} or _greets(inbox):
        raise NotPostgres("the answer to SSLRequest is not PostgreSQL's", inbox.peek(len(inbox)))
    if len(inbox) > 1:
        # Whoever sits in the middle could have the client read these as if they had come encrypted (CVE-2021-23222).
        raise Malformed("bytes follow the answer to SSLRequest, before TLS has begun")
    return TlsAnswer(first == b"S")


def _greets(inbox: Inbox) -> bool:
    """Whether what begins with S or N is the greeting of a service that speaks first: SSH, or MySQL by its length."""
    rest = inbox.peek(5)[1:]
    return len(rest) == 4 and ((rest.isascii() and rest.decode().isprintable()) or rest == b"\0\0\0\x0a")


def log_in(login: Login, inbox: Inbox) -> Talk[Exchange]:
    """Log in, to ReadyForQuery or to the first refusal. Raises WireError (with `exchange`) and Unsendable."""
    conversation = Conversation(inbox)
    try:
        yield Send(frontend.startup_message(_settings(login)))
        yield from authenticate(login, conversation)
        yield from _settle(conversation)
    except Ended:
        pass
    except WireError as error:
        error.exchange = conversation.exchange
        raise
    return conversation.exchange


def _settings(login: Login) -> dict[str, str]:
    return {"user": login.user, "database": login.database, "client_encoding": "UTF8", **login.parameters}


def _settle(conversation: Conversation) -> Talk[None]:
    """What follows AuthenticationOk: settings, the key for cancelling, and at last ReadyForQuery."""
    while True:
        message = yield from conversation.message("ReadyForQuery")
        if isinstance(message, ReadyForQuery):
            conversation.learn(ready=True)
            return
        if isinstance(message, ParameterStatus):
            conversation.learn(parameters={**conversation.exchange.parameters, message.name: message.value})
        elif isinstance(message, BackendKeyData):
            conversation.learn(backend_pid=message.pid)
        elif isinstance(message, NegotiateProtocolVersion):
            conversation.learn(version=message)
        else:
            raise Malformed("an authentication request comes after the login was accepted")
