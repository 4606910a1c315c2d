"""What asking is worth: the sum every seller makes, and the same from orders that were asked about."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from given import BANDUNG, JAKARTA, a_buyer, a_shop, asked, place
from orderan.flows.hear_buyer import answer_by_hand
from orderan.flows.place_order import Placed
from orderan.flows.views_cod import By, asked_by, asked_since, trips_minor
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Terms
from orderan.verification import AttemptEvent, Policy, keep_policy


def test_thirty_fakes_of_a_hundred_a_day_cost_a_million_a_year_and_stopping_four_of_five_saves_four_of_five() -> (
    None
):
    day = trips_minor(30, 100)
    assert (day, day * 365) == (3_000, 1_095_000)
    assert trips_minor(24, 100) * 365 == 876_000 == day * 365 * 80 // 100


@pytest.mark.anyio
async def test_a_hundred_orders_of_a_day_are_counted_as_the_sum_says(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 500, "teh": 500})
    await floor.run(lambda tx: keep_policy(tx, Policy(), expected=1, now=now))
    wanted = [
        asked(
            ("kopi" if at % 2 else "teh", 1),
            buyer=replace(a_buyer(village=JAKARTA if at < 50 else BANDUNG), phone=f"+62812340000{at:02}"),
            terms=Terms.COD,
        )
        for at in range(100)
    ]
    placed = await place(world, keyring, *wanted, now=now)
    orders = [one.order.id for one in placed if isinstance(one, Placed)]
    assert len(orders) == 100

    async def answer(tx: Tx) -> None:
        for at, order_id in enumerate(orders):
            event = AttemptEvent.REFUSE if at < 24 else AttemptEvent.CONFIRM
            await answer_by_hand(tx, order_id, event, note="ditelepon", now=now)

    await floor.run(answer)
    await floor.all(
        """
        INSERT INTO parcel (shop_id, id, task_id, order_id, courier, service, awb, state, contents, weight_g, created_at)
        SELECT task.shop_id, task.id, task.id, task.order_id, 'jne', 'REG', 'AWB' || row_number() OVER (), 'returned',
               '[]', 1000, %(now)s
        FROM task WHERE task.order_id = ANY(%(slipped)s)
        RETURNING id
        """,
        now=now,
        slipped=orders[24:30],
    )

    found = await floor.run(lambda tx: asked_since(tx, now - timedelta(days=1), trip_minor=100))
    assert (found.orders, found.refused, found.stopped, found.slipped) == (100, 24, 24, 6)
    assert (found.saved_minor, found.lost_minor) == (2_400, 600)
    assert found.saved_minor + found.lost_minor == trips_minor(30, 100)
    assert found.stopped_share == 0.8
    await floor.all(
        "UPDATE sales_order SET verification = 'waived' WHERE id = %(id)s RETURNING id", id=orders[24]
    )
    await floor.all("DELETE FROM verification_attempt WHERE order_id = %(id)s RETURNING id", id=orders[24])
    await floor.all("DELETE FROM verification_case WHERE order_id = %(id)s RETURNING order_id", id=orders[24])
    await floor.all(
        """
        UPDATE sales_order SET verification = 'unreachable', commercial = 'cancelled' WHERE id = %(id)s RETURNING id
        """,
        id=orders[0],
    )
    again = await floor.run(lambda tx: asked_since(tx, now - timedelta(days=1), trip_minor=100))
    assert (again.orders, again.waived, again.asked) == (100, 1, 99)
    assert (again.stopped, again.unreached, again.slipped, again.saved_minor) == (23, 1, 6, 2_300)
    await floor.all(
        "UPDATE sales_order SET verification = 'refused' WHERE id = %(id)s RETURNING id", id=orders[0]
    )
    areas = await floor.run(
        lambda tx: asked_by(tx, By.AREA, now - timedelta(days=1), trip_minor=100, limit=9)
    )
    assert [(one.group, one.orders, one.stopped) for one in areas] == [
        (JAKARTA[:5], 50, 24),
        (BANDUNG[:5], 50, 0),
    ]
    goods = await floor.run(
        lambda tx: asked_by(tx, By.PRODUCT, now - timedelta(days=1), trip_minor=100, limit=9)
    )
    assert sorted((one.orders, one.stopped, one.saved_minor) for one in goods) == [
        (50, 12, 1_200),
        (50, 12, 1_200),
    ]
