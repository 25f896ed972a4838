"""The server's messages and the client's, as they lie on the stream."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.model import Secret
from safeconduct.postgres import frontend
from safeconduct.postgres.framing import Frame, Inbox, Malformed, MessageTooLong, pack
from safeconduct.postgres.messages import (
    AuthCode,
    Authentication,
    BackendKeyData,
    BackendMessage,
    ErrorResponse,
    NegotiateProtocolVersion,
    NoticeResponse,
    ParameterStatus,
    ReadyForQuery,
    ServerMessage,
    decode,
    encode,
)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBER = st.integers(0, 2**32 - 1)
SERVER_MESSAGES = st.builds(
    ServerMessage,
    TEXT,
    **{name: st.none() | TEXT for name in ServerMessage.__dataclass_fields__ if name not in {"message", "unknown"}},
    unknown=st.lists(st.tuples(st.sampled_from("XYZ9\u00e9"), TEXT), max_size=3).map(tuple),
)
MESSAGES: st.SearchStrategy[BackendMessage] = st.one_of(
    st.builds(Authentication, NUMBER, st.binary()),
    st.builds(ErrorResponse, SERVER_MESSAGES),
    st.builds(NoticeResponse, SERVER_MESSAGES),
    st.builds(ParameterStatus, TEXT, TEXT),
    st.builds(BackendKeyData, NUMBER, st.binary(min_size=4, max_size=256)),
    st.builds(NegotiateProtocolVersion, NUMBER, st.lists(TEXT, max_size=4).map(tuple)),
    st.builds(ReadyForQuery, st.sampled_from("ITE")),
)


def received(data: bytes) -> BackendMessage:
    inbox = Inbox()
    inbox.feed(data)
    frame = inbox.take_frame(1 << 20)
    assert frame
    assert not len(inbox)
    return decode(frame)


@given(MESSAGES)
def test_what_is_encoded_is_decoded(message: BackendMessage) -> None:
    assert received(encode(message)) == message


@given(st.binary(min_size=1, max_size=1), st.binary(max_size=64))
def test_any_payload_is_a_message_or_malformed(kind: bytes, payload: bytes) -> None:
    try:
        message = decode(Frame(kind, payload))
    except Malformed:
        return
    assert decode(Frame(kind, encode(message)[5:])) == message


def test_an_error_as_postgresql_sends_it() -> None:
    data = (
        b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "etl"\0Dd\0Hh\0P7\0p8\0qq\0Ww\0ss\0'
        b"tt\0cc\0dd\0nn\0Fauth.c\0L326\0Rauth_failed\0!new\0\0"
    )
    assert received(pack(b"E", data)) == ErrorResponse(
        ServerMessage(
            'password authentication failed for user "etl"',
            "FATAL",
            "FATAL",
            "28P01",
            "d",
            "h",
            "7",
            "8",
            "q",
            "w",
            "s",
            "t",
            "c",
            "d",
            "n",
            "auth.c",
            "326",
            "auth_failed",
            (("!", "new"),),
        )
    )


def test_an_error_in_another_encoding() -> None:
    payload = "SFATAL\0Mmot de passe erron\u00e9\0\0".encode("latin-1")
    message = decode(Frame(b"E", payload))
    assert message == ErrorResponse(ServerMessage("mot de passe erron\ufffd", "FATAL"))


def test_a_field_that_comes_twice_counts_once() -> None:
    assert decode(Frame(b"E", b"Mfirst\0Msecond\0\0")) == ErrorResponse(ServerMessage("first"))


@pytest.mark.parametrize(
    "frame",
    [
        Frame(b"E", b""),
        Frame(b"E", b"Mno"),
        Frame(b"E", b"Mno\0"),
        Frame(b"E", b"Mno\0\0Mmore\0\0"),
        Frame(b"S", b"name\0value"),
        Frame(b"S", b"name\0"),
        Frame(b"S", b"name\0value\0more\0"),
        Frame(b"K", bytes(7)),
        Frame(b"K", bytes(261)),
        Frame(b"Z", b""),
        Frame(b"Z", b"X"),
        Frame(b"v", struct.pack("!II", 0, 2**32 - 1)),
        Frame(b"v", struct.pack("!II", 0, 2) + b"one\0"),
        Frame(b"R", b"\0\0\0"),
        Frame(b"\x80", b""),
        Frame(b"D", b"\0\0"),
    ],
)
def test_a_message_that_breaks_its_format(frame: Frame) -> None:
    with pytest.raises(Malformed):
        decode(frame)


def test_sasl_mechanisms() -> None:
    offer = Authentication.offer("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")
    assert offer == Authentication(AuthCode.SASL, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0")
    assert offer.mechanisms == ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")


def test_the_key_that_cancels_is_not_shown() -> None:
    assert "hush" not in repr(BackendKeyData(1, b"hush"))


# The inbox


def test_a_frame_is_taken_when_it_is_whole() -> None:
    inbox = Inbox()
    for byte in b"Z\0\0\0\x05":
        inbox.feed(bytes([byte]))
        assert inbox.take_frame(10) is None
    inbox.feed(b"IN")
    assert inbox.take_frame(10) == Frame(b"Z", b"I")
    assert repr(inbox) == "<Inbox of 1 bytes>"


@pytest.mark.parametrize("length", [11 + 4, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_length_beyond_the_limit_is_refused_by_its_header(length: int) -> None:
    inbox = Inbox()
    inbox.feed(b"R" + struct.pack("!I", length))
    with pytest.raises(MessageTooLong, match="at most 10 are accepted") as caught:
        inbox.take_frame(10)
    assert (caught.value.announced, caught.value.limit) == (length - 4, 10)


@pytest.mark.parametrize("length", [0, 3])
def test_a_length_below_its_own_four_bytes(length: int) -> None:
    inbox = Inbox()
    inbox.feed(b"\x80" + struct.pack("!I", length))
    with pytest.raises(Malformed, match=f"0x80 announces a length of {length}"):
        inbox.take_frame(10)


def test_many_small_pieces_cost_what_they_weigh() -> None:
    def seconds(size: int) -> float:
        inbox, began = Inbox(), time.process_time()
        inbox.feed(b"d" + struct.pack("!I", size + 4))
        for _ in range(size):
            inbox.feed(b"x")
            inbox.take_frame(size)
        return time.process_time() - began

    assert seconds(400_000) < 20 * seconds(40_000) + 0.1


def test_many_frames_at_once_cost_what_they_weigh() -> None:
    def seconds(count: int) -> float:
        inbox, began = Inbox(), time.process_time()
        inbox.feed(pack(b"D", b"\0\0") * count)
        while inbox.take_frame(10):
            pass
        return time.process_time() - began

    assert seconds(400_000) < 20 * seconds(40_000) + 0.1


# The client's messages


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (frontend.ssl_request(), "00000008 04d2162f"),
        (frontend.gssenc_request(), "00000008 04d21630"),
        (frontend.cancel_request(258, b"key!"), "00000010 04d2162e 00000102 6b657921"),
        (frontend.startup_message({"user": "é"}), "00000011 00030000 7573657200 c3a900 00"),
        (frontend.startup_message({}, version=196610), "00000009 00030002 00"),
        (frontend.password_message(b"x"), "70 00000006 7800"),
        (frontend.sasl_initial_response("M", b"x"), "70 0000000b 4d00 00000001 78"),
        (frontend.sasl_response(b"x"), "70 00000005 78"),
        (frontend.gss_response(b"x"), "70 00000005 78"),
        (frontend.query("x"), "51 00000006 7800"),
        (frontend.parse("x"), "50 00000009 00 7800 0000"),
        (frontend.bind([]), "42 0000000c 0000 0000 0000 0000"),
        (frontend.bind(["x", None]), "42 00000015 0000 0000 0002 00000001 78 ffffffff 0000"),
        (frontend.describe_portal(), "44 00000006 5000"),
        (frontend.execute(), "45 00000009 00 00000000"),
        (frontend.sync(), "53 00000004"),
        (frontend.terminate(), "58 00000004"),
    ],
)
def test_the_clients_messages(data: bytes, expected: str) -> None:
    assert data == bytes.fromhex(expected)


def test_bytes_that_python_kept_as_surrogates_go_out_as_they_were() -> None:
    assert frontend.to_bytes("user", b"\xe9".decode("utf-8", "surrogateescape")) == b"\xe9"


@pytest.mark.parametrize("value", ["hush\0", "hush\ud800"])
def test_what_cannot_be_sent_is_named_and_not_shown(value: str) -> None:
    with pytest.raises(frontend.Unsendable, match="the password holds") as caught:
        frontend.secret_to_bytes("password", Secret(value))
    assert "hush" not in str(caught.value)
    assert caught.value.__context__ is None
