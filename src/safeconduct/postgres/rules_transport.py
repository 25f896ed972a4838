"""What can be wrong before PostgreSQL says a word: the port, the protocol, a pooler in the way."""

from safeconduct.model import Rule, Stage

PORT_REFUSED = Rule(
    "postgres.port.refused",
    Stage.PORT,
    "Nothing listens on the port",
    "The host answered that no process listens on this port: the server is stopped, listens on another port or "
    "only on another address (listen_addresses), or a firewall rejects.",
    "The operating system's error ECONNREFUSED, with the address and port that were tried.",
    "On the server: `SHOW listen_addresses; SHOW port;`. Then mend the port of the connection, or the server's "
    "listen_addresses (a restart is needed).",
)
PORT_TIMED_OUT = Rule(
    "postgres.port.timed-out",
    Stage.PORT,
    "The port does not answer",
    "Packets to this address vanish: a firewall or security group drops them, the host is down, or the route is wrong.",
    "No answer to the TCP handshake within the time-out, with the address and port that were tried.",
    "Open the port from this host to the server in the firewall or security group; check that the address is right.",
)
PORT_UNREACHABLE = Rule(
    "postgres.port.unreachable",
    Stage.PORT,
    "The address cannot be reached",
    "This host has no route to the address, or the network refuses the way there.",
    "The operating system's error (EHOSTUNREACH, ENETUNREACH, EACCES and the like), with the address.",
    "Mend the route, the VPN or the network policy between this host and the server.",
)
SOCKET_ABSENT = Rule(
    "postgres.port.socket-absent",
    Stage.PORT,
    "The unix socket is not there",
    "The connection names no host (or a directory), so libpq uses a unix socket, and no server made one there: it is "
    "stopped, on another host, or keeps its socket in another directory or under another port number.",
    "The path of the socket file and the operating system's error.",
    "Name the server's host in the connection, or the directory that `SHOW unix_socket_directories` gives.",
)
SILENT = Rule(
    "postgres.protocol.silent",
    Stage.PROTOCOL,
    "The port is open but says nothing",
    "Something accepted the connection and then did not answer in time: a stopped process, a proxy whose "
    "backend is gone, a server drowned in load, or another protocol that waits for its client.",
    "How long we waited, what was sent last and how many bytes had come.",
    "On the server see which process owns the port (`ss -ltnp`), and whether it answers locally.",
)
CLOSED = Rule(
    "postgres.protocol.closed",
    Stage.PROTOCOL,
    "The connection was closed without a word",
    "Something accepted the connection and hung up before PostgreSQL's answer: a load balancer without a healthy "
    "backend, a TCP wrapper, a server process that crashed, or a protocol that is not PostgreSQL's.",
    "Where in the exchange the connection ended and how many bytes had come.",
    "Look at the log of whatever listens there; connect from the server itself to tell proxy and server apart.",
)
NOT_POSTGRES = Rule(
    "postgres.protocol.not-postgres",
    Stage.PROTOCOL,
    "Another service answers on this port",
    "What answers does not speak PostgreSQL's protocol: HTTP, MySQL, SSH, SMTP, a proxy that wants TLS at once, or "
    "something unknown.",
    "The first bytes that came back, and the protocol they belong to where it is known.",
    "Mend host or port of the connection. Behind a proxy that speaks TLS from the first byte, PostgreSQL 17 clients "
    "can use sslnegotiation=direct.",
)
MALFORMED = Rule(
    "postgres.protocol.malformed",
    Stage.PROTOCOL,
    "The server's messages make no sense",
    "A message breaks PostgreSQL's protocol: announced far too long, cut off, or of a kind that has no place "
    "there. The peer is no PostgreSQL, or something between damages the stream.",
    "Which message, what was expected, what came.",
    "Connect to the server itself, without the proxy or pooler between; if it persists, the peer is no PostgreSQL.",
)
POOLER_REFUSED = Rule(
    "postgres.pooler.refused",
    Stage.AUTHENTICATION,
    "A pooler refused the login, not PostgreSQL",
    "The refusal carries none of the fields that PostgreSQL always sends (file, line, routine): a pooler such as "
    "PgBouncer stands in front and turned the login away by its own configuration.",
    "The pooler's words and SQLSTATE, and the absence of the routine field.",
    "See the pooler's own log and configuration: auth_file or auth_query, auth_type, [databases], max_client_conn.",
)
POOLER_USER = Rule(
    "postgres.pooler.user-unknown",
    Stage.AUTHENTICATION,
    "PgBouncer does not know the user, or the password is wrong",
    "PgBouncer checks the password itself, against auth_file or what auth_query returns. The user is not there, "
    "or the password differs from the one kept there (which may differ from PostgreSQL's own).",
    "PgBouncer's words; it sends no routine field.",
    "Add the user to PgBouncer's auth_file (a SCRAM verifier, not plaintext) or to what auth_query returns, then "
    "`RELOAD;` on the pgbouncer console.",
)
POOLER_DATABASE = Rule(
    "postgres.pooler.database-unknown",
    Stage.DATABASE,
    "PgBouncer has no such database",
    "No line in PgBouncer's [databases] matches the name, and there is no `*` line. PgBouncer's names need not be "
    "PostgreSQL's.",
    "PgBouncer's words; it sends no routine field.",
    "Name one of PgBouncer's databases in the connection (`SHOW DATABASES;` on its console), or add the line to "
    "[databases] and `RELOAD;`.",
)
POOLER_SERVER = Rule(
    "postgres.pooler.server-refused",
    Stage.SESSION,
    "PgBouncer let the client in, but cannot get into PostgreSQL itself",
    "PgBouncer's own connection to PostgreSQL fails: the server is down, or refuses the pooler's login.",
    "PgBouncer's words (`server login failed`, `pgbouncer cannot connect to server`, time-outs).",
    "Mend PgBouncer's way into PostgreSQL: host, port, user and password of its [databases] line, and pg_hba.conf "
    "for the pooler's address. PgBouncer's log has PostgreSQL's words.",
)
POOLER_PARAMETER = Rule(
    "postgres.pooler.parameter-unsupported",
    Stage.SESSION,
    "PgBouncer refuses a start-up parameter",
    "PgBouncer passes only a few start-up parameters on; others, such as options or extra_float_digits, end the "
    "connection unless ignore_startup_parameters names them.",
    "PgBouncer's words: `unsupported startup parameter`.",
    "Take the parameter out of the connection's extra, or add it to ignore_startup_parameters in pgbouncer.ini and "
    "`RELOAD;`.",
)
POOLER_FULL = Rule(
    "postgres.pooler.full",
    Stage.SESSION,
    "PgBouncer has no room for the client",
    "max_client_conn (or a limit by user or database) is reached, or no server connection came free in time "
    "(query_wait_timeout).",
    "PgBouncer's words; it sends no routine field.",
    "On the pgbouncer console: `SHOW POOLS; SHOW CLIENTS;`. Raise max_client_conn or the pool size, or find who "
    "holds the connections.",
)

RULES = (
    PORT_REFUSED,
    PORT_TIMED_OUT,
    PORT_UNREACHABLE,
    SOCKET_ABSENT,
    SILENT,
    CLOSED,
    NOT_POSTGRES,
    MALFORMED,
    POOLER_REFUSED,
    POOLER_USER,
    POOLER_DATABASE,
    POOLER_SERVER,
    POOLER_PARAMETER,
    POOLER_FULL,
)
