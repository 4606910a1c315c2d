"""`orderan couriers`: accounts are opened from a file, listed without their secrets, and their letters heard again."""

import json
from pathlib import Path

import pytest

from cli.given import Installation, free_port


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("couriers") / "data", free_port())
    made = installation.run(
        "shop", "create", "--code", "toko", "--name", "Toko", "--owner-email", "a@b.co", "--json"
    )
    assert made.returncode == 0, made.stderr
    return installation


def test_an_account_is_opened_and_never_shows_its_secrets(here: Installation, tmp_path: Path) -> None:
    fields = tmp_path / "fields.json"
    fields.write_text(json.dumps({"api_key": "RAHASIA"}))
    made = here.run("couriers", "open", "biteship", "--fields", str(fields), "--name", "Biteship", "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["news"].endswith(f"/tracking/1/{told['account']}")

    found = here.run("couriers", "list", "--json")
    [account] = json.loads(found.stdout)["accounts"]
    assert (account["account"], account["provider"], account["state"]) == (
        told["account"],
        "biteship",
        "open",
    )
    assert account["fields"] == {"webhook_header": "x-orderan-token"}
    assert "RAHASIA" not in found.stdout + made.stdout


def test_what_is_missing_is_said_and_nothing_is_opened(here: Installation, tmp_path: Path) -> None:
    fields = tmp_path / "fields.json"
    fields.write_text("{}")
    refused = here.run("couriers", "open", "jnt", "--fields", str(fields), "--name", "J&T")
    assert refused.returncode == 1
    assert "sign_key" in refused.stderr


def test_letters_are_heard_again(here: Installation) -> None:
    replayed = here.run("couriers", "replay", "--since", "2026-01-01", "--json")
    assert (replayed.returncode, json.loads(replayed.stdout)) == (0, {"letters": 0})
