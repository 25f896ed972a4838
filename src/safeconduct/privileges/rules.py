"""What can be wrong with a role's privileges, under stable ids."""

from __future__ import annotations

from safeconduct.model import Rule, Stage
from safeconduct.privileges import rules_kinds

DATABASE_CONNECT_MISSING = Rule(
    "privileges.database.connect-missing",
    Stage.PRIVILEGES,
    "The role may not connect to the database",
    "CONNECT was taken from the role, or from PUBLIC, after this session had begun: the next login is refused.",
    "has_database_privilege() for the role, and who holds CONNECT in pg_database.datacl.",
    "Grant CONNECT on the database to the role.",
)
SCHEMA_USAGE_MISSING = Rule(
    "privileges.schema.usage-missing",
    Stage.PRIVILEGES,
    "The role may not use the schema",
    "A privilege on a table is not enough: the schema that it is in needs USAGE. So does the schema of every type,"
    " function, operator and collation that is named with it, and of a table that is only named as a regclass. When"
    " the table is named without its schema, PostgreSQL passes a closed schema over in silence and says that the table"
    " does not exist (42P01); when it is named with it, the server says: permission denied for schema (42501).",
    "has_schema_privilege() for the role, the schema's owner and access list. The catalogs are open to all, so the"
    " table is seen there although the role cannot reach it.",
    "Grant USAGE on the schema. It lets the role name what is in the schema, and gives no right on it.",
)
SCHEMA_MISSING = Rule(
    "privileges.schema.missing",
    Stage.PRIVILEGES,
    "There is no such schema in this database",
    "The schema is misspelt, folded to lower case although it has capitals, in another database, or not made yet. No"
    " grant helps. Of a table in FROM or of one that is changed the server says that the table does not exist (42P01);"
    " of a type or a function, or in COPY and LOCK, that the schema does not (3F000).",
    "pg_namespace, which is open to all, what the schema was named for, and similar names.",
    "Name the schema as it is; quote a name that has capitals.",
)
SESSION_READ_ONLY = Rule(
    "privileges.session.read-only",
    Stage.PRIVILEGES,
    "The session is read-only",
    "PostgreSQL refuses to change anything in a read-only transaction (25006), whatever was granted: INSERT, UPDATE,"
    " DELETE, MERGE and COPY FROM on all but temporary tables, SELECT FOR UPDATE, nextval(), TRUNCATE, and every"
    " CREATE, ALTER, DROP and GRANT. Transactions are read-only where default_transaction_read_only is on for the"
    " role, the database, the connection or the server, and always on a standby.",
    "transaction_read_only as the session has it, pg_is_in_recovery(), and who set default_transaction_read_only"
    " (pg_settings.source).",
    "Take the setting back where it was made, begin the transaction with READ WRITE, or connect to the primary.",
)
TABLE_PRIVILEGE_MISSING = Rule(
    "privileges.table.privilege-missing",
    Stage.PRIVILEGES,
    "The role lacks a privilege on a table, view or foreign table",
    "The privilege was never granted to the role, to PUBLIC or to a role whose privileges it inherits. A grant on all"
    " tables covers those that existed then; default privileges cover only what one creator makes later. A login that"
    " succeeds says nothing about tables, and SELECT does not imply INSERT.",
    "has_table_privilege() for the role, the owner, who holds the privilege in pg_class.relacl, and the default"
    " privileges that would have granted it (pg_default_acl), with why they did not.",
    "Grant exactly the missing privileges on the table, or make the role a member of a role that holds them. Where the"
    " table is made anew again and again, grant them by ALTER DEFAULT PRIVILEGES FOR ROLE the one that makes it.",
)
COLUMN_PRIVILEGE_MISSING = Rule(
    "privileges.column.privilege-missing",
    Stage.PRIVILEGES,
    "The role lacks a privilege on some columns",
    "The statement uses columns on which the role holds the privilege neither singly nor by the whole table. The"
    " server says only: permission denied for table, and does not name the column. UPDATE and DELETE with WHERE or"
    " RETURNING read columns, and so does ON CONFLICT (column): reading needs SELECT.",
    "has_column_privilege() for the role and each column, the owner, and who holds the privilege.",
    "Grant the privilege on exactly these columns, or on the whole table if the role may see all of it.",
)
COLUMN_MISSING = Rule(
    "privileges.column.missing",
    Stage.PRIVILEGES,
    "The column does not exist",
    "A column was asked for that the relation does not have: misspelt, or of another version of the schema. An"
    " unquoted name is folded to lower case, and a text in double quotes is read as a column's name. The server says"
    " 42703 before it looks at privileges, so what else the statement needs is not judged.",
    "The relation's columns in pg_attribute.",
    "Name the column as it is. A name with capitals needs double quotes.",
)
SEQUENCE_USAGE_MISSING = Rule(
    "privileges.sequence.usage-missing",
    Stage.PRIVILEGES,
    "The role may not take values from a sequence",
    "A serial column's default calls nextval() on its sequence with the rights of the role that inserts, so INSERT on"
    " the table is not enough. An identity column needs nothing of the kind.",
    "The dependency of the column's default on the sequence, and has_sequence_privilege() for the role.",
    "Grant USAGE on the sequence (UPDATE, which also allows setval(), would do as well).",
)
SEQUENCE_PRIVILEGE_MISSING = Rule(
    "privileges.sequence.privilege-missing",
    Stage.PRIVILEGES,
    "The role lacks a privilege on a sequence",
    "setval() needs UPDATE, currval() SELECT or USAGE, and reading the sequence as a table SELECT.",
    "has_sequence_privilege() for the role, the owner, and who holds the privilege.",
    "Grant exactly the missing privilege on the sequence.",
)
MEMBERSHIP_NOT_INHERITED = Rule(
    "privileges.membership.not-inherited",
    Stage.PRIVILEGES,
    "The role is a member of a role that holds the privilege, but does not inherit it",
    "Membership gives privileges at once only where it inherits. Before PostgreSQL 16 a member that is NOINHERIT"
    " inherits from none of its roles; since 16 each membership has its own INHERIT option, set from the member's"
    " attribute when it was granted. Without it, the member must SET ROLE first.",
    "The way from the role to the one that holds the privilege in pg_auth_members, and which steps do not inherit.",
    "Let the membership inherit, grant the privilege to the role itself, or SET ROLE in the session.",
)
VIEW_OWNER_LACKS_PRIVILEGE = Rule(
    "privileges.view.owner-lacks-privilege",
    Stage.PRIVILEGES,
    "The view's owner may not read what the view shows",
    "A view reads its tables with the rights of its owner, whoever asks. When the owner lost a privilege, or the view"
    " or a table changed owners, everybody who reads the view is refused, even a superuser, in words that name the"
    " table and not the view.",
    "The view's dependencies, and has_column_privilege() for its owner on each column that it reads.",
    "Grant SELECT on what the view reads to the owner of the view, not to the role that reads it.",
)
RELATION_MISSING = Rule(
    "privileges.relation.missing",
    Stage.PRIVILEGES,
    "There is no such table in this database",
    "The name is misspelt, folded to lower case although the table has capitals, in another database or schema, or the"
    " table is not made yet. No grant helps: this is not a question of privileges. The catalogs are open to all, so a"
    " table that is only hidden from the role would have been seen.",
    "The schemas that were looked in, search_path, and similar names.",
    "Name the table as it is; quote names that have capitals.",
)
RELATION_NOT_ON_SEARCH_PATH = Rule(
    "privileges.relation.not-on-search-path",
    Stage.PRIVILEGES,
    "The table exists, but search_path does not lead to it",
    "A name without a schema is looked for in the schemas of search_path only. The server says that the table does"
    " not exist (42P01). No grant helps.",
    "search_path as the session has it, who set it (pg_settings.source), and the schemas that hold such a table.",
    "Name the schema in the statement, or add it to search_path where that is set: start-up options of the connection"
    " win over what is set for the role, the role's settings win over the database's, and those over the server's.",
)
RELATION_PASSED_OVER = Rule(
    "privileges.relation.passed-over",
    Stage.PRIVILEGES,
    "Another table is read than stands first on search_path",
    "A name without a schema means the first table of that name on search_path, but schemas on which the role has no"
    " USAGE are passed over in silence. The statement then reads or changes a table of the same name in a later schema,"
    " and nobody is told.",
    "search_path, the schemas on it that the role may not use, and the tables of this name in them.",
    "Grant USAGE on the schema that was meant, and the privileges on its table; or name the schema in the statement.",
)
POLICY_NONE_APPLIES = Rule(
    "privileges.policy.none-applies",
    Stage.PRIVILEGES,
    "Row security lets the role do nothing with the table's rows",
    "The table has row security, and none of its policies is for this role and this command (or those that are say"
    " false). Then nothing is let through: SELECT gives 0 rows, UPDATE and DELETE touch 0 rows, all without an error;"
    " INSERT is refused (42501: new row violates row-level security policy). UPDATE and DELETE that read columns, in"
    " WHERE or RETURNING, are asked for the policies of SELECT, too. Superusers, roles with BYPASSRLS and the owner,"
    " unless it is forced, see everything, so it works for whoever tries it as one of them. A policy for a role is one"
    " for its members only where the membership inherits. Tables beneath a view are read as the view's owner.",
    "pg_policy, relrowsecurity and relforcerowsecurity of pg_class, rolbypassrls, and the memberships that inherit.",
    "Make the role one that a policy is for, or make a policy for it. `CREATE POLICY ... USING (true)` lets it see"
    " every row: write the condition of the rows that it is to see in place of true. Try it as the role itself.",
)
POLICY_FILTERS_ROWS = Rule(
    "privileges.policy.filters-rows",
    Stage.PRIVILEGES,
    "Policies choose which rows the role sees or may write",
    "The table has row security, and the policies that are for this role let those rows through that their expressions"
    " choose. What USING keeps out is left out without an error, what WITH CHECK keeps out is refused (42501). That"
    " may be right. When rows are missing, this is where they went: permissive policies add rows, restrictive ones"
    " take some away.",
    "pg_policy, with the expressions as pg_get_expr() writes them, and the settings that they ask for.",
    "Nothing, if these are the rows that are meant. Otherwise change the policy, or set what it asks for"
    " (current_setting()) in the session.",
)
POLICY_SWITCHED_OFF = Rule(
    "privileges.policy.row-security-off",
    Stage.PRIVILEGES,
    "The session refuses what policies would filter",
    "With row_security = off the server refuses every statement whose rows a policy would filter (42501: query would"
    " be affected by row-level security policy). The setting exempts nobody: it is for backups, which must not be"
    " filtered in silence.",
    "The setting row_security, who set it (pg_settings.source), and the tables whose policies bind the role.",
    "Set row_security = on where it was switched off, or give BYPASSRLS to a role that is to see every row.",
)
POLICY_COPY_FROM = Rule(
    "privileges.policy.copy-from-refused",
    Stage.PRIVILEGES,
    "COPY FROM does not work on a table with row security",
    "PostgreSQL refuses COPY FROM into a table whose policies bind the role, whatever they say (0A000: COPY FROM not"
    " supported with row-level security). COPY TO works, and copies the rows that the policies let through.",
    "relrowsecurity and relforcerowsecurity of pg_class, the owner, and rolbypassrls.",
    "Use INSERT, if need be from a temporary table that is filled with COPY; or load as a role that policies do not"
    " bind: the owner, or one with BYPASSRLS.",
)
POLICY_LOOP = Rule(
    "privileges.policy.endless",
    Stage.PRIVILEGES,
    "The policies of a table read the table itself",
    "A policy's subquery reads the table that the policy is on, or another one whose policies lead back to it."
    " PostgreSQL refuses every statement that would ask it (42P17: infinite recursion detected in policy). Those whom"
    " policies do not bind, such as the owner and superusers, do not notice.",
    "The tables that the policies' expressions read, in pg_policy and pg_depend.",
    "Put the subquery into a SECURITY DEFINER function of an owner whom the policies do not bind, or decide by columns"
    " of the row itself.",
)

RULES: tuple[Rule, ...] = (
    DATABASE_CONNECT_MISSING,
    SCHEMA_USAGE_MISSING,
    SCHEMA_MISSING,
    SESSION_READ_ONLY,
    TABLE_PRIVILEGE_MISSING,
    COLUMN_PRIVILEGE_MISSING,
    COLUMN_MISSING,
    SEQUENCE_USAGE_MISSING,
    SEQUENCE_PRIVILEGE_MISSING,
    MEMBERSHIP_NOT_INHERITED,
    VIEW_OWNER_LACKS_PRIVILEGE,
    RELATION_MISSING,
    RELATION_NOT_ON_SEARCH_PATH,
    RELATION_PASSED_OVER,
    POLICY_NONE_APPLIES,
    POLICY_FILTERS_ROWS,
    POLICY_SWITCHED_OFF,
    POLICY_COPY_FROM,
    POLICY_LOOP,
    *rules_kinds.RULES,
)
