"""What can stand in a connection's extra in place of a secret, by types of connections, as their providers have it."""

from __future__ import annotations

import re

_PREFIX = re.compile(r"extra__[a-z0-9_]+?__")
"""Of Airflow's forms until 2.3: extra__google_cloud_platform__keyfile_dict."""
_MANAGED = "managed_identity_client_id and workload_identity_tenant_id, without a secret"
_AZURE = dict.fromkeys(
    ("client_secret", "sas_token", "account_key", "shared_access_key", "connection_string"), _MANAGED
)
_KEY_FILE = {"private_key": "key_file, the path of the key", "private_key_passphrase": "key_file, and an ssh-agent"}
_AWS = "role_arn to assume a role, or profile_name"
REFERENCES: dict[str, dict[str, str]] = {
    "aws": dict.fromkeys(("aws_secret_access_key", "aws_session_token"), _AWS),
    "redshift": dict.fromkeys(("aws_secret_access_key", "aws_session_token"), "iam, with profile"),
    "google_cloud_platform": {
        "keyfile_dict": "key_secret_name, key_path, or credential_config_file of a workload identity",
    },
    "azure": _AZURE,
    "azure_data_factory": _AZURE,
    "azure_data_lake": _AZURE,
    "azure_container_registry": _AZURE,
    "wasb": _AZURE,
    "adls": _AZURE,
    "snowflake": {"private_key_content": "private_key_file, the path of the key"},
    "ssh": _KEY_FILE,
    "sftp": _KEY_FILE,
    "kubernetes": dict.fromkeys(("kube_config", "token"), "in_cluster, or kube_config_path"),
    "databricks": dict.fromkeys(("token", "client_secret"), "use_azure_managed_identity, or federated_k8s"),
    "vault": {
        "token": "token_path, or auth_type kubernetes with kubernetes_role",
        "secret_id": "auth_type kubernetes with kubernetes_role",
        "jwt_token": "jwt_token_path",
        "radius_secret": "auth_type kubernetes with kubernetes_role",
    },
    "postgres": {"password": "passfile, or service", "sslpassword": "sslkey, the path of a key without one"},
}
"""Keys of an extra that hold a secret, by the type, each with what the provider takes instead."""


def reference_for(conn_type: str, key: str) -> str:
    """What can stand in place of this key's value; "" where nothing is known."""
    return REFERENCES.get(conn_type, {}).get(_PREFIX.sub("", key, count=1), "")
