"""A defect of our own costs one answer, not the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.diagnosis import Question, Sources, survey_of, walk_all
from safeconduct.model import Connection, ExitCode, Outcome, Secret, Unjudged
from safeconduct.postgres.insider import Inside, Insider
from safeconduct.secrets import ConnectionBackend, Found
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.model import Finding
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.secrets import Answer
    from tests.servers.postgres import Postgres

SECRET = "Pl4nted-Secret"
KIND = "internal error (ZeroDivisionError); this is a defect of Safeconduct"


class Broken(Secret):
    """A password that nobody can use."""

    def reveal(self) -> str:
        raise ZeroDivisionError(SECRET)


class Kept(ConnectionBackend):
    """Three connections; one breaks where it is walked, one where it is looked up."""

    name = "a list"

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, conn_id: str) -> Answer | None:
        if conn_id == "unreadable":
            raise ZeroDivisionError(SECRET)
        password = Broken("x") if conn_id == "broken" else None
        return Found(Connection(conn_id, "postgres", "127.0.0.1", self._port, "d", "u", password), "here", "none")

    def conn_ids(self) -> tuple[str, ...]:
        return ("broken", "good")

    def all(self) -> Iterator[tuple[str, Answer]]:
        for conn_id in ("broken", "good", "unreadable"):
            answer = self.get(conn_id)
            assert answer is not None
            yield conn_id, answer


@pytest.fixture
def sources() -> Sources:
    return Sources((Kept(free_port()),))


def test_a_walk_that_breaks_is_unjudged_and_the_others_are_reported(sources: Sources) -> None:
    report = walk_all(survey_of(("broken", "good"), sources), Question({}))
    assert [walk.outcome for walk in report.walks] == [Outcome.UNJUDGED, Outcome.REFUSED]
    assert [finding.rule for finding in report.findings] == ["postgres.port.refused"]
    (one,) = report.unjudged
    assert one.subject == "broken"
    assert KIND in one.reason
    assert SECRET not in repr(report)


def test_a_look_up_that_breaks_is_unjudged_and_the_others_are_walked(sources: Sources) -> None:
    report = walk_all(survey_of(("unreadable", "good"), sources), Question({}))
    assert [walk.connection for walk in report.walks] == ["unreadable", "good"]
    assert report.unjudged[0].subject == "unreadable"
    assert KIND in report.unjudged[0].reason


def test_a_listing_that_breaks_off_keeps_what_came_before(sources: Sources) -> None:
    survey = survey_of((), sources)
    assert [name for name, _ in survey.named] == ["broken", "good"]
    assert [(one.subject, KIND in one.reason) for one in survey.unjudged] == [("a list", True)]


def test_the_exit_code_of_a_defect_alone_is_unjudged(sources: Sources) -> None:
    assert walk_all(survey_of(("broken",), sources), Question({})).exit_code is ExitCode.UNJUDGED


def test_debugging_lets_the_error_through(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFECONDUCT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        walk_all(survey_of(("broken",), sources), Question({}))
    with pytest.raises(ZeroDivisionError):
        survey_of(("unreadable",), sources)


class Confused(Insider):
    """Somebody who is asked and breaks down."""

    @property
    def trouble(self) -> Finding | Unjudged | None:
        return None

    def explain(self, finding: Finding, refusal: Refusal) -> Inside:
        raise ZeroDivisionError(SECRET)

    def close(self) -> None:
        pass


def test_an_administrator_that_breaks_does_not_cost_the_refusal(postgres: Postgres) -> None:
    postgres.create_role("etl", "right")
    uri = Connection("w", "postgres", "127.0.0.1", postgres.port, "postgres", "etl", Secret("wrong"))
    survey = survey_of((), Sources((Kept(free_port()),)))
    survey = type(survey)((("w", Found(uri, "here", "password")),))
    (finding,) = walk_all(survey, Question({}, insiders=(Confused(),))).findings
    assert finding.rule == "postgres.authentication.password-wrong"
    assert KIND in finding.evidence["administrator"]
