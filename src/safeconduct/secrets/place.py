"""A secrets backend as a reader knows it, and what goes wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.masking.uris import hide_userinfo
from safeconduct.model import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.model import Finding, Location, Remedy, Rule


class Kind(Enum):
    """What is looked up. Airflow keeps the three apart, each under its own path or prefix."""

    CONNECTION = "connections"
    VARIABLE = "variables"
    CONFIG = "config"


@dataclass(frozen=True)
class Place:
    """`name` is how people call it: "Vault"; `address` is where it is; `option` is where its options are set."""

    name: str
    address: str = field(repr=False)
    option: str

    @property
    def label(self) -> str:
        """The name with the address, without a password that may stand in it."""
        is_credential = "@" in self.address and not self.address.startswith(("http://", "https://", "/"))
        return self.name if is_credential or not self.address else f"{self.name} at {hide_userinfo(self.address)}"


@dataclass(frozen=True)
class Record:
    """A text that a place keeps, and where exactly. `warnings` are of what is odd there and keeps nothing out."""

    text: Secret
    where: str
    warnings: tuple[Trouble, ...] = ()


class Trouble(Exception):
    """What keeps a place from answering, on its way to becoming a finding. It quotes no secret.

    `lasting` says that it is of the place and not of one record, so that asking for another one leads to the same.
    """

    def __init__(
        self,
        rule: Rule,
        message: str,
        evidence: Mapping[str, str] | None = None,
        remedies: tuple[Remedy, ...] = (),
        *,
        lasting: bool = False,
        location: Location | None = None,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.evidence = dict(evidence or {})
        self.remedies = remedies
        self.lasting = lasting
        self.location = location

    def finding(self, subject: str) -> Finding:
        """It, as a finding about this subject."""
        found = self.rule.finding(subject, self.message, evidence=self.evidence, remedies=self.remedies)
        return replace(found, location=self.location)
