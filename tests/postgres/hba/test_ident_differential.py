"""Random maps, decided by us and by real servers through peer authentication."""

from __future__ import annotations

import os
import pwd
import random
from collections import Counter
from typing import TYPE_CHECKING

from safeconduct.postgres.hba import Login, map_allows, parse_ident
from tests.postgres.hba.knock import knock
from tests.postgres.hba.servers import list_dir, read, write
from tests.postgres.hba.world import ServerFacts, populate

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

FILES = 10
LOGINS = 14
ME = pwd.getpwuid(os.geteuid()).pw_name
FIRST, REST = ME[0], ME[1:]
SYSTEM_USERS = [
    *[ME, ME, f'"{ME}"', ME.upper(), "other", f"/^{FIRST}(.*)$", f"/^({FIRST})(.*)$", f"/{REST}", f'"/^({ME})$"'],
    *[
        f"/^(x)?{ME}$",
        "/(.)",
        "/^(.*)$",
        f"/^(.){REST}",
        f"/(?i){ME.upper()}",
        f"/^(?:{FIRST})({REST})",
        "all",
        "+staff",
    ],
]
ROLES = ["etl", "bob", "all", '"all"', "+staff", '"+staff"', "+nobody", "/^e", '"/l$"']
ROLES += ["\\1", "\\1", '"\\1"', "x\\1", "\\1y\\1"]
LOGINS_AS = ["etl", "etl", "bob", "bob", "all", "+staff", "boss", "a b", FIRST, REST, ME, ME, f"x{ME}", f"x{FIRST}"]
LOGINS_AS += [f"{REST}y\\1", f"{ME}y\\1", "\\1", "/^e", "ETL"]
BROKEN = ["m", "m a", "a,b c d", "m a,b c", "m a b,c", "m /( b", "m a /(", "m a b c", 'm "" ""', "m @nofile b"]
BROKEN += ["include nofile", "m a /\\1", "m /\\1 a"]


def an_ident_file(choice: random.Random, version: int) -> list[str]:
    lines = []
    for _ in range(choice.randint(2, 8)):
        words = [choice.choice(["m"] * 6 + ["M", "other"]), choice.choice(SYSTEM_USERS), choice.choice(ROLES)]
        lines.append(choice.choice([" ", "\t", ", "]).join(words) if choice.random() < 0.95 else "# m me all")
    if version >= 16 and choice.random() < 0.3:
        lines.insert(choice.randrange(len(lines)), "include more-ident.conf")
    return [line.replace(", ", " ") for line in lines]


def test_maps_allow_whom_the_server_allows(any_postgres: Postgres) -> None:
    server, choice = any_postgres, random.Random(f"{any_postgres.version}, maps")
    populate(server)
    facts = ServerFacts(server)
    path, seen = server.data / "pg_ident.conf", Counter[str]()
    try:
        for _ in range(FILES):
            write(server, {"more-ident.conf": "\n".join(an_ident_file(choice, 13)) + "\n"})
            path.write_text("\n".join(an_ident_file(choice, server.version)) + "\n")
            server.hba(["local db1 all peer", "local all all peer map=m"])
            file = parse_ident(path.read_text(), server.version, path=str(path), read=read, list_dir=list_dir)
            assert not file.problems, path.read_text()
            for _ in range(LOGINS):
                login = Login(choice.choice(["db1", "db2", "db2", "db2", "db2"]), choice.choice(LOGINS_AS), None)
                decision = map_allows(file.lines, None if login.database == "db1" else "m", ME, login.user, facts)
                allowed = knock(server, login).method == "trust"
                if decision.allowed is None:  # a group of a pattern whose groups this server cannot tell us
                    assert "(?" in path.read_text() + (server.data / "more-ident.conf").read_text()
                    continue
                assert decision.allowed == allowed, f"{login}\n{decision}\n{path.read_text()}"
                seen["allowed" if allowed else "refused"] += 1
    finally:
        facts.close()
        path.write_text("")
    print(server.version, dict(seen))
    assert min(seen["allowed"], seen["refused"]) > FILES, seen


def test_lines_that_the_server_refuses(any_postgres: Postgres) -> None:
    server, path = any_postgres, any_postgres.data / "pg_ident.conf"
    path.write_text("\n".join(BROKEN) + "\n")
    facts = ServerFacts(server)
    try:
        text = path.read_text()
        file = parse_ident(text, server.version, path=str(path), read=read, regex_error=facts.regex_error)
        ours = {problem.line: problem.message for problem in file.problems}
        if server.version >= 15:
            view = "SELECT line_number, error FROM pg_ident_file_mappings WHERE error IS NOT NULL"
            assert ours == dict(server.sql(view))
        assert ours.keys() >= {1, 2, 3, 4, 5, 6, 10}
    finally:
        facts.close()
        path.write_text("")
