"""What can be wrong with where a connection leads: its options, its service and password file, its host's name."""

from safeconduct.model import Rule, Stage
from safeconduct.postgres.rules_tls import RULES as TLS_RULES

OPTION_UNKNOWN = Rule(
    "postgres.option.unknown",
    Stage.DEFINITION,
    "The extra holds an option that libpq does not know",
    "Airflow passes every key of the connection's extra on to libpq, except a few of its own (cursor, iam, redshift, "
    "aws_conn_id and the like). libpq refuses a key that it does not know before it connects at all. Often it is a "
    "name from another driver: database for dbname, ssl for sslmode, timeout for connect_timeout.",
    "The key, where it stands, and the option of libpq whose name is nearest.",
    "Rename the key in the extra, or take it out. Server settings go into `options`: "
    '`{"options": "-c search_path=my_schema"}`.',
)
OPTION_INVALID = Rule(
    "postgres.option.invalid",
    Stage.DEFINITION,
    "An option has a value that libpq refuses",
    "sslmode, target_session_attrs and others take only the words of their list, ports are 1 to 65535, time-outs are "
    "whole numbers. An environment variable that is set but empty (PGSSLMODE=) counts as a value too. Some values "
    "exclude each other: sslrootcert=system and sslnegotiation=direct want a strong sslmode.",
    "The option, its value and where it comes from: the connection, its extra, an environment variable, a service.",
    "Correct the value where it comes from.",
)
HOSTS_MISMATCH = Rule(
    "postgres.option.hosts-mismatch",
    Stage.DEFINITION,
    "Lists of hosts, addresses and ports differ in length",
    "Several hosts are separated by commas. hostaddr must then have as many items as host, and port one or as many.",
    "How many hosts, hostaddrs and ports there are.",
    "Give one port for all hosts, or one for each. Airflow's port field takes a single number: a list of ports goes "
    'into the extra, `{"port": "5432,5433"}`.',
)
STRING_MALFORMED = Rule(
    "postgres.option.string-malformed",
    Stage.DEFINITION,
    "A connection string cannot be read",
    "A `key=value` string or `postgresql://` URI breaks libpq's syntax. Mostly a password holds a character that must "
    "be percent-encoded in a URI (% / @ : ? # [ ]), or a value with blanks is not in single quotes.",
    "What is wrong with it. The string itself is not shown: it may hold a password.",
    "Percent-encode user and password in a URI: `python3 -c 'import getpass, urllib.parse as u; "
    'print(u.quote(getpass.getpass(), safe=""))\'`.',
)
STRING_IN_FIELD = Rule(
    "postgres.option.string-in-field",
    Stage.DEFINITION,
    "A whole URL stands where the name of a host, a database or a user belongs",
    "Airflow's connection has one field for each part. A URL pasted into Host, Database (schema) or Login is taken "
    "for a name as it stands: libpq expands a connection string in dbname only for programs that ask for it, and "
    "neither psycopg2 nor psycopg 3 does. The server, or the name service, would be sent the text with its password.",
    "Which field it is. The text itself is not shown: it may hold a password.",
    "Put each part into its own field, or define the whole connection by URI: `AIRFLOW_CONN_<CONN_ID>=postgresql://...`.",
)
EXTRA_UNREAD = Rule(
    "postgres.option.extra-unread",
    Stage.DEFINITION,
    "The connection's extra is not a JSON object",
    "Airflow logs that it could not parse an extra that is no JSON and goes on without it: sslmode and every other "
    "option in it are lost without another word. JSON of another kind, such as a list, ends the task with an "
    "AttributeError.",
    "That the extra is there and is no JSON object. The text itself is not shown: it may hold a secret.",
    'Write the extra as a JSON object: `{"sslmode": "require"}`.',
)
USER_MISSING = Rule(
    "postgres.option.user-missing",
    Stage.DEFINITION,
    "The connection names no user, and the process has none either",
    "Without login and PGUSER libpq takes the operating system's user name. In a container that runs under a number "
    "that /etc/passwd does not know there is none.",
    "The user id without a name.",
    "Fill in the connection's login.",
)
SERVICE_FILE_MISSING = Rule(
    "postgres.service.file-missing",
    Stage.DEFINITION,
    "The service file cannot be read",
    "PGSERVICEFILE names a file that is not there or may not be read. libpq then does not look anywhere else.",
    "The file's name and the operating system's error.",
    "Correct PGSERVICEFILE in the environment of Airflow's workers, or put the file there.",
)
SERVICE_UNKNOWN = Rule(
    "postgres.service.unknown",
    Stage.DEFINITION,
    "No service file defines the service",
    "The connection (service in its extra) or PGSERVICE names a service, and neither ~/.pg_service.conf, nor the file "
    "in PGSERVICEFILE, nor pg_service.conf in PGSYSCONFDIR has a section of that name. HOME and environment are those "
    "of the process that connects: on a worker they may differ from yours.",
    "The service's name, where it comes from, the files that were looked into, the sections that they have.",
    "Add the section `[name]` with lines such as `host=...` to one of these files.",
)
SERVICE_MALFORMED = Rule(
    "postgres.service.malformed",
    Stage.DEFINITION,
    "The service's section has a line that libpq cannot read",
    "Every line of a section must be `option=value`, without blanks around the equals sign, with an option that libpq "
    "knows, and no further `service=`.",
    "The file and the number of the line.",
    "Correct the line.",
)
PASSFILE_OPEN = Rule(
    "postgres.passfile.permissions",
    Stage.CREDENTIAL,
    "libpq ignores the password file because others may read it",
    "A password file that group or others can access is not read; libpq says so on standard error only, where "
    "Airflow's task log does not show it.",
    "The file and its permissions.",
    "`chmod 0600` the file. For a Kubernetes secret: `defaultMode: 0600`, and a copy by an init container where "
    "fsGroup opens it again.",
)
PASSFILE_UNREADABLE = Rule(
    "postgres.passfile.unreadable",
    Stage.CREDENTIAL,
    "The password file cannot be read",
    "passfile or PGPASSFILE names something that is not there, is no plain file or may not be read. libpq goes on "
    "without a password.",
    "The file, where its name comes from, and the operating system's error.",
    "Correct the name, or the file's owner.",
)
NAME_UNKNOWN = Rule(
    "postgres.name.unknown",
    Stage.NAME,
    "The host's name does not exist",
    "The name service answered that there is no such name, or none with an address: a typing error, a name of another "
    "network (a Kubernetes service is known inside its cluster only), a missing search domain, or a record removed.",
    "The name, the resolver's error (EAI_NONAME, EAI_NODATA) and what looks odd about the name.",
    "Ask the name service from the host where the task runs: `getent ahosts NAME`. Then correct the connection's host.",
)
NAME_NO_ANSWER = Rule(
    "postgres.name.no-answer",
    Stage.NAME,
    "The name service does not answer",
    "Whether the name exists is not known: no name server answered in time (EAI_AGAIN), or it failed. The resolver's "
    "configuration or the way to the name server is broken, not the connection.",
    "The name, the resolver's error, how long we waited.",
    "See /etc/resolv.conf and the way to the name servers from the host where the task runs: `getent ahosts NAME`.",
)

RULES: tuple[Rule, ...] = (
    OPTION_UNKNOWN,
    OPTION_INVALID,
    HOSTS_MISMATCH,
    STRING_MALFORMED,
    STRING_IN_FIELD,
    EXTRA_UNREAD,
    USER_MISSING,
    SERVICE_FILE_MISSING,
    SERVICE_UNKNOWN,
    SERVICE_MALFORMED,
    PASSFILE_OPEN,
    PASSFILE_UNREADABLE,
    NAME_UNKNOWN,
    NAME_NO_ANSWER,
    *TLS_RULES,
)
