"""Reports made by hand, with every field in use."""

from safeconduct.model import (
    Finding,
    Location,
    Outcome,
    Remedy,
    RemedyKind,
    Report,
    Severity,
    Stage,
    StageOutcome,
    StageReport,
    Unjudged,
    Walk,
)

PASSED = (
    StageReport(Stage.DEFINITION, StageOutcome.PASSED, "metadata database, SQLite file /opt/airflow/airflow.db"),
    StageReport(Stage.CREDENTIAL, StageOutcome.PASSED, "password, opened by key 1 of 2 Fernet keys"),
    StageReport(Stage.NAME, StageOutcome.PASSED, "db.example.com is 10.0.4.17"),
    StageReport(Stage.PORT, StageOutcome.PASSED, "open in 2 ms"),
    StageReport(Stage.PROTOCOL, StageOutcome.PASSED, "PostgreSQL"),
    StageReport(Stage.TLS, StageOutcome.PASSED, "TLS 1.3, certificate not verified (sslmode=prefer)"),
    StageReport(Stage.RULE, StageOutcome.PASSED, "asks for scram-sha-256"),
    StageReport(Stage.AUTHENTICATION, StageOutcome.PASSED, "etl proved its password"),
)
CONNECT = Finding(
    rule="postgres.database.connect-missing",
    subject="warehouse",
    message="etl may not connect to sales",
    stage=Stage.DATABASE,
    evidence={
        "sqlstate": "42501",
        "message": 'permission denied for database "sales"',
        "detail": "User does not have CONNECT privilege.",
        "routine": "CheckMyDatabase",
    },
    remedies=(Remedy(RemedyKind.SQL, "GRANT CONNECT ON DATABASE sales TO etl;"),),
)
REFUSED_WALK = Walk(
    "warehouse",
    "etl@db.example.com:5432/sales",
    Outcome.REFUSED,
    (
        *PASSED,
        StageReport(Stage.DATABASE, StageOutcome.REFUSED, "refused: etl may not connect to sales"),
        StageReport(Stage.SESSION, StageOutcome.NOT_REACHED),
    ),
)
REFUSED = Report((REFUSED_WALK,), (CONNECT,))
LET_IN = Walk(
    "reporting",
    "analyst@db.example.com:5432/sales",
    Outcome.IN,
    (
        *PASSED,
        StageReport(Stage.DATABASE, StageOutcome.PASSED, "sales"),
        StageReport(Stage.SESSION, StageOutcome.PASSED, "open, read-write"),
    ),
)
KERBEROS = Walk(
    "ledger",
    "ledger@db.example.com:5432/sales",
    Outcome.UNJUDGED,
    (
        *PASSED[:7],
        StageReport(Stage.AUTHENTICATION, StageOutcome.UNJUDGED, "the server asks for gss, which is not spoken here"),
    ),
)
PASSWORD_FILE = Finding(
    rule="postgres.passfile.ignored",
    subject="reporting",
    message="libpq ignores ~/.pgpass: others may read it",
    severity=Severity.WARNING,
    possible=("one", "two"),
    remedies=(Remedy(RemedyKind.COMMAND, "chmod 0600 ~/.pgpass", proven=True, when="on the worker"),),
    location=Location("~/.pgpass", 3),
)
OTHERS = Finding(
    rule="diagnosis.connection.other-type",
    subject="connections",
    message="2 connections of other types were left out: 2 http",
    severity=Severity.NOTE,
    evidence={"http": "2"},
)
SEVERAL = Report(
    (REFUSED_WALK, LET_IN, KERBEROS),
    (CONNECT, PASSWORD_FILE, OTHERS),
    (
        Unjudged("ledger", "the server asks for gss, which is not spoken here"),
        Unjudged("secrets backend", "it cannot be asked here yet"),
    ),
)
