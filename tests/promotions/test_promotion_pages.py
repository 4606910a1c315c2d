"""Payment promotions in the dashboard: written in a form, started, seen with their cost, taken along as a file."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from orderan.flows import offer_promotion
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.promotions import (
    Months,
    Payer,
    PayerKind,
    Promotion,
    PromotionKind,
    PromotionState,
    Redemption,
    confirm_use,
    find_promotion,
)
from promotions.promoting import HALVES, a_discount, promotion_row, running, some_orders, uses

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def owner(house: House, hire: Hire) -> AsyncIterator[AsyncClient]:
    await hire("pemilik@toko.test", "owner")
    async with house.browser() as client:
        await sign_in(client)
        yield client


FILLED = {
    "name": "Cicilan 0%",
    "kind": "instalment",
    "months": "3=2,5 6=4",
    "method": "card_instalment",
    "bank": "bca",
    "card_ranges": "411111, 52110012",
    "valid_from": "2026-11-01T00:00",
    "valid_until": "2026-12-01T00:00",
    "hour_from": "9",
    "hour_until": "21",
    "minimum": "500.000",
    "per_buyer": "2",
    "quota": "100",
    "budget": "9.000.000",
    "share_bank": "66,67",
    "who_bank": "BCA",
    "share_shop": "33,33",
}


async def only_one(floor: ShopFloor) -> Promotion:
    [row] = await floor.all("SELECT id FROM payment_promotion")
    found: Promotion = await floor.run(lambda tx: find_promotion(tx, row.id))
    return found


async def test_what_is_typed_into_the_form_is_what_is_kept(owner: AsyncClient, floor: ShopFloor) -> None:
    answer = await send(owner, "/payments/promotions/new", FILLED)

    made = await only_one(floor)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/payments/promotions/{to_text('prm', made.id)}?said=saved"
    terms = made.terms
    assert (terms.name, terms.kind, terms.months) == (
        "Cicilan 0%",
        PromotionKind.INSTALMENT,
        (Months(3, 250), Months(6, 400)),
    )
    assert (terms.methods, terms.banks, terms.card_ranges) == (
        ("card_instalment",),
        ("bca",),
        ("411111", "52110012"),
    )
    assert terms.payers == (
        Payer(PayerKind.SHOP, floor.shop.name, 3_333),
        Payer(PayerKind.BANK, "BCA", 6_667),
    )
    assert (terms.hour_from, terms.hour_until, terms.minimum_minor) == (9, 21, 500_000)
    assert (terms.per_buyer, terms.quota, terms.budget_minor) == (2, 100, 9_000_000)
    assert (terms.valid_from.isoformat(), terms.valid_until and terms.valid_until.isoformat()) == (
        "2026-10-31T17:00:00+00:00",
        "2026-11-30T17:00:00+00:00",
    )
    again = await send(owner, f"/payments/promotions/{to_text('prm', made.id)}/edit", FILLED)
    assert again.status_code == 303
    assert (await only_one(floor)).terms == terms


async def test_what_somebody_else_wrote_meanwhile_is_not_written_over_unseen(
    owner: AsyncClient, floor: ShopFloor
) -> None:
    await send(owner, "/payments/promotions/new", FILLED)
    made = await only_one(floor)
    edit = f"/payments/promotions/{to_text('prm', made.id)}/edit"
    mine = {"name": "Saya", "seen": made.terms.digest}
    theirs = {"name": "Mereka", "seen": made.terms.digest}
    assert made.terms.digest in (await owner.get(edit)).text

    assert (await send(owner, edit, FILLED | theirs)).status_code == 303
    refused = await send(owner, edit, FILLED | mine)

    assert refused.status_code == 409
    assert "diubah orang lain sejak Anda membukanya" in refused.text
    assert 'value="Saya"' in refused.text
    now_is = await only_one(floor)
    assert now_is.terms.name == "Mereka"
    assert now_is.terms.digest in refused.text
    assert (await send(owner, edit, FILLED | mine | {"seen": now_is.terms.digest})).status_code == 303
    assert (await only_one(floor)).terms.name == "Saya"


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    owner: AsyncClient, floor: ShopFloor
) -> None:
    wrong = FILLED | {"name": "", "share_bank": "60", "card_ranges": "4111", "budget": "0"}
    answer = await send(owner, "/payments/promotions/new", wrong)

    assert answer.status_code == 422
    for sentence in (
        "Beri nama promo ini.",
        "Bagian para penanggung harus berjumlah 100 persen.",
        "Isi 6 sampai 8 angka pertama kartu, bukan nomor kartu.",
        "Batas yang diisi harus lebih dari nol.",
    ):
        assert sentence in answer.text
    assert await floor.value("SELECT count(*) FROM payment_promotion") == 0


async def confirmed(
    floor: ShopFloor, keyring: Keyring, now: datetime, promotion: Promotion
) -> tuple[Redemption, int]:
    [order] = await some_orders(floor, keyring, now, 1)

    async def work(tx: Tx) -> Redemption:
        use = await offer_promotion.reserve(tx, order, "va_bca", promotion.id, now=now)
        done = await confirm_use(tx, use, now=now)
        assert done is not None
        return done

    return await floor.run(work), order.number


async def test_a_promotion_is_started_and_paused_on_its_page_and_a_step_it_cannot_make_is_told(
    owner: AsyncClient, floor: ShopFloor
) -> None:
    await send(owner, "/payments/promotions/new", FILLED)
    made = await only_one(floor)
    path = f"/payments/promotions/{to_text('prm', made.id)}"

    for event, state in (("start", "running"), ("pause", "paused"), ("start", "running"), ("end", "ended")):
        assert (await send(owner, f"{path}/state", {"event": event})).status_code == 303
        assert (await promotion_row(floor, made.id)).state == state
    assert (await send(owner, f"{path}/state", {"event": "pause"})).status_code == 409
    assert (await send(owner, f"{path}/state", {"event": "exhaust"})).status_code == 303
    assert (await only_one(floor)).state is PromotionState.ENDED
    assert (await send(owner, f"{path}/edit", FILLED)).status_code == 409


async def test_list_page_and_file_tell_what_is_used_and_who_bears_it(
    owner: AsyncClient, floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    promotion = await running(
        floor, a_discount(now, fixed_minor=5_001, budget_minor=20_000, payers=HALVES), now=now
    )
    use, number = await confirmed(floor, keyring, now, promotion)
    path = f"/payments/promotions/{to_text('prm', promotion.id)}"

    listed = (await owner.get("/payments/promotions")).text
    assert '<progress class="o-progress" max="20000" value="5001"' in listed
    assert "Rp5.001 dari Rp20.000" in listed
    detail = (await owner.get(path)).text
    for told in ("Rp14.999", "Rp2.501", "Rp2.500", str(number)):
        assert told in detail
    rows = (await owner.get(f"{path}/shares.csv")).text.splitlines()
    name = to_text("rdm", use.id)
    at = now.isoformat()
    assert rows[1:] == [
        f"{number},{name},confirmed,va_bca,1,bank,BCA,2501,0,2501,IDR,{at}",
        f"{number},{name},confirmed,va_bca,1,shop,Toko Uji,2500,0,2500,IDR,{at}",
    ]


async def test_a_cashback_is_noted_as_paid_once(
    owner: AsyncClient, floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    promotion = await running(floor, a_discount(now, kind=PromotionKind.CASHBACK), now=now)
    use, _ = await confirmed(floor, keyring, now, promotion)
    path = f"/payments/promotions/{to_text('prm', promotion.id)}"
    assert "Sudah dibayar Rp5.000" in (await owner.get(path)).text

    other = await running(floor, a_discount(now), now=now)
    elsewhere = f"/payments/promotions/{to_text('prm', other.id)}/uses/{to_text('rdm', use.id)}/paid"
    assert (await send(owner, elsewhere, {})).status_code == 404
    assert await floor.value("SELECT paid_out_minor FROM promotion_redemption") == 0

    first = await send(owner, f"{path}/uses/{to_text('rdm', use.id)}/paid", {})
    second = await send(owner, f"{path}/uses/{to_text('rdm', use.id)}/paid", {})

    assert (first.status_code, second.status_code) == (303, 409)
    assert await floor.value("SELECT paid_out_minor FROM promotion_redemption") == 5_000
    assert await uses(floor) == [("confirmed", 5_000, 0)]


async def test_a_promotion_that_is_not_there_is_not_found(owner: AsyncClient) -> None:
    nowhere = f"/payments/promotions/{to_text('prm', UUID(int=9))}"
    for address in (nowhere, f"{nowhere}/edit", f"{nowhere}/shares.csv"):
        assert (await owner.get(address)).status_code == 404


@pytest.mark.parametrize("page", ["", "/new", "/{promotion}", "/{promotion}/edit", "/{promotion}/shares.csv"])
async def test_who_sees_a_part_of_the_shop_sees_no_budget_of_all_of_it(
    house: House, hire: Hire, floor: ShopFloor, now: datetime, page: str
) -> None:
    promotion = to_text("prm", (await running(floor, a_discount(now), now=now)).id)
    await hire("cabang@toko.test", "owner", channel_ids=[UUID(int=7)])
    async with house.browser() as client:
        await sign_in(client, email="cabang@toko.test")
        answer = await client.get("/payments/promotions" + page.format(promotion=promotion))
    assert answer.status_code == 403
