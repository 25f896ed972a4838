"""What can be wrong with a connection's definition and with the Fernet key that opens it."""

from safeconduct.airflow import rules_configuration
from safeconduct.model import Rule, Stage

UNKNOWN = Rule(
    "airflow.connection.unknown",
    Stage.DEFINITION,
    "No connection has this conn_id",
    "None of the places that Airflow looks in (a secrets backend if one is configured, environment variables, then the "
    "metadata database) has a connection of this name. Names are case-sensitive in the database; in the environment "
    "they stand in upper case.",
    "The places that were asked, and the names that come nearest.",
    "Mend the conn_id, or add the connection.",
)
MALFORMED = Rule(
    "airflow.connection.malformed",
    Stage.DEFINITION,
    "The definition of the connection cannot be read",
    "The URI or JSON breaks the form that Airflow reads: most often a character of the password (`#`, `/`, `?`, `@`, "
    "`%`) stands there as it is instead of percent-encoded.",
    "Which part of it is wrong; never the text itself, which holds the password.",
    'Percent-encode login, password and extras: `python3 -c "import getpass, urllib.parse; '
    "print(urllib.parse.quote(getpass.getpass(), safe=''))\"`.",
)
DATABASE_UNREACHABLE = Rule(
    "airflow.metadata.unreachable",
    Stage.DEFINITION,
    "The metadata database cannot be opened",
    "The database named by [database] sql_alchemy_conn is down, refuses the login or the table, or its file is not "
    "there or not readable.",
    "The address or file, and what the database or the operating system said; for a PostgreSQL the rule that explains "
    "it, for a MySQL or MariaDB its error number.",
    "Start the database, or mend [database] sql_alchemy_conn. Where a PostgreSQL refuses, what lets it in is that of "
    "the rule named in the evidence; where a MySQL or MariaDB does, the finding has the GRANT or CREATE USER.",
)
DATABASE_MALFORMED = Rule(
    "airflow.metadata.malformed",
    Stage.DEFINITION,
    "[database] sql_alchemy_conn cannot be read",
    "The option is empty or not a database URL.",
    "Where the option stands; never its text, which holds the password.",
    "Write a URL such as postgresql+psycopg2://user:password@host/airflow, with the password percent-encoded.",
)
DATABASE_FOREIGN = Rule(
    "airflow.metadata.not-airflow",
    Stage.DEFINITION,
    "The metadata database is no Airflow database",
    "There is no table `connection` in it: another database, another schema, or `airflow db migrate` never ran.",
    "The database that was opened, and the table that is missing.",
    "Name the right database in [database] sql_alchemy_conn, or run `airflow db migrate`.",
)
DATABASE_OTHER_VERSION = Rule(
    "airflow.metadata.other-version",
    Stage.DEFINITION,
    "The metadata database has a layout that is not known here",
    "Its table `connection` lacks columns that Airflow 2.7 to 3.x have: an older or a future version.",
    "The column that is missing and the alembic version of the database.",
    "Run `airflow db migrate` with Airflow 2.7 or later.",
)
ROW_NOT_TEXT = Rule(
    "airflow.metadata.row-not-text",
    Stage.DEFINITION,
    "A row of the metadata database holds octets that are no text",
    "Something else than Airflow wrote the row, a dump was restored in another encoding, or the file is damaged. "
    "Airflow's driver cannot decode the column, so that Airflow cannot read the connection.",
    "The row and the column. What it holds is not shown.",
    "Empty the column, and enter its value again in Airflow.",
)
KEY_ABSENT = Rule(
    "airflow.fernet.key-absent",
    Stage.CREDENTIAL,
    "The row is encrypted, and no Fernet key is configured",
    "Neither airflow.cfg nor the environment has [core] fernet_key. Airflow would generate a new one, which opens "
    "nothing that was encrypted before.",
    "The row and the column; where the key was looked for.",
    "Set [core] fernet_key (or AIRFLOW__CORE__FERNET_KEY) to the key that the row was written with.",
)
KEY_EMPTY = Rule(
    "airflow.fernet.key-empty",
    Stage.CREDENTIAL,
    "The row is encrypted, and the Fernet key is empty",
    "[core] fernet_key is set to nothing, which makes Airflow store plaintext and unable to open what was encrypted.",
    "The row and the column; where the empty key stands.",
    "Set [core] fernet_key to the key that the row was written with.",
)
KEY_MALFORMED = Rule(
    "airflow.fernet.key-malformed",
    Stage.CREDENTIAL,
    "The Fernet key is malformed",
    "A Fernet key is 32 bytes in url-safe base64: 44 characters. One bad key in the comma-separated list, even an "
    "empty one behind a trailing comma, makes Airflow unable to open any row.",
    "Which key of the list, and what is wrong with it; never the key.",
    "Put the right key in, or take the bad one out of the list.",
)
KEY_OTHER = Rule(
    "airflow.fernet.key-other",
    Stage.CREDENTIAL,
    "None of the Fernet keys opens the row",
    "The row was encrypted with a key that is not in [core] fernet_key, or it was changed since.",
    "The row, the column, when the token was made, and how many keys were tried.",
    "Put the old key behind the new one: `fernet_key = NEW,OLD`. If it is lost, enter the credential again.",
)
ROW_CORRUPT = Rule(
    "airflow.fernet.row-corrupt",
    Stage.CREDENTIAL,
    "The row says encrypted, but holds no Fernet token",
    "is_encrypted is set, and the text in the column is not a Fernet token: cut off, or written by hand.",
    "The row and the column.",
    "Enter the credential again.",
)
FLAG_LIES = Rule(
    "airflow.fernet.flag-lies",
    Stage.CREDENTIAL,
    "The row says plaintext, but holds a Fernet token",
    "is_encrypted is not set, and the text in the column is a Fernet token. Airflow would send the token as password.",
    "The row and the column.",
    "Enter the credential again, or set the flag of the row.",
)

RULES = (
    UNKNOWN,
    MALFORMED,
    DATABASE_UNREACHABLE,
    DATABASE_MALFORMED,
    DATABASE_FOREIGN,
    DATABASE_OTHER_VERSION,
    ROW_NOT_TEXT,
    KEY_ABSENT,
    KEY_EMPTY,
    KEY_MALFORMED,
    KEY_OTHER,
    ROW_CORRUPT,
    FLAG_LIES,
    *rules_configuration.RULES,
)
