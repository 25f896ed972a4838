"""Random pg_hba files with what they include, and random logins."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from safeconduct.postgres.hba import Login
from tests.postgres.hba.world import ABSENT_USERS, DATABASES, GROUPS, LONG_DATABASES, USERS

if TYPE_CHECKING:
    import random

HOSTS = ["host", "host", "hostssl", "hostnossl", "hostnogssenc", "hostgssenc"]
ADDRESSES = """all samehost samenet 0.0.0.0/0 ::/0 ::1/128 127.0.0.0/8 127.0.0.1/32 127.0.0.2/32 10.0.0.0/8 127.1/8
    127.0.0.1\t255.255.255.255 127.0.0.3\t255.0.0.255 ::1\tffff:: 127.0.0.0/31 0x7f.2/32 0177.0.0.1/30 localhost
    "all" LocalHost .localhost other.example .host 127.9.9.9/0 ::ffff:127.0.0.1/0 127.0.0.1/+32 fe80::/10""".split(" ")
ADDRESSES = [word.strip() for word in ADDRESSES if word.strip()]
METHODS = ["password"] * 12 + ["trust", "trust", "reject", "reject", "md5", "scram-sha-256"]
DB_WORDS = ["all", "sameuser", "samerole", "samegroup", "replication"]
DB_REGEX = ["/^db\\d$", "/a", "/^.....$", '"/^Db One$"', "/^dünn$", "/[[:upper:]]", "/(?i)SALES", "/^$"]
USER_REGEX = ["/^e", "/l$", "/^...$", '"/^a.b$"', "/^.{4,5}$", "/[^[:alnum:]]", "/(e|b)", "/^\\w+$"]


class Maker:
    """Makes files for a version; `files` are those that the last file included, by name."""

    def __init__(self, choice: random.Random, version: int) -> None:
        self.choice = choice
        self.version = version
        self.files: dict[str, str] = {}

    def hba(self) -> list[str]:
        """The lines of a file that PostgreSQL takes."""
        self.files = {}
        return self._lines(self.choice.randint(4, 14), depth=0)

    def login(self) -> Login:
        """A login from a socket or a loopback address."""
        choice = self.choice
        address = choice.choice([None, "127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.8.0.255", "::1", "::1"])
        replication = choice.choice([None] * 8 + ["physical", "logical"])
        return Login(
            choice.choice(DATABASES * 4 + LONG_DATABASES),
            choice.choice(USERS * 3 + ["analysts", "sales"] + ABSENT_USERS),
            ipaddress.ip_address(address) if address else None,
            tls=address is not None and choice.random() < 0.4,
            replication=replication,  # type: ignore[arg-type]  # mypy does not see the literals
        )

    def _lines(self, number: int, depth: int) -> list[str]:
        lines = []
        for _ in range(number):
            if self.version >= 16 and depth < 3 and self.choice.random() < 0.12:
                lines.append(self._include(depth))
            lines.append(
                self._line() if self.choice.random() < 0.9 else self.choice.choice(["", "# all", "\t", ",", "\r"])
            )
        return [*lines, self._line()]

    def _line(self) -> str:
        kind = self.choice.choice(["local", "local", "local", *HOSTS, *HOSTS])
        fields = [
            kind,
            self._names(DATABASES + LONG_DATABASES, self._db_words()),
            self._names(USERS, self._user_words()),
        ]
        if kind != "local":
            fields.append(self._address())
        fields.append(self._quoted(self.choice.choice(METHODS), 0.05))
        line = self.choice.choice([" ", "\t", "  \t ", " \r"]).join(fields)
        if self.choice.random() < 0.2:
            line += self.choice.choice([" # host all", "#x", " ", "\r"])
        return self._folded(line)

    def _address(self) -> str:
        weights = [14 if word in {"all", "samenet", "127.0.0.0/8"} else 1 for word in ADDRESSES]
        return self.choice.choices(ADDRESSES, weights)[0]

    def _db_words(self) -> list[str]:
        return DB_WORDS + (DB_REGEX if self.version >= 16 else ["/db1"])

    def _user_words(self) -> list[str]:
        groups = [f'+"{name}"' if " " in name else f"+{name}" for name in [*GROUPS, "etl", "nobody"]]
        return ["all", *groups] + (USER_REGEX if self.version >= 16 else ["/etl"])

    def _names(self, names: list[str], words: list[str]) -> str:
        if self.choice.random() < 0.5:
            return "all"
        found = [self._name(names, words) for _ in range(self.choice.choice([1, 1, 2, 3, 4]))]
        if self.choice.random() < 0.12:
            found.append(self._list_file([self._name(names, words) for _ in range(3)]))
            self.choice.shuffle(found)
        return self.choice.choice([",", ",", ", ", ",,"]).join(found)

    def _name(self, names: list[str], words: list[str]) -> str:
        if self.choice.random() < 0.45:
            word = self.choice.choice(words)
            return self._quoted(word, 0.1) if '"' not in word and "," not in word else f'"{word.replace(chr(34), "")}"'
        return self._quoted(self.choice.choice(names), 0.2)

    def _quoted(self, name: str, often: float) -> str:
        must = any(letter in ' \t,"#' for letter in name) or (
            name in {"all", "sameuser", "replication"} and often == 0.2
        )
        if must or self.choice.random() < often:
            return '"' + name.replace('"', '""') + '"'
        return f'{name[:1]}"{name[1:]}"' if self.choice.random() < 0.04 and len(name) > 2 else name

    def _list_file(self, names: list[str]) -> str:
        file = f"names {len(self.files)}.txt" if self.choice.random() < 0.3 else f"names{len(self.files)}.txt"
        self.files[file] = self.choice.choice(["\n", " ", ",", ",\n", " # x\n"]).join(names) + "\n"
        return f'@"{file}"' if " " in file else f"@{file}"

    def _include(self, depth: int) -> str:
        how = self.choice.choice(["include", "include_if_exists", "include_if_exists", "include_dir"])
        number = len(self.files)
        if how == "include_dir":
            folder = f"conf{number}.d"
            self.files[f"{folder}/.hidden.conf"] = "nonsense"
            self.files[f"{folder}/readme"] = "nonsense"
            for name in ["b.conf", "a.conf", "B.conf"]:
                self._add(f"{folder}/{name}", depth)
            return f"include_dir {folder}"
        if how == "include_if_exists" and self.choice.random() < 0.5:
            return "include_if_exists not-there.conf"
        file = f"more{number}.conf"
        self._add(file, depth)
        return f"{how} {file}"

    def _add(self, name: str, depth: int) -> None:
        self.files[name] = ""
        before = set(self.files)
        text = "\n".join(self._lines(self.choice.randint(0, 2), depth + 1)) + "\n"
        self.files[name] = text
        folder = name.rpartition("/")[0]
        for new in set(self.files) - before:  # what it names is looked for beside it
            self.files[f"{folder}/{new}" if folder else new] = self.files.pop(new)

    def _folded(self, line: str) -> str:
        if self.version < 14 or self.choice.random() > 0.1:
            return line
        at = self.choice.randrange(1, len(line))
        return f"{line[:at]}\\\n{line[at:]}"
