"""Why a login was refused, as only the server knows it.

What decides, in this order: the DETAIL line and the messages logged before the refusal, which are known texts or none;
the method of the pg_hba line that the login had matched, which nobody translates; the text of the refusal itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.postgres.server_log import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.server_log.matched_line import MatchedLine
    from safeconduct.postgres.server_log.texts import Text


class Cause(str, Enum):
    """What stood behind a refusal. OTHER is a refusal of another kind, or one whose cause the log does not tell."""

    ROLE_MISSING = "role missing"
    LOGIN_NOT_PERMITTED = "role may not log in"
    NO_PASSWORD = "role has no password"  # noqa: S105
    PASSWORD_EXPIRED = "password expired"  # noqa: S105
    NOT_A_SCRAM_SECRET = "password not stored for scram-sha-256"  # noqa: S105
    PASSWORD_WRONG = "password wrong"  # noqa: S105
    IDENT_MISMATCH = "ident name does not match"
    PEER_MISMATCH = "peer name does not match"
    LDAP_REFUSED = "LDAP refused"
    PAM_REFUSED = "PAM refused"
    RADIUS_REFUSED = "RADIUS refused"
    CERT_CN_MISMATCH = "name in the client certificate does not match"
    GSS_MISMATCH = "Kerberos name does not match"
    HBA_REJECT = "pg_hba line rejects"
    HBA_NONE = "no pg_hba line matches"
    OTHER = "other"


@dataclass(frozen=True)
class Evidence:
    """What the log says of one refusal. Texts are None where they are none that we know.

    `detail` is the DETAIL without the matched line, `has_detail` whether there was a DETAIL at all. `before` is what
    the same process had logged; `knows_before` whether it could be told apart from what others logged.
    """

    sqlstate: str | None
    message: Text | None
    detail: Text | None
    has_detail: bool
    has_more_detail: bool
    matched: MatchedLine | None
    before: Sequence[Text] = ()
    knows_before: bool = True


_BY_DETAIL = dict(
    zip(
        texts.DETAILS[:5],
        (
            Cause.ROLE_MISSING,
            Cause.NO_PASSWORD,
            Cause.PASSWORD_EXPIRED,
            Cause.NOT_A_SCRAM_SECRET,
            Cause.PASSWORD_WRONG,
        ),
        strict=True,
    )
)
_BY_MESSAGE = {
    **dict.fromkeys(texts.REJECTS, Cause.HBA_REJECT),
    **dict.fromkeys(texts.NO_ENTRY, Cause.HBA_NONE),
    'role "%s" does not exist': Cause.ROLE_MISSING,
    'role "%s" is not permitted to log in': Cause.LOGIN_NOT_PERMITTED,
}
# Methods that have one way to refuse somebody, and the name of each in the text of the refusal.
_BY_METHOD = {
    "peer": Cause.PEER_MISMATCH,
    "ldap": Cause.LDAP_REFUSED,
    "pam": Cause.PAM_REFUSED,
    "radius": Cause.RADIUS_REFUSED,
}
# Methods that also fail in other ways, so that a mismatch must have been logged.
_BY_MISMATCH = {
    "ident": Cause.IDENT_MISMATCH,
    "cert": Cause.CERT_CN_MISMATCH,
    "gss": Cause.GSS_MISMATCH,
    "sspi": Cause.GSS_MISMATCH,
}
_PASSWORD_METHODS = frozenset({"password", "md5", "scram-sha-256"})
_METHOD_OF_TEXT = {
    text: text.split()[0].lower().replace("gssapi", "gss").replace("certificate", "cert")
    for text in texts.REFUSED_BY_METHOD
}

NO_DETAIL = "the log has no DETAIL of it; log_error_verbosity = terse leaves it out"
FOREIGN = (
    "the log is in a language whose PostgreSQL catalogue is not on this machine;"
    " set lc_messages = 'C', or read it on the server"
)
NO_PIDS = "the log has no process ids, so what the server said before cannot be told to belong to it; put %p into it"
NO_REASON = "the log does not say why; the server logs it only from log_min_messages = log on"


def cause_of(seen: Evidence) -> tuple[Cause, str]:
    """The cause, and where it is OTHER because it could not be judged, the reason why not."""
    said = [text.original for text in seen.before]
    if seen.detail and seen.detail.original in _BY_DETAIL:
        return _BY_DETAIL[seen.detail.original], ""
    if any(text in texts.COMMON_NAMES for text in said):
        return Cause.CERT_CN_MISMATCH, ""
    method = _method(seen)
    if method is not None:
        return _by_method(seen, method, mismatch=any(text in texts.MISMATCHES for text in said))
    if seen.message:
        return _BY_MESSAGE.get(seen.message.original, Cause.OTHER), ""
    return Cause.OTHER, FOREIGN if seen.sqlstate in {None, "28000", "28P01"} else ""


def _method(seen: Evidence) -> str | None:
    if seen.matched and seen.matched.method:
        return seen.matched.method
    if seen.message and seen.message.original in _METHOD_OF_TEXT:
        return _METHOD_OF_TEXT[seen.message.original]
    return "password" if seen.sqlstate == "28P01" else None


def _by_method(seen: Evidence, method: str, *, mismatch: bool) -> tuple[Cause, str]:
    if method in _BY_METHOD:
        return _BY_METHOD[method], ""
    if method in _BY_MISMATCH:
        return (_BY_MISMATCH[method], "") if mismatch else (Cause.OTHER, _why_no_mismatch(seen))
    if method in _PASSWORD_METHODS:
        return _by_password(seen)
    return Cause.OTHER, ""


def _by_password(seen: Evidence) -> tuple[Cause, str]:
    """A password was asked for, and no known detail says what was wrong with it.

    The server gives none where a SCRAM proof is wrong (auth-scram.c), so a matched line alone says so too. Where
    the line asks for a certificate's name besides, that may have been what did not match.
    """
    if not seen.has_detail:
        return Cause.OTHER, NO_DETAIL
    if seen.has_more_detail or seen.matched is None:
        return Cause.OTHER, "" if seen.detail else FOREIGN
    if "clientcert=verify-full" in seen.matched.raw:
        if not seen.knows_before:
            return Cause.OTHER, NO_PIDS
        if seen.message is None:
            return Cause.OTHER, FOREIGN
    return Cause.PASSWORD_WRONG, ""


def _why_no_mismatch(seen: Evidence) -> str:
    if not seen.knows_before:
        return NO_PIDS
    if seen.before:
        return ""
    return NO_REASON if seen.message else FOREIGN
