"""Each format's real reader. It raises where it cannot read, and gives all the texts that it read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import jsonschema
import xmlschema
from junitparser import JUnitXml
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from markdown_it.token import Token

HERE = Path(__file__).parent
FORGE = MarkdownIt("gfm-like")
"""CommonMark with HTML, tables and links from bare addresses, as forges read a comment."""


@cache
def _schema(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


@cache
def _xsd() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(HERE / "schemas" / "junit-10.xsd")


def read_json(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    schema = _schema(HERE.parents[1] / "docs" / "report.schema.json")
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def read_sarif(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft4Validator(_schema(HERE / "schemas" / "sarif-schema-2.1.0.json")).validate(document)
    return document


def read_junit(text: str) -> JUnitXml:
    _xsd().validate(text)
    suites = JUnitXml.fromstring(text.encode())
    assert isinstance(suites, JUnitXml)
    return suites


def read_markdown(text: str) -> list[Token]:
    return FORGE.parse(text)


def strings(value: object) -> Iterator[str]:
    """All texts in a JSON document, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (name, *strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def _texts_of_xml(text: str) -> Iterator[str]:
    read_junit(text)
    for element in ElementTree.fromstring(text).iter():
        yield element.text or ""
        yield from element.attrib.values()


def _texts_of_markdown(text: str) -> Iterator[str]:
    for token in read_markdown(text):
        yield token.content
        yield from (child.content for child in token.children or ())


TEXTS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "json": lambda text: strings(read_json(text)),
    "junit": _texts_of_xml,
    "markdown": _texts_of_markdown,
    "sarif": lambda text: strings(read_sarif(text)),
    "text": lambda text: iter(text.splitlines()),
}
