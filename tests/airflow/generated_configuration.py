"""Configurations made up at random: a text of airflow.cfg, the environment, and the options to ask for."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.airflow.configuration_scenes import Name, Scene

SECTIONS = ("core", "database", "webserver", "kubernetes", "kubernetes_executor", "mine", "common.io", "DEFAULT")
KEYS: dict[str, tuple[str, ...]] = {
    "core": (
        "parallelism",
        "fernet_key",
        "sql_alchemy_conn",
        "dags_are_paused_at_creation",
        "hostname_callable",
        "mine",
        "Mixed",
        "a.b",
    ),
    "database": ("sql_alchemy_conn", "sql_alchemy_pool_size", "load_default_connections", "mine", "ü"),
    "webserver": ("workers", "web_server_port", "mine", "base_url"),
    "kubernetes": ("namespace", "mine"),
    "kubernetes_executor": ("namespace", "mine", "delete_worker_pods"),
    "mine": ("mine", "password", "x y", "number"),
    "common.io": ("path", "threshold"),
    "DEFAULT": ("mine", "shared", "namespace"),
}
NAMES: tuple[Name, ...] = tuple((section, key) for section, keys in KEYS.items() for key in keys)
_ASKED = (*NAMES, ("core", "shared"), ("nope", "mine"), ("CORE", "MINE"), ("core", "fernet_key_cmd"))
ASKED = tuple(name for name in _ASKED if name[0] != "DEFAULT")

PIECES = st.sampled_from(
    (
        *(
            "%%",
            "%",
            "%(mine)s",
            "%(shared)s",
            "%(nope)s",
            "%(MINE)s",
            "$HOME",
            "${INNER}",
            "$NOPE",
            "~/",
            " # x",
            " ; x",
        ),
        *("{AIRFLOW_HOME}", "{{ ti }}", "\x0b", "\x85", "\u2028", "ü", "密", "\t", "=", ": ", *"ab0 $~#;:[]{}'\"\\,"),
    )
)
WORDS = ("True", "f", "1", "0", "t # yes", " FALSE ", "yes", "12", " -3 ", "+4", "5.0", "5.", "1e3", "1_000", "٣", "")
NUMBERS = ("5.5", ".0", "inf", "nan", "9" * 400, "1e999", "1.5e1", "0x1f", "007", "#1", "1 # one", "tree", "None")
VALUES = st.one_of(st.sampled_from(WORDS + NUMBERS), st.lists(PIECES, max_size=5).map("".join))
COMMANDS = st.sampled_from(
    ("echo a", "printf '%%s' b", "printf ''", "false", "no-such-program-x", "echo 'open", "", "echo $HOME")
)


def _line(name: str, sign: str, value: str, indent: str) -> str:
    return f"{indent}{name}{sign}{value}"


INDENTS = st.sampled_from(("", "", "", "", " ", "\t", "    "))
SIGNS = st.sampled_from((" = ", "=", ": ", ":", " =", " := ", "", " "))
ASIDE = st.sampled_from(
    ("# a comment", "; another", "", "", "  # indented", "  continued", "\tcontinued", "   ", "x", "[", "\r")
)


@st.composite
def _body(draw: st.DrawFn, section: str) -> list[str]:
    lines: list[str] = []
    for key in draw(st.lists(st.sampled_from(KEYS[section]), max_size=4, unique=draw(st.integers(0, 9)) > 0)):
        if draw(st.integers(0, 9)) == 0:
            suffix = draw(st.sampled_from(("_cmd", "_secret")))
            lines.append(f"{key}{suffix} = {draw(COMMANDS)}")
            continue
        sign = draw(SIGNS) if draw(st.integers(0, 4)) == 0 else " = "
        indent = draw(INDENTS) if draw(st.integers(0, 4)) == 0 else ""
        lines.append(_line(key, sign, draw(VALUES), indent))
        if draw(st.integers(0, 5)) == 0:
            lines.append(draw(ASIDE))
    return lines


@st.composite
def files(draw: st.DrawFn) -> str:
    """A text of airflow.cfg; one in ten begins a section twice or an option twice, and no Airflow reads those."""
    once = draw(st.integers(0, 9)) > 0
    lines: list[str] = []
    for section in draw(st.lists(st.sampled_from(SECTIONS), min_size=1, max_size=4, unique=once)):
        lines += [f"[{section}]", *draw(_body(section))]
    return draw(st.sampled_from(("\n", "\n", "\n", "\r\n"))).join(lines) + draw(st.sampled_from(("\n", "")))


@st.composite
def environments(draw: st.DrawFn) -> dict[str, str]:
    """Some options as variables, which may hold neither NUL nor surrogates."""
    environ = {"INNER": "$DEEPER/x", "DEEPER": "deep"}
    for section, key in draw(st.lists(st.sampled_from(ASKED), max_size=3)):
        variable = f"AIRFLOW__{section.replace('.', '_').upper()}__{key.upper()}"
        suffix = draw(st.sampled_from(("", "", "", "", "_CMD", "_SECRET")))
        environ[variable + suffix] = draw(COMMANDS if suffix == "_CMD" else VALUES)
    return environ


SCENES = st.builds(lambda file, environ: Scene("generated", ASKED, file, environ), files(), environments())
