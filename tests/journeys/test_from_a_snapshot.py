"""The catalogs are written down once, and statements are judged by the file after the server is gone."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.journeys.shop import PASSWORD, Shop, furnished

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.postgres import Postgres


@pytest.fixture
def shop(postgres: Postgres, tmp_path: Path) -> Shop:
    shop = furnished(postgres, tmp_path)
    postgres.sql("GRANT USAGE ON SCHEMA shop TO etl; GRANT SELECT ON shop.log TO etl", database="sales")
    return shop


def test_the_file_tells_what_the_server_told(shop: Shop) -> None:
    said = shop.privileges("snapshot", "shop", "-o", "sales.json")
    assert (said.code, said.output, said.errors) == (0, "", "")
    path = shop.folder / "sales.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()
    verbs = ("needed", "missing", "excess", "grant")
    live = {verb: shop.privileges(verb, "shop", "load.sql") for verb in verbs}
    shop.server.stop()
    for verb in verbs:
        assert shop.privileges(verb, "--snapshot", "sales.json", "load.sql") == live[verb], verb
    assert live["missing"].code == 1

    said = shop.privileges("grant", "--snapshot", "sales.json", "load.sql", "--real")
    assert (said.code, "--snapshot stands for the server" in said.errors) == (2, True)
    path.write_bytes(path.read_bytes()[:-100])
    said = shop.privileges("needed", "--snapshot", "sales.json", "load.sql")
    assert (said.code, "sales.json is not JSON, or was cut off" in said.errors) == (2, True)
    said = shop.privileges("needed", "--snapshot", "nowhere.json", "load.sql")
    assert (said.code, "nowhere.json cannot be read: No such file" in said.errors) == (2, True)
    said = shop.privileges("snapshot", "shop", "-o", "nowhere/sales.json")
    assert said.code != 0


def test_output_that_takes_nothing_is_said(shop: Shop) -> None:
    with open("/dev/full", "wb") as full:
        process = shop.begin("snapshot", "shop", stdout=full)
    assert process.wait(60) == 3


def test_a_link_is_followed_and_a_pipe_is_written_to(shop: Shop) -> None:
    (shop.folder / "kept.json").write_text("old")
    (shop.folder / "link.json").symlink_to("kept.json")
    assert shop.privileges("snapshot", "shop", "-o", "link.json").code == 0
    assert (shop.folder / "link.json").is_symlink()
    assert '"schema"' in (shop.folder / "kept.json").read_text()
    assert shop.privileges("snapshot", "shop", "-o", "-").output == (shop.folder / "kept.json").read_text()
    os.mkfifo(shop.folder / "pipe")
    process = shop.begin("snapshot", "shop", "-o", "pipe")
    assert (shop.folder / "pipe").read_bytes() == (shop.folder / "kept.json").read_bytes()
    assert process.wait(60) == 0
