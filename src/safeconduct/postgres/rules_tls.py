"""What can be wrong with TLS: our own files, the server's certificate, the agreement between the two sides."""

from safeconduct.model import Rule, Stage

SERVER_WITHOUT = Rule(
    "postgres.tls.server-without",
    Stage.TLS,
    "The connection demands TLS, and the server has none",
    "The server answered no when asked for TLS: `ssl` is off there, or a pooler stands in front without TLS of its own "
    "(client_tls_sslmode in PgBouncer). sslmode=require and stronger then end the connection.",
    "The server's answer N to SSLRequest, and the sslmode.",
    "Turn `ssl` on at the server with a certificate (`ALTER SYSTEM SET ssl = on;`, then reload). Only where the way "
    'to the server is safe by itself: `{"sslmode": "prefer"}` in the extra.',
)
ROOT_MISSING = Rule(
    "postgres.tls.root-missing",
    Stage.TLS,
    "There is no root certificate to verify the server with",
    "sslmode=verify-ca and verify-full need the certificate of the authority that signed the server's: sslrootcert, or "
    "~/.postgresql/root.crt of the user that connects. libpq does not expand ~ in sslrootcert, and a relative name "
    "starts from the working directory of the task.",
    "The file that was looked for, and who named it.",
    "Name the file in the extra. sslrootcert=system takes the operating system's certificates (libpq 16 and newer).",
)
ROOT_UNREADABLE = Rule(
    "postgres.tls.root-unreadable",
    Stage.TLS,
    "The root certificate cannot be read",
    "The file is there, but it may not be read or holds no certificate in PEM form (`-----BEGIN CERTIFICATE-----`). "
    "libpq refuses that in every sslmode that comes to use TLS, even prefer.",
    "The file, who named it, and the error.",
    "Correct the file or its owner. From DER form: `openssl x509 -inform der -in ca.der -out ca.crt`.",
)
FILE_ABSENT = Rule(
    "postgres.tls.file-absent",
    Stage.TLS,
    "A named certificate file is not there, and libpq goes on without it",
    "Only verify-ca and verify-full insist on root certificates. In weaker modes an absent sslrootcert turns "
    "verification off without a word, an absent sslcert means that no client certificate is shown, and an absent "
    "sslcrl that nothing is checked for revocation.",
    "The option, the file and what libpq does instead.",
    "Put the file where the option says, as seen by the process that connects, or correct the option.",
)
CERTIFICATE_UNREADABLE = Rule(
    "postgres.tls.certificate-unreadable",
    Stage.TLS,
    "The client certificate cannot be read",
    "The file that sslcert names (or ~/.postgresql/postgresql.crt) is there, but it may not be read or holds no "
    "certificate in PEM form.",
    "The file, who named it, and the error.",
    'Correct the file, or show no certificate: `{"sslcertmode": "disable"}`.',
)
KEY_MISSING = Rule(
    "postgres.tls.key-missing",
    Stage.TLS,
    "There is a client certificate, but not its private key",
    "sslcert is there; the file that sslkey names (or ~/.postgresql/postgresql.key) is not, or is no plain file.",
    "Both files.",
    'Name the key in the extra: `{"sslkey": "/path/to/client.key"}`.',
)
KEY_PERMISSIONS = Rule(
    "postgres.tls.key-permissions",
    Stage.TLS,
    "libpq refuses the private key because others may read it",
    "The key may be accessible to its owner only (0600); a key that belongs to root may also be readable by its group "
    "(0640). Kubernetes secrets are mounted more openly unless defaultMode says otherwise.",
    "The file, its permissions and its owner.",
    "`chmod 0600` the key. For a Kubernetes secret: `defaultMode: 0600`, or 0640 with fsGroup.",
)
KEY_LOCKED = Rule(
    "postgres.tls.key-locked",
    Stage.TLS,
    "The private key is encrypted, and its password is absent or wrong",
    "sslkey holds an encrypted key. Its password is the option sslpassword; without one libpq asks on the terminal, "
    "which a task does not have.",
    "The file, and whether sslpassword is set.",
    "Put sslpassword into the extra, or use a key that is not encrypted and readable by its owner only.",
)
KEY_UNREADABLE = Rule(
    "postgres.tls.key-unreadable",
    Stage.TLS,
    "The private key cannot be read, or belongs to another certificate",
    "The file that sslkey names may not be read, holds no private key, or one that does not fit sslcert.",
    "The file and the error.",
    "Compare the two: `openssl x509 -noout -pubkey -in client.crt` and `openssl pkey -pubout -in client.key` must "
    "print the same.",
)
EXPIRED = Rule(
    "postgres.tls.expired",
    Stage.TLS,
    "The server's certificate has expired",
    "The certificate, or one of those that signed it, is past its end. Or the clock here is wrong. The server's "
    "certificate is checked in every sslmode once there is a root certificate, not in verify-ca and verify-full only.",
    "The end of its validity, where the certificate could be read.",
    "Renew the certificate on the server, then `SELECT pg_reload_conf();`.",
)
NOT_YET_VALID = Rule(
    "postgres.tls.not-yet-valid",
    Stage.TLS,
    "The server's certificate is not valid yet",
    "The certificate, or one of those that signed it, begins in the future: mostly the clock here or where it was made "
    "is wrong.",
    "The beginning of its validity, where the certificate could be read.",
    "Compare the clocks: `date -u` on both hosts.",
)
ISSUER_UNKNOWN = Rule(
    "postgres.tls.issuer-unknown",
    Stage.TLS,
    "The server's certificate was signed by an authority that is not among ours",
    "The root certificates (sslrootcert) do not hold the one that signed the server's certificate: it is another "
    "authority's file, or one from before the server changed its certificate, or the server does not send the "
    "intermediate certificates between the two. With a managed database: the provider's bundle for the region.",
    "The issuer that the certificate names, where it could be read, and the file of root certificates.",
    "Name the right root certificates in sslrootcert.",
)
SELF_SIGNED = Rule(
    "postgres.tls.self-signed",
    Stage.TLS,
    "The server shows a self-signed certificate that is not among ours",
    "Nobody but the server itself vouches for its certificate, or for the authority at the end of the chain that it "
    "sends. It is trusted only when that very certificate is in sslrootcert.",
    "The subject of the certificate, where it could be read, and the file of root certificates.",
    "Fetch the certificate over a way that you trust, and name it in sslrootcert.",
)
REVOKED = Rule(
    "postgres.tls.revoked",
    Stage.TLS,
    "The server's certificate has been revoked",
    "The revocation list (sslcrl, sslcrldir or ~/.postgresql/root.crl) names the server's certificate or one of those "
    "that signed it.",
    "The serial number, where the certificate could be read, and the revocation list.",
    "Give the server a new certificate. Where the list is out of date, fetch the new one.",
)
REVOCATION_UNKNOWN = Rule(
    "postgres.tls.revocation-unknown",
    Stage.TLS,
    "Whether the server's certificate is revoked cannot be told",
    "Once there is a revocation list (sslcrl, sslcrldir or ~/.postgresql/root.crl), libpq wants a valid one of every "
    "authority in the chain. One is absent, expired or not valid yet.",
    "OpenSSL's words and the revocation list.",
    "Fetch the current lists of all authorities into one PEM file, and name it in sslcrl.",
)
CERTIFICATE_REFUSED = Rule(
    "postgres.tls.certificate-refused",
    Stage.TLS,
    "The server's certificate is not good enough",
    "Its chain holds a key that is too short, a signature by an outdated hash, a certificate that may not be used for "
    "a server, or an authority that is none.",
    "OpenSSL's words and number.",
    "Have a new certificate made for the server: RSA of 2048 bits or more (or ECDSA), SHA-256, for server "
    "authentication.",
)
HOST_DIFFERS = Rule(
    "postgres.tls.host-differs",
    Stage.TLS,
    "The server's certificate is for another host name",
    "sslmode=verify-full compares the host of the connection with the names in the certificate: its DNS names and "
    "addresses, or its common name where it has none of the kind. `*.` stands for exactly one part. An alias, a short "
    "name or an address in the connection does not match, even if it leads to the same server.",
    "The host of the connection and the names in the certificate.",
    "Use one of the certificate's names as host (hostaddr in the extra gives the address where that name does not "
    "resolve), or have the name added to the certificate.",
)
CLIENT_REQUIRED = Rule(
    "postgres.tls.client-certificate-required",
    Stage.TLS,
    "The other side demands a client certificate",
    "A proxy or pooler in front of PostgreSQL (PgBouncer's client_tls_sslmode=verify-full, stunnel, a service mesh) "
    "ends the handshake because no client certificate was shown. PostgreSQL itself asks at its rule in pg_hba.conf.",
    "The alert that came, and whether a client certificate was found here.",
    'Name certificate and key in the extra: `{"sslcert": "/path/to/client.crt", "sslkey": "/path/to/client.key"}`.',
)
CLIENT_REFUSED = Rule(
    "postgres.tls.client-certificate-refused",
    Stage.TLS,
    "The server refuses our client certificate",
    "The certificate was shown, and the server does not take it: its ssl_ca_file lacks the authority that signed it, "
    "or it has expired or is revoked there. libpq shows ~/.postgresql/postgresql.crt wherever it connects.",
    "The alert that came, and the file of the client certificate.",
    "`openssl x509 -noout -dates -issuer -in client.crt`; add that issuer to ssl_ca_file on the server and reload, or "
    "renew the certificate.",
)
VERSION_MISMATCH = Rule(
    "postgres.tls.version-mismatch",
    Stage.TLS,
    "The two sides share no version of TLS",
    "libpq refuses anything older than TLS 1.2 unless ssl_min_protocol_version says otherwise, and the operating "
    "system's OpenSSL configuration may forbid more. The server allows ssl_min_protocol_version to "
    "ssl_max_protocol_version of its own.",
    "Our bounds and OpenSSL's words.",
    "On the server: `SHOW ssl_min_protocol_version; SHOW ssl_max_protocol_version;`. Let it speak TLS 1.2 or 1.3.",
)
NOT_SPOKEN = Rule(
    "postgres.tls.not-spoken",
    Stage.TLS,
    "The other side does not speak TLS",
    "What came back in the handshake is no TLS. With sslnegotiation=direct the server must be PostgreSQL 17 or newer, "
    "or a proxy that ends TLS.",
    "OpenSSL's words.",
    'Take `"sslnegotiation": "direct"` out of the extra, or correct host and port.',
)
DIRECT_UNSUPPORTED = Rule(
    "postgres.tls.direct-unsupported",
    Stage.TLS,
    "The other side took TLS at once, but not for PostgreSQL",
    "With sslnegotiation=direct libpq insists that the other side confirms the protocol name postgresql (ALPN), as "
    "PostgreSQL 17 does. A proxy that ends TLS for something else does not.",
    "That the handshake was done and no protocol was confirmed.",
    'Take `"sslnegotiation": "direct"` out of the extra, or have the proxy confirm `postgresql` by ALPN.',
)
BROKEN_OFF = Rule(
    "postgres.tls.broken-off",
    Stage.TLS,
    "The connection was cut in the middle of the TLS handshake",
    "The other side, or something between, closed the connection without an alert: a proxy that wants a server name it "
    "knows (SNI), a firewall that inspects TLS, or a server process that crashed.",
    "The operating system's or OpenSSL's words.",
    "See the log of whatever listens there. Try from another host to tell a firewall between from the server.",
)
HANDSHAKE_REFUSED = Rule(
    "postgres.tls.handshake-refused",
    Stage.TLS,
    "The TLS handshake failed",
    "One side found nothing to agree on, or broke the protocol. TLS 1.2 has one alert, handshake failure, for no "
    "cipher in common and for a client certificate that was demanded and not shown.",
    "OpenSSL's words, or the alert that came.",
    "See the server's log for its side of it; compare `SHOW ssl_ciphers;` with what OpenSSL allows here "
    "(`openssl ciphers -v`).",
)

RULES: tuple[Rule, ...] = (
    SERVER_WITHOUT,
    ROOT_MISSING,
    ROOT_UNREADABLE,
    FILE_ABSENT,
    CERTIFICATE_UNREADABLE,
    KEY_MISSING,
    KEY_PERMISSIONS,
    KEY_LOCKED,
    KEY_UNREADABLE,
    EXPIRED,
    NOT_YET_VALID,
    ISSUER_UNKNOWN,
    SELF_SIGNED,
    REVOKED,
    REVOCATION_UNKNOWN,
    CERTIFICATE_REFUSED,
    HOST_DIFFERS,
    CLIENT_REQUIRED,
    CLIENT_REFUSED,
    VERSION_MISMATCH,
    NOT_SPOKEN,
    DIRECT_UNSUPPORTED,
    BROKEN_OFF,
    HANDSHAKE_REFUSED,
)
