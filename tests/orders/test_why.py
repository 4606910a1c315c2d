"""Kenapa? Where an order's goods come from is kept with what the rule knew."""

import ast
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

import orderan
from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from given import BANDUNG, JAKARTA, SURABAYA, World, a_buyer, a_shop, asked, place
from orderan.access import Permission, make_key
from orderan.flows.change_order import confirm, open_change
from orderan.flows.choose_courier import CARRYING
from orderan.flows.expire_orders import expire_orders
from orderan.flows.place_order import Placed
from orderan.flows.promise_dates import PROMISING
from orderan.flows.replay_decision import REPLAYS, replay
from orderan.flows.route_payment import ROUTING
from orderan.flows.score_orders import TRUST
from orderan.flows.solve_runs import PLANNING_KIND
from orderan.flows.substitute_units import SUBSTITUTING
from orderan.flows.verify_order import VERIFYING
from orderan.inventory import SOURCING, SOURCING_RULE, Receipt, receive_stock, rules
from orderan.kit import decisions
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import SetQuantity, Terms
from orders.acting import pay, placed
from orders.test_order_pages import words

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


async def made_about(floor: ShopFloor, order_id: UUID) -> list[Any]:
    made: list[Any] = await floor.run(lambda tx: decisions.about(tx, order_id))
    return [one for one in made if one.kind != TRUST]


async def two_places(floor: ShopFloor, now: datetime) -> World:
    """One sku at Jakarta and Surabaya, five each."""
    world = await a_shop(floor, now, stock={"kopi": 5}, places={"JKT": JAKARTA, "SBY": SURABAYA})
    receipt = Receipt(world.skus["kopi"], world.locations["SBY"], 5)
    await floor.run(lambda tx: receive_stock(tx, [receipt], now=now))
    return world


async def test_the_choice_of_a_place_keeps_its_rule_inputs_outcome_and_reasons(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)

    assert isinstance(placed, Placed)
    async with floor.db.transaction(floor.caller) as tx:
        [made, _] = await decisions.about(tx, placed.order.id)
    place_id = await floor.value("SELECT location_id::text FROM claim")
    assert (made.kind, made.rule) == ("sourcing", SOURCING_RULE)
    assert made.inputs == {
        "village_code": JAKARTA,
        "wants": [[1, str(world.skus["kopi"]), 2]],
        "places": [[place_id, 0, JAKARTA]],
        "lots": [[0, 0, 5]],
    }
    assert made.outcome == {"locations": [place_id], "units": [[1, 0, 2]]}
    assert made.reasons[0] == "whole"
    assert made.decided_at == now


async def test_an_order_that_was_refused_leaves_no_decision(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})

    await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)

    assert await floor.value("SELECT count(*) FROM decision") == 0


def test_every_kind_of_decision_that_is_kept_can_be_made_again() -> None:
    kinds = set()
    for path in Path(orderan.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decision":
                [kind] = [ast.unparse(word.value) for word in node.keywords if word.arg == "kind"]
                kinds.add(kind)

    assert kinds == {
        "SOURCING", "ROUTING", "TRUST", "VERIFYING", "CARRYING", "PROMISING", "PLANNING_KIND", "SUBSTITUTING",
    }  # fmt: skip
    assert set(REPLAYS) == {
        SOURCING, ROUTING, TRUST, VERIFYING, CARRYING, PROMISING, PLANNING_KIND, SUBSTITUTING,
    }  # fmt: skip


async def test_a_decision_is_made_again_from_what_was_kept_whatever_became_of_the_stock(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now)
    order = await placed(world, keyring, asked(("kopi", 5), buyer=a_buyer()), now)
    await placed(world, keyring, asked(("kopi", 5)), now)

    [made] = await made_about(floor, order.id)
    today = replay(made.kind, made.inputs, made.outcome)

    assert today is not None
    assert (today.rule, today.same, today.outcome) == (SOURCING_RULE, True, made.outcome)
    assert made.outcome["locations"] == [str(world.locations["JKT"])]
    assert [place for place, _, _ in made.inputs["places"]] == [
        str(world.locations["JKT"]),
        str(world.locations["SBY"]),
    ]


async def test_a_change_and_a_revival_keep_why_their_stock_comes_from_where_it_does(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await two_places(floor, now)
    order = await placed(world, keyring, asked(("kopi", 5), buyer=a_buyer()), now)
    change = await floor.run(lambda tx: open_change(tx, order.id, [SetQuantity(1, 7)], reason="", now=now))
    await floor.run(lambda tx: confirm(tx, order.id, change.id, now=now))
    late = now + timedelta(days=40)
    await floor.run(lambda tx: expire_orders(tx, now=late))
    await pay(world, order, 70_000, late)

    made = await made_about(floor, order.id)

    assert [one.inputs["wants"][0][2] for one in made] == [5, 2, 7]
    assert [one.outcome["locations"] for one in made] == [
        [str(world.locations["JKT"])],
        [str(world.locations["SBY"])],
        sorted(str(world.locations[code]) for code in ("JKT", "SBY")),
    ]
    assert all((again := replay(one.kind, one.inputs, one.outcome)) and again.same for one in made)


async def test_an_order_of_services_alone_chose_no_place(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, services=["servis"])

    order = await placed(world, keyring, asked(("servis", 1), terms=Terms.COD), now)

    assert await made_about(floor, order.id) == []


async def test_the_page_says_whether_todays_rules_would_choose_the_same(
    floor: ShopFloor,
    keyring: Keyring,
    now: datetime,
    house: House,
    hire: Hire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = await two_places(floor, now)
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now)
    page = f"/orders/{to_text('ord', order.id)}"
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        assert f"Dengan aturan hari ini ({SOURCING_RULE}) pilihannya sama." in words(await browser.get(page))

        with monkeypatch.context() as tomorrow:
            tomorrow.setattr(rules, "nearness", lambda here, there: 0 if here == there else 1)
            differs = words(await browser.get(page))
        assert f"Dengan aturan hari ini ({SOURCING_RULE}) yang dipilih: SBY." in differs

        await floor.all(
            "UPDATE decision SET inputs = '{}', outcome = '{\"locations\": []}'"
            " WHERE kind = 'sourcing' RETURNING 1"
        )
        assert "tidak bisa diulang" not in words(await browser.get(page))  # without a place nothing is told
        where = f'{{"locations": ["{world.locations["JKT"]}"]}}'
        await floor.all(
            "UPDATE decision SET outcome = %(where)s::jsonb WHERE kind = 'sourcing' RETURNING 1", where=where
        )
        assert "keputusan ini tidak bisa diulang" in words(await browser.get(page))


async def test_the_api_tells_decisions_and_their_inputs_to_whoever_sees_the_stock(
    floor: ShopFloor, keyring: Keyring, now: datetime, house: House
) -> None:
    world = await two_places(floor, now)
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer(village=BANDUNG)), now)
    [made] = await made_about(floor, order.id)

    async def ask(
        *permissions: Permission, part: str = "decisions", within: frozenset[UUID] | None = None
    ) -> Any:
        async def keyed(tx: Tx) -> str:
            made = await make_key(tx, name="uji", permissions=list(permissions), location_ids=within, now=now)
            return made[1]

        client: AsyncClient
        async with house.browser(authorization=f"Bearer {await floor.run(keyed)}") as client:
            answer = await client.get(f"/api/v1/orders/{to_text('ord', order.id)}/{part}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    [whole, scored] = await ask(Permission.ORDERS_READ, Permission.INVENTORY_READ)
    assert (scored["kind"], scored["today"]["same"]) == (TRUST, True)
    assert (whole["kind"], whole["inputs"], whole["outcome"]) == ("sourcing", made.inputs, made.outcome)
    assert whole["today"] == {
        "rule": SOURCING_RULE,
        "same": True,
        "outcome": made.outcome,
        "reasons": ["whole", "near:0"],
    }
    here = frozenset({world.locations["JKT"]})
    both = (Permission.ORDERS_READ, Permission.INVENTORY_READ)
    for permissions, within in (((Permission.ORDERS_READ,), None), (both, here)):
        [less, _] = await ask(*permissions, within=within)
        assert less == whole | {"inputs": None}
        moments = await ask(*permissions, part="timeline", within=within)
        [told] = [one for one in moments if one["kind"] == "decision.sourcing"]
        assert told["facts"]["inputs"] == {"village_code": BANDUNG}
