"""The login on an open port: TLS where it is asked for, the start-up exchange, and the session that comes of it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Stage, Unjudged
from safeconduct.postgres import silence
from safeconduct.postgres.answers import OddAnswer
from safeconduct.postgres.auth_policy import parse_require_auth
from safeconduct.postgres.certificate_look import look_at_certificate
from safeconduct.postgres.channel import DeadlinePassed
from safeconduct.postgres.exchange import ChannelBinding, Exchange, Login
from safeconduct.postgres.framing import Inbox, WireError
from safeconduct.postgres.frontend import Unsendable
from safeconduct.postgres.open_session import OpenSession, session_facts
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.refusal import Refusal, explain_refusal
from safeconduct.postgres.rules_login import NOT_READY
from safeconduct.postgres.scram import server_end_point
from safeconduct.postgres.session import SessionLost
from safeconduct.postgres.stages import Reached, stages_before, stages_let_in
from safeconduct.postgres.stops import explain_stop
from safeconduct.postgres.target import SslMode
from safeconduct.postgres.tls import Encryption, build_context, explain_tls_failure, server_without_tls
from safeconduct.postgres.trial import Lead, Steps, Trial
from safeconduct.postgres.wants import drive
from safeconduct.postgres.wire import log_in, negotiate_tls

if TYPE_CHECKING:
    from safeconduct.postgres.channel import Channel, TlsFacts
    from safeconduct.postgres.door import Door
    from safeconduct.postgres.place import Password
    from safeconduct.postgres.wants import Receive


@dataclass
class _Talk:
    """One conversation: where, on what, and how far it came."""

    door: Door
    channel: Channel
    steps: Steps
    tls: TlsFacts | None = None
    asked_for_tls: bool = False
    protocol_seen: bool = False
    so_far: Exchange = field(default_factory=Exchange)

    def receive(self, want: Receive) -> bytes:
        if want.so_far is not None:
            self.so_far = want.so_far
        return self.channel.receive()

    @property
    def reached(self) -> Reached:
        return Reached(self.door.target, self.tls, self.asked_for_tls, self.so_far)


def converse(door: Door, channel: Channel, encryption: Encryption, steps: Steps) -> Trial:
    """Encrypt, log in, and say how it ended."""
    talk = _Talk(door, channel, steps)
    try:
        return _encrypt(talk, encryption) or _log_in(talk)
    except WireError as error:
        talk.so_far = error.exchange or talk.so_far
        return _broken(talk, silence.explain_wire_error(door.target.subject, door.address.text, error, talk.so_far))
    except DeadlinePassed:
        return _silent(talk)
    except ssl.SSLError as error:
        return _tls_failed(talk, error)
    except OSError as error:
        return _broken(talk, silence.explain_lost(door.target.subject, door.address.text, error))
    except Unsendable as error:
        return steps.unjudged(Stage.AUTHENTICATION, Unjudged(door.target.subject, str(error)))


def _encrypt(talk: _Talk, encryption: Encryption) -> Trial | None:
    """TLS as the plan says; None where the conversation goes on."""
    if talk.door.target.gssencmode == "require":
        reason = "gssencmode=require asks for encryption by Kerberos, which is not spoken here"
        return talk.steps.unjudged(Stage.TLS, Unjudged(talk.door.target.subject, reason))
    if encryption is Encryption.PLAIN:
        return None
    talk.asked_for_tls = True
    if encryption is Encryption.REQUESTED:
        answer = drive(negotiate_tls(), talk.channel.send, talk.receive)
        talk.protocol_seen = True
        if answer.error is not None:
            return _refused(talk, Exchange(error=answer.error))
        if not answer.accepted:
            return _without_tls(talk)
    return _start_tls(talk)


def _start_tls(talk: _Talk) -> Trial | None:
    context = build_context(talk.door.target, talk.door.host)
    if isinstance(context, Finding):
        return _at_tls(talk, context, _after_tls_failed(talk))
    if isinstance(context, Unjudged):
        return talk.steps.unjudged(Stage.TLS, context)
    try:
        talk.tls = talk.channel.start_tls(context, talk.door.host.host or None)
    except (ssl.SSLError, ConnectionError) as error:
        return _tls_failed(talk, error)
    return None


def _without_tls(talk: _Talk) -> Trial | None:
    if talk.door.target.tls.mode.needs_tls:
        return _at_tls(talk, server_without_tls(talk.door.target, talk.door.host), Lead.NOWHERE)
    return None


def _log_in(talk: _Talk) -> Trial:
    target, host, inbox = talk.door.target, talk.door.host, Inbox()
    login = Login(
        user=target.user,
        database=target.database,
        password=host.password.secret if host.password else None,
        parameters=target.settings,
        tls=talk.tls is not None,
        endpoint=server_end_point(talk.tls.peer_certificate) if talk.tls else None,
        channel_binding=ChannelBinding(target.channel_binding),
        require_auth=parse_require_auth(target.require_auth),
    )
    exchange = drive(log_in(login, inbox), talk.channel.send, talk.receive)
    talk.so_far = exchange
    if exchange.error is not None:
        return _refused(talk, exchange)
    if exchange.stop is not None:
        return _stopped(talk, exchange)
    session = OpenSession(talk.channel, inbox, exchange, target.user, target.database, talk.door.timeout)
    return _let_in(talk, session)


def _let_in(talk: _Talk, session: OpenSession) -> Trial:
    try:
        facts = session_facts(session)
    except (QueryRefused, OddAnswer):
        facts = None
    except SessionLost as error:
        for stage, detail in stages_before(talk.reached, Stage.SESSION):
            talk.steps.passed(stage, detail)
        return talk.steps.unjudged(Stage.SESSION, Unjudged(talk.door.target.subject, str(error)))
    for stage, detail in stages_let_in(talk.reached, facts):
        talk.steps.passed(stage, detail)
    return Trial(talk.steps.stages, session=session, facts=facts)


def _refused(talk: _Talk, exchange: Exchange) -> Trial:
    assert exchange.error is not None
    refusal = Refusal(
        subject=talk.door.target.subject,
        role=talk.door.target.user,
        database=talk.door.target.database,
        error=exchange.error,
        asked=exchange.asked,
        tls=talk.tls is not None,
        client_address=talk.channel.local_address,
        server=talk.door.address,
        tls_asked=talk.asked_for_tls,
        assumed=talk.door.target.assumed,
        sent=tuple(name for name in ("options", "client_encoding", "replication") if name in talk.door.target.settings),
        password_odd=_odd(talk.door.host.password) if exchange.password_sent and not exchange.authenticated else "",
    )
    finding = explain_refusal(refusal)
    lead = Lead.NOWHERE
    if finding.rule == NOT_READY.id:
        lead = Lead.NEXT_HOST
    elif not exchange.password_sent and not exchange.authenticated:
        lead = Lead.OTHER_ENCRYPTION
    return replace(_end(talk, finding, lead), refusal=refusal)


def _odd(password: Password | None) -> str:
    """That a line feed was copied along with a password, perhaps; nothing else of it may be told."""
    text = password.secret.reveal() if password else ""
    if text == text.strip():
        return ""
    return "the password begins or ends with white space: was a line feed or a blank copied along with it?"


def _stopped(talk: _Talk, exchange: Exchange) -> Trial:
    ended = explain_stop(talk.door.target, talk.door.host, exchange)
    if isinstance(ended, Finding):
        return _end(talk, ended, Lead.NOWHERE)
    for stage, detail in stages_before(talk.reached, Stage.AUTHENTICATION):
        talk.steps.passed(stage, detail)
    return talk.steps.unjudged(Stage.AUTHENTICATION, ended)


def _end(talk: _Talk, finding: Finding, lead: Lead) -> Trial:
    assert finding.stage is not None
    for stage, detail in stages_before(talk.reached, finding.stage, finding.rule):
        talk.steps.passed(stage, detail)
    return talk.steps.refused(finding, lead=lead)


def _silent(talk: _Talk) -> Trial:
    finding = silence.explain_silence(talk.door.target.subject, talk.door.address.text, talk.door.timeout, talk.so_far)
    if talk.tls is None and not talk.protocol_seen and not talk.so_far.asked:
        return talk.steps.refused(finding, lead=Lead.NEXT_ADDRESS)
    return _broken(talk, finding, Lead.NEXT_ADDRESS)


def _broken(talk: _Talk, finding: Finding, lead: Lead = Lead.NOWHERE) -> Trial:
    """The conversation broke off: at the protocol, or later where more had been seen."""
    if talk.so_far.asked or talk.so_far.authenticated:
        stage = Stage.SESSION if talk.so_far.authenticated else Stage.AUTHENTICATION
    else:
        stage = Stage.RULE if talk.tls or talk.protocol_seen else Stage.PROTOCOL
    for passed, detail in stages_before(talk.reached, stage):
        talk.steps.passed(passed, detail)
    return talk.steps.refused(finding, stage=stage, lead=lead)


def _tls_failed(talk: _Talk, error: OSError) -> Trial:
    target, host = talk.door.target, talk.door.host
    peer = talk.tls.peer_certificate if talk.tls else None
    if peer is None and isinstance(error, ssl.SSLCertVerificationError):
        peer = look_at_certificate(talk.door)
    return _at_tls(talk, explain_tls_failure(error, target, host, peer), _after_tls_failed(talk))


def _after_tls_failed(talk: _Talk) -> Lead:
    return Lead.OTHER_ENCRYPTION if talk.door.target.tls.mode is SslMode.PREFER else Lead.NOWHERE


def _at_tls(talk: _Talk, finding: Finding, lead: Lead) -> Trial:
    if talk.protocol_seen:  # not where TLS began at once
        for stage, detail in stages_before(talk.reached, Stage.TLS):
            talk.steps.passed(stage, detail)
    return talk.steps.refused(finding, stage=Stage.TLS, lead=lead)
