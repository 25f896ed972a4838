"""From a conn_id to its definition and credential: backends in turn, and the Fernet keyring."""
