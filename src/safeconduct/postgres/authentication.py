"""The part of a log-in in which the client proves who it is, as far as it can and may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.postgres import frontend, scram
from safeconduct.postgres.exchange import ChannelBinding, Login, StopReason
from safeconduct.postgres.framing import Malformed
from safeconduct.postgres.messages import AuthCode, Authentication, NegotiateProtocolVersion
from safeconduct.postgres.wants import Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.model import Secret
    from safeconduct.postgres.conversation import Conversation
    from safeconduct.postgres.wants import Talk

_METHODS = {
    AuthCode.CLEARTEXT_PASSWORD: "password",
    AuthCode.MD5_PASSWORD: "md5",
    AuthCode.GSS: "gss",
    AuthCode.SSPI: "sspi",
    AuthCode.KERBEROS_V5: "kerberos-5",
    AuthCode.SCM_CREDENTIAL: "scm",
}
_OUT_OF_PLACE = frozenset({AuthCode.GSS_CONTINUE, AuthCode.SASL_CONTINUE, AuthCode.SASL_FINAL})


def authenticate(login: Login, talk: Conversation) -> Talk[None]:
    """From the server's first request to AuthenticationOk. Raises Ended, WireError and Unsendable."""
    request = yield from _request(talk, "an authentication request")
    if request.code == AuthCode.OK:
        _check(login, talk, None)
    else:
        method = _method(request)
        talk.learn(asked=(method,), mechanisms=request.mechanisms if request.code == AuthCode.SASL else ())
        _check(login, talk, method)
        yield from _answer(login, talk, request, method)
    talk.learn(authenticated=True)


def _request(talk: Conversation, awaited: str) -> Talk[Authentication]:
    while True:
        message = yield from talk.message(awaited)
        if isinstance(message, Authentication):
            return message
        if not isinstance(message, NegotiateProtocolVersion) or talk.exchange.version:
            raise Malformed(f"{type(message).__name__} came where {awaited} was awaited")
        talk.learn(version=message)


def _method(request: Authentication) -> str:
    """The method asked for, in libpq's word where it has one."""
    if request.code in _OUT_OF_PLACE:
        raise Malformed(f"an authentication exchange begins with its continuation (code {request.code})")
    if request.code != AuthCode.SASL:
        return _METHODS.get(request.code, f"code {request.code}")  # type: ignore[call-overload,no-any-return]
    mechanisms = request.mechanisms
    if scram.SCRAM in mechanisms or scram.SCRAM_PLUS in mechanisms:
        return "scram-sha-256"
    return "oauth" if "OAUTHBEARER" in mechanisms else f"sasl {' '.join(mechanisms)}"


def _check(login: Login, talk: Conversation, method: str | None) -> None:
    """Stop where the connection's own options forbid what the server wants (`method` is None: nothing)."""
    wants = f"asks for {method}" if method else "asks for no proof of identity"
    if not login.require_auth.allows(method or "none"):
        talk.stop(StopReason.METHOD_FORBIDDEN, f"the server {wants}, and require_auth={login.require_auth.text}")
    if login.channel_binding is ChannelBinding.REQUIRE and method != "scram-sha-256":
        talk.stop(StopReason.CHANNEL_BINDING_ABSENT, f"channel_binding=require, and the server {wants}")


def _answer(login: Login, talk: Conversation, request: Authentication, method: str) -> Talk[None]:
    answer = _ANSWERS.get(method)
    if answer is None:
        talk.stop(StopReason.METHOD_UNSUPPORTED, f"the server asks for {method}, which is not spoken here")
    if not login.password:
        talk.stop(StopReason.PASSWORD_ABSENT, f"the server asks for a password ({method}), and the connection has none")
    yield from answer(login, login.password, talk, request)


def _cleartext(_: Login, password: Secret, talk: Conversation, __: Authentication) -> Talk[None]:
    talk.learn(used="password", password_sent=True)
    yield Send(frontend.password_message(frontend.secret_to_bytes("password", password)))
    yield from _accepted(talk)


def _md5(login: Login, password: Secret, talk: Conversation, request: Authentication) -> Talk[None]:
    if len(request.data) != 4:
        raise Malformed(f"AuthenticationMD5Password has a salt of {len(request.data)} bytes instead of 4")
    user = frontend.to_bytes("user", login.user)
    talk.learn(used="md5", password_sent=True)
    yield Send(frontend.password_message(scram.md5_answer(password, user, request.data)))
    yield from _accepted(talk)


def _scram(login: Login, password: Secret, talk: Conversation, request: Authentication) -> Talk[None]:
    mechanism, header = _binding(login, talk, request.mechanisms)
    endpoint = login.endpoint if header == scram.WITH_BINDING else None
    client = scram.ScramClient(password, header, endpoint or b"")
    talk.learn(used=mechanism.lower())
    yield Send(frontend.sasl_initial_response(mechanism, client.first()))
    challenge = yield from _request(talk, "the server's challenge in SCRAM")
    if challenge.code != AuthCode.SASL_CONTINUE:
        raise Malformed(f"authentication code {challenge.code} came where SASLContinue was awaited")
    yield Send(frontend.sasl_response(_proof(talk, client, challenge.data)))
    yield from _proven(talk, client)
    yield from _accepted(talk)


def _proof(talk: Conversation, client: scram.ScramClient, challenge: bytes) -> bytes:
    try:
        proof = client.final(challenge)
    except scram.TooManyIterations as error:
        talk.stop(StopReason.METHOD_UNSUPPORTED, f"the server asks for scram-sha-256, but {error}")
    except scram.ScramError as error:
        talk.stop(StopReason.SERVER_UNPROVEN, f"the server's challenge in SCRAM cannot be trusted: {error}")
    talk.learn(password_sent=True)
    return proof


def _proven(talk: Conversation, client: scram.ScramClient) -> Talk[None]:
    """The server's own proof, which an honest server gives before AuthenticationOk."""
    final = yield from _request(talk, "the server's proof in SCRAM")
    if final.code == AuthCode.OK:
        talk.stop(StopReason.SERVER_UNPROVEN, "the server lets us in without its own proof in SCRAM")
    if final.code != AuthCode.SASL_FINAL:
        raise Malformed(f"authentication code {final.code} came where SASLFinal was awaited")
    try:
        client.verify(final.data)
    except scram.ScramError as error:
        talk.stop(StopReason.SERVER_UNPROVEN, f"the server's proof in SCRAM fails: {error}")


def _binding(login: Login, talk: Conversation, offered: tuple[str, ...]) -> tuple[str, str]:
    """The mechanism and its GS2 header, chosen as libpq does (fe-auth.c, pg_SASL_init)."""
    able = login.tls and login.endpoint is not None and login.channel_binding is not ChannelBinding.DISABLE
    if scram.SCRAM_PLUS in offered:
        if not login.tls:
            talk.stop(
                StopReason.SERVER_UNPROVEN,
                "the server believes that this connection is encrypted, which it is not: something between ends TLS",
            )
        if able:
            return scram.SCRAM_PLUS, scram.WITH_BINDING
    if login.channel_binding is ChannelBinding.REQUIRE:
        side = "this connection cannot bind" if scram.SCRAM_PLUS in offered else "the server does not offer it"
        talk.stop(StopReason.CHANNEL_BINDING_ABSENT, f"channel_binding=require, and {side}")
    if scram.SCRAM not in offered:
        talk.stop(StopReason.METHOD_UNSUPPORTED, "the server insists on channel binding, which is not possible here")
    return scram.SCRAM, scram.NOT_OFFERED if able and scram.SCRAM_PLUS not in offered else scram.WITHOUT_BINDING


def _accepted(talk: Conversation) -> Talk[None]:
    last = yield from _request(talk, "the verdict on the password")
    if last.code != AuthCode.OK:
        raise Malformed(f"the server asks for another proof (authentication code {last.code}) after the first")


_ANSWERS: dict[str, Callable[[Login, Secret, Conversation, Authentication], Talk[None]]] = {
    "password": _cleartext,
    "md5": _md5,
    "scram-sha-256": _scram,
}
