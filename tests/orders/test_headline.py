"""The word people see is computed from the axes and kept on the order for lists."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from given import a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring
from orderan.orders import Commercial, Headline, Terms, headline, refresh_headline
from orderan.orders.headlines import Tally

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("commercial", "units", "tasks", "word"),
    [
        (Commercial.DRAFT, Tally(2, 0, 0, 0, 0), set(), Headline.AWAITING_PAYMENT),
        (Commercial.AWAITING_PAYMENT, Tally(2, 0, 0, 0, 0), set(), Headline.AWAITING_PAYMENT),
        (Commercial.CANCELLED, Tally(2, 2, 0, 0, 0), set(), Headline.CANCELLED),
        (Commercial.EXPIRED, Tally(2, 0, 0, 0, 0), set(), Headline.CANCELLED),
        (Commercial.ACCEPTED, Tally(2, 0, 0, 0, 0), {"planned"}, Headline.ACCEPTED),
        (Commercial.ACCEPTED, Tally(2, 0, 0, 0, 0), {"released"}, Headline.PROCESSING),
        (Commercial.ACCEPTED, Tally(2, 0, 0, 0, 0), {"packed", "planned"}, Headline.PROCESSING),
        (Commercial.ACCEPTED, Tally(2, 0, 0, 0, 0), {"packed"}, Headline.PACKED),
        (Commercial.ACCEPTED, Tally(2, 0, 1, 0, 0), {"handed_over", "planned"}, Headline.PROCESSING),
        (Commercial.ACCEPTED, Tally(3, 1, 2, 0, 0), {"handed_over"}, Headline.SHIPPED),
        (Commercial.ACCEPTED, Tally(2, 0, 2, 2, 1), {"handed_over"}, Headline.SHIPPED),
        (Commercial.COMPLETED, Tally(2, 0, 2, 2, 0), {"handed_over"}, Headline.COMPLETED),
        (Commercial.COMPLETED, Tally(2, 0, 2, 2, 2), {"handed_over"}, Headline.RETURNED),
    ],
)
async def test_the_word_follows_from_the_axes(
    commercial: Commercial, units: Tally, tasks: set[str], word: Headline
) -> None:
    assert headline(commercial, units, tasks) == word


async def test_the_stored_word_of_many_orders_is_made_true_at_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    first, second = await place(
        world, keyring, asked(("kopi", 1), terms=Terms.COD), asked(("kopi", 1), terms=Terms.COD), now=now
    )
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    await floor.run(
        lambda tx: tx.run(
            "UPDATE task SET state = 'picking', order_cleared = TRUE WHERE order_id = %(id)s",
            {"id": first.order.id},
        )
    )

    await floor.run(lambda tx: refresh_headline(tx, [first.order.id, second.order.id]))

    words = {row.id: row.headline for row in await floor.all("SELECT id, headline FROM sales_order")}
    assert words == {first.order.id: "processing", second.order.id: "accepted"}
