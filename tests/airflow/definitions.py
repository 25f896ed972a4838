"""Definitions of connections the ways people write them, right and wrong, for a comparison with Airflow itself."""

from __future__ import annotations

import json

URIS = (
    "postgres://etl:pw@db.example.com:5432/sales",
    "postgresql://etl:pw@db.example.com/sales",
    "postgres://db",
    "postgres://",
    "postgres://@db",
    "postgres://etl@db/sales",
    "postgres://:pw@db/sales",
    "postgres://etl:@db/sales",
    "postgres://ETL:Pw@DB.Example.COM/Sales",
    "postgres://e%40tl:p%23w%2F%3F%40@db/s%2Fales",
    "postgres://etl:p%25w@db/sales",
    "postgres://etl:100%@db/sales",
    "postgres://etl:p@ss/word@db/sales",
    "postgres://etl:pä ß@db/sales",
    "postgres://etl:pw@[::1]:5432/sales",
    "postgres://etl:pw@%2Fvar%2Frun%2FpostgreSQL/sales",
    "postgres://etl:pw@db:5432/sales?sslmode=require&connect_timeout=10",
    "postgres://etl:pw@db:5432/?sslmode=require",
    "postgres://etl:pw@db/sales?a=123&b=true&c=null&d=&e=%7B%22f%22%3A1%7D",
    "postgres://etl:pw@db/sales?__extra__=%7B%22sslmode%22%3A+%22require%22%2C+%22n%22%3A+1%7D",
    "postgres://etl:pw@db/sales?url=http%3A%2F%2Fx",
    "postgres://etl:pw@db/sales?url=http://x",
    "http://https://host:8080",
    "http://https://user:pw@host:8080/x",
    "http://user:pw@https://host:8080",
    "google-cloud-platform://?extra__google_cloud_platform__project=x",
    "my_type://etl:pw@db/x",
    "My-Type://etl:pw@db/x",
    "postgres://etl:pw@db:0/x",
    "postgres://etl:pw@db:/x",
    "//etl:pw@db/x",
    "etl:pw@db/x",
    "postgres://etl:p@w@db/x",
    "postgres://etl:p:w@db/x",
    " postgres://etl:pw@db/x ",
    "postgres://etl:pw@db/x/y",
    "postgres://etl:pw@db/x#fragment",
    "postgres://etl:p#w@db/x",
    "postgres://etl:p/w@db/x",
    "postgres://etl:p?w@db/x",
    "postgres://etl:pw@db:port/x",
    "postgres://etl:pw@db:99999/x",
    "postgres://[bad/x",
    "postgres://etl:12?w@db:1/x",
    "postgres://etl:12#w@db:1/x",
    "postgres://etl:/w@db:1/x",
    "postgres:///w@db",
    "postgres://etl:p@1?w@db/x",
    "postgres://db/x?user=a@b",
    "postgres://etl:pw@db/x?user=a@b",
    "postgres://db/x?user=a%40b",
    '"postgres://etl:pw@db/x"',
    "a://b://c://d",
)
JSONS = tuple(
    json.dumps(fields)
    for fields in (
        {"conn_type": "postgres", "host": "db", "login": "etl", "password": "p#w", "schema": "sales", "port": 5432},
        {"conn_type": "postgresql", "host": "db", "port": "5432"},
        {"conn_type": "my-type"},
        {"conn_type": "postgres", "extra": {"sslmode": "require", "n": 1}},
        {"conn_type": "postgres", "extra": '{"sslmode": "require"}'},
        {"conn_type": "postgres", "extra": ""},
        {"conn_type": "postgres", "extra": {}},
        {"conn_type": "postgres", "description": "the warehouse"},
        {"uri": "postgres://etl:p%23w@db:1/x"},
        {"conn_type": "postgres", "port": "x"},
        {"conn_type": "postgres", "port": float("inf")},
        {"conn_type": "postgres", "port": 5432.9},
        {"conn_type": "postgres", "nonsense": 1},
        {"uri": "postgres://db", "host": "x"},
        {},
    )
)
READ = """
import json, sys, logging
logging.disable(logging.CRITICAL)
from airflow.models.connection import Connection
texts, answers = json.loads(sys.argv[1]) if len(sys.argv) > 1 else TEXTS, []
for text in texts:
    text = text.strip()
    try:
        c = Connection.from_json(text, conn_id="c") if text[:1] == "{" else Connection(conn_id="c", uri=text)
        answers.append([c.conn_type, c.host, c.login, c.password, c.schema, c.port, c.extra, c.get_uri()])
    except Exception as error:
        answers.append(None)
print("ANSWERS" + json.dumps(answers))
"""
