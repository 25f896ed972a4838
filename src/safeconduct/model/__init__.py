"""Frozen values that every room speaks in. No I/O here."""

from safeconduct.model.connection import Connection
from safeconduct.model.finding import Finding, Location, Remedy, RemedyKind, Severity, Unjudged, listed
from safeconduct.model.privilege import Grant, ObjectKind, Privilege, grant_sql, quote_identifier, quote_literal
from safeconduct.model.rule import Rule, RuleOf, no_rule
from safeconduct.model.secret import MASK, Secret, SecretWasRedacted
from safeconduct.model.stage import Stage, StageOutcome, StageReport
from safeconduct.model.walk import Applied, ExitCode, Outcome, Report, Walk

__all__ = [
    "MASK",
    "Applied",
    "Connection",
    "ExitCode",
    "Finding",
    "Grant",
    "Location",
    "ObjectKind",
    "Outcome",
    "Privilege",
    "Remedy",
    "RemedyKind",
    "Report",
    "Rule",
    "RuleOf",
    "Secret",
    "SecretWasRedacted",
    "Severity",
    "Stage",
    "StageOutcome",
    "StageReport",
    "Unjudged",
    "Walk",
    "grant_sql",
    "listed",
    "no_rule",
    "quote_identifier",
    "quote_literal",
]
