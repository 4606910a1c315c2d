"""A buyer follows an order; a stranger who guesses learns nothing."""

from datetime import timedelta

import pytest

from access.conftest import House, send
from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.kit.crypto import Keyring

pytestmark = pytest.mark.anyio


async def _an_order(floor: ShopFloor, keyring: Keyring, house: House) -> int:
    world = await a_shop(floor, house.clock.at, stock={"kopi": 10})
    [placed] = await place(
        world, keyring, asked(("kopi", 2), buyer=a_buyer("Ani Lestari", "+6281234567890")), now=house.clock.at
    )
    assert isinstance(placed, Placed)
    return placed.order.number


async def test_the_number_and_four_digits_open_the_order_for_half_an_hour(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    number = await _an_order(floor, keyring, house)
    async with house.browser() as buyer:
        answer = await send(buyer, "/track", {"number": f" {number} ", "digits": "7890"}, page="/track")
        assert (answer.status_code, answer.headers["location"]) == (303, "/track/order")
        page = await buyer.get("/track/order")
        again = await buyer.get("/track/order")
        assert (page.status_code, again.status_code) == (200, 200)
        assert str(number) in page.text
        assert "Ani L." in page.text
        for private in ("Lestari", "7890", "Mawar", "+62"):
            assert private not in page.text
        house.clock.at += timedelta(minutes=31)
        assert (await buyer.get("/track/order")).headers["location"] == "/track"


async def test_a_wrong_number_and_wrong_digits_get_the_same_answer(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    number = await _an_order(floor, keyring, house)
    other = number + 100
    from orderan.kit.text import with_check_digit

    unknown = with_check_digit(other // 10 + 77_777)
    told = []
    async with house.browser() as stranger:
        for typed, digits in ((number, "0000"), (unknown, "7890"), (number, ""), (number, "0")):
            answer = await send(stranger, "/track", {"number": str(typed), "digits": digits}, page="/track")
            text = answer.text.replace(str(typed), "N").replace(f'value="{digits}"', "D")
            told.append((answer.status_code, text.count("tidak cocok")))
        assert "orderan_track" not in stranger.cookies
    assert told == [told[0]] * 4
    assert told[0][0] == 422


async def test_a_mistyped_number_is_told_without_counting_against_the_order(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    number = await _an_order(floor, keyring, house)
    wrong = str(number)[:-1] + str((number + 1) % 10)
    async with house.browser() as buyer:
        for _ in range(10):
            answer = await send(buyer, "/track", {"number": wrong, "digits": "7890"}, page="/track")
            assert "salah ketik" in answer.text
        answer = await send(buyer, "/track", {"number": str(number), "digits": "7890"})
        assert answer.status_code == 303


async def test_endings_of_one_order_cannot_be_tried_out(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    number = await _an_order(floor, keyring, house)
    async with house.browser() as stranger:
        for digits in range(6):
            await send(stranger, "/track", {"number": str(number), "digits": f"{digits:04}"}, page="/track")
        answer = await send(stranger, "/track", {"number": str(number), "digits": "7890"})
        assert answer.status_code == 422
        assert "Terlalu banyak percobaan" in answer.text
        assert "orderan_track" not in stranger.cookies


async def test_right_look_ups_do_not_count_and_what_was_wrong_before_still_does(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    number = await _an_order(floor, keyring, house)
    right, wrong = ({"number": str(number), "digits": digits} for digits in ("7890", "0000"))
    async with house.browser() as buyer:
        for _ in range(40):
            assert (await send(buyer, "/track", right, page="/track")).status_code == 303
        for _ in range(5):
            assert "tidak cocok" in (await send(buyer, "/track", wrong)).text
        for _ in range(3):
            assert (await send(buyer, "/track", right)).status_code == 303
        assert "tidak cocok" in (await send(buyer, "/track", wrong)).text

        full = await send(buyer, "/track", wrong)

        assert "Terlalu banyak percobaan" in full.text
        assert 0 < int(full.headers["retry-after"]) <= 7_200


async def test_whoever_knows_one_order_buys_no_guesses_at_others_with_it(
    floor: ShopFloor, house: House, keyring: Keyring
) -> None:
    from orderan.kit.text import with_check_digit

    number = await _an_order(floor, keyring, house)
    others = [with_check_digit(number // 10 + 50_000 + turn) for turn in range(31)]
    told = []
    async with house.browser() as stranger:
        for other in others:
            answer = await send(stranger, "/track", {"number": str(other), "digits": "1111"}, page="/track")
            told.append("Terlalu banyak percobaan" in answer.text)
            await send(stranger, "/track", {"number": str(number), "digits": "7890"})
    assert told == [False] * 30 + [True]


async def test_a_changed_ticket_opens_nothing(floor: ShopFloor, house: House, keyring: Keyring) -> None:
    number = await _an_order(floor, keyring, house)
    async with house.browser() as buyer:
        await send(buyer, "/track", {"number": str(number), "digits": "7890"}, page="/track")
        ticket = buyer.cookies["orderan_track"]
    async with house.browser() as stranger:
        head, _, tail = ticket.partition(".")
        for forged in (f"{head[:-2]}xx.{tail}", f"{head}.{tail[:-2]}xx", head, "", "a.b", "é.ü"):
            answer = await stranger.get(
                "/track/order", headers=[(b"cookie", f"orderan_track={forged}".encode())]
            )
            assert answer.headers["location"] == "/track"
