-- The tables of Airflow's metadata database that connections and variables need, as Airflow 2.11 and 3.3 make them on
-- SQLite: each reads them, and `airflow db migrate` adds the others. Of team_name, which 3.x has, only the column.
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
    is_encrypted BOOLEAN NOT NULL DEFAULT 0,
    is_extra_encrypted BOOLEAN NOT NULL DEFAULT 0,
    extra TEXT,
    team_name VARCHAR(50),
    CONSTRAINT connection_pkey PRIMARY KEY (id),
    CONSTRAINT connection_conn_id_uq UNIQUE (conn_id)
);
CREATE TABLE variable (
    id INTEGER NOT NULL,
    "key" VARCHAR(250) NOT NULL,
    val TEXT NOT NULL,
    description TEXT,
    is_encrypted BOOLEAN NOT NULL DEFAULT 0,
    team_name VARCHAR(50),
    CONSTRAINT variable_pkey PRIMARY KEY (id),
    CONSTRAINT variable_key_uq UNIQUE ("key")
);
CREATE TABLE slot_pool (
    id INTEGER NOT NULL,
    pool VARCHAR(256),
    slots INTEGER NOT NULL DEFAULT 0,
    description TEXT,
    include_deferred BOOLEAN NOT NULL DEFAULT 0,
    team_name VARCHAR(50),
    CONSTRAINT slot_pool_pkey PRIMARY KEY (id),
    CONSTRAINT slot_pool_pool_uq UNIQUE (pool)
);
CREATE TABLE ab_permission (
    id INTEGER NOT NULL,
    name VARCHAR(100) NOT NULL,
    CONSTRAINT ab_permission_pkey PRIMARY KEY (id),
    CONSTRAINT ab_permission_name_uq UNIQUE (name)
);
CREATE TABLE ab_view_menu (
    id INTEGER NOT NULL,
    name VARCHAR(250) NOT NULL,
    CONSTRAINT ab_view_menu_pkey PRIMARY KEY (id),
    CONSTRAINT ab_view_menu_name_uq UNIQUE (name)
);
CREATE TABLE ab_role (
    id INTEGER NOT NULL,
    name VARCHAR(64) NOT NULL,
    CONSTRAINT ab_role_pkey PRIMARY KEY (id),
    CONSTRAINT ab_role_name_uq UNIQUE (name)
);
CREATE TABLE ab_permission_view (
    id INTEGER NOT NULL,
    permission_id INTEGER,
    view_menu_id INTEGER,
    CONSTRAINT ab_permission_view_pkey PRIMARY KEY (id),
    CONSTRAINT ab_permission_view_permission_id_view_menu_id_uq UNIQUE (permission_id, view_menu_id),
    CONSTRAINT ab_permission_view_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES ab_permission (id),
    CONSTRAINT ab_permission_view_view_menu_id_fkey FOREIGN KEY (view_menu_id) REFERENCES ab_view_menu (id)
);
CREATE TABLE ab_permission_view_role (
    id INTEGER NOT NULL,
    permission_view_id INTEGER,
    role_id INTEGER,
    CONSTRAINT ab_permission_view_role_pkey PRIMARY KEY (id),
    CONSTRAINT ab_permission_view_role_permission_view_id_role_id_uq UNIQUE (permission_view_id, role_id),
    CONSTRAINT ab_permission_view_role_permission_view_id_fkey
        FOREIGN KEY (permission_view_id) REFERENCES ab_permission_view (id),
    CONSTRAINT ab_permission_view_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES ab_role (id)
);
CREATE TABLE ab_register_user (
    id INTEGER NOT NULL,
    first_name VARCHAR(256) NOT NULL,
    last_name VARCHAR(256) NOT NULL,
    username VARCHAR(512) COLLATE NOCASE NOT NULL,
    password VARCHAR(256),
    email VARCHAR(512) NOT NULL,
    registration_date DATETIME,
    registration_hash VARCHAR(256),
    CONSTRAINT ab_register_user_pkey PRIMARY KEY (id),
    CONSTRAINT ab_register_user_username_uq UNIQUE (username)
);
CREATE TABLE ab_user (
    id INTEGER NOT NULL,
    first_name VARCHAR(256) NOT NULL,
    last_name VARCHAR(256) NOT NULL,
    username VARCHAR(512) COLLATE NOCASE NOT NULL,
    password VARCHAR(256),
    active BOOLEAN,
    email VARCHAR(512) NOT NULL,
    last_login DATETIME,
    login_count INTEGER,
    fail_login_count INTEGER,
    created_on DATETIME,
    changed_on DATETIME,
    created_by_fk INTEGER,
    changed_by_fk INTEGER,
    CONSTRAINT ab_user_pkey PRIMARY KEY (id),
    CONSTRAINT ab_user_username_uq UNIQUE (username),
    CONSTRAINT ab_user_email_uq UNIQUE (email),
    CONSTRAINT ab_user_created_by_fk_fkey FOREIGN KEY (created_by_fk) REFERENCES ab_user (id),
    CONSTRAINT ab_user_changed_by_fk_fkey FOREIGN KEY (changed_by_fk) REFERENCES ab_user (id)
);
CREATE TABLE ab_user_role (
    id INTEGER NOT NULL,
    user_id INTEGER,
    role_id INTEGER,
    CONSTRAINT ab_user_role_pkey PRIMARY KEY (id),
    CONSTRAINT ab_user_role_user_id_role_id_uq UNIQUE (user_id, role_id),
    CONSTRAINT ab_user_role_user_id_fkey FOREIGN KEY (user_id) REFERENCES ab_user (id),
    CONSTRAINT ab_user_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES ab_role (id)
);
INSERT INTO slot_pool (pool, slots, description, include_deferred) VALUES ('default_pool', 128, 'Default pool', 0);
