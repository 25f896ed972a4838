"""What can be wrong with a secrets backend that Airflow is configured to ask, and with what it keeps."""

from safeconduct.model import Rule, Stage
from safeconduct.secrets import rules_audit, rules_keys
from safeconduct.secrets.rules_connection import CONNECTION_RULES

CLASS_UNKNOWN = Rule(
    "secrets.backend.class-unknown",
    Stage.DEFINITION,
    "[secrets] backend names a class that there is not",
    "The class path is misspelt, has moved, or its provider is not installed. Airflow imports the class when it "
    "starts, and does not start without it.",
    "The option, the name in it, and the name that comes nearest.",
    "Write the class path that is named, and install the provider it belongs to where Airflow runs.",
)
KWARGS_MALFORMED = Rule(
    "secrets.backend.kwargs-malformed",
    Stage.DEFINITION,
    "The options of the secrets backend are no JSON object",
    "backend_kwargs is read as JSON: names and texts in double quotes, true, false and null in lower case. What is "
    "written as in Python, or lacks a quote or a brace, makes Airflow log a warning and open the backend without any "
    "option.",
    "Where the option stands, and the place in it. The text itself is not shown, for it may hold a credential.",
    "Correct the JSON at the place that is named.",
)
KWARG_UNKNOWN = Rule(
    "secrets.backend.kwarg-unknown",
    Stage.DEFINITION,
    "The secrets backend has no option of this name",
    "The name is misspelt, belongs to another backend, or comes from a tutorial: connections_prefix, variables_prefix "
    "and vault_conn_id are none of Vault's. What Airflow makes of it depends on the class: some do not start, Vault's "
    "fails at every look-up without a word, and AWS's pass over it.",
    "The option, the name in it, what Airflow makes of it, and the real name that comes nearest. Its value is not "
    "shown.",
    "Write the real name, or take the option out.",
)
KWARG_INVALID = Rule(
    "secrets.backend.kwarg-invalid",
    Stage.DEFINITION,
    "An option of the secrets backend has a value that cannot be used",
    "An option is missing that the way of logging in needs, a number is written as text, or a value is none of those "
    "that there are.",
    "The option, and what is expected of it. Its value is not shown.",
    "Correct the option.",
)
UNREACHABLE = Rule(
    "secrets.backend.unreachable",
    Stage.DEFINITION,
    "The secrets backend cannot be reached",
    "Its host has no address, nothing listens there, it does not answer in time, or its certificate is not trusted. "
    "Airflow passes over the backend and looks in the places after it.",
    "The address, and what the operating system or TLS said.",
    "Mend the address, or the way there. Where it is slow, give it more time with --timeout.",
)
LOGIN_REFUSED = Rule(
    "secrets.backend.login-refused",
    Stage.DEFINITION,
    "The secrets backend refuses the login",
    "The token, the role with its secret_id, the password or the access key is wrong, has expired or was revoked; or "
    "there is none. Airflow passes over the backend and looks in the places after it.",
    "The address, the way of logging in, and the status with which it was refused. The credential is not shown.",
    "Give the backend a credential that is valid.",
)
FORBIDDEN = Rule(
    "secrets.backend.forbidden",
    Stage.DEFINITION,
    "The secrets backend forbids reading the record",
    "The login is accepted, but its policy does not let it read this record.",
    "The record's path, and the login's policies where the backend tells them.",
    "Let the policy read the path, and nothing more: listing is not needed.",
)
SEALED = Rule(
    "secrets.backend.sealed",
    Stage.DEFINITION,
    "The Vault is sealed",
    "Vault starts sealed and answers nothing until it is unsealed; after a restart or a fault of its seal it is "
    "sealed again. Nor does a Vault answer that was never initialised.",
    "The address, and the status.",
    "Unseal it: `vault operator unseal`.",
)
THROTTLED = Rule(
    "secrets.backend.throttled",
    Stage.DEFINITION,
    "The secrets backend turns requests away as too many",
    "A quota of the backend or of the account is spent. The request was repeated with growing pauses until the time "
    "was up. Airflow asks anew for every look-up, of every DAG file that is parsed.",
    "The address, the status, and how often it was asked.",
    "Raise the quota, or let fewer ask: cache secrets ([secrets] use_cache), and take look-ups out of the top level "
    "of DAG files.",
)
FAILED = Rule(
    "secrets.backend.failed",
    Stage.DEFINITION,
    "The secrets backend failed",
    "It answered with an error of its own, or its class raised an exception.",
    "The address, and the status or the kind of the error. Its text is not shown, for it may quote a secret.",
    "See the log of the backend.",
)
MOUNT_WRONG = Rule(
    "secrets.vault.mount-wrong",
    Stage.DEFINITION,
    "Vault keeps no secrets of this kind there",
    "mount_point names no secrets engine, or one of another version than kv_engine_version says. Vault answers as if "
    "the record were not there, and Airflow looks in the places after it.",
    "The mount point, and the engine and version that Vault has there.",
    "Write the right mount_point and kv_engine_version.",
)
RECORD_MALFORMED = Rule(
    "secrets.record.malformed",
    Stage.DEFINITION,
    "What the secrets backend keeps under the name cannot be read",
    "It is no text, no JSON where JSON is expected, or has fields that no connection has.",
    "The record, and what is wrong with it. What it holds is not shown.",
    "Write the record anew: a URI, or a JSON object with the fields of a connection.",
)
NAME_IMPOSSIBLE = Rule(
    "secrets.record.name-impossible",
    Stage.DEFINITION,
    "The secrets backend can have no record of this name",
    "Each place has its own alphabet and length for names: Google's Secret Manager takes letters, digits, - and _, up "
    "to 255 of them, AWS some more. Airflow asks nevertheless, and takes the refusal for an absence.",
    "The name that was asked for, or its beginning, and what the place takes.",
    "Give the connection a shorter or plainer conn_id.",
)
FILE_UNREADABLE = Rule(
    "secrets.file.unreadable",
    Stage.DEFINITION,
    "The file of the local file backend cannot be read",
    "It is not there, may not be read, has an ending that is none of .env, .json, .yaml and .yml, or breaks the form "
    "that its ending promises. One bad line, or one bad connection, keeps Airflow from reading all others of the "
    "file.",
    "The file, the line, and what is wrong there. The line itself is not shown.",
    "Mend the file.",
)
FILE_DUPLICATE = Rule(
    "secrets.file.duplicate",
    Stage.DEFINITION,
    "The file of the local file backend has a name twice",
    "In a .env file Airflow then reads no connection at all. In JSON and YAML it takes the last, without a word.",
    "The file and the names.",
    "Leave one of each.",
)
RECORD_OVERTAKEN = Rule(
    "secrets.record.overtaken",
    Stage.DEFINITION,
    "Somebody else has written the record meanwhile",
    "Between looking at the record and writing it another process or person wrote it. What they wrote is kept.",
    "The place and the record.",
    "Look at what is there now, and run the command again.",
)
RECORD_NOT_KEPT = Rule(
    "secrets.record.not-kept",
    Stage.DEFINITION,
    "The record does not read back as it was written",
    "The place changes what it is given, shows another record under the name, or its form cannot hold the connection: "
    "an .env file has URIs, which not every connection survives. Nothing is taken out of the metadata database then.",
    "The record, and which fields would be others. What they hold is not shown.",
    "Choose another form or place, such as a .json file; `safeconduct connections lint` says what is lost where.",
)

RULES = (
    CLASS_UNKNOWN,
    KWARGS_MALFORMED,
    KWARG_UNKNOWN,
    KWARG_INVALID,
    UNREACHABLE,
    LOGIN_REFUSED,
    FORBIDDEN,
    SEALED,
    THROTTLED,
    FAILED,
    MOUNT_WRONG,
    RECORD_MALFORMED,
    RECORD_OVERTAKEN,
    RECORD_NOT_KEPT,
    NAME_IMPOSSIBLE,
    FILE_UNREADABLE,
    FILE_DUPLICATE,
    *CONNECTION_RULES,
    *rules_keys.RULES,
    *rules_audit.RULES,
)
