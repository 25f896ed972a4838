"""Who runs what on the oracle's server."""

ROLE = "oracle_fresh"
"""The role that gets precisely what was computed. It has nothing of its own."""
AS_ROLE = f"SELECT pg_catalog.current_schemas(true); SET SESSION AUTHORIZATION {ROLE}"
"""The server keeps what a role's search_path means until another role asks, whatever the role was granted since."""
AS_SUPERUSER = "SET ROLE NONE; SET SESSION AUTHORIZATION DEFAULT"
