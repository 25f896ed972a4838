"""airflow.cfg, read as Airflow reads it: configparser with case-sensitive option names."""

from __future__ import annotations

import io
import re
from configparser import (
    ConfigParser,
    DuplicateOptionError,
    DuplicateSectionError,
    InterpolationDepthError,
    MissingSectionHeaderError,
    ParsingError,
)
from configparser import Error as ConfigParserError
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from safeconduct.airflow.endless import endless
from safeconduct.airflow.interpolation import BoundedInterpolation
from safeconduct.airflow.plain_file import NotPlain, read_plain
from safeconduct.airflow.rules_configuration import (
    FILE_MALFORMED,
    FILE_NOT_TEXT,
    FILE_UNREADABLE,
    VALUE_MALFORMED,
)
from safeconduct.model import Finding, Location

if TYPE_CHECKING:
    from safeconduct.airflow.defaults import Name

LARGEST = 16 << 20
"""Bytes of an airflow.cfg; Airflow's own, with all its comments, has a hundredth of that."""
_OPTION = re.compile(r"(?P<key>.*?)\s*[=:]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Parser(ConfigParser):
    """Airflow keeps the case of option names, and therefore finds only those in lower case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@dataclass(frozen=True)
class ConfigFile:
    """A configuration file that could be read. Its text holds passwords, so it is in no repr."""

    path: str
    _parser: ConfigParser = field(repr=False, compare=False)
    _lines: tuple[str, ...] = field(repr=False, compare=False)

    def get(self, name: Name) -> str | Finding | None:
        """The value of an option with its `%(references)s` replaced; None when the file has it not.

        As in Airflow, section [DEFAULT] counts for every section of the file.
        """
        section, key = name
        if not self._parser.has_option(section, key):
            return None
        try:
            return self._parser.get(section, key)
        except InterpolationDepthError:
            return endless(self._place(name), self.location(name), what="options")
        except ConfigParserError:  # its text quotes the value
            return self._malformed_value(name)

    def has_section(self, name: str) -> bool:
        """Whether the file has this section."""
        return self._parser.has_section(name)

    def location(self, name: Name) -> Location | None:
        """Where the option stands, its own section before [DEFAULT]."""
        line = self._places.get(name) or self._places.get(("DEFAULT", name[1]))
        return Location(self.path, line) if line else None

    @cached_property
    def _places(self) -> dict[Name, int]:
        """The line of every option."""
        found: dict[Name, int] = {}
        section = ""
        for number, text in enumerate(self._lines, start=1):
            line = text.strip()
            if not line or line[0] in "#;":
                continue
            if header := ConfigParser.SECTCRE.match(line):
                section = header["header"]
            elif option := _OPTION.match(line):
                found[section, option["key"]] = number
        return found

    def _place(self, name: Name) -> str:
        location = self.location(name)
        return f"{self.path}, line {location.line}" if location else self.path

    def _malformed_value(self, name: Name) -> Finding:
        location, place = self.location(name), self._place(name)
        return Finding(
            rule=VALUE_MALFORMED.id,
            subject=f"[{name[0]}] {name[1]}",
            message=f"{place}: a percent sign in the value of [{name[0]}] {name[1]} refers to nothing;"
            " write %% where a percent sign is meant.",
            evidence={"file": self.path, "option": f"[{name[0]}] {name[1]}"},
            location=location,
        )


def read_config_file(path: str) -> ConfigFile | Finding | None:
    """The file at that path; None when there is none; a Finding when it cannot be read or understood."""
    try:
        data = read_plain(path, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _unreadable(path, error)
    # Airflow opens the file as text, which also reads \r\n and \r as ends of lines.
    try:
        text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()
    except UnicodeDecodeError as error:
        return _not_text(path, data.count(b"\n", 0, error.start) + 1)
    return _parse(path, text, marked=data.startswith(_BYTE_ORDER_MARK))


def _parse(path: str, text: str, *, marked: bool) -> ConfigFile | Finding:
    parser = _Parser(interpolation=BoundedInterpolation())
    try:
        parser.read_string(text, source=path)
    except MissingSectionHeaderError as error:
        what = "begins with a byte-order mark; save it as UTF-8 without one" if marked else _NO_SECTION
        return _malformed(path, error.lineno, what)
    except DuplicateOptionError as error:
        return _malformed(path, error.lineno, f"sets {_shown(error.option)} a second time in its section")
    except DuplicateSectionError as error:
        return _malformed(path, error.lineno, f"begins section {_shown(error.section)} a second time")
    except ParsingError as error:
        return _malformed(path, _first_line(error), "is neither a section, an option with = or :, nor a comment")
    return ConfigFile(path, parser, tuple(text.split("\n")))


def _first_line(error: ParsingError) -> int | None:
    errors: list[tuple[int, str]] = getattr(error, "errors", [])  # Python 3.13 has a subclass without it
    return errors[0][0] if errors else getattr(error, "lineno", None)


def _shown(name: str) -> str:
    """The name, unless it may be a piece of a value that strayed onto a line of its own."""
    return name if _PLAIN_NAME.fullmatch(name) else "the same name"


_PLAIN_NAME = re.compile(r"[a-z][a-z_.]{0,63}")
_NO_SECTION = "stands before the first section header, such as [core]"


def _malformed(path: str, line: int | None, what: str) -> Finding:
    place = f"{path}, line {line}," if line else path
    return Finding(
        rule=FILE_MALFORMED.id,
        subject=path,
        message=f"{place} {what}.",
        evidence={"file": path},
        location=Location(path, line) if line else None,
    )


def _not_text(path: str, line: int) -> Finding:
    return Finding(
        rule=FILE_NOT_TEXT.id,
        subject=path,
        message=f"{path}, line {line}, is not UTF-8 text; save the file as UTF-8.",
        evidence={"file": path},
        location=Location(path, line),
    )


def _unreadable(path: str, error: OSError) -> Finding:
    reason = error.strerror or type(error).__name__
    passed_over = "" if isinstance(error, NotPlain) else "; Airflow would pass over it and run on its defaults"
    return Finding(
        rule=FILE_UNREADABLE.id,
        subject=path,
        message=f"{path} cannot be read ({reason}){passed_over}.",
        evidence={"file": path, "reason": reason},
    )
