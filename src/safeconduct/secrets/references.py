"""What can stand in a connection in place of a secret, by types of connections, as their providers read it.

Read from the providers' hooks: amazon 9, google 10 to 22, ssh 7, sftp 7, snowflake 6, cncf.kubernetes 10,
microsoft.azure 15, databricks 7, hashicorp 4, postgres 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_PREFIX = re.compile(r"extra__[a-z0-9_]+?__")
"""Of Airflow's forms until 2.3: extra__google_cloud_platform__keyfile_dict."""


class Form(Enum):
    """What a reference is written as."""

    ROLE = "role"
    NAME = "name"
    SECRET_NAME = "secret name"  # noqa: S105 - a word for a name
    FILE = "file"
    FLAG = "flag"


class Content(Enum):
    """What the file holds that a reference of the form FILE leads to."""

    JSON = "json"
    """The secret is a JSON object, and so is the file."""
    SSH_KEY = "ssh key"
    PEM_KEY = "pem key"
    KUBE = "kube config"
    TEXT = "text"
    PASSFILE = "password file"
    """A line of it has the password."""
    OTHER = "other"
    """Not the secret: another way to get in."""


@dataclass(frozen=True)
class Reference:
    """One thing that a provider reads in place of secrets.

    `option` is what it is called on the command line, `key` where it stands in the extra; a dot leads into an object.
    `instead` are the keys that it makes useless, the one first that a file would hold; `fields` the same for login and
    password. `rivals` are no secrets, and leave since the provider refuses them beside it or prefers them. `needs` are
    options without which it is not given. `unseen` says what nobody can see from here.
    """

    option: str
    key: str
    form: Form
    meaning: str
    unseen: str = ""
    example: str = ""
    instead: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    content: Content = Content.OTHER
    ending: str = ""
    needs: str = ""


def bare_key(key: str) -> str:
    """The key of an extra without the prefix that Airflow's forms gave it until 2.3."""
    return _PREFIX.sub("", key, count=1)


_FILE_UNSEEN = "whether each machine of this Airflow has this file, and Airflow's user there may read it"
_AWS_KEYS = (
    "aws_secret_access_key",
    "aws_access_key_id",
    "aws_session_token",
    "session_kwargs.aws_secret_access_key",
    "session_kwargs.aws_access_key_id",
    "session_kwargs.aws_session_token",
)
_AWS = (
    Reference(
        "role-arn",
        "role_arn",
        Form.ROLE,
        "a role to assume",
        "whether the role lets in who asks: no longer what leaves, but a profile of the connection, or what Airflow's "
        "machines have themselves (environment, instance or pod role)",
        "arn:aws:iam::123456789012:role/NAME",
        _AWS_KEYS,
        ("login", "password"),
    ),
    Reference("external-id", "assume_role_kwargs.ExternalId", Form.NAME, "the role's external id", needs="role-arn"),
    Reference(
        "profile",
        "profile_name",
        Form.NAME,
        "a profile of the AWS configuration files",
        "whether each machine of this Airflow has this profile, and what it may do",
        "NAME",
        _AWS_KEYS,
        ("login", "password"),
    ),
)
_GOOGLE_WAYS = ("keyfile_dict", "key_path", "key_secret_name", "credential_config_file", "is_anonymous")


def _key_path(carried: str, rivals: tuple[str, ...] = ()) -> Reference:
    """A key of JSON in a file, in place of what the extra has under this name."""
    meaning, example = "the path of the key's file", "/etc/airflow/keys/NAME.json"
    return Reference(
        "key-path",
        "key_path",
        Form.FILE,
        meaning,
        _FILE_UNSEEN,
        example,
        (carried,),
        rivals=rivals,
        content=Content.JSON,
        ending=".json",
    )


def _google_rivals(key: str) -> tuple[str, ...]:
    return tuple(way for way in _GOOGLE_WAYS if way not in ("keyfile_dict", key))


_GOOGLE = (
    _key_path("keyfile_dict", (*_google_rivals("key_path"), "key_secret_project_id")),
    Reference(
        "key-secret-name",
        "key_secret_name",
        Form.SECRET_NAME,
        "the key's name in Google Secret Manager",
        "whether Secret Manager holds this key under the name, and lets the default credentials of Airflow's machines "
        "read it",
        "NAME",
        ("keyfile_dict",),
        rivals=_google_rivals("key_secret_name"),
    ),
    Reference(
        "key-secret-project-id",
        "key_secret_project_id",
        Form.SECRET_NAME,
        "the project of that secret",
        needs="key-secret-name",
    ),
    Reference(
        "credential-config-file",
        "credential_config_file",
        Form.FILE,
        "the path of a workload identity's configuration",
        f"whom that identity may act as; {_FILE_UNSEEN}",
        "/etc/airflow/identity.json",
        ("keyfile_dict",),
        rivals=(*_google_rivals("credential_config_file"), "key_secret_project_id"),
    ),
)
_SSH = (
    Reference(
        "key-file",
        "key_file",
        Form.FILE,
        "the path of the key's file",
        _FILE_UNSEEN,
        "/etc/airflow/keys/NAME",
        ("private_key", "private_key_passphrase"),
        content=Content.SSH_KEY,
    ),
)
_SNOWFLAKE = (
    Reference(
        "private-key-file",
        "private_key_file",
        Form.FILE,
        "the path of the key's file",
        _FILE_UNSEEN,
        "/etc/airflow/keys/NAME.p8",
        ("private_key_content",),
        content=Content.PEM_KEY,
    ),
)
_KUBERNETES = (
    Reference(
        "kube-config-path",
        "kube_config_path",
        Form.FILE,
        "the path of the configuration",
        _FILE_UNSEEN,
        "/etc/airflow/kube.yaml",
        ("kube_config",),
        rivals=("in_cluster",),
        content=Content.KUBE,
    ),
    Reference(
        "in-cluster",
        "in_cluster",
        Form.FLAG,
        "the service account of Airflow's own pods",
        "whether Airflow runs in that cluster, and what its service account may do there",
        instead=("kube_config",),
        rivals=("kube_config_path",),
    ),
)
_IDENTITY_UNSEEN = "whether Airflow's machines have this identity, and what it may do"


def _azure(*instead: str, rivals: tuple[str, ...] = ()) -> tuple[Reference, ...]:
    return (
        Reference(
            "managed-identity-client-id",
            "managed_identity_client_id",
            Form.NAME,
            "a managed identity",
            _IDENTITY_UNSEEN,
            "ID",
            instead,
            ("password",),
            rivals,
        ),
        Reference(
            "workload-identity-tenant-id",
            "workload_identity_tenant_id",
            Form.NAME,
            "the tenant of a workload identity",
            needs="managed-identity-client-id",
        ),
    )


_AZURE_KEY_FILE = _key_path("key_json")
_AZURE_CLIENT = (*_azure("key_json", rivals=("key_path",)), _AZURE_KEY_FILE)
_DATABRICKS = (
    Reference(
        "use-azure-managed-identity",
        "use_azure_managed_identity",
        Form.FLAG,
        "the managed identity of Airflow's machines",
        _IDENTITY_UNSEEN,
        instead=("token",),
        fields=("password",),
        rivals=("azure_tenant_id",),
    ),
    Reference(
        "azure-managed-identity-client-id",
        "azure_managed_identity_client_id",
        Form.NAME,
        "which managed identity",
        needs="use-azure-managed-identity",
    ),
    Reference(
        "federated-k8s",
        "federated_k8s",
        Form.FLAG,
        "the service account of Airflow's own pods",
        "whether the databricks provider is 7.10 or later, and Databricks trusts the service account of Airflow's pods",
        instead=("token",),
        fields=("password",),
        rivals=(
            "azure_tenant_id",
            "use_azure_managed_identity",
            "use_default_azure_credential",
            "service_principal_oauth",
        ),
    ),
)
_VAULT = (
    Reference(
        "jwt-token-path",
        "jwt_token_path",
        Form.FILE,
        "the path of the token's file",
        _FILE_UNSEEN,
        "/var/run/secrets/tokens/vault",
        ("jwt_token",),
        content=Content.TEXT,
    ),
    Reference(
        "gcp-key-path",
        "gcp_key_path",
        Form.FILE,
        "the path of the key's file",
        _FILE_UNSEEN,
        "/etc/airflow/keys/NAME.json",
        ("gcp_keyfile_dict",),
        content=Content.JSON,
    ),
)
_POSTGRES = (
    Reference(
        "passfile",
        "passfile",
        Form.FILE,
        "the path of a password file",
        _FILE_UNSEEN,
        "/etc/airflow/pgpass",
        ("password",),
        ("password",),
        content=Content.PASSFILE,
    ),
)
REFERENCES: dict[str, tuple[Reference, ...]] = {
    "aws": _AWS,
    "google_cloud_platform": _GOOGLE,
    "gcpbigquery": _GOOGLE,
    "gcpcloudsql": _GOOGLE,
    "gcpspanner": _GOOGLE,
    "azure": _AZURE_CLIENT,
    "azure_container_instance": _AZURE_CLIENT,
    "azure_data_factory": _azure(),
    "azure_data_lake": _azure(rivals=("tenant",)),
    "azure_container_registry": _azure(),
    "wasb": _azure("sas_token", "account_key", "shared_access_key", "connection_string", rivals=("tenant_id",)),
    "adls": _azure("connection_string", rivals=("tenant_id",)),
    "snowflake": _SNOWFLAKE,
    "ssh": _SSH,
    "sftp": _SSH,
    "kubernetes": _KUBERNETES,
    "databricks": _DATABRICKS,
    "vault": _VAULT,
    "postgres": _POSTGRES,
}
"""By the type of connection, what its provider reads."""
_IN_WORDS = {
    ("redshift", "secret_access_key"): "iam, with profile",
    ("redshift", "session_token"): "iam, with profile",
    ("postgres", "sslpassword"): "sslkey, the path of a key without one",
    ("vault", "token"): "auth_type kubernetes with kubernetes_role",
    ("vault", "secret_id"): "auth_type kubernetes with kubernetes_role",
    ("vault", "radius_secret"): "auth_type kubernetes with kubernetes_role",
}
"""What is another way to get in, and takes more than a reference."""


def references_for(conn_type: str, key: str) -> tuple[Reference, ...]:
    """What can stand in place of the value of this key of an extra."""
    known = REFERENCES.get(conn_type, ())
    return tuple(one for one in known if bare_key(key) in {name.partition(".")[0] for name in one.instead})


def way_for(conn_type: str, key: str) -> str:
    """Another way in, in words, where no reference can stand in place of the value; "" where none is known."""
    return _IN_WORDS.get((conn_type, bare_key(key)), "")
