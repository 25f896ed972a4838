"""What PostgreSQL can refuse at login. SQLSTATE and routine: src/backend/{libpq/auth.c,utils/init}, 13 to 18."""

from safeconduct.model import Rule, Stage

NO_ENTRY = Rule(
    "postgres.rule.no-entry",
    Stage.RULE,
    "No rule in pg_hba.conf lets this login through",
    "Reading pg_hba.conf from the top, no line matches connection type, database, role and client address; or the "
    "first line that matches says reject, or asks for a client certificate that was not shown.",
    "SQLSTATE 28000 from routine ClientAuthentication, before any password was asked for.",
    "Add a line to pg_hba.conf above the one that rejects, then `SELECT pg_reload_conf();`. Or give the connection "
    "what a line asks for: TLS, or a client certificate.",
)
CLIENT_CA_MISSING = Rule(
    "postgres.rule.client-ca-missing",
    Stage.RULE,
    "The rule wants a client certificate, but the server has no CA to check it with",
    "The matching line in pg_hba.conf says clientcert or cert, and the server's ssl_ca_file is not set.",
    "SQLSTATE F0000 from routine ClientAuthentication.",
    "Set ssl_ca_file on the server and reload.",
)
PASSWORD_ABSENT = Rule(
    "postgres.authentication.password-absent",
    Stage.AUTHENTICATION,
    "The server asks for a password and the connection has none",
    "Neither the connection, nor a password file, nor PGPASSWORD gives a password, and the matching line in "
    "pg_hba.conf asks for one.",
    "The method that the server asked for; no credential was sent.",
    "Give the connection a password.",
)
PASSWORD_WRONG = Rule(
    "postgres.authentication.password-wrong",
    Stage.AUTHENTICATION,
    "The password was not accepted",
    "PostgreSQL answers with the same words, on purpose, to five causes: the password is wrong; the role does not "
    "exist; the role has no password; its password has expired (VALID UNTIL); it is stored as md5 while the rule asks "
    "for scram-sha-256.",
    "SQLSTATE 28P01 from routine auth_failed. Only the server's log, or an administrator, can tell the five apart.",
    "Find out which of the five it is, then change the password in the connection or on the role. Where it is stored "
    "as md5, `SET password_encryption = 'scram-sha-256';` comes first.",
)
LOGIN_NOT_PERMITTED = Rule(
    "postgres.authentication.login-not-permitted",
    Stage.AUTHENTICATION,
    "The role may not log in",
    "The password is right, but the role was made with NOLOGIN (CREATE ROLE does so unless told otherwise).",
    "SQLSTATE 28000 from routine InitializeSessionUserId, after a password was accepted.",
    "`ALTER ROLE name LOGIN;`, or log in as a role that has LOGIN and is a member of this one.",
)
ROLE_REFUSED = Rule(
    "postgres.authentication.role-refused",
    Stage.AUTHENTICATION,
    "The role does not exist, or may not log in",
    "The rule asked for no password, so the role was looked up first after it: it does not exist, or it has NOLOGIN.",
    "SQLSTATE 28000 from routine InitializeSessionUserId, with no password asked for.",
    "Look in pg_roles which of the two it is, then create the role or give it LOGIN.",
)
IDENTITY_REFUSED = Rule(
    "postgres.authentication.identity-refused",
    Stage.AUTHENTICATION,
    "The server could not match who you are with the role",
    "The matching line in pg_hba.conf proves identity without a password (peer, ident, cert, gss, sspi), and what it "
    "proved is not this role, or could not be proved at all.",
    "SQLSTATE 28000 from routine auth_failed, without a password asked for. The server's log names the line.",
    "Run as the operating-system user or with the certificate that maps to the role, add a map in pg_ident.conf, or "
    "ask for a line that takes a password.",
)
DIRECTORY_REFUSED = Rule(
    "postgres.authentication.directory-refused",
    Stage.AUTHENTICATION,
    "A directory behind PostgreSQL refused the password",
    "The server asked for the password in clear and passed it to LDAP, PAM or RADIUS, which refused it, or could not "
    "be asked. PostgreSQL's own password of the role plays no part.",
    "SQLSTATE 28000 from routine auth_failed, after a password was asked for in clear. The log has the reason.",
    "Check the password in the directory and the server's log. Do not retry often: directories lock accounts.",
)
REQUIRE_AUTH = Rule(
    "postgres.authentication.require-auth-mismatch",
    Stage.AUTHENTICATION,
    "The server asks for a method that the connection forbids",
    "require_auth (or channel_binding=require) in the connection allows only some methods, and the rule in "
    "pg_hba.conf asks for another.",
    "The method that the server asked for and the option that forbids it; no credential was sent.",
    "Change the rule in pg_hba.conf to a method that is allowed, or the option in the connection.",
)
SERVER_UNPROVEN = Rule(
    "postgres.authentication.server-unproven",
    Stage.AUTHENTICATION,
    "The server did not prove that it knows the password",
    "SCRAM is mutual. The server's final signature is wrong or missing: it is not the server that it claims to be, "
    "or something in the middle changed the exchange.",
    "Which part of the SCRAM exchange failed.",
    "Do not go on. Check the host and its certificate (sslmode=verify-full).",
)
NO_ANSWER = Rule(
    "postgres.authentication.no-answer",
    Stage.AUTHENTICATION,
    "The server fell silent in the middle of the login",
    "It asked for a credential, got it, and did not answer in time: a pooler waits for PostgreSQL behind it, a "
    "directory (LDAP, RADIUS, PAM) is slow, auth_delay is loaded, or the server is drowned in load.",
    "How long we waited, and what had been said until then. The connection was closed before an answer came.",
    "Raise --timeout once to see what the answer is; look at the log of the server or pooler.",
)
DATABASE_MISSING = Rule(
    "postgres.database.missing",
    Stage.DATABASE,
    "The database does not exist",
    "No database has this name on this server. Airflow calls the database of a connection `schema`; when it is empty, "
    "libpq takes the role's name.",
    "SQLSTATE 3D000, after the login itself was accepted.",
    "Mend the connection's schema field, or create the database.",
)
NOT_ACCEPTING = Rule(
    "postgres.database.not-accepting",
    Stage.DATABASE,
    "The database accepts no connections",
    "Its datallowconn is false (as for template0), or an interrupted DROP DATABASE left it invalid.",
    "SQLSTATE 55000 from routine CheckMyDatabase (or InitPostgres).",
    "`ALTER DATABASE name WITH ALLOW_CONNECTIONS true;`",
)
CONNECT_MISSING = Rule(
    "postgres.database.connect-missing",
    Stage.DATABASE,
    "The role may not connect to the database",
    "PUBLIC has lost the CONNECT privilege on this database, and neither the role nor a role that it inherits from "
    "has it.",
    'SQLSTATE 42501 from routine CheckMyDatabase; DETAIL says "User does not have CONNECT privilege."',
    "`GRANT CONNECT ON DATABASE name TO role;`. Nothing more is needed to get in; a SELECT would not help.",
)
ROLE_LIMIT = Rule(
    "postgres.session.role-limit",
    Stage.SESSION,
    "The role has used up its connections",
    "The role's CONNECTION LIMIT is reached by its open sessions.",
    "SQLSTATE 53300 from routine InitializeSessionUserId.",
    "Close sessions of the role, or raise its limit.",
)
DATABASE_LIMIT = Rule(
    "postgres.session.database-limit",
    Stage.SESSION,
    "The database has used up its connections",
    "The database's CONNECTION LIMIT is reached by its open sessions.",
    "SQLSTATE 53300 from routine CheckMyDatabase.",
    "Close sessions in the database, or raise its limit.",
)
SLOTS_RESERVED = Rule(
    "postgres.session.slots-reserved",
    Stage.SESSION,
    "Only reserved connection slots are left",
    "All ordinary slots of max_connections are taken; the rest is kept for superusers (superuser_reserved_connections, "
    "and reserved_connections from 16 on).",
    "SQLSTATE 53300 from routine InitPostgres.",
    "See who holds the slots and end sessions that do nothing; use a pooler, or raise max_connections (a restart is "
    "needed).",
)
SLOTS_FULL = Rule(
    "postgres.session.slots-full",
    Stage.SESSION,
    "The server has no connection slot left",
    "All of max_connections are taken, the reserved ones too. The server said so before it looked at role or password.",
    "SQLSTATE 53300 from routine InitProcess (or the postmaster).",
    "See who holds the slots; use a pooler, or raise max_connections (a restart is needed).",
)
NOT_READY = Rule(
    "postgres.session.not-ready",
    Stage.SESSION,
    "The server takes no logins at the moment",
    "It is starting up, recovering, shutting down, or is a standby with hot_standby=off.",
    "SQLSTATE 57P03 (or 57P01), before it looked at role or password.",
    "Wait and try again; if it stays so, look at the server's log. A standby takes logins with `hot_standby = on` in "
    "its postgresql.conf.",
)
OPTION_REFUSED = Rule(
    "postgres.session.option-refused",
    Stage.SESSION,
    "The server refuses a setting that the connection asks for",
    "A start-up option (options, or a parameter in the extra) is unknown to this server, has a bad value, or may not "
    "be set by this role.",
    "The SQLSTATE (42704, 22023, 55P02, 42501) and the server's words, after the login itself was accepted.",
    "Mend or remove the option in the connection's extra.",
)
ATTRIBUTES_UNMET = Rule(
    "postgres.session.attributes-unmet",
    Stage.SESSION,
    "No host is of the kind that target_session_attrs asks for",
    "The login succeeded, but the server is a standby (or read-only) where a primary was asked for, or the reverse.",
    "target_session_attrs, and what each host is.",
    "Name the right host, or change target_session_attrs in the connection's extra.",
)
REFUSED_OTHERWISE = Rule(
    "postgres.session.refused-otherwise",
    Stage.SESSION,
    "The server refused the login for another reason",
    "A refusal that this list does not know by its SQLSTATE and routine; the server's own words are all there is.",
    "The SQLSTATE, the routine and the server's words.",
    "Follow the server's words and HINT; its log may say more.",
)

RULES = (
    NO_ENTRY,
    CLIENT_CA_MISSING,
    PASSWORD_ABSENT,
    PASSWORD_WRONG,
    LOGIN_NOT_PERMITTED,
    ROLE_REFUSED,
    IDENTITY_REFUSED,
    DIRECTORY_REFUSED,
    REQUIRE_AUTH,
    SERVER_UNPROVEN,
    NO_ANSWER,
    DATABASE_MISSING,
    NOT_ACCEPTING,
    CONNECT_MISSING,
    ROLE_LIMIT,
    DATABASE_LIMIT,
    SLOTS_RESERVED,
    SLOTS_FULL,
    NOT_READY,
    OPTION_REFUSED,
    ATTRIBUTES_UNMET,
    REFUSED_OTHERWISE,
)
