"""What a connection loses on its way to another Airflow or another place, as `connections lint` finds it."""

from safeconduct.model import Rule, Stage

NAME_REFUSED = Rule(
    "secrets.connection.name-refused",
    Stage.DEFINITION,
    "Airflow refuses the conn_id",
    "A conn_id has at most 250 characters: letters, digits, _ and # ! ( ) - . : / \\. Older versions stored others, "
    "and backends may have them; Airflow 2.7 and later cannot store or import them.",
    "How many characters it has, and which of them are refused.",
    "Give the connection another conn_id, in the DAGs as well.",
)
FIELD_CUT = Rule(
    "secrets.connection.field-cut",
    Stage.DEFINITION,
    "A field is longer than Airflow's table keeps",
    "The table connection keeps 500 characters of a type, a host and a schema and 5,000 of a description; until 2.7 "
    "500 of a login and 5,000 of a sealed password, too. SQLite keeps more, so that it shows only where the connection "
    "is taken to PostgreSQL, which refuses it, or to MySQL, which may cut it.",
    "The fields, with their lengths and the most that is kept.",
    "Shorten the field: options belong into the extra, and a key or certificate into a file or a secrets backend.",
)
EXTRA_NOT_OBJECT = Rule(
    "secrets.connection.extra-not-object",
    Stage.DEFINITION,
    "The extra is no JSON object",
    "Airflow 2.x keeps such an extra and warns; Airflow 3.x refuses the connection. A URI and JSON leave it out.",
    "What is wrong with it, and what each Airflow makes of it. The extra itself is not shown.",
    'Write it as a JSON object, such as {"option": "value"}.',
)
PASSWORD_EMPTY = Rule(
    "secrets.connection.password-empty",
    Stage.DEFINITION,
    "The password is empty, and not absent",
    "The row has a sealed empty text. Airflow cannot put one there itself, nor clear a password with an empty one: "
    "exported, imported or moved, the connection has no password at all, so that a driver looks for one elsewhere, "
    "such as in ~/.pgpass.",
    "Where the row is.",
    "Add the connection anew without a password: `safeconduct connections add CONN_ID --overwrite`.",
)
URI_CHANGES = Rule(
    "secrets.connection.uri-changes",
    Stage.DEFINITION,
    "As a URI the connection is read back as another",
    'A URI holds less than a connection does: in Airflow 3 the extras "3" and "true" come back as a number and a '
    "boolean; in Airflow 2 a protocol in the host is lost; a type is read in lower case; a :// in an extra breaks what "
    "stands before it. This matters for AIRFLOW_CONN_ variables, .env files and records with conn_uri.",
    "For each Airflow the fields that come back as others. What they hold is not shown.",
    "Hand the connection on as JSON: `safeconduct connections get CONN_ID --as json`, or a .json file.",
)
JSON_CHANGES = Rule(
    "secrets.connection.json-changes",
    Stage.DEFINITION,
    "As JSON the connection is read back as another",
    "What reads the JSON writes a type with _ in place of -, takes a port of 0 for none, or refuses a value.",
    "For each Airflow the fields that come back as others. What they hold is not shown.",
    "Correct the field where the connection is kept.",
)
SECRET_IN_EXTRA = Rule(
    "secrets.connection.secret-in-extra",
    Stage.DEFINITION,
    "A secret stands in the extra",
    "The extra is shown in Airflow's forms and handed to every task that uses the connection, and Airflow hides in it "
    "only what its own list of names has. Most types of connections take a reference in place of the secret: a role to "
    "assume, a file, an identity of the machine.",
    "The keys, and what can stand there instead. What they hold is not shown.",
    "Put the reference there with the command that is named (`safeconduct connections refer`), or take the whole "
    "connection into a secrets backend: `safeconduct connections move`.",
)
MOVABLE = Rule(
    "secrets.connection.movable",
    Stage.DEFINITION,
    "Its credentials are kept in the metadata database",
    "Whoever reads the database and the Fernet key has them. A secrets backend hands them out one by one, and records "
    "to whom.",
    "What `safeconduct connections move` would take out of the row.",
    "`safeconduct connections move CONN_ID --to vault` shows what it would do, and does it with --real.",
)

CONNECTION_RULES = (
    NAME_REFUSED,
    FIELD_CUT,
    EXTRA_NOT_OBJECT,
    PASSWORD_EMPTY,
    URI_CHANGES,
    JSON_CHANGES,
    SECRET_IN_EXTRA,
    MOVABLE,
)
