"""The types that a PL/pgSQL body declares its variables of, which are looked up by their names when it is first run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_TYPES = frozenset(
    """bigint bit bool boolean box bpchar bytea char character cid cidr circle date decimal double float float4 float8
    inet int int2 int4 int8 integer interval json jsonb jsonpath line lseg macaddr money name numeric oid path point
    polygon real record refcursor regclass regnamespace regoper regoperator regproc regprocedure regrole regtype
    smallint text tid time timestamp timestamptz timetz tsquery tsvector txid_snapshot uuid varbit varchar void xid xml
    """.split()
)
"""PostgreSQL's own, as far as they are in use: whether the role finds another of that name is not asked."""
_WORD = r'(?:[A-Za-z_][\w$]*|"[^"]+")'
_SECTION = re.compile(r"\bDECLARE\b(.*?)\bBEGIN\b", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(rf"{_WORD}(?:\s*[.]\s*{_WORD})*")
_VARIABLE = re.compile(rf"\s*{_WORD}\s+(?:CONSTANT\s+)?({_NAME.pattern})\s*(%\s*(?:ROW)?TYPE\b)?", re.IGNORECASE)
_NO_TYPES = frozenset({"alias", "cursor", "exception", "no", "scroll"})


def declared_types(body: str) -> Iterator[tuple[str, ...]]:
    """The names of types and of relations whose rows or columns have the type; those of other variables are none."""
    for section in _SECTION.findall(_COMMENT.sub(" ", body)):
        for declaration in section.split(";"):
            if not (found := _VARIABLE.match(declaration)):
                continue
            parts = tuple(map(_folded, re.findall(_WORD, found[1])))
            if found[2] and "row" not in found[2].lower():
                parts = parts[:-1]
            if parts and not (len(parts) == 1 and parts[0] in OWN_TYPES | _NO_TYPES):
                yield parts


def _folded(word: str) -> str:
    return word.strip('"') if word.startswith('"') else word.lower()
