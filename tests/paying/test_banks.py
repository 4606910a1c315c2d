"""Banks over all gateways: side by side, with the one named whose trouble it is."""

import html
import re
from datetime import datetime, timedelta

import pytest

from access.conftest import Hire, House, sign_in
from conftest import ShopFloor
from flows.paying import a_till
from orderan.flows.views_banks import BankNow, Cause, bank_name, banks_now
from orderan.flows.watch_rails import watch_rails
from orderan.health import Blame
from orderan.kit.crypto import Keyring
from orderan.payments import METHODS, Rail
from paying.made_up import MINUTE, Day, a_day

pytestmark = pytest.mark.anyio


async def bca(day: Day) -> BankNow:
    found: BankNow
    [found] = await day.floor.run(lambda tx: banks_now(tx, now=day.now))
    return found


async def fails(day: Day, rail: Rail, blame: Blame, *, times: int = 12) -> None:
    for turn in range(times):
        at = day.now - timedelta(seconds=10 + 10 * (times - turn))
        await day.tried(rail, at, state="failed", blame=str(blame))
    await day.floor.run(lambda tx: watch_rails(tx, now=day.now))


@pytest.mark.parametrize(("blame", "alone"), [(Blame.BANK, Cause.SAID), (Blame.GATEWAY, Cause.UNTOLD)])
async def test_the_bank_is_the_cause_where_every_gateway_suffers_and_a_gateway_where_another_is_well(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime, blame: Blame, alone: Cause
) -> None:
    day = await a_day(await a_till(floor, keyring, now))
    await floor.run(lambda tx: watch_rails(tx, now=day.now - 10 * MINUTE))
    assert (await bca(day)).cause is Cause.NOBODY

    await fails(day, day.first, blame)
    one = await bca(day)
    assert (one.cause, one.suffering, one.done.tries) == (alone, ("midtrans",), 12)

    day.till.later(MINUTE)
    for turn in range(4):
        await day.tried(day.second, day.now - timedelta(seconds=15 + turn))
    await day.tried(day.second, day.now - timedelta(seconds=20), state="declined", blame="customer")
    await floor.run(lambda tx: watch_rails(tx, now=day.now))
    one = await bca(day)
    assert (one.cause, one.suffering) == (Cause.GATEWAY, ("midtrans",))
    assert (one.done.made, one.done.customer, one.done.tries) == (4, 1, 17)

    day.till.later(5 * MINUTE)
    await fails(day, day.second, Blame.BANK)
    one = await bca(day)
    assert (one.cause, one.suffering) == (Cause.BANK, ("midtrans", "xendit"))
    assert one.done.bank + one.done.gateway == 24

    await hire()
    house.clock.at = day.now
    async with house.browser() as owner:
        await sign_in(owner)
        board = await owner.get("/payments/gateways")
        assert 'href="/payments/banks"' in board.text
        answer = await owner.get("/payments/banks")
        seen = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())
    assert answer.status_code == 200
    assert "Bank BCA terganggu di semua gateway" in seen
    assert "terganggu lewat midtrans, xendit, semua gateway yang dicoba." in seen
    said = "gagal karena gateway 0, bank 24" if blame is Blame.BANK else "gagal karena gateway 12, bank 12"
    assert f"29 percobaan, 14,3 % berhasil; {said}, pembeli 1, tidak jelas 0." in seen


def test_each_bank_is_named_as_people_call_it() -> None:
    banks = {method.bank for method in METHODS.values() if method.bank}
    names = {bank: bank_name(bank) for bank in banks}
    assert (names["bca"], names["bri"], names["allo"]) == ("BCA", "BRI", "Allo Bank")
    assert "bca_klikpay" not in banks
