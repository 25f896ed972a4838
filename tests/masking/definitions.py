"""Definitions of connections, each with a secret in another place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.masking.asking import as_json, uri
from tests.masking.spellings import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.masking.planting import Plants

PEM = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n"


def definitions(plant: Plants, echo: int, down: int) -> Iterator[str]:
    """As Airflow reads them; to a server that echoes passwords, or to a port where none is."""
    yield uri(plant("a URI"), echo)
    yield uri(plant("a URI, and it is down"), down, f"?sslpassword={percent(plant('a query'))}")
    yield uri(plant("beside __extra__"), echo, f"?__extra__={percent(json.dumps({'sslpassword': plant('__extra__')}))}")
    yield as_json(echo, password=plant("JSON"), description=plant("a description"))
    yield json.dumps({"uri": uri(plant("a URI in JSON"), echo)})
    yield as_json(echo, password=plant("with a NUL", "\0q"))
    yield as_json(echo, password=plant("beside a token"), login=plant("a token as login", "a" * 20, lead="gh" + "p_"))
    yield as_json(down, host=f"etl:{plant('user information in the host', '')}@127.0.0.1")
    yield as_json(down, host=f"postgres://etl:{plant('a URI as host', '')}@127.0.0.1")
    yield as_json(down, schema=f"postgresql://etl:{plant('a URI as schema', '')}@h/x")
    yield as_json(down, schema=f"dbname=x password={plant('conninfo as schema', '')}")
    for name in ("sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key", "private_key", "token"):
        yield as_json(echo, password=plant(f"beside {name}"), extra={name: plant(name)})
    yield as_json(echo, password=plant("beside options"), extra={"options": f"-c a.password={plant('options', '')}"})
    yield as_json(down, extra={"keyfile_dict": {"private_key": plant("a nested key")}, "x": [{"jwt": plant("a list")}]})
    yield as_json(down, extra={"dsn": f"host=127.0.0.1 port={down} password='{plant('a dsn', 'x y')}'"})
    yield as_json(down, extra={"conninfo": f"postgresql://u:{plant('a conninfo URI', '')}@127.0.0.1:{down}/x"})
    yield as_json(down, extra={"dsn": f"password='{plant('a dsn without its end')}"})
    yield as_json(down, extra=plant("an extra that is no JSON"))
    yield as_json(down, extra=json.dumps([plant("an extra that is a list")]))
    yield as_json(down, extra={"sslmode": "require", "sslkey": PEM.format(plant("a key as sslkey", ""))})
    yield as_json(down, extra={"sslmode": "require", "sslcert": PEM.format(plant("a key as sslcert", ""))})
    yield as_json(down, password=plant("twice", "'\"\\"), extra={"sslmode": plant.secrets["twice"]})
    yield f"http://etl:{percent(plant('another type'))}@h?token={percent(plant('a token of another type'))}"


def malformed(plant: Plants) -> Iterator[str]:
    """Definitions that Airflow cannot read."""
    for part in ("#x", "/x", "?x", "]x", ":x", "@[x"):
        yield f"postgres://etl:{plant(f'a URI with {part}', part)}@h/sales"
    yield f"postgres://http://etl:{plant('two schemes', '://x')}@h/sales"
    yield plant("no URI at all", " x")
    yield json.dumps({"conn_type": "postgres", "password": plant("JSON without its end")})[:-1]
    yield json.dumps({"password": plant("JSON with a comma too many")})[:-1] + ",}"
    yield as_json(1, password=[plant("a list as password")])
    yield as_json(1, passwort=plant("an unknown key"))
    yield as_json(1, uri=plant("a URI that is not alone"))
    yield json.dumps({"conn_type": "postgres", "port": plant("a text as port")})


MISREAD = {  # Airflow reads them, and not as they are meant
    "digits and a slash": "postgres://etl:2024/{}@h/sales",
    "digits and a question mark": "postgres://etl:2024?{}@h/sales",
    "digits and a number sign": "postgres://etl:2024#{}@h/sales",
    "an ampersand in a query": "postgres://etl@h/sales?sslpassword=a&{}",
    "a slash too few": "postgres:/etl:{}@h/sales",
    "a slash too many": "postgres:///etl:{}@h/sales",
    "the rest of a blank": '{"conn_type": "postgres", "extra": {"dsn": "host=h password=two {}=words"}}',
    "user information as schema": '{"conn_type": "postgres", "schema": "etl:{}@h/sales"}',
    "user information as login": '{"conn_type": "postgres", "login": "etl:{}@h"}',
}
