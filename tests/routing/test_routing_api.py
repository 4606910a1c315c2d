"""Routing rules over the API: read, drafted, tried on past payments, put live, and taken back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pytest
from httpx2 import AsyncClient

from access.conftest import House, hire, house, password_hash
from conftest import ShopFloor
from flows.paying import Till, a_till
from orderan.access import Permission, make_key
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.routing import Rule, Weight, When, active_rules
from orderan.shops import ChannelKind, add_channel

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

SPLIT: Final = {
    "name": "Besar siang",
    "when": {"methods": ["va_bca"], "at_least_minor": 5_000_000, "from_hour": 8, "to_hour": 20},
    "split": [{"gateway": "xendit", "parts": 70}, {"gateway": "midtrans", "parts": 30}],
}
REST: Final = {"name": "Sisanya", "prefer": ["xendit"], "last": ["midtrans"]}


@dataclass
class Program:
    """A program with keys of its own, and a shop with two gateways and two payments."""

    till: Till
    client: AsyncClient

    @property
    def floor(self) -> ShopFloor:
        return self.till.floor

    async def key(self, name: str, *may: Permission, **scope: Any) -> str:
        _, secret = await self.floor.run(
            lambda tx: make_key(tx, name=name, permissions=list(may), now=self.till.clock.at, **scope)
        )
        return str(secret)

    async def ask(self, secret: str, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"authorization": f"Bearer {secret}"}
        address = f"/api/v1/routing-rules{path}"
        if body is None:
            return await self.client.get(address, headers=headers)
        return await self.client.post(
            address, json=body, headers=headers | {"idempotency-key": key or new_id().hex}
        )


@pytest.fixture
async def program(floor: ShopFloor, keyring: Keyring, house: House, now: datetime) -> AsyncIterator[Program]:
    till = await a_till(floor, keyring, now)
    for _ in range(2):
        await till.cashier.charge(floor.caller, till.order.id, "va_bca", anew=True)
    async with house.browser() as client:
        yield Program(till, client)


async def test_rules_go_from_a_draft_over_a_trial_into_force_and_back(program: Program) -> None:
    owner = await program.key("pemilik", Permission.SETTINGS_READ, Permission.SETTINGS_WRITE)
    empty = (await program.ask(owner, "")).json()
    assert empty == {
        "version": 0,
        "followed": [],
        "draft": {"revision": 0, "rules": [], "trial": None},
    }

    asked = {"revision": 0, "rules": [SPLIT, REST, {"name": "Lagi", "cheapest": True}]}
    drafted = await program.ask(owner, "/draft", asked, key="satu")
    again = await program.ask(owner, "/draft", asked, key="satu")
    stale = await program.ask(owner, "/draft", asked)
    assert (drafted.status_code, drafted.json()["revision"]) == (200, 1)
    assert again.text == drafted.text
    assert (stale.status_code, stale.json()["code"]) == (409, "routing_draft_moved_on")
    first, _, third = drafted.json()["rules"]
    assert (first["when"]["from_hour"], first["split"], first["behind"]) == (8, SPLIT["split"], None)
    assert third["behind"] == 2

    seen = {"revision": 1, "note": "Xendit lebih murah"}
    untried = await program.ask(owner, "/activate", seen)
    assert (untried.status_code, untried.json()["code"]) == (409, "routing_draft_not_tried")
    assert await program.floor.run(active_rules) is None
    tried = (await program.ask(owner, "/trial", {"revision": 1, "days": 7})).json()["trial"]
    assert (tried["payments"], tried["moved"], tried["against"]) == (2, 2, 0)
    assert tried["by_rule"] == {"Besar siang": 0, "Sisanya": 2, "Lagi": 0, "": 0}
    [move] = tried["moves"]
    assert (move["from_gateway"], move["to_gateway"], move["payments"]) == ("midtrans", "xendit", 2)
    assert {one["order_id"] for one in tried["examples"]} == {to_text("ord", program.till.order.id)}

    live = (await program.ask(owner, "/activate", seen)).json()
    assert (live["version"], [rule["name"] for rule in live["followed"]]) == (
        1,
        ["Besar siang", "Sisanya", "Lagi"],
    )
    followed = await program.floor.run(active_rules)
    assert followed.rules[:2] == (
        Rule(
            "Besar siang",
            When(methods=("va_bca",), at_least_minor=5_000_000, from_hour=8, to_hour=20),
            split=(Weight("xendit", 70), Weight("midtrans", 30)),
        ),
        Rule("Sisanya", prefer=("xendit",), last=("midtrans",)),
    )

    await program.ask(owner, "/draft", {"revision": 1, "rules": []})
    await program.ask(owner, "/trial", {"revision": 2, "days": 1})
    assert (await program.ask(owner, "/activate", {"revision": 2, "note": "tanpa"})).json()["followed"] == []
    old = (await program.ask(owner, "/versions/1")).json()
    assert (old["note"], old["active"], len(old["rules"])) == ("Xendit lebih murah", False, 3)
    assert (await program.ask(owner, "/versions/9")).status_code == 404
    back = [{name: value for name, value in rule.items() if name != "behind"} for rule in old["rules"]]
    again = await program.ask(owner, "/draft", {"revision": 2, "rules": back})
    assert again.json()["rules"] == old["rules"]


async def test_every_fault_is_told_at_once_and_nothing_is_kept(program: Program) -> None:
    owner = await program.key("pemilik", Permission.SETTINGS_READ, Permission.SETTINGS_WRITE)
    wrong = [
        {"name": "Satu", "prefer": ["stripe"], "cheapest": True},
        {"name": "Satu", "when": {"from_hour": 8, "methods": ["pulsa"]}, "last": ["xendit"]},
    ]

    refused = await program.ask(owner, "/draft", {"revision": 0, "rules": wrong})
    shapeless = await program.ask(owner, "/draft", {"revision": 0, "rules": [{"name": "A", "gateway": "x"}]})
    long = await program.ask(owner, "/trial", {"revision": 0, "days": 91})

    assert (refused.status_code, set(refused.json()["faults"])) == (
        422,
        {
            "1.prefer: gateway_not_there",
            "1.rule: two_orders",
            "2.name: name_twice",
            "2.when.methods: method_not_there",
            "2.when.to_hour: hours_half_given",
        },
    )
    assert (shapeless.status_code, long.status_code) == (400, 400)
    assert (await program.ask(owner, "")).json()["draft"]["revision"] == 0


async def test_who_reads_settings_reads_rules_who_writes_them_writes_and_examples_are_of_ones_own_orders(
    program: Program,
) -> None:
    owner = await program.key("pemilik", Permission.SETTINGS_READ, Permission.SETTINGS_WRITE)
    reader = await program.key("pembaca", Permission.SETTINGS_READ)
    money = await program.key("uang", Permission.PAYMENTS_READ, Permission.PAYMENTS_WRITE)
    other = await program.floor.run(
        lambda tx: add_channel(tx, code="lain", name="Lain", kind=ChannelKind.WEB, now=program.till.clock.at)
    )
    elsewhere = await program.key("lain", Permission.SETTINGS_READ, channel_ids=[other.id])
    await program.ask(owner, "/draft", {"revision": 0, "rules": [REST]})
    await program.ask(owner, "/trial", {"revision": 1, "days": 7})

    assert (await program.ask(money, "")).status_code == 403
    for path, body in (
        ("/draft", {"revision": 1, "rules": []}),
        ("/trial", {"revision": 1, "days": 1}),
        ("/activate", {"revision": 1, "note": "saya"}),
    ):
        assert (await program.ask(reader, path, body)).status_code == 403
    trial = (await program.ask(reader, "")).json()["draft"]["trial"]
    hidden = (await program.ask(elsewhere, "")).json()["draft"]["trial"]
    assert (len(trial["examples"]), hidden["examples"]) == (2, [])
    assert hidden["moved"] == trial["moved"] == 2
