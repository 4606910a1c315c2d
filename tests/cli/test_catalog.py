"""The catalogue from the command line: a sheet in, a sheet out, exit codes that mean something."""

import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from orderan.cli import app
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.shops import open_shop

GOOD = "sku,produk,berat_g\nKOPI,Kopi Gayo,250\nTEH,Teh Hijau,100\n"
BAD = "sku,produk,gtin\nGULA,Gula,8992761002010\nMADU,Madu,\n"


@pytest.fixture
def shop(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shop behind ORDERAN_DATABASE_URL, and a runner of commands."""

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


def test_a_sheet_goes_in_and_comes_out_and_in_again_unchanged(shop: CliRunner, tmp_path: Path) -> None:
    sheet = tmp_path / "in.csv"
    sheet.write_text(GOOD, encoding="utf-8")

    done = shop.invoke(app, ["catalog", "import", str(sheet), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["applied"], told["new"], told["refused"]) == (True, 2, 0)

    out = tmp_path / "out.csv"
    assert (
        shop.invoke(app, ["catalog", "export", str(out), "--language", "en", "--semicolons"]).exit_code == 0
    )
    assert out.read_text(encoding="utf-8-sig").splitlines()[0].startswith("sku;product;variant;")
    again = shop.invoke(app, ["catalog", "import", str(out), "--json"])
    assert json.loads(again.stdout)["unchanged"] == 2


def test_a_dry_run_changes_nothing(shop: CliRunner, tmp_path: Path) -> None:
    sheet = tmp_path / "in.csv"
    sheet.write_text(GOOD, encoding="utf-8")

    done = shop.invoke(app, ["catalog", "import", str(sheet), "--dry-run"])

    assert done.exit_code == 0
    assert "nothing was changed" in done.stdout
    assert shop.invoke(app, ["catalog", "export"]).stdout.count("\n") == 1


def test_refused_rows_are_told_written_and_make_the_exit_code(shop: CliRunner, tmp_path: Path) -> None:
    sheet, refused = tmp_path / "in.csv", tmp_path / "refused.csv"
    sheet.write_text(BAD, encoding="utf-8")

    done = shop.invoke(app, ["catalog", "import", str(sheet), "--refused", str(refused)])

    assert done.exit_code == 1
    assert "row 2, gtin: The last digit of GTIN 8992761002010 is wrong. It should be 5." in done.stderr
    assert "2 rows, 1 new, 0 changed, 0 unchanged, 1 refused" in done.stdout
    assert "GULA,Gula,8992761002010,gtin: The last digit" in refused.read_text(encoding="utf-8-sig")
