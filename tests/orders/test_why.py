"""Kenapa? Where an order's goods come from is kept with what the rule knew."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from given import JAKARTA, a_buyer, a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.inventory import SOURCING_RULE
from orderan.kit import decisions
from orderan.kit.crypto import Keyring

pytestmark = pytest.mark.anyio


async def test_the_choice_of_a_place_keeps_its_rule_inputs_outcome_and_reasons(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)

    assert isinstance(placed, Placed)
    async with floor.db.transaction(floor.caller) as tx:
        [made] = await decisions.about(tx, placed.order.id)
    place_id = await floor.value("SELECT location_id::text FROM claim")
    assert (made.kind, made.rule) == ("sourcing", SOURCING_RULE)
    assert made.inputs == {"village_code": JAKARTA}
    assert made.outcome == {"locations": [place_id]}
    assert made.reasons[0] == "whole"
    assert made.decided_at == now


async def test_an_order_that_was_refused_leaves_no_decision(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 1})

    await place(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=now)

    assert await floor.value("SELECT count(*) FROM decision") == 0
