"""Definitions of connections made up at random: URIs and JSON texts, most of them nearly right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SCHEMES = ("postgres", "postgresql", "Postgres", "http", "my-type", "my_type", "aws", "a+b.c", "1st", "", "-", "jdbc")
HOSTS = (
    *("db", "DB.Example.com", "10.0.0.1", "[::1]", "[fe80::1%25eth0]", "%2Fvar%2Frun%2FPG", "/var/run", "", "a b"),
    *("[v1.x]", "[bad", "bad]", "h%40x", "b%C3%BCro", "büro", "a,b", "h:x", "http%3A%2F%2FX", "℀", "a.b.", "%", "~"),
)
PORTS = ("", ":", ":5432", ":0", ":65535", ":65536", ":-1", ":x", ": 1", ":0005", ":1_0", ":٣", ":+5", ":1e3", ":%35")
MARKS = (*"%@:/?#[]&=+;, '\"\\", "%41", "%2F", "%40", "%zz", "%", "%C3%BC", "%ff", "://", "ü", "密", "\t", "\n", "\0")
WORDS = st.lists(st.sampled_from((*"abZ09-_.~!$*()", *MARKS)), max_size=6).map("".join)
TEXTS = WORDS | st.text(max_size=6)
ENCODED = st.lists(st.sampled_from((*"abZ09-_.~", "%41", "%2F", "%40", "%zz", "%C3%BC", "%ff", "%25")), max_size=6)

NUMBERS = ("0", "-0", "1", "5432", "5432.9", "1e3", "1e999", "-1", "NaN", "Infinity", "-Infinity", "9" * 40, "9" * 4400)
SCALARS = st.sampled_from((*NUMBERS, "true", "false", "null", '""', '" "', '"5432"', '"x"', '"+7"', '" 8 "', '"1_0"'))
SPACES = st.sampled_from(("", "", "", " ", "\n", "\t", "\r", "\x0b", "\ufeff", "\u2028"))
KEYS = st.sampled_from(("sslmode", "a", "", "__extra__", "é", "A b", "1")) | TEXTS


def _object(members: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{key}:{value}" for key, value in members) + "}"


def _members(values: SearchStrategy[str]) -> SearchStrategy[list[tuple[str, str]]]:
    """Keys may come twice, as in a text that nobody checked."""
    return st.lists(st.tuples(KEYS.map(json.dumps), values), max_size=3)


VALUES: SearchStrategy[str] = st.recursive(
    SCALARS | TEXTS.map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: "[" + ",".join(each) + "]") | st.builds(_object, _members(inner))
    ),
    max_leaves=5,
)


OBJECTS = st.builds(_object, _members(VALUES))
EXTRAS = OBJECTS | OBJECTS.map(json.dumps) | VALUES
FIELDS = st.sampled_from(("host", "login", "password", "schema", "description"))
MEMBERS = st.one_of(
    st.tuples(st.just("conn_type"), st.sampled_from(SCHEMES).map(json.dumps) | VALUES),
    st.tuples(FIELDS, TEXTS.map(json.dumps)),
    st.tuples(FIELDS, st.sampled_from(HOSTS).map(json.dumps)),
    st.tuples(FIELDS, VALUES),
    st.tuples(st.just("port"), SCALARS),
    st.tuples(st.just("port"), st.integers(0, 70_000).map(str)),
    st.tuples(st.just("extra"), EXTRAS),
    st.tuples(st.sampled_from(("conn_id", "uri", "nonsense", "id", "is_encrypted", "team_name")), SCALARS),
)
TYPED = st.sampled_from(SCHEMES[:8]).map(lambda scheme: ("conn_type", json.dumps(scheme)))


def _json(first: tuple[str, str], rest: list[tuple[str, str]], space: str) -> str:
    return f"{space},".join(f'"{key}":{space}{value}' for key, value in [first, *rest]).join((f"{{{space}", "}"))


JSONS = st.builds(_json, TYPED | MEMBERS, st.lists(MEMBERS, max_size=5), SPACES)

QUOTED = st.sampled_from(
    ("%7B%7D", "%7B%22a%22%3A1%7D", "%7B%22a%22%3A+%22b%22%7D", "%5B1%5D", "3", "true", "null", "NaN")
)
PAIRS = st.builds(
    lambda key, sign, value: f"{key}{sign}{value}",
    st.sampled_from(("sslmode", "a", "a", "__extra__", "", "x%20y")) | WORDS,
    st.sampled_from(("=", "=", "=", "", "==")),
    QUOTED | WORDS | st.sampled_from(("require", "", "1e999", "9" * 4400, "http://x", "a@b")),
)


def _optional(mark: str, values: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.just("") | values.map(lambda value: mark + value)


USERS = st.one_of(
    st.just(""),
    st.builds(lambda user, password: f"{user}:{password}@", ENCODED.map("".join), ENCODED.map("".join)),
    st.builds(lambda user, password: f"{user}:{password}@", WORDS, WORDS),
    WORDS.map(lambda user: f"{user}@"),
)
URIS = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(("", "", "", "", " ", "\ufeff", '"', "\n")),
    st.sampled_from(SCHEMES),
    st.sampled_from(("://", "://", "://", "://", ":", ":/", "//", ":///", "")),
    st.sampled_from(("", "", "", "", "http://", "https://", "postgres://", "X://", "_://")),
    USERS,
    st.sampled_from(HOSTS),
    st.sampled_from(PORTS),
    _optional("/", ENCODED.map("".join) | WORDS),
    _optional(
        "?", st.lists(PAIRS, max_size=3).flatmap(lambda pairs: st.sampled_from("&;").map(lambda by: by.join(pairs)))
    ),
    _optional("#", WORDS),
)
ODD = st.text(max_size=30) | st.tuples(st.sampled_from(("{", "{}", "[]", "{ ")), TEXTS).map("".join)
DEFINITIONS = st.one_of(URIS, URIS, URIS, JSONS, JSONS, JSONS, ODD)
