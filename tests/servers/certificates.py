"""Certificates for the tests: an authority that signs what a server or a client shows."""

from __future__ import annotations

import shutil
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import trustme

from tests.servers.processes import give

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate, its key, and the certificate of the authority that signed it, as files."""

    chain: Path
    key: Path
    authority: Path

    def installed_in(self, folder: Path) -> Certificate:
        """A copy in a folder that servers can reach, its key belonging to the user that they run as."""
        folder.mkdir(exist_ok=True)
        copy = Certificate(folder / "server.crt", folder / "server.key", folder / "clients.crt")
        for source, target in zip(astuple(self), astuple(copy), strict=True):
            target.unlink(missing_ok=True)
            shutil.copyfile(source, target)
        give(copy.key).chmod(0o600)
        return copy


class Authority:
    """A certificate authority; `file` is its certificate, what sslrootcert wants."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA()
        self._issued = 0
        self.file = folder / "authority.crt"
        self._ca.cert_pem.write_to_path(str(self.file))

    def issue(self, *names: str, common_name: str | None = None, expired: bool = False) -> Certificate:
        """A certificate for host names and addresses, valid for a day, or `expired` since yesterday.

        A client certificate is told by its `common_name`: that is the role it may log in as.
        """
        today = datetime.now(timezone.utc)
        signed = self._ca.issue_cert(
            *names,
            common_name=common_name,
            not_before=today - timedelta(days=3),
            not_after=today + timedelta(days=-1 if expired else 1),
        )
        self._issued += 1
        chain, key = (self._folder / f"{self._issued}.{kind}" for kind in ("crt", "key"))
        chain.write_bytes(b"".join(blob.bytes() for blob in signed.cert_chain_pems))
        signed.private_key_pem.write_to_path(str(key))
        key.chmod(0o600)
        return Certificate(chain, key, self.file)
