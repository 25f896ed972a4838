"""Feeds bytes to the start-up exchange and to a statement: whatever comes, it ends, and only with a WireError."""

from __future__ import annotations

import random
import sys
import time
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any
from unittest import mock

from safeconduct.model import Secret
from safeconduct.postgres import scram
from safeconduct.postgres.framing import WireError, pack
from safeconduct.postgres.messages import (
    AuthCode,
    Authentication,
    BackendKeyData,
    ErrorResponse,
    NegotiateProtocolVersion,
    NoticeResponse,
    ParameterStatus,
    ReadyForQuery,
    ServerMessage,
    encode,
)
from safeconduct.postgres.query import QueryRefused, run_query
from safeconduct.postgres.wire import Exchange, Inbox, Login, TlsAnswer, drive, log_in, negotiate_tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.postgres.wire import Talk

PASSWORD = "a password that must not be seen"
MOST_WANTS = 100_000
_LOGIN = Login("etl", "sales", Secret(PASSWORD))
_TALKS: list[Callable[[], Talk[Any]]] = [
    negotiate_tls,
    lambda: log_in(_LOGIN, Inbox()),
    lambda: log_in(Login("etl", "sales"), Inbox()),
    lambda: log_in(Login("etl", "sales", Secret(PASSWORD), tls=True, endpoint=b"hash"), Inbox()),
    lambda: run_query("SELECT $1", ["x"], Inbox(), limit=100_000),
]
NONCE = "AAAAAAAAAAAAAAAAAAAAAAAA"


def exercise(data: bytes) -> object:
    """Play a server that says `data` and hangs up. Its first byte chooses the conversation, the second the pieces.

    Returns what the conversation returned or raised; raises AssertionError where a promise is broken.
    """
    talk = _TALKS[data[0] % len(_TALKS)]() if data else negotiate_tls()
    every = data[1] % 17 or 65_536 if len(data) > 1 else 1
    stream = data[2:]
    pieces = (stream[at : at + every] for at in range(0, len(stream), every))
    spoken = chain(pieces, repeat(b"", MOST_WANTS))
    with mock.patch.object(scram, "MAX_ITERATIONS", 5_000), mock.patch("secrets.token_bytes", bytes):
        try:
            outcome = drive(talk, lambda _: None, lambda _: next(spoken))
        except (WireError, QueryRefused) as error:
            outcome = error
    _judge(outcome)
    return outcome


def _judge(outcome: object) -> None:
    if isinstance(outcome, WireError):
        assert len(str(outcome)) < 500, "an error should be a sentence"
    elif not isinstance(outcome, (QueryRefused, TlsAnswer, list)):
        assert isinstance(outcome, Exchange)
        assert not (outcome.error and outcome.stop), "refused by both sides"
        assert not outcome.ready or outcome.authenticated, "ready without a login"
        assert outcome.used is None or not outcome.authenticated or outcome.password_sent
        assert outcome.used is None or not outcome.used.startswith("scram") or not outcome.authenticated, (
            "let in by a server that cannot know the password"
        )
    assert PASSWORD not in repr(outcome), "the password is shown"


def _said(*messages: Any) -> bytes:
    return b"".join(message if isinstance(message, bytes) else encode(message) for message in messages)


def corpus() -> list[bytes]:
    """Transcripts of servers, each behind the bytes that choose its conversation."""
    settled = _said(
        Authentication(AuthCode.OK),
        ParameterStatus("server_version", "15.20"),
        BackendKeyData(4711, b"key!"),
        NoticeResponse(ServerMessage("mind", "NOTICE")),
        ReadyForQuery(),
    )
    refused = encode(ErrorResponse(ServerMessage("no", "FATAL", "FATAL", "28P01", line="1", routine="auth_failed")))
    first = f"r={NONCE}server,s=c2FsdHNhbHRzYWx0,i=4096".encode()
    proof = b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    challenged = [Authentication(AuthCode.SASL_CONTINUE, first), Authentication(AuthCode.SASL_FINAL, proof), settled]
    scrammed = _said(Authentication.offer("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"), *challenged)
    plain = _said(Authentication.offer("SCRAM-SHA-256"), *challenged)
    rows = pack(b"D", b"\0\2\0\0\0\1x\xff\xff\xff\xff") * 3
    answered = _said(pack(b"1", b""), pack(b"2", b""), rows, pack(b"C", b"SELECT 3\0"), ReadyForQuery())
    logins = [
        settled,
        refused,
        b"Ecould not fork\n\0",
        _said(NegotiateProtocolVersion(196608, ("_pq_.x",)), settled),
        _said(Authentication(AuthCode.CLEARTEXT_PASSWORD), settled),
        _said(Authentication(AuthCode.MD5_PASSWORD, b"salt"), refused),
        _said(Authentication(AuthCode.GSS)),
        scrammed,
        plain,
    ]
    choices = [(0, [b"S", b"N", refused]), *((n, logins) for n in (1, 2, 3)), (4, [answered, refused + b"Z\0\0\0\5I"])]
    return [bytes([choice, pieces]) + stream for choice, streams in choices for stream in streams for pieces in (0, 1)]


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few changed, cut out, doubled, or put in."""
    mutated = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(mutated) + 1)
        end = min(len(mutated), at + chance.randint(0, 8))
        mutated[at:end] = chance.choice(
            [b"", bytes(mutated[at:end]) * 2, chance.randbytes(end - at), b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f"]
        )
    return bytes(mutated)


def run_random(seconds: float, seed: int) -> int:
    """Mutate the corpus for so long; how many inputs that were. A failing input is printed."""
    chance = random.Random(seed)
    seeds = corpus()
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        data = mutate(chance.choice(seeds), chance)
        try:
            exercise(data)
        except BaseException:
            print(f"after {count:,} inputs, seed {seed}: {data!r}", file=sys.stderr)
            raise
        count += 1
    return count
