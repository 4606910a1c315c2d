"""A gateway's own limits of a method: a rail that does not take so much is neither offered nor asked."""

import pytest

from orderan.flows.fitting_rails import fitting, restricts_cards, takes
from orderan.gateways import GATEWAYS, offers_of
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id
from orderan.payments import METHODS, NoRail, Rail, open_account
from paying.conftest import Counter

pytestmark = pytest.mark.anyio


def a_rail(gateway: str, method: str) -> Rail:
    return Rail(new_id(), method, new_id(), gateway, 0, "open")


def test_a_counter_takes_as_much_as_its_gateway_allows() -> None:
    narrow, wide = a_rail("xendit", "indomaret"), a_rail("midtrans", "indomaret")
    assert (takes(narrow, 2_500_000), takes(narrow, 2_500_001)) == (True, False)
    assert takes(wide, 5_000_000)
    assert fitting([narrow, wide], 3_000_000) == [wide]
    assert (takes(a_rail("duitku", "qris"), 9_999), takes(a_rail("midtrans", "qris"), 9_999)) == (False, True)


def test_only_rails_that_hold_to_ranges_carry_what_is_for_certain_cards() -> None:
    held, free = a_rail("midtrans", "card"), a_rail("stripe", "card")
    assert (restricts_cards(held), restricts_cards(free)) == (True, False)
    assert fitting([free, held], 20_000, card_ranges=("481111",)) == [held]
    assert fitting([free, held], 20_000) == [free, held]


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_limits_of_gateways_are_narrower_than_the_method_itself(gateway: str) -> None:
    for code, offer in offers_of(gateway).items():
        method = METHODS[code]
        assert offer.most_minor is None or method.least_minor < offer.most_minor < method.most_minor
        assert offer.least_minor == 1 or method.least_minor < offer.least_minor < method.most_minor


async def test_what_no_rail_takes_is_neither_on_the_page_nor_charged(
    counter: Counter, keyring: Keyring
) -> None:
    await counter.floor.run(
        lambda tx: open_account(
            tx, keyring, gateway="xendit", name="Xendit", base_url="http://127.0.0.1:1",
            credentials={"secret_key": "k", "callback_token": "t"}, methods=["indomaret"], now=counter.clock.at,
        )
    )  # fmt: skip
    await counter.floor.all(
        "UPDATE sales_order SET total_minor = 3000000, goods_minor = 3000000 WHERE id = %(id)s RETURNING id",
        id=counter.order.id,
    )
    page = (await counter.buyer.get(counter.page)).text
    assert ("Alfamart" in page, "Indomaret" in page) == (True, False)
    offered = await counter.cashier.charge(counter.floor.caller, counter.order.id, "alfamart")
    with pytest.raises(NoRail):
        await counter.cashier.charge(counter.floor.caller, counter.order.id, "indomaret")
    # What they have stays payable.
    tries = await counter.floor.all("SELECT id, state FROM payment_attempt")
    assert [tuple(one) for one in tries] == [(offered.id, "offered")]
