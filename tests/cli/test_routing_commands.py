"""`orderan routing`: shows what is followed, plays past payments under other rules, changes nothing."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.given import Installation, free_port
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import new_id
from orderan.kit.postgres import running
from orderan.payments import GatewayAccount, Rail
from orderan.payments.store_attempts import insert_account, insert_rails
from orderan.routing import change_draft, follow_rules, write_rules

XENDIT = {"name": "Xendit dulu", "prefer": ["xendit"]}
CHEAPEST = {"name": "Termurah", "cheapest": True}
TABLES = ("routing_rules", "routing_draft", "routing_trial", "audit_entry", "decision")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("routing") / "data", free_port())
    made = installation.run(
        "shop", "create", "--code", "toko", "--name", "Toko", "--owner-email", "a@b.co", "--json"
    )
    assert made.returncode == 0, made.stderr
    return installation


def inside(installation: Installation, command: Any) -> Any:
    async def run(url: str) -> Any:
        db = Database(url, min_size=1, max_size=1)
        await db.open()
        try:
            return await db.run(Caller(1, "staff:test"), command)
        finally:
            await db.close()

    with running(installation.folder, purpose="the test") as server:
        return asyncio.run(run(server.url))


async def counts(tx: Tx) -> dict[str, int]:
    found = {}
    for table in TABLES:
        found[table] = await tx.value(f"SELECT count(*) FROM {table}")
    return found


@pytest.fixture(scope="module")
def furnished(here: Installation) -> Installation:
    """Two gateways, rules that are followed, a payment that went to Midtrans."""
    now = datetime.now(UTC)

    async def furnish(tx: Tx) -> None:
        ids = {}
        for rank, name in enumerate(("midtrans", "xendit")):
            account = GatewayAccount(new_id(), name, name, "https://gateway.test", b"", b"")
            await insert_account(tx, account, now=now)
            rail = Rail(new_id(), "va_bca", account.id, name, rank, "open")
            await insert_rails(tx, [rail])
            ids[name] = str(rail.id)
        await follow_rules(tx, await write_rules(tx, [CHEAPEST], note="Hemat", now=now), now=now)
        await change_draft(tx, [XENDIT], expected=0, now=now)
        to_pay = {
            "method": "va_bca",
            "amount_minor": 100_000,
            "margin_minor": 20_000,
            "at": now.isoformat(),
            "draw": 9_999,
            "bank": "bca",
        }
        candidates = [
            {
                "id": ids[name],
                "gateway": name,
                "rank": rank,
                "fee_minor": fee,
                "success": share,
                "paid": 1.0,
                "standing": "well",
                "maintenance": False,
            }
            for rank, (name, fee, share) in enumerate((("midtrans", 4_440, 0.9), ("xendit", 3_330, 0.95)))
        ]
        await tx.run(
            """
            INSERT INTO decision (shop_id, id, subject_id, kind, rule, inputs, outcome, reasons, decided_at)
            VALUES (1, %(id)s, %(id)s, 'routing', 'rules_health_worth@1', %(inputs)s::jsonb, %(outcome)s::jsonb,
                    '[]', %(now)s)
            """,
            {
                "id": new_id(),
                "inputs": json.dumps({"to_pay": to_pay, "rails": candidates, "rules": [], "version": None}),
                "outcome": json.dumps({"rails": [{"id": ids["midtrans"]}]}),
                "now": now,
            },
        )

    inside(here, furnish)
    return here


def test_what_is_shown_can_be_given_to_a_replay_and_nothing_is_changed(
    furnished: Installation, tmp_path: Path
) -> None:
    before = inside(furnished, counts)

    shown = furnished.run("routing", "show", "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert (told["version"], told["rules"]) == (1, [CHEAPEST])
    assert [(one["version"], one["active"], one["note"]) for one in told["versions"]] == [(1, True, "Hemat")]
    assert "1. Termurah: Every way to pay: the cheapest first" in furnished.run("routing", "show").stdout

    file = tmp_path / "rules.json"
    file.write_text(shown.stdout)
    replayed = furnished.run("routing", "replay", "--rules", str(file), "--days", "1", "--json")
    assert replayed.returncode == 0, replayed.stderr
    trial = json.loads(replayed.stdout)
    assert (trial["payments"], trial["moved"]) == (1, 1)
    assert (trial["fee_minor"], trial["fee_minor_now"]) == (4_440, 3_330)
    assert (trial["paid"], trial["paid_now"]) == (0.9, 0.95)

    file.write_text(json.dumps([{"name": "Midtrans", "prefer": ["midtrans"]}]))
    said = furnished.run("routing", "replay", "--rules", str(file)).stdout
    assert "1 payments from" in said
    assert "0 would have taken another rail" in said
    assert inside(furnished, counts) == before


@pytest.mark.parametrize(
    ("text", "arguments", "code", "said"),
    [
        ("[", (), 2, "is not JSON"),
        ("[" * 100_000, (), 2, "is not JSON"),
        ('{"name": 1}', (), 1, "rules: not_a_list"),
        ('[{"name": "a", "prefer": ["doku"]}]', (), 1, "1.prefer: gateway_not_there"),
        (json.dumps([CHEAPEST] * 10_000), (), 1, "rules: too_many"),
        ("x" * 1_000_001, (), 2, "larger than 1,000,000 bytes"),
        ("[]", ("--days", "0"), 1, "routing_trial_too_long"),
        ("[]", ("--shop", "lain"), 1, "unknown_shop"),
        (None, (), 2, "there is no file"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_line(
    furnished: Installation,
    tmp_path: Path,
    text: str | None,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    file = tmp_path / "rules.json"
    if text is not None:
        file.write_text(text)

    answer = furnished.run("routing", "replay", "--rules", str(file), *arguments)

    assert (answer.returncode, answer.stdout) == (code, "")
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
