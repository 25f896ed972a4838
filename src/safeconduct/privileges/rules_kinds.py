"""What can be wrong with privileges on functions, types, roles and all else that has no rows."""

from __future__ import annotations

from safeconduct.model import Rule, Stage

FUNCTION_EXECUTE_MISSING = Rule(
    "privileges.function.execute-missing",
    Stage.PRIVILEGES,
    "The role may not call a function or procedure",
    "EXECUTE was taken from PUBLIC, to whom PostgreSQL gives it when a function is made, and was not granted to the"
    " role. Functions are also called unseen: by column defaults, CHECK constraints, generated columns, index"
    " expressions, and by the bodies of functions and triggers that run with the caller's rights.",
    "has_function_privilege() for the role, the function's owner and access list.",
    "Grant EXECUTE on that function: its argument types tell it from others of the same name.",
)
TYPE_USAGE_MISSING = Rule(
    "privileges.type.usage-missing",
    Stage.PRIVILEGES,
    "The role may not use a type",
    "USAGE on the type was taken from PUBLIC. Reading and writing values needs none; to make a column, a function, a"
    " domain or another type of it does.",
    "has_type_privilege() for the role, the type's owner and access list.",
    "Grant USAGE on the type (for an array, on the type of its elements).",
)
OWNER_REQUIRED = Rule(
    "privileges.owner.required",
    Stage.PRIVILEGES,
    "Only the owner of the object may do this",
    "ALTER, DROP, COMMENT, CREATE INDEX, REINDEX and their like are no privileges that could be granted: they need the"
    " rights of the object's owner, which a superuser and every member of the owning role that inherits have.",
    "The object's owner in the catalogs, and pg_has_role() for the role.",
    "Make the role a member of the owning role, which gives it all that the owner may do, or let it own the object."
    " Membership in a superuser gives the whole server: give the object another owner instead.",
)
SCHEMA_CREATE_MISSING = Rule(
    "privileges.schema.create-missing",
    Stage.PRIVILEGES,
    "The role may not create objects in the schema",
    "Everything that is made in a schema needs CREATE on it: also a table that CREATE TABLE IF NOT EXISTS finds, an"
    " index for the owner of its table, and an object that is renamed or moved into it. Since PostgreSQL 15 PUBLIC"
    " may not create in the schema public.",
    "has_schema_privilege() for the role, the schema's owner and access list.",
    "Grant CREATE on the schema, or create in a schema of the role's own.",
)
DATABASE_CREATE_MISSING = Rule(
    "privileges.database.create-missing",
    Stage.PRIVILEGES,
    "The role may not create schemas in the database",
    "CREATE SCHEMA, CREATE PUBLICATION and trusted extensions need CREATE on the database.",
    "has_database_privilege() for the role, and who holds CREATE in pg_database.datacl.",
    "Grant CREATE on the database.",
)
DATABASE_TEMPORARY_MISSING = Rule(
    "privileges.database.temporary-missing",
    Stage.PRIVILEGES,
    "The role may not create temporary tables",
    "TEMPORARY on the database was taken from PUBLIC and not granted to the role.",
    "has_database_privilege() for the role, and who holds TEMPORARY in pg_database.datacl.",
    "Grant TEMPORARY on the database.",
)
LARGE_OBJECT_PRIVILEGE_MISSING = Rule(
    "privileges.large-object.privilege-missing",
    Stage.PRIVILEGES,
    "The role lacks a privilege on a large object",
    "Each large object has an owner and an access list of its own: lo_get() and lo_open() to read need SELECT, lo_put()"
    " and lo_open() to write SELECT and UPDATE. PUBLIC has nothing there.",
    "The owner and access list in pg_largeobject_metadata.",
    "Grant the privilege on the large object by its number.",
)
LANGUAGE_USAGE_MISSING = Rule(
    "privileges.language.usage-missing",
    Stage.PRIVILEGES,
    "The role may not write functions in the language",
    "USAGE on the language was taken from PUBLIC. Calling a function needs none; to make one does.",
    "has_language_privilege() for the role, the language's owner and access list.",
    "Grant USAGE on the language.",
)
FOREIGN_SERVER_USAGE_MISSING = Rule(
    "privileges.foreign-server.usage-missing",
    Stage.PRIVILEGES,
    "The role may not use a foreign server",
    "To make a foreign table, or a user mapping for itself, and to import a foreign schema the role needs USAGE on the"
    " server. Reading a foreign table needs privileges on that table only.",
    "has_server_privilege() for the role, the server's owner and access list.",
    "Grant USAGE on the foreign server.",
)
FOREIGN_DATA_WRAPPER_USAGE_MISSING = Rule(
    "privileges.foreign-data-wrapper.usage-missing",
    Stage.PRIVILEGES,
    "The role may not make servers of a foreign data wrapper",
    "CREATE SERVER needs USAGE on the wrapper, which nobody but its owner has at first.",
    "has_foreign_data_wrapper_privilege() for the role, the wrapper's owner and access list.",
    "Grant USAGE on the foreign data wrapper.",
)
TABLESPACE_CREATE_MISSING = Rule(
    "privileges.tablespace.create-missing",
    Stage.PRIVILEGES,
    "The role may not create objects in the tablespace",
    "A tablespace that is named, other than the database's own, needs CREATE.",
    "has_tablespace_privilege() for the role, the tablespace's owner and access list.",
    "Grant CREATE on the tablespace, or leave it out.",
)
PARAMETER_SET_MISSING = Rule(
    "privileges.parameter.set-missing",
    Stage.PRIVILEGES,
    "The role may not set a parameter",
    "Some parameters are a superuser's to set. Since PostgreSQL 15 the right to SET one, or to write it by ALTER"
    " SYSTEM, can be granted; before it cannot.",
    "The parameter's context in pg_settings, and has_parameter_privilege() for the role.",
    "Grant SET (or ALTER SYSTEM) on the parameter.",
)
MEMBERSHIP_MISSING = Rule(
    "privileges.membership.missing",
    Stage.PRIVILEGES,
    "The role is no member of a role that comes with PostgreSQL",
    "What reaches beyond the database is the right of predefined roles: COPY with a file of the server needs"
    " pg_read_server_files or pg_write_server_files, COPY with a program pg_execute_server_program, CHECKPOINT"
    " pg_checkpoint.",
    "pg_has_role() for the role.",
    "Grant the predefined role. Those for files and programs give as much as a superuser has: COPY with STDIN or STDOUT"
    " needs neither.",
)
MEMBERSHIP_NEVER_GRANTED = Rule(
    "privileges.membership.never-granted",
    Stage.PRIVILEGES,
    "A role is made and granted privileges, and the connection's role never becomes its member",
    "CREATE ROLE makes nobody a member (since PostgreSQL 16 its maker may hand it out, without inheriting from it), so"
    " what the new role is granted does nothing for the role that runs the next statements.",
    "The CREATE ROLE and GRANT of the statements, in their order, and the memberships that the role has already.",
    "Grant the new role to the connection's role, or grant the privileges to that role itself.",
)
MEMBERSHIP_SET_MISSING = Rule(
    "privileges.membership.set-missing",
    Stage.PRIVILEGES,
    "The role may not become another role",
    "SET ROLE, and giving an object to another owner, need membership in that role. Since PostgreSQL 16 the membership"
    " must have the SET option as well.",
    "pg_has_role() for the role: SET since PostgreSQL 16, MEMBER before.",
    "Grant the other role to this one.",
)
ROLE_ATTRIBUTE_MISSING = Rule(
    "privileges.role.attribute-missing",
    Stage.PRIVILEGES,
    "The role lacks an attribute",
    "To make databases and roles a role needs CREATEDB and CREATEROLE, and some statements are a superuser's alone."
    " Attributes are no privileges: no membership gives them.",
    "The role's attributes in pg_roles.",
    "Give the role the attribute, or let a role that has it run the statement.",
)
GRANT_OPTION_MISSING = Rule(
    "privileges.grant-option.missing",
    Stage.PRIVILEGES,
    "The role may not grant a privilege",
    "Only the owner of an object, and who holds a privilege WITH GRANT OPTION, may grant it. A role that has any"
    " privilege there is not refused: GRANT and REVOKE succeed, change nothing and only warn (01007, 01006).",
    "The has_..._privilege() function with WITH GRANT OPTION for the role, the object's owner and access list.",
    "Grant the privilege WITH GRANT OPTION, or let the owner grant it.",
)
ADMIN_OPTION_MISSING = Rule(
    "privileges.admin-option.missing",
    Stage.PRIVILEGES,
    "The role may not grant membership in a role",
    "Membership is granted and revoked by those who have it WITH ADMIN OPTION. Before PostgreSQL 16 CREATEROLE was"
    " enough for every role that is no superuser; since then it is enough only for roles that it made.",
    "pg_has_role() with WITH ADMIN OPTION for the role.",
    "Grant the role WITH ADMIN OPTION.",
)
MAINTENANCE_SKIPPED = Rule(
    "privileges.maintenance.skipped",
    Stage.PRIVILEGES,
    "VACUUM or ANALYZE passes the table over",
    "VACUUM and ANALYZE skip tables that the role may not maintain, with a warning and without an error: they need the"
    " rights of the table's or the database's owner, or MAINTAIN since PostgreSQL 17.",
    "The table's and the database's owner, and has_table_privilege() for MAINTAIN.",
    "Grant MAINTAIN (PostgreSQL 17), make the role a member of the owner, or leave it to autovacuum.",
)

RULES: tuple[Rule, ...] = (
    FUNCTION_EXECUTE_MISSING,
    TYPE_USAGE_MISSING,
    OWNER_REQUIRED,
    SCHEMA_CREATE_MISSING,
    DATABASE_CREATE_MISSING,
    DATABASE_TEMPORARY_MISSING,
    LARGE_OBJECT_PRIVILEGE_MISSING,
    LANGUAGE_USAGE_MISSING,
    FOREIGN_SERVER_USAGE_MISSING,
    FOREIGN_DATA_WRAPPER_USAGE_MISSING,
    TABLESPACE_CREATE_MISSING,
    PARAMETER_SET_MISSING,
    MEMBERSHIP_MISSING,
    MEMBERSHIP_NEVER_GRANTED,
    MEMBERSHIP_SET_MISSING,
    ROLE_ATTRIBUTE_MISSING,
    GRANT_OPTION_MISSING,
    ADMIN_OPTION_MISSING,
    MAINTENANCE_SKIPPED,
)
