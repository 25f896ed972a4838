"""A failed TLS handshake as a value: what is known of it, and how that becomes a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.postgres.tls_context import plain_words

if TYPE_CHECKING:
    from safeconduct.model import Finding, Remedy, Rule
    from safeconduct.postgres.place import HostPort
    from safeconduct.postgres.target import Target
    from safeconduct.postgres.tls_names import Shown


@dataclass(frozen=True)
class FailedHandshake:
    """The error, where it happened, and the server's certificate where it could be read."""

    error: OSError
    target: Target
    host: HostPort
    shown: Shown | None

    @property
    def reason(self) -> str:
        """OpenSSL's name for it, such as "TLSV1_ALERT_UNKNOWN_CA"."""
        return str(getattr(self.error, "reason", None) or "")

    def finding(self, rule: Rule, message: str, *remedies: Remedy, **evidence: str) -> Finding:
        """A finding with what OpenSSL said, sslmode, and what else was seen."""
        code = getattr(self.error, "verify_code", None)
        seen = {
            "error": plain_words(self.error),
            "reason": self.reason,
            "verify code": "" if code is None else str(code),
            "sslmode": self.target.tls.mode.value,
            **evidence,
        }
        kept = {name: value for name, value in seen.items() if value}
        return rule.finding(self.target.subject, message, evidence=kept, remedies=remedies)
