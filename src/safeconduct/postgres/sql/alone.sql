SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('safeconduct.' || $1), pg_catalog.hashtext($2))
