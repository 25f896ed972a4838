"""Where a finding of SARIF belongs: in a file, to a connection, and to the finding of an earlier run."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from safeconduct.masking import Masker
    from safeconduct.model import Finding, Location
    from safeconduct.report.page import Page


def logical(name: str, is_connection: bool) -> dict[str, str]:
    """A connection by its id, or what else the name stands for, such as the metadata database."""
    place = {"name": name, "fullyQualifiedName": name}
    return {**place, "kind": "connection"} if is_connection else place


def physical(place: Location, masker: Masker) -> dict[str, Any]:
    """A line of a file."""
    return {"artifactLocation": {"uri": _uri(masker.text(place.file))}, "region": {"startLine": place.line}}


def fingerprint(finding: Finding, page: Page) -> dict[str, str]:
    """What tells a later run that this is the same finding: its rule and its subject, nothing that time changes.

    It is made from the masked subject: a hash of a secret would let it be guessed.
    """
    told = f"{finding.rule}\0{page.clean(finding.subject)}"
    return {"ruleAndSubject/v1": sha256(told.encode()).hexdigest()}


def _uri(file: str) -> str:
    """A path as a URI reference (RFC 3986); bytes that are no UTF-8 (surrogates of os.fsdecode) stand as they are."""
    try:
        octets = file.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        octets = file.encode("utf-8", "surrogatepass")
    path = quote(octets, safe="/*")  # the mask stays as it is
    return f"file://{path}" if path.startswith("/") else path
