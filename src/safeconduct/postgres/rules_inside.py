"""What only the server knows of a refusal: the causes that PostgreSQL hides from the client on purpose.

Source: src/backend/libpq/crypt.c (get_role_password) and auth.c, 13 to 18. They are found with an administrator's
session or in the server's log.
"""

from safeconduct.model import Rule, Stage

ROLE_MISSING = Rule(
    "postgres.authentication.role-missing",
    Stage.AUTHENTICATION,
    "The role does not exist",
    "No role of this name is on the server. The client is told the same as for a wrong password, so that nobody can "
    "find out names.",
    "SQLSTATE 28P01 or 28000 for the client; pg_roles, or the server's log, has the cause.",
    "Mend the login of the connection, or create the role and give it a password.",
)
PASSWORD_UNSET = Rule(
    "postgres.authentication.password-unset",
    Stage.AUTHENTICATION,
    "The role has no password",
    "The role exists, but rolpassword is null: it was made without one, or the password was taken away. Whatever the "
    "connection sends is refused.",
    "SQLSTATE 28P01 for the client; pg_authid, or the server's log, has the cause.",
    "Give the role a password with `\\password`, and the connection the same.",
)
PASSWORD_EXPIRED = Rule(
    "postgres.authentication.password-expired",
    Stage.AUTHENTICATION,
    "The role's password has expired",
    "The role has VALID UNTIL, and that time has passed. PostgreSQL looks at it before it compares the password, so "
    "whether that is right is not known.",
    "SQLSTATE 28P01 for the client; pg_roles.rolvaliduntil, or the server's log, has the cause.",
    "`ALTER ROLE name VALID UNTIL 'infinity';` or a later time, with a new password where the rules ask for one.",
)
PASSWORD_MD5 = Rule(
    "postgres.authentication.password-stored-md5",
    Stage.AUTHENTICATION,
    "The password is stored as md5, and the rule asks for scram-sha-256",
    "The role's password was set while password_encryption was md5 (the default before PostgreSQL 14). A md5 secret "
    "cannot be used for SCRAM, so a line in pg_hba.conf that says scram-sha-256 never lets the role in.",
    "SQLSTATE 28P01 for the client, asked for scram-sha-256 before; pg_authid, or the server's log, has the cause.",
    "Set the same password anew while password_encryption is scram-sha-256.",
)

RULES = (ROLE_MISSING, PASSWORD_UNSET, PASSWORD_EXPIRED, PASSWORD_MD5)
