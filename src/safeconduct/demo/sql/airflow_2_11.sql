-- The tables of Airflow 2.11.2 that hold what Safeconduct reads, as `airflow db migrate` makes them on SQLite.
-- Source: apache-airflow 2.11.2, Apache License 2.0.

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE connection (
    id INTEGER NOT NULL,
    conn_id VARCHAR(250) NOT NULL,
    conn_type VARCHAR(500) NOT NULL,
    description VARCHAR(5000),
    host VARCHAR(500),
    schema VARCHAR(500),
    login TEXT,
    password TEXT,
    port INTEGER,
    is_encrypted BOOLEAN,
    is_extra_encrypted BOOLEAN,
    extra TEXT,
    CONSTRAINT connection_pkey PRIMARY KEY (id),
    CONSTRAINT connection_conn_id_uq UNIQUE (conn_id)
);

CREATE TABLE variable (
    id INTEGER NOT NULL,
    "key" VARCHAR(250),
    val TEXT,
    description TEXT,
    is_encrypted BOOLEAN,
    CONSTRAINT variable_pkey PRIMARY KEY (id),
    CONSTRAINT variable_key_uq UNIQUE ("key")
);

CREATE TABLE "trigger" (
    id INTEGER NOT NULL,
    classpath VARCHAR(1000) NOT NULL,
    kwargs TEXT NOT NULL,
    created_date TIMESTAMP NOT NULL,
    triggerer_id INTEGER,
    CONSTRAINT trigger_pkey PRIMARY KEY (id)
);

INSERT INTO alembic_version VALUES ('5f2621c13b39');
