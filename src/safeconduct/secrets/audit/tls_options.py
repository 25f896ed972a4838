"""TLS of Airflow's own connections: to the metadata database, to Celery's broker, and to where its results go."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from safeconduct.airflow.database_url import parse_database_url
from safeconduct.airflow.option import Option, shown
from safeconduct.model import Finding, Remedy, RemedyKind, Secret, Severity, Unjudged
from safeconduct.secrets import rules_audit as rules
from safeconduct.secrets.audit.tls_modes import Weak, is_local, mysql_tls, postgres_tls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from safeconduct.airflow.configuration import Configuration
    from safeconduct.airflow.database_url import DatabaseUrl

    Faults = Iterator[Finding | Unjudged]

DATABASE, ARGUMENTS = ("database", "sql_alchemy_conn"), ("database", "sql_alchemy_connect_args")
BROKER, RESULTS = ("celery", "broker_url"), ("celery", "result_backend")
_PLAIN_AMQP = frozenset({"amqp", "pyamqp", "librabbitmq"})


def options_tls(configuration: Configuration, environ: Mapping[str, str]) -> Faults:
    """What is weak, and what could not be looked at."""
    yield from _database(configuration, environ)
    executor = configuration.option("core", "executor")
    if isinstance(executor, Option) and "celery" in executor.reveal().lower():
        yield from _broker(configuration)
        yield from _results(configuration, environ)


def _database(configuration: Configuration, environ: Mapping[str, str]) -> Faults:
    option = configuration.option(*DATABASE)
    if not isinstance(option, Option):
        return  # the look at the database says why
    url = parse_database_url(Secret(option.reveal()))
    weak = _of_url(url, environ) if url is not None else None
    if weak is None:
        return
    arguments = configuration.option(*ARGUMENTS)
    if isinstance(arguments, Option) and arguments.reveal().strip():
        yield Unjudged(
            shown(DATABASE), f"{weak.setting}; {arguments.origin} names Python that may set it, and is not run"
        )
        return
    yield _finding(DATABASE, weak, option)


def _broker(configuration: Configuration) -> Faults:
    option = configuration.option(*BROKER)
    if isinstance(option, Option):
        active = configuration.getboolean("celery", "ssl_active", fallback=False) is True
        for url in option.reveal().split(";"):
            if weak := _of_queue(url, active):
                yield _finding(BROKER, weak, option)
    elif option is not None:
        yield _unknown(BROKER, option)


def _results(configuration: Configuration, environ: Mapping[str, str]) -> Faults:
    option = configuration.option(*RESULTS)
    if isinstance(option, Option):
        text = option.reveal().strip()
        if text.startswith("db+"):
            url = parse_database_url(Secret(text.removeprefix("db+")))
            weak = _of_url(url, environ) if url is not None else None
        else:
            weak = _of_queue(text, False)
        if weak:
            yield _finding(RESULTS, weak, option)
    elif option is not None:
        yield _unknown(RESULTS, option)


def _of_url(url: DatabaseUrl, environ: Mapping[str, str]) -> Weak | None:
    options = {name.lower(): values[-1] for name, values in url.query.items()}
    if url.backend == "postgresql":
        hosts = url.query.get("host", ()) or (url.host or environ.get("PGHOST", ""),)
        if all(is_local(host.partition(":")[0]) for host in hosts):
            return None
        if url.driver == "asyncpg" and "ssl" in options:
            options["sslmode"] = options["ssl"]
        weak = postgres_tls(options.get("sslmode", ""), environ)
        return weak and Weak(weak.rule, weak.words, weak.setting, "sslmode=verify-full&sslrootcert=/path/to/ca.pem")
    if url.backend in ("mysql", "mariadb"):
        if is_local(url.host) or "unix_socket" in options:
            return None
        asked = any(name.startswith("ssl") for name in options)
        authority = bool(options.get("ssl_ca") or options.get("ssl_capath"))
        return mysql_tls(options.get("ssl_mode", ""), asked, authority, "ssl_ca=/path/to/ca.pem")
    return None


def _of_queue(text: str, active: bool) -> Weak | None:
    """A URL of Celery's. `active` is [celery] ssl_active, with which the broker's certificate is verified."""
    try:
        url = urlsplit(text.strip())
        host = url.hostname
    except ValueError:
        return None
    if is_local(host) or active:
        return None
    if url.scheme in ("redis", "sentinel"):
        words = "goes without TLS"
        return Weak(rules.TLS_OFF, words, f"its scheme is {url.scheme}", "rediss://...?ssl_cert_reqs=CERT_REQUIRED")
    if url.scheme in _PLAIN_AMQP:
        return Weak(
            rules.TLS_OFF, "goes without TLS", f"its scheme is {url.scheme}", "amqps://...?cert_reqs=CERT_REQUIRED"
        )
    needs = parse_qs(url.query).get("ssl_cert_reqs", [""])[-1].lower()
    if url.scheme == "rediss" and needs.removeprefix("cert_") in ("none", "optional"):
        remedy = "ssl_cert_reqs=CERT_REQUIRED&ssl_ca_certs=/path/to/ca.pem"
        return Weak(rules.TLS_UNVERIFIED, "takes any certificate", "ssl_cert_reqs is none or optional", remedy)
    return None


def _finding(name: tuple[str, str], weak: Weak, option: Option) -> Finding:
    what = shown(name)
    remedy = Remedy(RemedyKind.OPTION, weak.remedy, when=weak.where or f"in the URL of {option.origin}")
    return weak.rule.finding(
        what,
        f"{what} {weak.words}",
        evidence={"set in": option.origin, "setting": weak.setting},
        remedies=(remedy,),
        severity=Severity.ERROR if weak.rule is rules.TLS_OFF else Severity.WARNING,
    )


def _unknown(name: tuple[str, str], answer: Finding | Unjudged) -> Finding | Unjudged:
    return answer if isinstance(answer, Finding) else Unjudged(shown(name), answer.reason)
