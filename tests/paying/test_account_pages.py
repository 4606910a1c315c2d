"""Gateway accounts on their page: opened, given new secrets, closed, asked first, and what they cost."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, everything, send, sign_in
from conftest import ShopFloor
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.payments import account_behind
from paying.conftest import CREDENTIALS, Counter

pytestmark = pytest.mark.anyio

PAGE = "/settings/gateways"
NEW = {
    "gateway": "midtrans",
    "name": "Midtrans kedua",
    "base_url": "https://api.midtrans.com/",
    "secret-server_key": "SB-Mid-server-RAHASIA",
    "secret-merchant_id": "G-202",
    "method": ["qris", "va_bca", "tidak_ada", "ovo"],
}


async def owner_of(house: House, hire: Hire, browser: AsyncClient, *roles: str) -> AsyncClient:
    await hire("orang@toko.test", *roles)
    await sign_in(browser, "orang@toko.test")
    return browser


async def accounts(floor: ShopFloor) -> list[Any]:
    return await floor.all("SELECT * FROM gateway_account ORDER BY made_at, id")


async def test_an_account_is_opened_behind_the_first_and_its_secrets_never_come_out(
    counter: Counter, house: House, hire: Hire, keyring: Keyring
) -> None:
    async with house.browser() as browser:
        owner = await owner_of(house, hire, browser)
        answer = await send(owner, PAGE, NEW)
        assert answer.status_code == 303
        shown = (await owner.get(answer.headers["location"])).text
    _, second = await accounts(counter.floor)
    assert (second.name, second.base_url) == ("Midtrans kedua", "https://api.midtrans.com")
    assert "RAHASIA" not in shown
    assert b"RAHASIA" not in second.secrets
    opened = await counter.floor.run(lambda tx: account_behind(tx, keyring, second.id))
    assert opened.credentials == {"server_key": "SB-Mid-server-RAHASIA", "merchant_id": "G-202"}
    rows = await counter.floor.all(
        "SELECT method, rank FROM rail WHERE account_id = %(id)s ORDER BY method", id=second.id
    )
    # Midtrans has no OVO rail here unless it offers it; what nobody offers is left out.
    assert ("qris", 1) in [(row.method, row.rank) for row in rows]
    assert "tidak_ada" not in [row.method for row in rows]
    trail = await counter.floor.all(
        "SELECT after::text AS after FROM audit_entry WHERE action LIKE 'gateway%%'"
    )
    assert all("RAHASIA" not in row.after for row in trail)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://api.midtrans.com"),
        ("base_url", "https://orang:sandi@api.midtrans.com"),
        ("base_url", "//x"),
        ("name", ""),
        ("name", "Midtrans"),
        ("secret-server_key", ""),
    ],
)
async def test_what_cannot_be_used_opens_nothing(
    counter: Counter, house: House, hire: Hire, field: str, value: str
) -> None:
    async with house.browser() as browser:
        owner = await owner_of(house, hire, browser)
        answer = await send(owner, PAGE, NEW | {field: value})
        assert answer.status_code == 422
    assert len(await accounts(counter.floor)) == 1


async def test_a_secret_left_empty_stays_and_a_closed_account_takes_no_new_payment(
    counter: Counter, house: House, hire: Hire, keyring: Keyring
) -> None:
    address = f"{PAGE}/{to_text('gwa', counter.account.id)}"
    base = counter.account.base_url
    async with house.browser() as browser:
        owner = await owner_of(house, hire, browser)
        fields = {"name": "Utama", "base_url": base, "secret-merchant_id": "G-303", "open": ""}
        assert (await send(owner, address, fields)).status_code == 303
    opened = await counter.floor.run(lambda tx: account_behind(tx, keyring, counter.account.id))
    assert opened.credentials == CREDENTIALS | {"merchant_id": "G-303"}
    answer = await counter.choose("va_bca")
    assert answer.status_code == 422
    assert counter.there.book.all() == []


@pytest.mark.parametrize(
    ("typed", "moves"),
    [
        ({}, False),
        ({"secret-server_key": "SB-Mid-server-LAIN"}, False),
        ({"secret-server_key": "SB-Mid-server-LAIN", "secret-merchant_id": "G-404"}, True),
    ],
)
async def test_another_host_is_never_sent_the_secrets_there_are(
    counter: Counter, house: House, hire: Hire, keyring: Keyring, typed: dict[str, str], moves: bool
) -> None:
    address = f"{PAGE}/{to_text('gwa', counter.account.id)}"
    fields = {"name": "Utama", "base_url": "https://api.midtrans.contoh.test", "open": "yes", **typed}
    async with house.browser() as browser:
        owner = await owner_of(house, hire, browser)
        answer = await send(owner, address, fields)
        # A path on the same host is the same host.
        kept = fields | {"base_url": f"{(await accounts(counter.floor))[0].base_url}/api"}
        assert (await send(owner, address, kept)).status_code == 303

    assert answer.status_code == (303 if moves else 422)
    assert ("tidak dikirim ke sana" in answer.text) is not moves
    opened = await counter.floor.run(lambda tx: account_behind(tx, keyring, counter.account.id))
    assert opened.base_url.startswith(fields["base_url"] if moves else counter.account.base_url)
    assert opened.credentials["merchant_id"] == ("G-404" if moves else "G-101")


async def test_what_is_put_first_is_asked_first_and_what_it_costs_is_kept_by_day(
    counter: Counter, house: House, hire: Hire
) -> None:
    async with house.browser() as browser:
        owner = await owner_of(house, hire, browser)
        await send(owner, PAGE, NEW)
        _, second = await accounts(counter.floor)
        [rail] = await counter.floor.all(
            "SELECT id FROM rail WHERE account_id = %(id)s AND method = 'qris'", id=second.id
        )
        address = f"{PAGE}/{to_text('gwa', second.id)}/rails/{to_text('ral', rail.id)}"
        assert (await send(owner, f"{address}/first", {})).status_code == 303
        for rate, status in (("0,7", 303), ("101", 422), ("-1", 422), ("abc", 422), ("1e3", 422)):
            fields = {"fixed": "1.500", "rate": rate, "least": "", "tax": "11"}
            assert (await send(owner, f"{address}/fee", fields)).status_code == status
    ranks = await counter.floor.all("SELECT account_id, rank FROM rail WHERE method = 'qris' ORDER BY rank")
    assert [row.account_id for row in ranks] == [second.id, counter.account.id]
    fees = await counter.floor.all("SELECT fixed_minor, rate_bp, least_minor, tax_bp FROM rail_fee")
    assert [tuple(fee) for fee in fees] == [(1_500, 70, 0, 1_100)]


async def test_who_may_only_look_changes_nothing(counter: Counter, house: House, hire: Hire) -> None:
    async with house.browser() as browser:
        viewer = await owner_of(house, hire, browser, "viewer")
        before = await everything(counter.floor)
        answer = await send(viewer, PAGE, NEW)
        assert answer.status_code in {403, 404}
        after = await everything(counter.floor)
    assert after == before
