"""Order lines from the command line: a file in, its account out, the same again, a line repaired."""

import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from importing.test_unseen_files import STORY, sale, text_file
from orderan.cli import app
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.shops import open_shop

PRESET = ("--preset", "online-retail", "--json")


@pytest.fixture
def shop(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shop behind ORDERAN_DATABASE_URL without its list of areas, and a runner of commands."""

    async def opening() -> None:
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        now = datetime.now(UTC)
        await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=now)
        )
        await db.close()

    asyncio.run(opening())
    monkeypatch.setenv("ORDERAN_DATABASE_URL", f"postgresql://?{urlencode(conninfo_to_dict(database_url))}")
    monkeypatch.setenv("ORDERAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ORDERAN_MASTER_KEY", b64encode(bytes(range(32))).decode())
    (tmp_path / "data").mkdir(mode=0o700)
    return CliRunner()


def test_a_file_is_accounted_for_and_the_same_again_adds_nothing(shop: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "unseen.csv"
    path.write_text(text_file([*STORY, sale("7", quantity="dua")], delimiter=";"), encoding="utf-8")
    fates, report = tmp_path / "fates.csv", tmp_path / "report.json"
    done = shop.invoke(
        app, ["import", "orders", str(path), *PRESET, "--lines", str(fates), "--report", str(report)]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["fresh"] is True
    assert told["lines"] == {"file": 4, "ordered": 2, "returned": 1, "waiting": 1, "known_before": 0}
    assert json.loads(report.read_text())["days"] == told["days"]
    rows = [line.split(",") for line in fates.read_text().splitlines()[1:]]
    assert [row[8] for row in rows] == ["ordered", "ordered", "returned", "waiting"]

    again = json.loads(shop.invoke(app, ["import", "orders", str(path), *PRESET]).stdout)
    assert (again["fresh"], again["run"], again["lines"]) == (False, told["run"], told["lines"])

    sent = shop.invoke(app, ["import", "resubmit", "--reason", "unreadable_quantity", "--json"])
    assert sent.exit_code == 1
    assert json.loads(sent.stdout) == {"ordered": 0, "returned": 0, "still_waiting": 1}


def test_a_file_that_cannot_be_read_says_why_and_fails(shop: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "unseen.parquet"
    path.write_bytes(b"PAR1 and then nothing")
    done = shop.invoke(app, ["import", "orders", str(path), *PRESET])
    assert done.exit_code != 0
