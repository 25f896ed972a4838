"""Airflow 2.x and 3.x read and write connections differently; the differences have names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Dialect(Enum):
    """Which Airflow a text was written for, or will be read by."""

    AIRFLOW_2 = "2"
    AIRFLOW_3 = "3"

    @classmethod
    def of(cls, version: str) -> Dialect:
        """The dialect of an Airflow version such as "2.11.2"; "" (unknown) is taken for 2.x."""
        return cls.AIRFLOW_3 if version[:1].isdigit() and int(version.partition(".")[0]) >= 3 else cls.AIRFLOW_2


@dataclass(frozen=True)
class Difference:
    """One thing that the two do differently, found by comparing 2.11.2 with 3.3.2."""

    name: str
    airflow_2: str
    airflow_3: str


DIFFERENCES = (
    Difference(
        "typed-extras",
        'an extra in a URI\'s query is text: `?retries=3` gives "3"',
        "an extra that reads as JSON becomes a value: `?retries=3` gives 3, `?flag=true` gives true; when a URI is "
        "written, extras that are not text go into `__extra__`",
    ),
    Difference(
        "protocol-in-host",
        "the host `http://x` of a connection of type http is written as `http://http://x` and read back as `x`'s",
        "a protocol in the host that equals the connection type stays in the host, percent-encoded",
    ),
    Difference(
        "extra-must-be-object",
        "an extra that is no JSON object is kept, with a warning",
        "an extra that is no JSON object is refused",
    ),
)
