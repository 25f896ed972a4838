"""HashiCorp Vault as Airflow's VaultBackend reads it (apache-airflow-providers-hashicorp): paths, fields, logins.

A connection's record is `conn_uri`, or the fields of a connection; that of a variable or an option is `value`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret, Unjudged
from safeconduct.secrets.kwargs import SUBJECT, Effect, Kwargs, KwargTable, WrongKwarg
from safeconduct.secrets.place import Kind, Place, Record, Trouble
from safeconduct.secrets.rules import NAME_IMPOSSIBLE, RECORD_MALFORMED
from safeconduct.secrets.vault_client import VaultClient, client_of, record_path
from safeconduct.secrets.vault_login import METHODS, Credential
from safeconduct.secrets.vault_session import VaultSettings
from safeconduct.secrets.vault_troubles import CasMismatch
from safeconduct.secrets.writing import Seen, WritableSource, overtaken

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "Vault"
DEFAULT_URL = "http://localhost:8200"
JWT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount/token"
AUTH_TYPES = frozenset("approle aws_iam azure github gcp jwt kubernetes ldap radius token userpass".split())
_OWN = (
    "connections_path variables_path config_path use_team_secrets_path global_secrets_path url auth_type "
    "auth_mount_point mount_point kv_engine_version token token_path username password key_id secret_id role_id "
    "assume_role_kwargs region kubernetes_role kubernetes_jwt_path gcp_key_path gcp_keyfile_dict gcp_scopes "
    "azure_tenant_id azure_resource radius_host radius_secret radius_port jwt_role jwt_token jwt_token_path"
)
_HVAC = "namespace verify cert timeout proxies allow_redirects ignore_exceptions strict_http request_header"
TABLE = KwargTable(
    real=frozenset(f"{_OWN} {_HVAC}".split()),
    wrong={
        "connections_prefix": "connections_path",
        "connection_path": "connections_path",
        "variables_prefix": "variables_path",
        "variable_path": "variables_path",
        "config_prefix": "config_path",
        "vault_conn_id": "it takes url, auth_type and the credential themselves: a conn_id is the VaultHook's",
        "vault_url": "url",
        "vault_addr": "url",
        "address": "url",
        "vault_token": "token",
        "vault_namespace": "namespace",
        "kv_version": "kv_engine_version",
        "engine_version": "kv_engine_version",
        "mount": "mount_point",
        "vault_mount_point": "mount_point",
        "auth_method": "auth_type",
        "jwt_path": "kubernetes_jwt_path",
        "ca_cert": "verify",
        "cacert": "verify",
        "base_uri": "url",
    },
    unknown=Effect.FAILS_LOOK_UPS,
)


class VaultSource(WritableSource):
    """The records under the paths of one VaultBackend. A `mount` of None is the first part of each name."""

    def __init__(
        self,
        client: VaultClient,
        place: Place,
        paths: Mapping[Kind, tuple[str, ...]],
        mount: str | None,
        version: int,
        given: tuple[Secret, ...] = (),
    ) -> None:
        self.place = place
        self._client = client
        self._paths = paths
        self._mount = mount
        self._version = version
        self._given = given

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See RecordSource: what was given to log in with, and the token that this gave."""
        token = self._client.token
        return (*self._given, token) if token else self._given

    def read(self, kind: Kind, name: str) -> Record | None:
        """See RecordSource. Several paths are tried in turn."""
        for mount, path in self._paths_of(kind, name):
            fields = self._client.read(mount, path, self._version)
            if fields is not None:
                return self._record(kind, fields, record_path(mount, path, self._version))
        return None

    def see(self, kind: Kind, name: str) -> Seen:
        """See WritableSource. The mark is where the record is, or would be: mount, path, and KV 2's version there."""
        paths = self._paths_of(kind, name)
        if not paths:
            message = f"{self.place.label} is not asked for {name[:80]}"
            raise Trouble(NAME_IMPOSSIBLE, message, {"place": self.place.label, "name": name[:80]})
        first = None
        for mount, path in paths:
            version = self._client.version_of(mount, path) if self._version == 2 else None
            fields = self._client.read(mount, path, self._version)
            if fields is not None:
                record = self._record(kind, fields, record_path(mount, path, self._version))
                return Seen(record, (mount, path, version))
            first = first or (mount, path, version)
        return Seen(None, first)

    def write(self, kind: Kind, name: str, text: Secret, seen: Seen) -> None:
        """See WritableSource. KV 1 has no check-and-set."""
        mount, path, version = _mark(seen)
        fields = json.loads(text.reveal()) if kind is Kind.CONNECTION else {"value": text.reveal()}
        if version is None:
            self._unless_overtaken(kind, name, seen)
        try:
            self._client.put(mount, path, self._version, fields, version)
        except CasMismatch:
            raise overtaken(self.place, record_path(mount, path, self._version)) from None

    def remove(self, kind: Kind, name: str, seen: Seen) -> None:
        """See WritableSource. With KV 2 it can be undeleted."""
        mount, path, _ = _mark(seen)
        self._unless_overtaken(kind, name, seen)
        self._client.delete(mount, path, self._version)

    def _unless_overtaken(self, kind: Kind, name: str, seen: Seen) -> None:
        if self.see(kind, name) != seen:
            mount, path, _ = _mark(seen)
            raise overtaken(self.place, record_path(mount, path, self._version))

    def _paths_of(self, kind: Kind, name: str) -> tuple[tuple[str, str], ...]:
        """Mount and path of each record that this name may have; none where it is not looked up here."""
        mount, rest = self._mount, name
        if not mount:
            mount, _, rest = name.partition("/")
        if not rest:
            return ()
        if self._paths[kind] and any(part in (".", "..") for part in name.split("/")):
            message = f"{name[:80]} leads out of its path in {self.place.name}"
            raise Trouble(NAME_IMPOSSIBLE, message, {"place": self.place.label, "name": name[:80]})
        return tuple((mount, f"{base}/{rest}" if base else rest) for base in self._paths[kind])

    def names(self, kind: Kind) -> tuple[str, ...] | None:
        """See RecordSource. Without a mount point there is no telling where to list."""
        if not self._mount:
            return None
        found = {name for base in self._paths[kind] for name in self._client.names(self._mount, base, self._version)}
        return tuple(sorted(found))

    def _record(self, kind: Kind, fields: Mapping[str, Any], where: str) -> Record | None:
        if kind is Kind.CONNECTION:
            uri = fields.get("conn_uri")
            return Record(self._text(uri, "conn_uri", where) if uri else Secret(json.dumps(fields)), where)
        if not fields:
            return None
        if "value" not in fields:
            message = f"{self.place.label}: {where} has no field value, which is where Airflow looks"
            raise Trouble(RECORD_MALFORMED, message, {"place": self.place.label, "record": where})
        return Record(self._text(fields["value"], "value", where), where)

    def _text(self, value: object, field: str, where: str) -> Secret:
        if isinstance(value, str):
            return Secret(value)
        message = f"{self.place.label}: {field} of {where} is no text"
        raise Trouble(RECORD_MALFORMED, message, {"place": self.place.label, "record": where, "field": field})


def _mark(seen: Seen) -> tuple[str, str, int | None]:
    if not isinstance(seen.mark, tuple):
        raise TypeError("a mark of another place")
    mount, path, version = seen.mark
    return mount, path, version


def open_source(kwargs: Kwargs, environ: Mapping[str, str], timeout: float) -> VaultSource | Unjudged:
    """The source that these options describe. Nothing is asked yet. Raises WrongKwarg."""
    url = kwargs.text("url") or environ.get("VAULT_ADDR")
    place = Place(NAME, url or DEFAULT_URL, kwargs.origin)
    version = _version(kwargs)
    credential = _credential(kwargs, environ)
    if isinstance(credential, Unjudged):
        return credential
    settings = VaultSettings(
        url=url or DEFAULT_URL,
        credential=credential,
        namespace=kwargs.text("namespace"),
        verify=_verify(kwargs),
        cert=_cert(kwargs),
        proxies=tuple((str(key), str(value)) for key, value in kwargs.mapping("proxies").items()),
        timeout=timeout,
    )
    given = tuple(
        Secret(value)
        for name in ("token", "password", "secret_id", "jwt_token", "radius_secret")
        if (value := kwargs.text(name))
    )
    if credential.method == "token" and credential.proof is not None:
        given = (*given, credential.proof)
    mount = kwargs.text("mount_point", "secret")
    return VaultSource(client_of(settings, place), place, _paths(kwargs), mount, version, given)


def _paths(kwargs: Kwargs) -> dict[Kind, tuple[str, ...]]:
    last = kwargs.text("global_secrets_path")
    more = () if last is None else (last,)
    return {
        kind: tuple(path.rstrip("/") for path in (*kwargs.texts(f"{name}_path", name), *more))
        for kind, name in ((Kind.CONNECTION, "connections"), (Kind.VARIABLE, "variables"), (Kind.CONFIG, "config"))
    }


def _version(kwargs: Kwargs) -> int:
    version = kwargs.values.get("kv_engine_version", 2) or 2
    if version not in (1, 2) or isinstance(version, bool):
        raise WrongKwarg("kv_engine_version", "must be the number 1 or 2, without quotes")
    return int(version)


def _verify(kwargs: Kwargs) -> bool | str | None:
    verify = kwargs.values.get("verify")
    if verify is not None and not isinstance(verify, (bool, str)):
        raise WrongKwarg("verify", "must be true, false or the path of an authority's certificate", fatal=False)
    return verify


def _cert(kwargs: Kwargs) -> str | tuple[str, ...] | None:
    cert = kwargs.values.get("cert")
    if cert is None or isinstance(cert, str):
        return cert
    if not isinstance(cert, list) or not all(isinstance(path, str) for path in cert):
        raise WrongKwarg("cert", "must be the path of a file, or a list of certificate and key", fatal=False)
    return tuple(cert)


def _credential(kwargs: Kwargs, environ: Mapping[str, str]) -> Credential | Unjudged:
    method = kwargs.text("auth_type", "token") or ""
    if method not in AUTH_TYPES:
        raise WrongKwarg("auth_type", f"must be one of {', '.join(sorted(AUTH_TYPES))}")
    if method not in METHODS:
        known = ", ".join(sorted(METHODS))
        return Unjudged(SUBJECT, f"{kwargs.origin} has auth_type {method}; {known} can be followed here")
    mount = kwargs.text("auth_mount_point")
    if method == "token":
        return _token(kwargs, environ)
    if method == "github":
        return _proven(kwargs, method, mount, ("token", "token_path"))
    if method == "approle":
        role, secret = kwargs.needed("role_id", "auth_type approle"), kwargs.text("secret_id")
        return Credential(method, mount, role=role, proof=Secret(secret) if secret else None)
    if method == "kubernetes":
        role = kwargs.needed("kubernetes_role", "auth_type kubernetes")
        path = kwargs.text("kubernetes_jwt_path", JWT_PATH)
        if not path:
            raise WrongKwarg("kubernetes_jwt_path", "is empty, and auth_type kubernetes needs it")
        return Credential(method, mount, role=role, proof_path=path)
    if method == "jwt":
        role = kwargs.needed("jwt_role", "auth_type jwt")
        return _proven(kwargs, method, mount, ("jwt_token", "jwt_token_path"), role)
    return _by_name(kwargs, method, mount)


def _token(kwargs: Kwargs, environ: Mapping[str, str]) -> Credential:
    path, token = kwargs.text("token_path"), kwargs.text("token") or environ.get("VAULT_TOKEN")
    if not path and not token:
        raise WrongKwarg(
            "token", "is missing, as are token_path and VAULT_TOKEN, and auth_type token needs one of them"
        )
    return Credential("token", proof_path=path) if path else Credential("token", proof=Secret(token or ""))


def _proven(
    kwargs: Kwargs, method: str, mount: str | None, names: tuple[str, str], role: str | None = None
) -> Credential:
    text, path = (kwargs.text(name) for name in names)
    if not text and not path:
        raise WrongKwarg(names[0], f"is missing, as is {names[1]}, and auth_type {method} needs one of them")
    return Credential(method, mount, role=role, proof=Secret(text) if text else None, proof_path=None if text else path)


def _by_name(kwargs: Kwargs, method: str, mount: str | None) -> Credential:
    """Userpass and ldap. Without a name Airflow starts, and is refused at each look-up."""
    user, password = kwargs.text("username"), kwargs.text("password")
    for name, value in (("username", user), ("password", password)):
        if not value:
            raise WrongKwarg(name, f"is missing, and auth_type {method} needs it", fatal=False)
    return Credential(method, mount, user=user, proof=Secret(password or ""))
