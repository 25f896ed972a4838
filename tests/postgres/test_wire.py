"""The start-up exchange as transcripts."""

from __future__ import annotations

from itertools import chain, repeat

import pytest

from safeconduct.model import Secret
from safeconduct.postgres.auth_policy import parse_require_auth
from safeconduct.postgres.framing import ConnectionClosed, Malformed, NotPostgres, WireError
from safeconduct.postgres.frontend import Unsendable, password_message, ssl_request, startup_message
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
from safeconduct.postgres.wire import (
    ChannelBinding,
    Exchange,
    Inbox,
    Login,
    Stop,
    StopReason,
    TlsAnswer,
    drive,
    log_in,
    negotiate_tls,
)
from tests.postgres.playbook import Playbook, listen

ETL = Login("etl", "sales", Secret("hush"), {"application_name": "test"})
STARTUP = startup_message({"user": "etl", "database": "sales", "client_encoding": "UTF8", "application_name": "test"})
OK = Authentication(AuthCode.OK)
CLEARTEXT = Authentication(AuthCode.CLEARTEXT_PASSWORD)
WRONG = ServerMessage("wrong", "FATAL", "FATAL", "28P01", routine="auth_failed")


def start(**changes: object) -> Playbook[Exchange]:
    """A log-in by `etl`, its Login changed, up to the StartupMessage."""
    return Playbook(log_in(Login(**{**vars(ETL), **changes}), Inbox())) << STARTUP


# TLS


@pytest.mark.parametrize(("answer", "accepted"), [(b"S", True), (b"N", False)])
def test_tls_is_accepted_or_not(answer: bytes, accepted: bool) -> None:
    assert (Playbook(negotiate_tls()) << ssl_request() >> answer).result == TlsAnswer(accepted)


@pytest.mark.parametrize("every", [1, 7, 1000])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"E\0\0\0\x12C53300\0Mfull\0\0", ServerMessage("full", sqlstate="53300")),
        (b"Ecould not fork new process: out of memory\n\0", ServerMessage("could not fork new process: out of memory")),
    ],
)
def test_an_error_answers_the_request_for_tls(answer: bytes, error: ServerMessage, every: int) -> None:
    assert (Playbook(negotiate_tls(), every) << ssl_request() >> answer).result == TlsAnswer(False, error)


@pytest.mark.parametrize(
    "greeting",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x46",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"J\0\0\0\x0a8.0.36\0",
        b"S\0\0\0\x0a8.0.36-a-longer-name\0",
        b"N\0\0\0\x0a8.0.36\0",
        b"220 mail ESMTP\r\n",
        b"NOTICE: hello\r\n",
        b"ERROR\r\n",
        b"E\xff\xff\xff\xff\x01\0",
        b"\0",
    ],
)
def test_another_protocol_is_kept_as_evidence(greeting: bytes) -> None:
    with pytest.raises(NotPostgres) as caught:
        Playbook(negotiate_tls()) << ssl_request() >> greeting << b""
    assert caught.value.first_bytes == greeting


def test_evidence_is_bounded() -> None:
    with pytest.raises(NotPostgres) as caught:
        listen(negotiate_tls(), b"x" * 100_000)
    assert len(caught.value.first_bytes) == 256


@pytest.mark.parametrize("injected", [b"S" + bytes(8), b"SE", b"NR\0\0\0\x08\0\0\0\0"])
def test_nothing_may_follow_before_tls_has_begun(injected: bytes) -> None:
    with pytest.raises(Malformed, match="before TLS"):
        listen(negotiate_tls(), injected)


def test_it_hangs_up_instead_of_answering() -> None:
    with pytest.raises(ConnectionClosed, match="answer to SSLRequest was awaited; nothing of it had come"):
        listen(negotiate_tls(), b"")


# The log-in


@pytest.mark.parametrize("every", [1, 5, 1000])
def test_trust_asks_for_nothing(every: int) -> None:
    play = Playbook(log_in(ETL, Inbox()), every) << STARTUP
    play >> OK >> ParameterStatus("server_version", "15.20") >> ParameterStatus("in_hot_standby", "off")
    play >> BackendKeyData(4711, b"key!") >> NoticeResponse(ServerMessage("mind the gap", "NOTICE")) >> ReadyForQuery()
    assert play.result == Exchange(
        authenticated=True,
        ready=True,
        parameters={"server_version": "15.20", "in_hot_standby": "off"},
        backend_pid=4711,
        notices=(ServerMessage("mind the gap", "NOTICE"),),
    )


def test_a_password_in_clear() -> None:
    play = start() >> CLEARTEXT << password_message(b"hush") >> OK >> ReadyForQuery()
    assert play.result == Exchange(
        asked=("password",), used="password", password_sent=True, authenticated=True, ready=True
    )


def test_an_md5_password() -> None:
    # md5sum of "hushetl", and then of that followed by "salt"
    answer = b"md58ab86c9b5f8b4805a1194c44dbf5d0e8"
    play = start() >> Authentication(AuthCode.MD5_PASSWORD, b"salt") << bytes
    assert play.sent == password_message(answer)
    assert (play >> OK >> ReadyForQuery()).result.used == "md5"


def test_a_refusal_after_the_password() -> None:
    result = (start() >> CLEARTEXT << password_message(b"hush") >> ErrorResponse(WRONG)).result
    assert result == Exchange(asked=("password",), used="password", password_sent=True, error=WRONG)


def test_a_refusal_after_the_login() -> None:
    error = ServerMessage("no", sqlstate="3D000")
    result = (start() >> OK >> ParameterStatus("a", "b") >> ErrorResponse(error)).result
    assert (result.authenticated, result.ready, result.error) == (True, False, error)


def test_text_without_fields_from_a_server_that_cannot_fork() -> None:
    assert (start() >> b"Ecould not fork\n\0").result == Exchange(error=ServerMessage("could not fork"))


def test_a_server_of_an_older_minor_version() -> None:
    version = NegotiateProtocolVersion(196608, ("_pq_.x",))
    assert (start() >> version >> OK >> ReadyForQuery()).result.version == version


def test_leftover_bytes_stay_in_the_inbox() -> None:
    inbox = Inbox()
    play = Playbook(log_in(ETL, inbox)) << STARTUP >> OK
    ready = b"Z\0\0\0\x05I"
    assert (play >> (ready + b"N\0\0")).result.ready
    assert inbox.peek(99) == b"N\0\0"


def test_the_client_says_how_far_it_got() -> None:
    waiting = (start() >> CLEARTEXT << password_message(b"hush")).waits_for
    assert waiting.awaited == "the verdict on the password"
    assert waiting.so_far == Exchange(asked=("password",), used="password", password_sent=True)


def test_ones_own_client_encoding_goes_before_ours() -> None:
    play = Playbook(log_in(Login("etl", "sales", parameters={"client_encoding": "LATIN1"}), Inbox()))
    play << startup_message({"user": "etl", "database": "sales", "client_encoding": "LATIN1"})


# What the client does not do


def stopped(play: Playbook[Exchange]) -> Stop:
    assert play.result.stop is not None
    assert not play.result.authenticated
    assert not play.result.password_sent
    return play.result.stop


@pytest.mark.parametrize("password", [None, Secret("")])
@pytest.mark.parametrize(
    ("request_", "method"),
    [
        (CLEARTEXT, "password"),
        (Authentication(AuthCode.MD5_PASSWORD, b"salt"), "md5"),
        (Authentication.offer("SCRAM-SHA-256"), "scram-sha-256"),
    ],
)
def test_the_method_is_learnt_without_a_password(
    request_: Authentication, method: str, password: Secret | None
) -> None:
    play = start(password=password) >> request_
    assert play.result.asked == (method,)
    assert stopped(play).reason is StopReason.PASSWORD_ABSENT


@pytest.mark.parametrize(
    ("request_", "method"),
    [
        (Authentication(AuthCode.GSS), "gss"),
        (Authentication(AuthCode.SSPI), "sspi"),
        (Authentication(AuthCode.KERBEROS_V5), "kerberos-5"),
        (Authentication(AuthCode.SCM_CREDENTIAL), "scm"),
        (Authentication.offer("OAUTHBEARER"), "oauth"),
        (Authentication.offer("SCRAM-SHA-512", "X"), "sasl SCRAM-SHA-512 X"),
        (Authentication(4242, b"?"), "code 4242"),
    ],
)
def test_methods_not_spoken_are_named(request_: Authentication, method: str) -> None:
    play = start() >> request_
    assert play.result.asked == (method,)
    stop = stopped(play)
    assert stop.reason is StopReason.METHOD_UNSUPPORTED
    assert method in stop.detail


@pytest.mark.parametrize(
    ("policy", "request_", "words"),
    [
        ("scram-sha-256", CLEARTEXT, "asks for password"),
        ("!password", CLEARTEXT, "asks for password"),
        ("scram-sha-256", OK, "no proof of identity"),
        ("!none", OK, "no proof of identity"),
        ("none", Authentication(AuthCode.GSS), "asks for gss"),
    ],
)
def test_require_auth_forbids(policy: str, request_: Authentication, words: str) -> None:
    stop = stopped(start(require_auth=parse_require_auth(policy)) >> request_)
    assert stop.reason is StopReason.METHOD_FORBIDDEN
    assert words in stop.detail
    assert f"require_auth={policy}" in stop.detail


@pytest.mark.parametrize("policy", ["password", "!md5", "none,password"])
def test_require_auth_allows(policy: str) -> None:
    start(require_auth=parse_require_auth(policy)) >> CLEARTEXT << password_message(b"hush")


@pytest.mark.parametrize(
    "request_", [OK, CLEARTEXT, Authentication.offer("SCRAM-SHA-256"), Authentication(AuthCode.GSS)]
)
def test_channel_binding_is_required_and_absent(request_: Authentication) -> None:
    stop = stopped(start(tls=True, endpoint=b"hash", channel_binding=ChannelBinding.REQUIRE) >> request_)
    assert stop.reason is StopReason.CHANNEL_BINDING_ABSENT


# Servers that do not keep to the protocol


@pytest.mark.parametrize(
    "stream",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"RFB 003.008\n",
        b"220",
        b"\x15\x03\x03\x00\x02\x02\x46",
        b"K\0\0\0\x0c\0\0\0\0\0\0\0\0",
    ],
)
@pytest.mark.parametrize("every", [1, 1000])
def test_the_first_answer_is_another_protocols(stream: bytes, every: int) -> None:
    with pytest.raises(NotPostgres) as caught:
        listen(log_in(ETL, Inbox()), stream, every)
    assert stream.startswith(caught.value.first_bytes)
    assert len(caught.value.first_bytes) >= 3


@pytest.mark.parametrize("code", [AuthCode.GSS_CONTINUE, AuthCode.SASL_CONTINUE, AuthCode.SASL_FINAL])
def test_a_continuation_comes_first(code: AuthCode) -> None:
    with pytest.raises(Malformed, match="continuation"):
        start() >> Authentication(code) << b""


def test_two_proofs_are_asked_for() -> None:
    play = start() >> Authentication(AuthCode.MD5_PASSWORD, b"salt") << bytes
    with pytest.raises(Malformed, match="another proof"):
        play >> CLEARTEXT << b""


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        (Authentication(AuthCode.MD5_PASSWORD, b"sal"), "salt of 3 bytes"),
        (Authentication(AuthCode.SASL, b"SCRAM-SHA-256\0"), "no end"),
        (b"R\0\0\0\x06\0\0", "no code"),
        (b"R\0\0\0\x03\0\0\0\0", "length of 3"),
        (b"v\0\0\0\x08\0\3\0\0", "cut short"),
        (b"N\0\0\0\x05S", "does not end"),
    ],
)
def test_a_broken_message(spoken: Authentication | bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        start() >> spoken << b""


def test_a_login_that_was_accepted_is_asked_for_proof_again() -> None:
    with pytest.raises(Malformed, match="after the login was accepted") as caught:
        start() >> OK >> CLEARTEXT << b""
    assert caught.value.exchange == Exchange(authenticated=True)


def test_it_hangs_up_in_the_middle() -> None:
    play = start() >> CLEARTEXT << password_message(b"hush") >> b"R\0\0"
    with pytest.raises(ConnectionClosed, match="verdict on the password was awaited; 3 bytes of it had come") as caught:
        play >> b"" << b""
    assert caught.value.exchange is not None
    assert caught.value.exchange.asked == ("password",)


def test_two_gigabytes_are_announced() -> None:
    with pytest.raises(WireError, match=r"announces 2,147,483,643 bytes; at most 65,536"):
        start() >> b"R\x7f\xff\xff\xff" << b""


@pytest.mark.parametrize(
    "message",
    [
        ParameterStatus("x", "y"),
        NoticeResponse(ServerMessage("again")),
        ParameterStatus("x", "y" * 60_000),
    ],
)
def test_messages_without_end(message: ParameterStatus | NoticeResponse) -> None:
    spoken = chain([encode(OK)], repeat(encode(message), 100_000))
    with pytest.raises(WireError, match="still not ReadyForQuery"):
        drive(log_in(ETL, Inbox()), lambda _: None, lambda _: next(spoken))


# Secrets


@pytest.mark.parametrize("password", ["nul\0nul", "\ud800\ud800"])
def test_a_password_that_cannot_be_sent_is_not_in_the_error(password: str) -> None:
    with pytest.raises(Unsendable, match="the password holds") as caught:
        start(password=Secret(password)) >> CLEARTEXT << b""
    assert password not in seen_in_traceback(caught.value)
    assert caught.value.__context__ is None


def test_the_password_is_in_no_frame_while_the_client_waits() -> None:
    for request_ in (CLEARTEXT, Authentication(AuthCode.MD5_PASSWORD, b"salt")):
        talk = log_in(ETL, Inbox())
        next(talk)
        talk.send(None)
        want = talk.send(
            b"R" + (8 + len(request_.data)).to_bytes(4, "big") + bytes([0, 0, 0, request_.code]) + request_.data
        )
        with pytest.raises(KeyboardInterrupt) as caught:
            talk.throw(KeyboardInterrupt())
        seen = seen_in_traceback(caught.value) + repr(want)
        assert "safeconduct" in seen
        assert "Secret('***')" in seen
        assert "hush" not in seen
        assert "8ab86c9b5f8b4805a1194c44dbf5d0e8" not in seen


def seen_in_traceback(error: BaseException) -> str:
    """What a handler that shows the variables of each frame of the package would print."""
    seen = [repr(error)]
    trace = error.__traceback__
    while trace:
        frame = trace.tb_frame
        if "safeconduct" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
            seen += [frame.f_code.co_filename, *(repr(value) for value in frame.f_locals.values())]
        trace = trace.tb_next
    return "\n".join(seen)
