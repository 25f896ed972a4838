"""Which of PostgreSQL's messages a text is: in English, or in another language by the catalogues on this machine.

The messages are those of src/backend/libpq/{auth,crypt,hba}.c, utils/init/{miscinit,postinit}.c, storage/lmgr/proc.c
and postmaster, 13 to 18. `%s` and `%d` stand for what is put in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from safeconduct.postgres.server_log.catalogues import catalogues

if TYPE_CHECKING:
    from collections.abc import Mapping

REJECTS = (
    'pg_hba.conf rejects connection for host "%s", user "%s", database "%s", %s',
    'pg_hba.conf rejects connection for host "%s", user "%s", database "%s"',
    'pg_hba.conf rejects replication connection for host "%s", user "%s", %s',
    'pg_hba.conf rejects replication connection for host "%s", user "%s"',
)
NO_ENTRY = (
    'no pg_hba.conf entry for host "%s", user "%s", database "%s", %s',
    'no pg_hba.conf entry for host "%s", user "%s", database "%s"',
    'no pg_hba.conf entry for replication connection from host "%s", user "%s", %s',
    'no pg_hba.conf entry for replication connection from host "%s", user "%s"',
)
DETAILS = (
    'Role "%s" does not exist.',
    'User "%s" has no password assigned.',
    'User "%s" has an expired password.',
    'User "%s" does not have a valid SCRAM secret.',
    'Password does not match for user "%s".',
    'Password of user "%s" is in unrecognized format.',
    'User "%s" has a password that cannot be used with MD5 authentication.',
)
REFUSED_BY_METHOD = tuple(
    f'{method} authentication failed for user "%s"'
    for method in (
        *("password", '"trust"', "Ident", "Peer", "GSSAPI", "SSPI", "PAM", "BSD", "LDAP", "certificate", "RADIUS"),
        "OAuth bearer",
    )
)
OTHERS = (
    'authentication failed for user "%s": host rejected',
    'authentication failed for user "%s": invalid authentication method',
    'role "%s" does not exist',
    'role "%s" is not permitted to log in',
    'too many connections for role "%s"',
    'too many connections for database "%s"',
    'database "%s" does not exist',
    'database "%s" is not currently accepting connections',
    'permission denied for database "%s"',
    "sorry, too many clients already",
    "remaining connection slots are reserved for non-replication superuser connections",
    "remaining connection slots are reserved for roles with the SUPERUSER attribute",
    'remaining connection slots are reserved for roles with privileges of the "%s" role',
    "the database system is starting up",
    "the database system is shutting down",
    "the database system is in recovery mode",
    "the database system is not accepting connections",
    "the database system is not yet accepting connections",
    "connection requires a valid client certificate",
    "client certificates can only be checked if a root certificate store is available",
    "no PostgreSQL user name specified in startup packet",
)
MISMATCHES = (
    "provided user name (%s) and authenticated user name (%s) do not match",
    'no match in usermap "%s" for user "%s" authenticated as "%s"',
)
COMMON_NAMES = (
    'certificate validation (clientcert=verify-full) failed for user "%s": CN mismatch',
    'certificate validation (clientcert=verify-full) failed for user "%s": DN mismatch',
    'certificate authentication failed for user "%s": client certificate contains no user name',
)
RECEIVED = ("connection received: host=%s port=%s", "connection received: host=%s")
BACKGROUND = (
    'could not connect to Ident server at address "%s", port %s: %s',
    'LDAP login failed for user "%s" on server "%s": %s',
    'LDAP user "%s" does not exist',
    "could not initialize LDAP: %s",
    "could not create LDAP structure",
    "could not start LDAP TLS session: %s",
    'could not perform initial LDAP bind for ldapbinddn "%s" on server "%s": %s',
    'could not search LDAP for filter "%s" on server "%s": %s',
    "empty password returned by client",
    "pam_authenticate failed: %s",
    "pam_acct_mgmt failed: %s",
    "timeout waiting for RADIUS response from %s",
)
REFUSALS = (*REJECTS, *NO_ENTRY, *REFUSED_BY_METHOD, *OTHERS)
_ALL = (*REFUSALS, *DETAILS, *MISMATCHES, *COMMON_NAMES, *RECEIVED, *BACKGROUND)
_PLACE = re.compile(r"%(?:(\d)\$)?[sd]")


@dataclass(frozen=True)
class Text:
    """A message of PostgreSQL's: its English original, and what was put into it, in the original's order."""

    original: str
    values: tuple[str, ...]


def recognised(text: str, *, foreign: bool = False) -> Text | None:
    """Which message it is; None where it is none of ours, or in a language whose catalogue is not here.

    With `foreign` the catalogues of PostgreSQL are asked that are installed on this machine.
    """
    if found := _by(_english(), text):
        return found
    if not foreign:
        return None
    return next((found for patterns in _translated() if (found := _by(patterns, text))), None)


def _by(patterns: Mapping[str, tuple[re.Pattern[str], tuple[int, ...]]], text: str) -> Text | None:
    for original, (pattern, order) in patterns.items():
        if found := pattern.fullmatch(text):
            values = found.groups()
            return Text(original, tuple(values[place] for place in order))
    return None


@cache
def _english() -> dict[str, tuple[re.Pattern[str], tuple[int, ...]]]:
    return {original: _pattern(original) for original in _ALL}


@cache
def _translated() -> list[dict[str, tuple[re.Pattern[str], tuple[int, ...]]]]:
    return [{original: _pattern(text) for original, text in one.items()} for one in catalogues(_ALL)]


def _pattern(text: str) -> tuple[re.Pattern[str], tuple[int, ...]]:
    """The pattern of a message, and for each value of the original which group has it (`%2$s` changes the order)."""
    numbers = [int(found[1]) - 1 if found[1] else place for place, found in enumerate(_PLACE.finditer(text))]
    pieces = [re.escape(piece) for piece in _PLACE.sub("\0", text).split("\0")]
    order = sorted(range(len(numbers)), key=lambda group: numbers[group])
    return re.compile("(.*)".join(pieces), re.S), tuple(order)
