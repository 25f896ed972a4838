"""A fake of HashiCorp Vault's HTTP API, as documented: KV 1 and 2, tokens, five ways to log in, namespaces.

It is no Vault: it keeps all in memory, has no encryption, and of policies only which paths a token may use. Written
from https://developer.hashicorp.com/vault/api-docs. With VAULT_ADDR set the tests run against that Vault instead.
"""

from __future__ import annotations

import json
import secrets
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from types import TracebackType

Reply = tuple[int, Any]
ROOT = "hvs.root-token-of-the-fake"
EMPTY: Reply = (404, {"errors": []})
DENIED: Reply = (403, {"errors": ["permission denied"]})
CAS = "check-and-set parameter did not match the current version"


@dataclass
class Token:
    """`paths` are patterns of "capability path"; `expires` is a moment of the fake's clock."""

    policies: tuple[str, ...]
    paths: tuple[str, ...]
    lease: int = 0
    expires: float = float("inf")
    renewable: bool = False


@dataclass
class Version:
    """One version of a KV 2 record."""

    data: Any
    deleted: bool = False
    destroyed: bool = False


@dataclass
class Mount:
    """A KV engine of one namespace. KV 1 keeps fields, KV 2 versions, by path."""

    version: int
    records: dict[str, Any] = field(default_factory=dict)


class FakeVault:
    """A context manager: it listens on loopback at `url`. `logins` counts what each auth method was asked.

    `fault` is what every request gets instead of its answer: a status, or bytes that are sent as they are with 200.
    `faults` are so many requests with that status before all is well again. `delay` are seconds before each answer.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.logins: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.sealed = False
        self.initialized = True
        self.fault: int | bytes | None = None
        self.faults: list[int] = []
        self.delay = 0.0
        self.now = time.monotonic
        self.lease = 3600
        self._lock = threading.RLock()
        self._mounts: dict[tuple[str, str], Mount] = {}
        self._logins: dict[tuple[str, str, str], tuple[str, Token]] = {}
        self.tokens: dict[str, Token] = {ROOT: Token(("root",), ("*",))}
        self.mount("secret", 2)

    # What a test arranges

    def mount(self, name: str, version: int, namespace: str = "") -> None:
        """Mount a KV engine."""
        self._mounts[(namespace, name)] = Mount(version)

    def put(self, path: str, fields: Any, mount: str = "secret", namespace: str = "") -> None:
        """Write a record."""
        engine = self._mounts[(namespace, mount)]
        if engine.version == 1:
            engine.records[path] = fields
        else:
            engine.records.setdefault(path, []).append(Version(fields))

    def versions(self, path: str, mount: str = "secret", namespace: str = "") -> list[Version]:
        """The versions of a KV 2 record, the first one first."""
        found: list[Version] = self._mounts[(namespace, mount)].records[path]
        return found

    def token(self, *paths: str, policy: str = "airflow") -> str:
        """A new token that may use these paths ("read secret/data/connections/*")."""
        text = f"hvs.{secrets.token_urlsafe(18)}"
        self.tokens[text] = Token(("default", policy), paths)
        return text

    def let_in(self, method: str, who: str, proof: str, *paths: str, mount: str = "", policy: str = "airflow") -> None:
        """Let this role or user log in, and then use these paths."""
        self._logins[(method, mount or method, who)] = (proof, Token(("default", policy), paths))

    def expire_tokens(self) -> None:
        """Let all tokens end now that a login gave."""
        for token in self.tokens.values():
            if token.lease:
                token.expires = float("-inf")

    # The server

    def __enter__(self) -> FakeVault:
        fake = self

        class Handler(_Handler):
            vault = fake

        self._server = _Server(("127.0.0.1", 0), Handler)
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: Any) -> Reply | bytes:
        """The answer to one request; its path is without /v1/."""
        time.sleep(self.delay)
        with self._lock:
            self.requests[f"{method} {path}"] += 1
            if self.faults:
                return self.faults.pop(0), {"errors": ["for a while"]}
            if isinstance(self.fault, bytes):
                return self.fault
            if self.fault:
                return self.fault, {"errors": ["a fault"]}
            if not self.initialized:
                return 501, {"errors": ["Vault is not initialized"]}
            if self.sealed:
                return 503, {"errors": ["Vault is sealed"]}
            namespace = (headers.get("X-Vault-Namespace") or "").strip("/")
            if path.startswith("auth/") and not path.startswith("auth/token/"):
                return self._login(path, body or {})
            return self._with_token(method, path, query, headers.get("X-Vault-Token"), namespace, body)

    def _login(self, path: str, body: dict[str, Any]) -> Reply:
        mount, *rest = path.removeprefix("auth/").split("/")
        self.logins[mount] += 1
        for (method, at, who), (proof, token) in self._logins.items():
            if at == mount and _proves(method, who, proof, rest, body):
                return self._logged_in(token)
        if not any(at == mount for _, at, _ in self._logins):
            return 404, {"errors": [f'no handler for route "{path}". route entry not found.']}
        return 400, {"errors": ["invalid role or secret ID"]}

    def _logged_in(self, model: Token) -> Reply:
        text = f"hvs.{secrets.token_urlsafe(18)}"
        token = Token(model.policies, model.paths, self.lease, self.now() + self.lease, renewable=True)
        self.tokens[text] = token
        return 200, {"auth": _auth(text, token), "data": None, "lease_duration": 0}

    def _with_token(
        self, method: str, path: str, query: dict[str, str], text: str | None, namespace: str, body: Any
    ) -> Reply:
        token = self.tokens.get(text or "")
        if text is None or token is None or token.expires <= self.now():
            return DENIED
        if path == "auth/token/lookup-self":
            return 200, {"data": {"policies": list(token.policies), "ttl": token.lease, "renewable": token.renewable}}
        if path == "auth/token/renew-self":
            token.expires = self.now() + token.lease
            return 200, {"auth": _auth(text, token)}
        if path.startswith("sys/internal/ui/mounts/"):
            return self._engine(path.removeprefix("sys/internal/ui/mounts/"), token, namespace)
        listing = method == "LIST" or query.get("list") == "true"
        capability = "list" if listing else _CAPABILITY[method]
        if not any(fnmatchcase(f"{capability} {path}", pattern) for pattern in token.paths):
            return DENIED
        return self._kv(capability, path, query, namespace, body)

    def _engine(self, name: str, token: Token, namespace: str) -> Reply:
        engine = self._mounts.get((namespace, name.strip("/")))
        reaches = any(pattern == "*" or f" {name}/" in pattern for pattern in token.paths)
        if engine is None or not reaches:
            return 403, {"errors": ["preflight capability check returned 403, please ensure client's policies grant "]}
        return 200, {"data": {"type": "kv", "path": f"{name}/", "options": {"version": str(engine.version)}}}

    def _kv(self, capability: str, path: str, query: dict[str, str], namespace: str, body: Any) -> Reply:
        mount, _, rest = path.partition("/")
        engine = self._mounts.get((namespace, mount))
        if engine is None:
            return 404, {"errors": [f'no handler for route "{path}". route entry not found.']}
        if engine.version == 1:
            return _kv1(engine, capability, rest, body)
        area, _, name = rest.partition("/")
        if area == "data":
            return _kv2_data(engine, capability, name, query, body)
        if area == "metadata":
            return _kv2_metadata(engine, capability, name)
        if area in ("delete", "undelete", "destroy"):
            return _kv2_change(engine, area, name, body)
        return 404, {"errors": [], "warnings": ["Invalid path for a versioned K/V secrets engine."]}


_CAPABILITY = {"GET": "read", "POST": "update", "PUT": "update", "DELETE": "delete", "LIST": "list"}


def _proves(method: str, who: str, proof: str, rest: list[str], body: dict[str, Any]) -> bool:
    if method in ("userpass", "ldap"):
        return rest == ["login", who] and body.get("password") == proof
    if method == "approle":
        return body.get("role_id") == who and (body.get("secret_id") or "") == proof
    return body.get("role") == who and body.get("jwt") == proof


def _auth(text: str, token: Token) -> dict[str, Any]:
    return {
        "client_token": text,
        "policies": list(token.policies),
        "lease_duration": token.lease,
        "renewable": token.renewable,
    }


def _kv1(engine: Mount, capability: str, path: str, body: Any) -> Reply:
    if capability == "list":
        return _keys(engine.records, path)
    if capability == "read":
        return (200, {"data": engine.records[path], "lease_duration": 2764800}) if path in engine.records else EMPTY
    if capability == "delete":
        engine.records.pop(path, None)
    else:
        engine.records[path] = body
    return 204, None


def _kv2_data(engine: Mount, capability: str, path: str, query: dict[str, str], body: Any) -> Reply:
    versions: list[Version] = engine.records.get(path, [])
    if capability == "delete":
        if versions:
            versions[-1].deleted = True
        return 204, None
    if capability == "update":
        if not isinstance(body, dict) or "data" not in body:
            return 400, {"errors": ["no data provided"]}
        cas = (body.get("options") or {}).get("cas")
        if cas is not None and int(cas) != len(versions):
            return 400, {"errors": [CAS]}
        engine.records.setdefault(path, []).append(Version(body["data"]))
        return 200, {"data": _described(engine.records[path], len(engine.records[path]))}
    number = int(query.get("version") or 0) or len(versions)
    if not 0 < number <= len(versions):
        return EMPTY
    chosen = versions[number - 1]
    gone = chosen.deleted or chosen.destroyed
    whole = {"data": {"data": None if gone else chosen.data, "metadata": _described(versions, number)}}
    return (404, whole) if gone else (200, whole)


def _kv2_metadata(engine: Mount, capability: str, path: str) -> Reply:
    if capability == "list":
        return _keys(engine.records, path)
    if path not in engine.records:
        return EMPTY
    if capability == "delete":
        del engine.records[path]
        return 204, None
    versions = engine.records[path]
    numbered = {str(number): _described(versions, number) for number in range(1, len(versions) + 1)}
    return 200, {"data": {"current_version": len(versions), "oldest_version": 1, "versions": numbered}}


def _kv2_change(engine: Mount, area: str, path: str, body: Any) -> Reply:
    versions: list[Version] = engine.records.get(path, [])
    for number in (body or {}).get("versions", []):
        if 0 < int(number) <= len(versions):
            one = versions[int(number) - 1]
            one.deleted = area == "delete" if area != "destroy" else one.deleted
            one.destroyed = one.destroyed or area == "destroy"
    return 204, None


def _described(versions: list[Version], number: int) -> dict[str, Any]:
    one = versions[number - 1]
    deleted = "2024-06-15T09:30:00Z" if one.deleted else ""
    return {"version": number, "deletion_time": deleted, "destroyed": one.destroyed}


def _keys(records: dict[str, Any], path: str) -> Reply:
    folder = f"{path.rstrip('/')}/" if path.strip("/") else ""
    rest = [name.removeprefix(folder) for name in records if name.startswith(folder)]
    keys = sorted({f"{name.partition('/')[0]}/" if "/" in name else name for name in rest})
    return (200, {"data": {"keys": keys}}) if keys else EMPTY


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away: those who ask a slow server do."""


class _Handler(BaseHTTPRequestHandler):
    vault: FakeVault
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = unquote(parts.path).removeprefix("/v1/")
        reply = self.vault.answer(self.command, path, query, self.headers, json.loads(raw) if raw else None)
        status, body = (200, None) if isinstance(reply, bytes) else reply
        octets = reply if isinstance(reply, bytes) else (b"" if body is None else json.dumps(body).encode())
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    do_GET = do_POST = do_PUT = do_DELETE = do_LIST = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:
        pass
