"""Opening a shop: somebody can sign in afterwards, and a second shop of the same code is refused whole."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cli.given import Installation, free_port
from orderan.kit.postgres import running


@pytest.fixture
def here() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as folder:
        yield Installation(Path(folder) / "data", free_port())


def test_a_shop_is_opened_with_its_owner_accounts_tax_prices_and_a_channel_or_not_at_all(
    here: Installation,
) -> None:
    asked = ["shop", "create", "--code", "toko", "--name", "Toko Saya", "--json"]

    made = here.run(*asked, "--owner-email", "saya@example.com")
    again = here.run(*asked, "--owner-email", "dia@example.com")

    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert (told["shop_id"], told["code"], told["owner"]) == (1, "toko", "saya@example.com")
    assert len(told["password"]) >= 16
    assert again.returncode == 1
    assert "code_taken" in again.stderr
    assert json.loads(here.run("shop", "list", "--json").stdout) == {
        "shops": [{"shop_id": 1, "code": "toko", "name": "Toko Saya"}]
    }
    with (
        running(here.folder, purpose="the test") as server,
        psycopg.connect(server.url, options="-c orderan.shop=0") as database,
    ):
        assert database.execute("SELECT email, roles FROM staff").fetchall() == [
            ("saya@example.com", ["owner"])
        ]
        assert database.execute("SELECT count(DISTINCT kind) FROM location").fetchone() == (4,)
        assert database.execute("SELECT code FROM channel").fetchall() == [("telepon",)]
        assert database.execute("SELECT code, currency FROM price_list").fetchall() == [("umum", "IDR")]
        assert database.execute(
            "SELECT tax_class, rate_bp, base_numerator, base_denominator FROM tax_rate"
        ).fetchall() == [("ppn", 1200, 11, 12)]
