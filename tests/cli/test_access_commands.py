"""Staff and keys from the command line, run as a person or a script runs them: JSON out, and an exit code."""

import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from cli.given import Installation, free_port
from importing.test_unseen_files import STORY, sale, text_file
from orderan.access import Permission
from orderan.cli import app
from orderan.importing import presets
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.shops import open_shop


class Outside(Installation):
    """An installation whose database runs elsewhere."""

    database_url = ""

    @property
    def env(self) -> dict[str, str]:
        address = f"postgresql://?{urlencode(conninfo_to_dict(self.database_url))}"
        return super().env | {
            "ORDERAN_DATABASE_URL": address,
            "ORDERAN_MASTER_KEY": b64encode(bytes(range(32))).decode(),
        }

    def count(self, table: str) -> int:
        with psycopg.connect(self.database_url, options="-c orderan.shop=0") as database:
            row = database.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Outside:
    """One shop without anybody in it."""

    async def opening() -> None:
        db = Database(database_url, min_size=1, max_size=2)
        await db.open()
        now = datetime.now(UTC)
        await db.run(
            Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="toko", name="Toko", now=now)
        )
        await db.close()

    asyncio.run(opening())
    (tmp_path / "data").mkdir(mode=0o700)
    made = Outside(tmp_path / "data", free_port())
    object.__setattr__(made, "database_url", database_url)
    return made


ANI = ("user", "create", "--email", "Ani@Example.com", "--name", "Ani")


def test_somebody_is_added_once_and_the_password_told_once(shop: Outside) -> None:
    made = shop.run(*ANI, "--role", "owner", "--json")
    told = json.loads(made.stdout)

    assert made.returncode == 0, made.stderr
    assert (told["email"], told["name"], told["roles"], told["state"]) == (
        "ani@example.com",
        "Ani",
        ["owner"],
        "active",
    )
    assert len(told["password"]) >= 16

    again = shop.run(*ANI, "--role", "viewer", "--json")
    assert (again.returncode, again.stdout) == (1, "")
    assert len(again.stderr.splitlines()) == 1
    assert shop.count("staff") == 1
    [listed] = json.loads(shop.run("user", "list", "--json").stdout)["users"]
    assert listed == {name: value for name, value in told.items() if name != "password"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((*ANI, "--role", "dewa"), 1),
        (ANI, 2),
        ((*ANI, "--role", "owner", "--shop", "lain"), 1),
    ],
    ids=["no such role", "no role", "no such shop"],
)
def test_what_cannot_be_added_adds_nobody(shop: Outside, arguments: tuple[str, ...], code: int) -> None:
    refused = shop.run(*arguments, "--json")

    assert (refused.returncode, refused.stdout) == (code, "")
    assert shop.count("staff") == 0


def test_a_key_is_made_listed_without_its_secret_and_revoked(shop: Outside) -> None:
    made = shop.run("key", "create", "--name", "kasir", "--permission", "orders.write", "--json")
    told = json.loads(made.stdout)

    assert made.returncode == 0, made.stderr
    assert set(told) == {"id", "name", "secret"}
    listing = shop.run("key", "list", "--json")
    assert told["secret"] not in listing.stdout
    [listed] = json.loads(listing.stdout)["keys"]
    assert (listed["id"], listed["permissions"], listed["revoked_at"]) == (
        told["id"],
        ["orders.write"],
        None,
    )

    revoked = shop.run("key", "revoke", told["id"], "--json")
    assert (revoked.returncode, json.loads(revoked.stdout)) == (0, {"revoked": told["id"]})
    [listed] = json.loads(shop.run("key", "list", "--json").stdout)["keys"]
    assert listed["revoked_at"] is not None


def test_the_help_of_making_a_key_names_every_permission() -> None:
    told = CliRunner().invoke(app, ["key", "create", "--help"], env={"COLUMNS": "1000"})

    assert told.exit_code == 0
    assert ", ".join(Permission) in told.stdout


def test_an_audit_takes_the_code_of_a_shop_as_other_commands_do(shop: Outside) -> None:
    ran = {code: shop.run("audit", "--shop", code, "--json") for code in ("toko", "lain", "1")}

    assert {code: one.returncode for code, one in ran.items()} == {"toko": 0, "lain": 1, "1": 1}
    assert json.loads(ran["toko"].stdout)["clean"] is True
    assert ran["lain"].stdout == ran["1"].stdout == ""
    assert ran["lain"].stderr == "orderan: There is no shop “lain”. (unknown_shop)\n"


def test_a_key_that_may_do_what_nobody_knows_is_refused(shop: Outside) -> None:
    refused = shop.run("key", "create", "--name", "kasir", "--permission", "orders.eat", "--json")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "orderan: Choose at least one permission. (permission_missing)\n"
    assert shop.count("api_key") == 0


def test_a_preset_that_is_not_there_is_wrong_usage_and_those_that_are_are_named(
    shop: Outside, tmp_path: Path
) -> None:
    path = tmp_path / "unseen.csv"
    path.write_text(text_file(STORY), encoding="utf-8")

    refused = shop.run("import", "orders", str(path), "--preset", "nope", "--json")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"orderan: there is no preset 'nope'; there are {', '.join(presets())}\n"
    assert shop.count("import_run") == 0


def test_a_file_of_orders_goes_in_and_one_that_is_not_there_is_refused(shop: Outside, tmp_path: Path) -> None:
    path = tmp_path / "unseen.csv"
    path.write_text(text_file([*STORY, sale("7", quantity="dua")], delimiter=";"), encoding="utf-8")

    done = shop.run("import", "orders", str(path), "--preset", "online-retail", "--json")
    missing = shop.run("import", "orders", str(tmp_path / "none.csv"), "--preset", "online-retail", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lines"] == {
        "file": 4,
        "ordered": 2,
        "returned": 1,
        "waiting": 1,
        "known_before": 0,
    }
    assert (missing.returncode, missing.stdout, len(missing.stderr.splitlines())) == (1, "", 1)
