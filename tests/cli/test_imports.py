"""Order lines from the command line: a file in, its account out, the same again, a line repaired."""

import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from importing.test_unseen_files import STORY, sale, text_file
from orderan.cli import app
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.kit.ids import from_text, to_text
from orderan.shops import all_shops, open_shop

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


def test_an_entry_is_sent_again_by_the_id_of_its_page_and_the_trail_names_who_did(
    shop: CliRunner, tmp_path: Path, database_url: str
) -> None:
    path = tmp_path / "unseen.csv"
    path.write_text(text_file([*STORY, sale("7", quantity="dua")]), encoding="utf-8")
    assert shop.invoke(app, ["import", "orders", str(path), *PRESET]).exit_code == 0
    asked = [
        "user",
        "create",
        "--email",
        "ana@toko.example",
        "--name",
        "Ana",
        "--role",
        "operations",
        "--json",
    ]
    ana = json.loads(shop.invoke(app, asked).stdout)["id"]
    entry = to_text("exc", _one(database_url, "SELECT id FROM exception_entry")[0])
    again = ["import", "resubmit", entry, "--set", "quantity=2", "--json"]

    stranger = shop.invoke(app, [*again, "--by", "budi@toko.example"])
    assert stranger.exit_code == 1
    assert _one(database_url, "SELECT state FROM exception_entry") == ("open",)
    unknown = shop.invoke(app, ["import", "resubmit", "exc_nothing"])
    assert str(unknown.exception) == "exc_nothing is not the id of an entry"

    sent = shop.invoke(app, [*again, "--by", " Ana@toko.example "])
    assert sent.exit_code == 0, sent.output
    assert json.loads(sent.stdout) == {"ordered": 1, "returned": 0, "still_waiting": 0}
    trail = "SELECT actor, entity_id, after FROM audit_entry WHERE action = 'import.resubmitted'"
    actor = f"staff:{from_text('stf', ana)}"
    assert _one(database_url, trail) == (actor, entry, {"ordered": 1, "returned": 0})
    assert _one(database_url, "SELECT closed_by FROM exception_entry") == (actor,)


def _one(url: str, query: LiteralString) -> tuple[Any, ...]:
    async def asking() -> tuple[Any, ...]:
        db = Database(url, min_size=1, max_size=2)
        await db.open()
        [shop] = await db.run(Caller(ALL_SHOPS, "system:test"), all_shops)
        row = await db.run(Caller(shop.shop_id, "system:test"), lambda tx: tx.one(query, {}))
        await db.close()
        return tuple(row)

    return asyncio.run(asking())


@pytest.mark.parametrize(
    ("dates", "told"),
    [(("3/4/2011", "5/4/2011"), True), (("3/4/2011", "13/4/2011"), False), (("3.4.2011", "5.4.2011"), False)],
)
def test_an_order_of_day_and_month_that_was_taken_is_told(
    shop: CliRunner, tmp_path: Path, dates: tuple[str, str], told: bool
) -> None:
    path = tmp_path / "unsure.csv"
    path.write_text(text_file([sale(str(n), at=date) for n, date in enumerate(dates)]), encoding="utf-8")
    done = shop.invoke(app, ["import", "orders", str(path), "--preset", "online-retail"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    sentence = (
        "no date in the file shows the order of day and month: the month was taken to be in front; "
        'if that is wrong, state day_order = "dmy" under [time] in the mapping'
    )
    assert (sentence in said) is told
