"""Jinja templates, rendered as far as they are constant; what is not stays as a hole, and every line in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import LONGEST_TEXT, MOST_ALTERNATIVES, Spent
from safeconduct.airflow.dags.holes import Hole
from safeconduct.airflow.dags.jinja import JinjaContext, jinja_value, names_in
from safeconduct.airflow.dags.operations import truth
from safeconduct.airflow.dags.template_files import load_template
from safeconduct.airflow.dags.values import Either, Unknown, alternatives

if TYPE_CHECKING:
    from safeconduct.airflow.dags.machine import Machine

_TAG = re.compile(
    r"\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw\s*-?%\}|\{\{[-+]?(?P<value>.*?)[-+]?\}\}"
    r"|\{%[-+]?\s*(?P<word>\w+)(?P<rest>.*?)[-+]?%\}|\{#.*?#\}",
    re.S,
)
_FOR = re.compile(r"\s*(?P<names>\w+(?:\s*,\s*\w+)*)\s+in\s+(?P<over>.+)", re.S)
_SET = re.compile(r"\s*(?P<name>\w+)\s*=(?P<value>.+)", re.S)
_INCLUDE = re.compile(r"""\s*(['"])(?P<name>[^'"]+)\1""")
_DEEPEST = 12
_MOST_WORK = 20_000


class _Stop(Exception):
    """The template cannot be rendered."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(why)
        self.unknown = Unknown(what, why)


@dataclass(eq=False, slots=True)
class _Part:
    """A piece of a template: its kind (text, value, a tag's word, or raw), what is in it, how many lines it spans."""

    kind: str
    text: str
    lines: int


def render(machine: Machine, text: str, context: JinjaContext) -> list[str] | Unknown:
    """The texts that the template can become, usually one; or why that cannot be told."""
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return [text]
    try:
        return _Rendering(machine, context, dict(context.variables), 0).rendered(text)
    except _Stop as stop:
        return stop.unknown


def _parts(text: str) -> list[_Part]:
    parts, end = list[_Part](), 0
    for tag in _TAG.finditer(text):
        if before := text[end : tag.start()]:
            parts.append(_Part("text", before, 0))
        lines, end = tag[0].count("\n"), tag.end()
        if (value := tag["value"]) is not None:
            parts.append(_Part("value", value, lines))
        elif tag["raw"] is not None:
            parts.append(_Part("text", tag["raw"], 0))
        else:
            parts.append(_Part(tag["word"] or "text", tag["rest"] if tag["word"] else "\n" * lines, lines))
    return [*parts, _Part("text", text[end:], 0)]


class _Rendering:
    def __init__(self, machine: Machine, context: JinjaContext, variables: dict[str, object], depth: int) -> None:
        self.machine, self.context, self.variables, self.depth = machine, context, variables, depth
        self.least = max(0, machine.budget.steps - _MOST_WORK)
        if depth > _DEEPEST:
            raise _Stop("include", "its parts nest too deeply")

    def rendered(self, text: str) -> list[str]:
        parts = _parts(text)
        found, end = self._block(parts, 0, ())
        if end < len(parts):
            raise _Stop(parts[end].kind, f"the tag {parts[end].kind} stands where none is open")
        return found

    def _block(self, parts: list[_Part], at: int, ends: tuple[str, ...]) -> tuple[list[str], int]:
        """The texts of the parts up to one of the ends, and where that is."""
        texts = [""]
        budget = self.machine.budget
        while at < len(parts) and (kind := parts[at].kind) not in ends:
            budget.steps -= 1
            if budget.steps < self.least:
                self._stop()
            if kind == "text":
                found, at = [parts[at].text], at + 1
            elif kind == "if" or kind == "for":
                found, at = (self._if if kind == "if" else self._for)(parts, at)
            else:
                found, at = self._simple(parts[at]), at + 1
            if len(texts) == len(found) == 1 and len(text := texts[0] + found[0]) <= LONGEST_TEXT:
                texts = [text]
            else:
                texts = self._joined(texts, found)
        if ends and at >= len(parts):
            raise _Stop(ends[-1], f"the tag {ends[-1]} is missing")
        return texts, at

    def _stop(self) -> None:
        if self.machine.budget.steps < 0:
            raise Spent
        raise _Stop("", "its loops take too much work")

    def _joined(self, texts: list[str], more: list[str]) -> list[str]:
        joined = [one + other for one in texts for other in more]
        if len(joined) > MOST_ALTERNATIVES or sum(map(len, joined)) > LONGEST_TEXT * 2:
            raise _Stop("", "it has too many conditions that are decided when the DAG runs, or is too long")
        return joined

    def _simple(self, part: _Part) -> list[str]:
        if part.kind == "value":
            return self._value(part)
        if part.kind == "set" and (found := _SET.match(part.text)):
            self.variables[found["name"]] = jinja_value(self.machine, found["value"], self.variables)
            return ["\n" * part.lines]
        if part.kind == "include" and (found := _INCLUDE.match(part.text)):
            return self._include(found["name"], part)
        raise _Stop(f"{{% {part.kind} %}}", f"the tag {part.kind} is not followed")

    def _value(self, part: _Part) -> list[str]:
        """What the expression may be, kept where it asks for none of the variables: `{{ ds }}` is in every template."""
        key, shown = (part.text, part.lines), self.machine.shown
        if key in shown and names_in(part.text).isdisjoint(self.variables):
            return shown[key]
        value = jinja_value(self.machine, part.text, self.variables)
        found = [self._shown(one, part) for one in alternatives(value)]
        if names_in(part.text).isdisjoint(self.variables):
            shown[key] = found
        return found

    def _shown(self, value: object, part: _Part) -> str:
        if not isinstance(value, Unknown):
            return self.machine.text(value) + "\n" * part.lines
        hole = Hole(value.what, value.why, value.sample, None, value.conn_id, part.lines)
        return self.machine.holes.mark(hole)

    def _include(self, name: str, part: _Part) -> list[str]:
        loaded = load_template(self.machine, name, self.context)
        if isinstance(loaded, Unknown):
            raise _Stop(loaded.what, loaded.why)
        inner = _Rendering(self.machine, self.context, self.variables, self.depth + 1)
        return [text + "\n" * part.lines for text in inner.rendered(loaded[0])]

    def _if(self, parts: list[_Part], at: int) -> tuple[list[str], int]:
        """Each branch that may be taken; the lines of the others stay, empty."""
        chosen, settled, begun = list[str](), False, at
        while parts[at].kind != "endif":
            head = parts[at]
            decided = True if head.kind == "else" else truth(jinja_value(self.machine, head.text, self.variables))
            texts, end = self._block(parts, at + 1, ("elif", "else", "endif"))
            if decided is not False and not settled:
                before, after = _lines(parts[begun:at]) + head.lines, 0
                chosen += ["\n" * before + text + "\n" * after for text in texts]
                settled = decided is True
            at = end
        whole = _lines(parts[begun : at + 1])
        if not settled:
            chosen.append("")
        return [text + "\n" * max(0, whole - text.count("\n")) for text in chosen], at + 1

    def _for(self, parts: list[_Part], at: int) -> tuple[list[str], int]:
        head = _FOR.match(parts[at].text)
        if head is None:
            raise _Stop(parts[at].text.strip(), "the loop is written in a way that is not followed")
        over = jinja_value(self.machine, head["over"], self.variables)
        if isinstance(over, (Unknown, Either)) or not isinstance(over, (list, tuple, dict)):
            what = over.what if isinstance(over, Unknown) else head["over"].strip()
            raise _Stop(what, "it loops over what is decided when the DAG runs")
        return self._rounds(parts, at, [name.strip() for name in head["names"].split(",")], list(over))

    def _rounds(self, parts: list[_Part], at: int, names: list[str], over: list[object]) -> tuple[list[str], int]:
        texts, kept, end = [""], dict(self.variables), at
        for number, value in enumerate(over or [None]):
            values = value if len(names) > 1 and isinstance(value, (list, tuple)) else [value]
            self.variables.update(zip(names, values, strict=False))
            last = number == len(over) - 1
            self.variables["loop"] = {"last": last, "first": not number, "index": number + 1, "index0": number}
            found, end = self._block(parts, at + 1, ("endfor", "else"))
            texts = self._joined(texts, found) if over else texts
        self.variables = kept
        if parts[end].kind == "else":
            raise _Stop("{% else %}", "a loop with else is not followed")
        return texts, end + 1


def _lines(parts: list[_Part]) -> int:
    return sum(part.text.count("\n") if part.kind == "text" else part.lines for part in parts)
