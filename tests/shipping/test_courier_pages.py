"""Rules of who carries, the scorecard and the costs, as a browser and a program see them."""

import html
import re
from datetime import datetime
from typing import Any, Final

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from flows.test_book_courier import Desk, a_desk
from given import JAKARTA
from orderan.access import Permission, make_key
from orderan.flows.hand_over import hand_over
from orderan.flows.views_carrying import CarriedBooking, CarriedOrder, bears, carried_orders, carrying_sums
from orderan.flows.views_couriers import CourierScore, worst_first
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.ids import NIL, new_id
from orderan.orders import Order
from orderan.shipping import CARRY_RULES, CarryPayer, CarryRulesNotUsable, read_policy

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

PAGE: Final = "/shipping/choice"
TYPED: Final = {
    "revision": "0",
    "day": "2.000",
    "failure": "15.000",
    "rule_1_name": "Jakarta",
    "rule_1_areas": JAKARTA[:2],
    "rule_1_never": "gosend",
    "rule_1_insure": "yes",
    "rule_1_insure_payer": "merchant",
    "rule_1_subsidy_payer": "platform",
}


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    return await a_desk(floor, keyring, now, "biteship")


@pytest.fixture
async def browser(desk: Desk, house: House, hire: Hire) -> Any:
    await hire(name="Rina")
    async with house.browser() as client:
        await sign_in(client)
        yield client


def words(answer: Any) -> str:
    """What a page says, in one line."""
    text = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


async def booked(desk: Desk) -> Order:
    """An order whose parcel left with the courier that was chosen for it."""
    order, task = await desk.packed()
    booking = await desk.book(task)
    await desk.floor.run(lambda tx: hand_over(tx, task, [Box(booking.courier or "", "")], now=desk.now))
    return order


async def test_a_draft_is_typed_tried_on_past_parcels_put_live_and_followed(
    desk: Desk, browser: AsyncClient
) -> None:
    await booked(desk)
    [before] = await desk.floor.all(
        "SELECT outcome FROM decision WHERE shop_id = %(shop)s AND kind = 'courier'"
    )
    _, first, _ = before.outcome["carriers"][0]["id"].split(":")
    typed = TYPED | {"rule_1_never": first}

    wrong = await send(browser, f"{PAGE}/edit", typed | {"rule_1_never": "jnx", "rule_1_at_least": "mahal"})
    assert wrong.status_code == 422
    assert "Tulis kode kurir" in words(wrong)
    assert 'value="mahal"' in wrong.text
    kept = await send(browser, f"{PAGE}/edit", typed)
    assert (kept.status_code, kept.headers["location"]) == (303, f"{PAGE}?said=saved")
    assert "kekurangan ongkir ditanggung Platform" in words(await browser.get(PAGE))
    untried = await send(browser, f"{PAGE}/live", {"revision": "1", "note": "Sering telat"})
    assert untried.status_code == 409
    assert "Sering telat" in words(untried)

    tried = await send(browser, f"{PAGE}/trial", {"revision": "1", "days": "7"})
    assert tried.headers["location"] == f"{PAGE}?said=tried"
    assert "1 dari 1 paket akan dibawa kurir lain" in words(await browser.get(PAGE))
    await send(browser, f"{PAGE}/live", {"revision": "1", "note": "Sering telat"})
    live = await desk.floor.run(CARRY_RULES.live)
    assert (live.version, live.rules.rules[0].insure_payer) == (1, CarryPayer.MERCHANT)

    # The next parcel goes with another, insured, and says who pays for what.
    _, task = await desk.packed()
    booking = await desk.book(task)
    assert booking.courier != first
    row = await desk.stands(booking)
    assert (row.insured, row.insurance_payer, row.subsidy_payer) == (True, "merchant", "platform")


async def test_the_scorecard_and_the_costs_are_pages_files_and_an_answer(
    desk: Desk, browser: AsyncClient, house: House, keyring: Keyring
) -> None:
    order = await booked(desk)
    assert "Per kurir, yang terburuk di atas" in words(await browser.get("/shipping/couriers"))
    costs = words(await browser.get("/shipping/costs"))
    assert str(order.number) in costs
    filed = await browser.get("/shipping/costs/export.csv")
    assert str(order.number) in filed.text
    assert (await browser.get("/shipping/couriers/export.csv")).text.startswith("courier,area,sent")

    _, key = await desk.floor.run(
        lambda tx: make_key(tx, name="pelapor", permissions=[Permission.SHIPPING_READ], now=desk.now)
    )
    async with house.browser() as client:
        told = await client.get("/api/v1/courier-scores", headers={"authorization": f"Bearer {key}"})
    assert [one["sent"] for one in told.json()["data"]] == [1, 1]


async def test_who_bears_what_adds_up_to_what_it_costs_beside_the_buyers_shipping(desk: Desk) -> None:
    await booked(desk)
    [carried] = await desk.floor.run(lambda tx: carried_orders(tx, since=desk.now))
    sums = await desk.floor.run(lambda tx: carrying_sums(tx, since=desk.now))
    assert (sums.parcels, sums.cost_minor) == (1, carried.cost_minor)
    assert sum(bears(carried).values()) == carried.borne_minor


@pytest.mark.parametrize(
    ("paid", "borne"),
    [
        (0, {CarryPayer.MERCHANT: 500, CarryPayer.PLATFORM: 12_000}),
        (12_000, {CarryPayer.MERCHANT: 500}),
        (15_000, {CarryPayer.MERCHANT: 500, CarryPayer.SHOP: -3_000}),
    ],
)
def test_a_subsidy_is_what_the_buyer_does_not_pay_and_a_surplus_stays_with_the_shop(
    paid: int, borne: dict[CarryPayer, int]
) -> None:
    booking = CarriedBooking("jne", 10_000, 11_000, 500, 1_000, CarryPayer.MERCHANT, CarryPayer.PLATFORM)
    order = CarriedOrder(NIL, 1, datetime.min, "IDR", paid, (booking,))  # noqa: DTZ901 - no matter when
    assert bears(order) == borne
    assert order.dearer_minor == 1_000


def test_the_courier_with_most_trouble_is_first_and_a_few_unlucky_parcels_are_no_verdict() -> None:
    def score(courier: str, ended: int, troubled: int) -> CourierScore:
        return CourierScore(
            courier, "", ended, ended, ended - troubled, ended - troubled, 0, 0, 0, 0, ended, ended, troubled,
            None, None, 0, 0, 0, 0,
        )  # fmt: skip

    order = worst_first([score("good", 200, 10), score("unlucky", 2, 1), score("bad", 200, 60)])
    assert [one.courier for one in order] == ["bad", "unlucky", "good"]


def test_a_rule_that_lets_the_buyer_bear_a_subsidy_or_says_nothing_is_refused() -> None:
    with pytest.raises(CarryRulesNotUsable) as refused:
        read_policy(
            {
                "rules": [
                    {"name": "a", "subsidy_payer": "buyer"},
                    {"name": "b"},
                    {"name": "c", "insure": True, "insure_payer": "bank"},
                ]
            }
        )
    assert refused.value.faults == (
        "1.subsidy_payer: not_the_buyer",
        "2: says_nothing",
        "3.insure_payer: unknown_payer",
    )


async def test_rules_are_drafted_and_tried_over_the_api(desk: Desk, house: House) -> None:
    _, key = await desk.floor.run(
        lambda tx: make_key(
            tx,
            name="pengatur",
            permissions=[Permission.SETTINGS_READ, Permission.SETTINGS_WRITE],
            now=desk.now,
        )
    )
    headers = {"authorization": f"Bearer {key}"}
    rules = {
        "day_minor": 1_000,
        "failure_minor": 9_000,
        "rules": [{"name": "Jauh", "when": {"areas": ["91"]}, "only": ["jne"]}],
    }

    async def ask(client: AsyncClient, road: str, body: dict[str, Any]) -> Any:
        return await client.post(
            f"/api/v1/carry-rules{road}", json=body, headers=headers | {"idempotency-key": new_id().hex}
        )

    async with house.browser() as client:
        made = await ask(client, "/draft", {"revision": 0, "rules": rules})
        assert made.json()["rules"]["rules"][0]["only"] == ["jne"]
        late = await ask(client, "/draft", {"revision": 0, "rules": rules})
        assert (late.status_code, late.json()["code"]) == (409, "carry_draft_moved_on")
        assert (await ask(client, "/trial", {"revision": 1, "days": 7})).json()["trial"]["parcels"] == 0
        live = await ask(client, "/activate", {"revision": 1, "note": "Papua"})
        assert live.json()["version"] == 1
        again = (await client.get("/api/v1/carry-rules/versions/1", headers=headers)).json()
        assert again["rules"]["day_minor"] == 1_000
