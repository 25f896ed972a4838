"""Whatever a file holds, reading and matching it raises nothing."""

from __future__ import annotations

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.postgres.hba import Login, NoFacts, map_allows, match, method_of, parse_hba, parse_ident

WORDS = """local host hostssl all sameuser replication +x "a,b" @hba @no /x 127.0.0.1/8 ::1 255.0.0.0 .example samenet
    trust ldap ldapbindpasswd=x ldapurl=ldap://x/y radius radiusservers= radiusports=, cert clientcert=1 map=m include
    include_dir " "" , # \\ / + @ @@ =""".split()
LINES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=9).map(" ".join)
FILES = st.lists(LINES, max_size=6).map("\n".join)


@given(FILES, st.integers(13, 18), st.sampled_from(["127.0.0.1", "::1", None]))
def test_any_file_is_read(text: str, version: int, address: str | None) -> None:
    file = parse_hba("/etc/hba", {"/etc/hba": text}.get, version, lambda path: ["a.conf", "hba"])
    assert file.lines or file.problems
    match(file.lines, Login("db", "etl", ip_address(address) if address else None), NoFacts())
    for line in file.lines:
        method_of(line)
        again = parse_hba("/again", {"/again": line.text, "/hba": text, "/etc/hba": text}.get, version)
        assert not [p for p in again.problems if "open" not in p.message], (line, again.problems)


@given(FILES, st.integers(13, 18))
def test_any_map_is_read(text: str, version: int) -> None:
    file = parse_ident(text, version, path="/etc/hba", read={"/etc/hba": text}.get)
    map_allows(file.lines, "all", "local", "etl", NoFacts())
