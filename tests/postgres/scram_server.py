"""The server's side of SCRAM-SHA-256, its keys made by an independent library."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode

import scramp


class ScramServer:
    """Knows a password's verifier, as PostgreSQL does; `accepted` says whether the client's proof was right."""

    def __init__(
        self, password: str, *, iterations: int = 4096, endpoint: bytes = b"", salt: bytes = b"salt" * 4
    ) -> None:
        mechanism = scramp.ScramMechanism("SCRAM-SHA-256")
        _, self._stored_key, self._server_key, _ = mechanism.make_auth_info(password, iterations, salt)
        self._iterations = iterations
        self._salt = salt
        self._endpoint = endpoint
        self._signed = b""
        self.header = ""
        self.accepted = False

    def first(self, initial_response: bytes) -> bytes:
        """server-first-message, in answer to a SASLInitialResponse packet; PostgreSQL ignores the user's name in it."""
        bound, authzid, bare = _sasl_data(initial_response).decode().split(",", 2)
        self.header = f"{bound},{authzid},"
        nonce = bare.rpartition("r=")[2] + "server"
        answer = f"r={nonce},s={b64encode(self._salt).decode()},i={self._iterations}"
        self._signed = f"{bare},{answer},".encode()
        return answer.encode()

    def final(self, response: bytes) -> bytes:
        """server-final-message, in answer to a SASLResponse packet."""
        bare, _, proof = response[5:].rpartition(b",p=")
        binding = bare.split(b",")[0].removeprefix(b"c=")
        signed = self._signed + bare
        mask = hmac.digest(self._stored_key, signed, "sha256")
        client_key = bytes(a ^ b for a, b in zip(b64decode(proof), mask, strict=True))
        bound = self.header.encode() + (self._endpoint if self.header.startswith("p=") else b"")
        self.accepted = hashlib.sha256(client_key).digest() == self._stored_key and b64decode(binding) == bound
        return b"v=" + b64encode(hmac.digest(self._server_key, signed, "sha256"))


def _sasl_data(initial_response: bytes) -> bytes:
    """What a SASLInitialResponse carries: after its mechanism come four bytes of length."""
    return initial_response[5:].partition(b"\0")[2][4:]
