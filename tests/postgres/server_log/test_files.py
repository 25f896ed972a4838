"""Files as they are found: rotated, packed, cut, growing, mixed, huge, and not logs at all."""

from __future__ import annotations

import gzip
import os
import time
import tracemalloc
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from safeconduct.postgres.server_log import (
    Cause,
    FailedLogin,
    failed_logins,
    latest_failed_logins,
    match_login,
    read_server_log,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from safeconduct.model import Unjudged

START = datetime(2026, 1, 1, 10, tzinfo=timezone.utc)
RULE = "host all all all scram-sha-256"


def stamp(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"


def plain(user: str, seconds: float, pid: int = 7) -> str:
    """As PostgreSQL 18 writes it with log_line_prefix = '%m [%p] %q%u@%d '."""
    prefix = f"{stamp(seconds)} [{pid}] {user}@sales "
    return (
        f'{prefix}FATAL:  password authentication failed for user "{user}"\n'
        f'{prefix}DETAIL:  Role "{user}" does not exist.\n'
        f'\tConnection matched file "/etc/postgresql/pg_hba.conf" line 9: "{RULE}"\n'
    )


def csv(user: str, seconds: float, pid: int = 7) -> str:
    """As PostgreSQL 15 writes it."""
    return (
        f'{stamp(seconds)},"{user}","sales",{pid},"127.0.0.1:40838",6b05c6c2.{pid:x},2,"authentication",'
        f'{stamp(seconds)[:19]} UTC,2/50,0,FATAL,28P01,"password authentication failed for user ""{user}""",'
        f'"Role ""{user}"" does not exist.\nConnection matched pg_hba.conf line 9: ""{RULE}""",,,,,,,,"",'
        '"client backend",,0\n'
    )


def chatter(seconds: float, number: int) -> str:
    return f"{stamp(seconds)} [{1000 + number % 7}] web@shop LOG:  duration: {number}.042 ms  plan of the day\n"


def users(failures: Iterable[FailedLogin]) -> list[str | None]:
    return [failure.user for failure in failures]


def read(*paths: Path) -> list[FailedLogin]:
    return list(failed_logins(read_server_log(paths)))


def test_a_directory_is_read_in_the_order_of_time_not_of_names(tmp_path: Path) -> None:
    (tmp_path / "b.log").write_text(plain("first", 0))
    (tmp_path / "z.log.1.gz").write_bytes(gzip.compress(plain("second", 100).encode()))
    (tmp_path / "a.csv").write_text(csv("third", 200))
    (tmp_path / ".hidden").write_text(plain("nobody", 300))
    (tmp_path / "folder").mkdir()
    assert users(read(tmp_path)) == ["first", "second", "third"]
    assert users(latest_failed_logins([tmp_path])) == ["third", "second", "first"]
    assert users(read(tmp_path, tmp_path / "b.log")) == ["first", "second", "third"], "a file named twice counts once"


def test_the_newest_that_fits_is_matched(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.log"
    log.write_text("".join(plain(user, number, number) for number, user in enumerate(["etl", "web", "etl", "web"])))
    failure = match_login(read(log), "etl")
    assert failure == match_login(latest_failed_logins([log]), "etl", latest_first=True)
    assert failure
    assert (failure.pid, failure.cause, failure.hba_file, failure.hba_line) == (
        2, Cause.ROLE_MISSING, "/etc/postgresql/pg_hba.conf", 9,
    )  # fmt: skip


@pytest.mark.parametrize("cut", range(1, len(csv("etl", 5)), 7))
def test_a_last_record_that_is_half_written_says_nothing_wrong(tmp_path: Path, cut: int) -> None:
    log = tmp_path / "log.csv"
    log.write_text(csv("before", 0) + csv("etl", 5)[:-cut])
    failures = read(log)
    assert users(failures)[:1] == ["before"]
    assert all(f.cause in {Cause.ROLE_MISSING, Cause.OTHER} for f in failures)


def test_a_record_that_a_crash_cut_does_not_swallow_the_next(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(csv("lost", 0)[:-60] + "\n" + csv("found", 5))
    assert "found" in users(read(log))


def test_nul_bytes_at_the_beginning_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.log"
    noise = b"\xff\xfe\x00\x80 [\n" + bytes(range(256)) + b"\n"
    log.write_bytes(b"\0" * 3_000_000 + plain("etl", 0).encode() + noise + plain("caf\xe9", 1).encode("latin-1"))
    first, second = read(log)
    assert (first.user, first.hba_line) == ("etl", 9)
    assert (second.user, second.hba_line) == ("caf\ufffd", 9)


def test_a_log_cut_while_it_is_read_ends_there(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.log"
    log.write_text("".join(chatter(number, number) for number in range(200_000)))
    entries = read_server_log([log])
    next(entries)
    os.truncate(log, 0)
    assert sum(1 for _ in entries) < 200_000


def test_a_log_replaced_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.log"
    log.write_text(chatter(0, 0) + plain("etl", 1))
    entries = read_server_log([log])
    next(entries)
    log.rename(tmp_path / "postgresql.log.1")
    log.write_text(plain("other", 2))
    assert users(failed_logins(entries)) == ["etl"]


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(os.urandom(100_000))
    (tmp_path / "story").write_text("Once upon a time there was a log.\n" * 100)
    (tmp_path / "empty").touch()
    (tmp_path / "broken.gz").write_bytes(gzip.compress(plain("etl", 0).encode() * 2000)[:-2000])
    os.mkfifo(tmp_path / "pipe")
    unjudged: list[Unjudged] = []
    paths = [tmp_path, tmp_path / "absent", tmp_path / "pipe"]
    failures = list(failed_logins(read_server_log(paths, unjudged=unjudged)))
    said = {why.subject.removeprefix(f"{tmp_path}/"): why.reason for why in unjudged}
    assert set(said) == {"image", "story", "broken.gz", "absent", "pipe"}
    assert "No such file" in said["absent"]
    assert "broken after some part" in said["broken.gz"]
    assert users(failures) == ["etl"], "what came before the damage"


def test_a_deep_json_and_a_huge_number_are_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.json"
    good = '{"timestamp":"2026-01-01 10:00:00.000 UTC","error_severity":"LOG","message":"m"}\n'
    log.write_text(good + "{" + '"a":[' * 100_000 + "\n" + '{"a":' + "9" * 5000 + "}\n" + "[]\n" + good)
    assert len(list(read_server_log([log]))) == 2


def test_a_line_longer_than_any_memory_should_hold(tmp_path: Path) -> None:
    for name, long in {
        "log.csv": f'{stamp(1)},"a","b",1,"[local]",6b.1,1,"SELECT",{stamp(1)},,0,ERROR,42601,"{"x" * 30_000_000}",\n',
        "log.log": f"{stamp(1)} [1] a@b ERROR:  {'x' * 30_000_000}\n",
    }.items():
        one = csv if name.endswith("csv") else plain
        (tmp_path / name).write_text(one("before", 0) + long + one("after", 2))
        tracemalloc.start()
        assert users(read(tmp_path / name)) == ["before", "after"]
        assert tracemalloc.get_traced_memory()[1] < 25_000_000
        tracemalloc.stop()


def test_a_statement_that_looks_like_a_record_is_none(tmp_path: Path) -> None:
    """What clients write stands in quotes, its own quotes doubled; wherever reading begins, it is no record."""
    forged = csv("forged", 1).replace('"', '""')
    bare = forged.replace('""', "")
    log = tmp_path / "log.csv"
    statement = f'{stamp(1)},"a","b",1,"[local]",6b.1,1,"SELECT",{stamp(1)},,0,ERROR,42601,"syntax",,,,,,"\n'
    log.write_text(csv("before", 0) + (statement + (forged + bare) * 20_000 + '",1,,"",,,0\n') + csv("after", 2))
    assert users(read(log)) == ["before", "after"]
    assert users(latest_failed_logins([log])) == ["after", "before"]


def test_details_that_other_processes_interrupt_are_found_by_process(tmp_path: Path) -> None:
    one, other = plain("one", 0, 1).splitlines(True), plain("other", 0, 2).splitlines(True)
    log = tmp_path / "postgresql.log"
    log.write_text("".join([one[0], other[0], chatter(0, 0), one[1], one[2], other[1], other[2]]))
    assert [(failure.user, failure.hba_line) for failure in read(log)] == [("one", 9), ("other", 9)]


def test_kerberos_names_that_do_not_match(tmp_path: Path) -> None:
    prefix = f"{stamp(0)} [7] etl@sales "
    failed = (
        f'{prefix}FATAL:  GSSAPI authentication failed for user "etl"\n'
        f'{prefix}DETAIL:  Connection matched pg_hba.conf line 4: "host all all all gss include_realm=0"\n'
    )
    said = f"{prefix}LOG:  provided user name (etl) and authenticated user name (anna) do not match\n"
    log = tmp_path / "postgresql.log"
    log.write_text(said + failed)
    (failure,) = read(log)
    assert (failure.cause, failure.hba_line, len(failure.before)) == (Cause.GSS_MISMATCH, 4, 1)
    log.write_text(failed)
    (failure,) = read(log)
    assert failure.cause is Cause.OTHER
    assert failure.unjudged


@pytest.mark.parametrize(
    "wrapped",
    [
        '{{"log":{line},"stream":"stderr","time":"2026-01-01T10:00:00Z"}}',
        '{{"insertId":"1","textPayload":{line}}}',
    ],
)
def test_logs_that_containers_and_clouds_wrap(tmp_path: Path, wrapped: str) -> None:
    import json

    lines = [wrapped.format(line=json.dumps(line)) for line in plain("etl", 0).splitlines(True)]
    log = tmp_path / "container.log"
    log.write_text("\n".join(lines) + "\n")
    assert [(failure.user, failure.hba_line) for failure in read(log)] == [("etl", 9)]
    log.write_text("".join(f"db-1  | {line}" for line in plain("etl", 0).splitlines(True)))
    assert [(failure.user, failure.hba_line) for failure in read(log)] == [("etl", 9)]


def test_cloudnativepg(tmp_path: Path) -> None:
    log = tmp_path / "pod.log"
    log.write_text(
        '{"level":"info","ts":"2026-01-01T10:00:00Z","msg":"starting","logger":"instance-manager"}\n'
        '{"level":"info","logger":"postgres","msg":"record","record":{"log_time":"2026-01-01 10:00:00.000 UTC",'
        '"user_name":"etl","database_name":"sales","process_id":"70","connection_from":"10.0.0.9:4711",'
        '"session_id":"6b.46","command_tag":"authentication","error_severity":"FATAL","sql_state_code":"28P01",'
        '"message":"password authentication failed for user \\"etl\\"",'
        '"detail":"Connection matched pg_hba.conf line 4: \\"host all all all scram-sha-256\\""}}\n'
    )
    (failure,) = read(log)
    assert (failure.cause, failure.client_host, failure.hba_line) == (Cause.PASSWORD_WRONG, "10.0.0.9", 4)


def test_a_time_zone_that_may_be_another_is_no_time(tmp_path: Path) -> None:
    log = tmp_path / "postgresql.log"
    log.write_text(plain("etl", 0).replace(" UTC ", " IST ") + plain("web", 0).replace(" UTC ", " CEST "))
    etl, web = read(log)
    assert etl.time is None
    assert web.time == START - timedelta(hours=2)
    assert match_login([etl], "etl")
    assert match_login([etl], "etl", since=START) is None


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 MB with one refusal in the middle and one near the end."""
    log = tmp_path_factory.mktemp("huge") / "postgresql.log"
    block = [chatter(0, number) for number in range(13_000)]
    with log.open("w") as file:
        for hour in range(200):
            day = stamp(hour * 3600)
            file.writelines(day + line[len(day) :] for line in block)
            if hour in {100, 198}:
                file.write(plain(f"hour{hour}", hour * 3600 + 5))
    assert log.stat().st_size > 190_000_000
    return log


def test_a_huge_log_is_read_from_its_end(huge: Path) -> None:
    begin = time.process_time()
    assert match_login(latest_failed_logins([huge]), "hour198", latest_first=True)
    assert time.process_time() - begin < 2
    assert users(latest_failed_logins([huge])) == ["hour198", "hour100"]
    assert time.process_time() - begin < 10, "2 GB would take some 100 s"


def test_a_huge_log_is_entered_where_the_moment_is(huge: Path) -> None:
    begin = time.process_time()
    entries = read_server_log([huge], since=START + timedelta(hours=198))
    assert users(failed_logins(entries)) == ["hour198"]
    assert time.process_time() - begin < 4
    tracemalloc.start()
    entries = read_server_log([huge])
    assert len([next(entries) for _ in range(3)]) == 3
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
