"""The scenes from TLS on: the rungs where PostgreSQL itself has answered."""

from __future__ import annotations

from dataclasses import replace

from safeconduct.model import Stage
from tests.journeys import rung_breaking as breaking
from tests.journeys.rung_scenes import (
    ADMIN,
    BEFORE_THE_SERVER,
    LINE,
    LINE_3,
    LOG,
    PASSWORDS,
    ROLES,
    RUNG,
    Pick,
    Scene,
    Told,
    everybody,
    option,
    rung,
    sql,
    told,
)

BY_LINE_3 = told(LINE, decided_by=LINE_3)

TLS = (
    Scene(
        rung("server without TLS", "postgres.tls.server-without", Stage.TLS),
        everybody(told(sql("on the server"), answer="N")),
        breaking.tls_switched_off,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("no root.crt", "postgres.tls.root-missing", Stage.TLS),
        everybody(told(option("in the connection's extra"), file="root.crt")),
        breaking.no_root,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("wrong CA", "postgres.tls.self-signed", Stage.TLS),
        everybody(told(option("with the authority's certificate"), root="another/authority.crt")),
        breaking.another_root,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("host mismatch", "postgres.tls.host-differs", Stage.TLS),
        everybody(told(option("in the Airflow connection"), names="localhost", host="127.0.0.1")),
        breaking.another_host,
        idle=(ADMIN, LOG),
    ),
)

CERTIFICATE = told(option("asks for a client certificate"), causes=1, sqlstate="28000")
RULES = (
    Scene(
        RUNG["no line in pg_hba.conf"],
        everybody(
            told(LINE, causes=2),
            told(LINE, causes=0, decided_by="no line fits", passed_over=LINE_3),
            told(LINE, server_log="no pg_hba.conf entry for host"),
        ),
    ),
    Scene(
        RUNG["a line that says reject"],
        everybody(
            told(LINE, causes=2),
            told(Pick("pg_hba", f"above {LINE_3}"), causes=0, decided_by=f"{LINE_3}: host all all all reject"),
            told(LINE, server_log="pg_hba.conf rejects connection for host"),
        ),
    ),
    Scene(
        replace(RUNG["hostssl without TLS"], name="hostssl, and the server has no TLS"),
        everybody(told(LINE), told(LINE, causes=0, passed_over=LINE_3)),
    ),
    Scene(
        RUNG["hostssl without TLS"],
        everybody(
            told(option("try this first")),
            told(option("try this first"), causes=0, decided_by="no line fits", passed_over=LINE_3),
            told(option("try this first"), server_log="no pg_hba.conf entry"),
        ),
        breaking.tls_on,
    ),
    Scene(
        rung("hostnossl with TLS", "postgres.rule.no-entry", Stage.RULE, hba=("hostnossl all all all scram-sha-256",)),
        everybody(
            told(LINE, causes=2, routine="ClientAuthentication"),
            told(LINE, causes=0, decided_by="no line fits", passed_over=LINE_3),
            told(LINE, server_log="no pg_hba.conf entry"),
        ),
        breaking.tls_asked,
    ),
    Scene(RUNG["ident refused"], everybody(told(LINE), BY_LINE_3, BY_LINE_3)),
    Scene(
        rung("gss", "", Stage.AUTHENTICATION, hba=("host all all all gss",)),
        everybody(told()),
        outside="whether a client that speaks Kerberos would get in could not be judged",
        mends=lambda stand: stand.server.hba(["host all all all scram-sha-256"]),
        idle=(ADMIN, LOG),
        method="gss",
        outcome="unjudged",
    ),
    Scene(
        rung("certificate, and no CA on the server", "postgres.rule.client-ca-missing", Stage.RULE),
        everybody(
            told(sql("data directory"), sqlstate="F0000"),
            told(sql("data directory"), decided_by=f"{LINE_3}: {breaking.CERT_LINE}"),
            told(sql("data directory"), server_log="root certificate store"),
        ),
        breaking.ca_taken_away,
    ),
    Scene(
        rung("a certificate is asked for, and none is shown", "postgres.rule.no-entry", Stage.RULE),
        everybody(
            CERTIFICATE,
            replace(CERTIFICATE, causes=0, evidence={"decided by": f"{LINE_3}: {breaking.CERT_LINE}"}),
            replace(CERTIFICATE, evidence={"server log": "requires a valid client certificate"}),
        ),
        breaking.certificate_asked,
    ),
    Scene(
        rung(
            "ldap",
            "postgres.authentication.directory-refused",
            Stage.AUTHENTICATION,
            hba=('host all all all ldap ldapserver=127.0.0.1 ldapport=1 ldapbasedn="dc=x"',),
        ),
        everybody(told(LINE, sqlstate="28000"), BY_LINE_3, BY_LINE_3),
        method="ldap",
    ),
    Scene(
        rung(
            "pam",
            "postgres.authentication.directory-refused",
            Stage.AUTHENTICATION,
            hba=("host all all all pam pamservice=nothing",),
        ),
        everybody(told(LINE, sqlstate="28000"), BY_LINE_3, BY_LINE_3),
        method="pam",
    ),
    Scene(
        rung("require_auth mismatch", "postgres.authentication.require-auth-mismatch", Stage.AUTHENTICATION),
        everybody(told(option("only if the server may ask"), asked_for="scram-sha-256")),
        breaking.another_method,
        idle=(ADMIN, LOG),
    ),
)

DATABASES = (
    Scene(RUNG["database missing"], everybody(told(sql("is to be made"))), idle=(LOG,)),
    Scene(
        rung("database misspelt", "postgres.database.missing", Stage.DATABASE, database="salse"),
        everybody(
            told(option("name is wrong", **{"<name of the database>": "sales"}), sqlstate="3D000"),
            told(option("name is wrong"), near_names="sales"),
        ),
        idle=(LOG,),
    ),
    Scene(RUNG["datallowconn is false"], everybody(told(sql())), idle=(ADMIN, LOG)),
    Scene(
        RUNG["no CONNECT"],
        everybody(told(sql()), told(sql(), CONNECT_granted_to="postgres", database_owner="postgres")),
        idle=(LOG,),
    ),
)

SESSIONS = (
    Scene(
        replace(RUNG["role limit"], breaks="ALTER ROLE etl CONNECTION LIMIT 1"),
        everybody(
            told(sql("to lift the limit")),
            told(sql("to lift the limit"), limit="CONNECTION LIMIT 1, 1 sessions", held_by="1 of etl in sales, idle"),
        ),
        breaking.one_session,
        idle=(LOG,),
    ),
    Scene(
        replace(RUNG["database limit"], breaks="ALTER DATABASE sales CONNECTION LIMIT 1"),
        everybody(
            told(sql("to lift the limit")),
            told(sql("to lift the limit"), limit="CONNECTION LIMIT 1, 1 sessions", held_by="1 of loader in sales"),
        ),
        breaking.one_session_of_another,
        idle=(LOG,),
    ),
    Scene(
        rung("reserved slots", "postgres.session.slots-reserved", Stage.SESSION),
        everybody(
            told(sql("to end all sessions"), routine="InitPostgres"),
            Told(
                (sql("to end the 27 of loader"),),
                evidence={"held by": "27 of loader in sales", "max_connections": "30, of which 3 reserved"},
            ),
        ),
        breaking.ordinary_slots,
        mends=breaking.loader_gone,
        idle=(LOG,),
    ),
    Scene(
        rung("all slots", "postgres.session.slots-full", Stage.SESSION),
        everybody(told(sqlstate="53300"), told(administrator="could not be asked")),
        breaking.all_slots,
        outside="nobody gets in to run SQL until a program lets go of a slot",
        mends=breaking.slots_freed,
        idle=(LOG,),
    ),
    Scene(
        rung("shutting down", "postgres.session.not-ready", Stage.SESSION),
        everybody(told(sqlstate="57P03", causes=1)),
        breaking.shutting_down,
        outside="the server is started by whoever shut it down",
        mends=breaking.started_again,
        idle=(ADMIN, LOG),
    ),
    Scene(
        rung("a standby with hot_standby off", "postgres.session.not-ready", Stage.SESSION),
        everybody(told(Pick("option", "postgresql.conf"), sqlstate="57P03")),
        breaking.standby_without_queries,
        idle=(ADMIN, LOG),
    ),
    Scene(
        RUNG["an option that the server does not know"],
        everybody(told(option("or mend the setting"))),
        idle=(ADMIN, LOG),
    ),
)

SCENES = (*BEFORE_THE_SERVER, *TLS, *RULES, *PASSWORDS, *ROLES, *DATABASES, *SESSIONS)
