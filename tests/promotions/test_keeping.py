"""Promotions written, changed, started and ended; refused where they must be, with nothing changed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from orderan.flows import offer_promotion
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.states import IllegalMove
from orderan.promotions import (
    LimitBelowTaken,
    Months,
    Promotion,
    PromotionEnded,
    PromotionEvent,
    PromotionKind,
    PromotionNotFound,
    PromotionState,
    PromotionTermsWrong,
    change_promotion,
    find_promotion,
    make_promotion,
    move_promotion,
)
from promotions.promoting import HALVES, a_discount, promotion_row, running, some_orders

pytestmark = pytest.mark.anyio


async def kept(floor: ShopFloor, promotion_id: UUID) -> Promotion:
    found: Promotion = await floor.run(lambda tx: find_promotion(tx, promotion_id))
    return found


async def trail(floor: ShopFloor) -> list[Any]:
    rows = await floor.all(
        "SELECT action, before ->> 'state' AS was, after ->> 'state' AS becomes FROM audit_entry"
        " WHERE entity_kind = 'payment_promotion' ORDER BY at, id"
    )
    return [tuple(row) for row in rows]


async def test_every_part_of_the_terms_is_kept_as_it_was_written(floor: ShopFloor, now: datetime) -> None:
    terms = a_discount(
        now,
        kind=PromotionKind.INSTALMENT,
        fixed_minor=0,
        months=(Months(3, 250), Months(6, 400)),
        payers=HALVES,
        methods=("card_instalment",),
        wallets=("gopay",),
        card_ranges=("411111", "52110012"),
        valid_until=now + timedelta(days=9),
        hour_from=22,
        hour_until=2,
        minimum_minor=500_000,
        per_buyer=2,
        quota=100,
        budget_minor=9_000_000,
    )

    made = await floor.run(lambda tx: make_promotion(tx, terms, now=now))

    found = await kept(floor, made.id)
    assert found.terms == terms
    assert (found.state, found.taken_minor, found.taken_count) == (PromotionState.DRAFT, 0, 0)
    assert (found.made_by, found.made_at, found.left_minor) == ("staff:test", now, 9_000_000)


async def test_wrong_terms_are_named_all_at_once_and_nothing_is_kept(floor: ShopFloor, now: datetime) -> None:
    with pytest.raises(PromotionTermsWrong) as refused:
        await floor.run(lambda tx: make_promotion(tx, a_discount(now, name="", payers=()), now=now))

    assert refused.value.wrong == ("name", "payers")
    assert await floor.value("SELECT count(*) FROM payment_promotion") == 0
    assert await trail(floor) == []


async def test_a_promotion_is_started_paused_and_ended_and_each_leaves_a_trace(
    floor: ShopFloor, now: datetime
) -> None:
    made = await running(floor, a_discount(now), now=now)
    for event in (PromotionEvent.PAUSE, PromotionEvent.START, PromotionEvent.END):
        await floor.run(lambda tx, event=event: move_promotion(tx, made.id, event, now=now))
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: move_promotion(tx, made.id, PromotionEvent.START, now=now))

    assert (await promotion_row(floor, made.id)).state == "ended"
    assert await trail(floor) == [
        ("promotion.set", None, None),
        ("promotion.moved", "draft", "running"),
        ("promotion.moved", "running", "paused"),
        ("promotion.moved", "paused", "running"),
        ("promotion.moved", "running", "ended"),
    ]


async def test_what_is_over_or_not_there_is_not_changed(floor: ShopFloor, now: datetime) -> None:
    made = await running(floor, a_discount(now), now=now)
    await floor.run(lambda tx: move_promotion(tx, made.id, PromotionEvent.END, now=now))
    with pytest.raises(PromotionEnded):
        await floor.run(lambda tx: change_promotion(tx, made.id, a_discount(now, fixed_minor=1), now=now))
    with pytest.raises(PromotionNotFound):
        await floor.run(lambda tx: change_promotion(tx, UUID(int=9), a_discount(now), now=now))
    with pytest.raises(PromotionNotFound):
        await floor.run(lambda tx: move_promotion(tx, UUID(int=9), PromotionEvent.START, now=now))

    assert (await kept(floor, made.id)).terms == made.terms


async def test_a_budget_is_not_cut_below_what_was_taken_and_more_of_it_lets_the_promotion_run_on(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    [order] = await some_orders(floor, keyring, now, 1)
    made = await running(floor, a_discount(now, budget_minor=9_000), now=now)

    async def use(tx: Tx) -> None:
        await offer_promotion.reserve(tx, order, "va_bca", made.id, now=now)

    await floor.run(use)
    assert tuple(await promotion_row(floor, made.id)) == ("exhausted", 5_000, 1)
    for quota in (None, 1):
        terms = replace(made.terms, budget_minor=4_999, quota=quota)
        with pytest.raises(LimitBelowTaken) as refused:
            await floor.run(lambda tx, terms=terms: change_promotion(tx, made.id, terms, now=now))
        assert (refused.value.taken_minor, refused.value.taken_count) == (5_000, 1)
        assert (await kept(floor, made.id)).terms == made.terms

    for budget, state in ((10_000, "running"), (5_000, "exhausted"), (None, "running")):
        terms = replace(made.terms, budget_minor=budget)
        await floor.run(lambda tx, terms=terms: change_promotion(tx, made.id, terms, now=now))
        assert (await promotion_row(floor, made.id)).state == state
