"""Customers in the dashboard, as a person with a session uses it, without JavaScript."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from access.conftest import application, settings_on
from conftest import ShopFloor
from given import a_buyer, a_shop, asked, place
from orderan.access import add_staff, open_session
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx

pytestmark = pytest.mark.anyio

BUDI = {"name": "Budi Santoso", "phone": "0812-3456-7890", "email": "budi@gmail.com"}


class Desk:
    """A browser without JavaScript at a desk of the shop."""

    def __init__(
        self, client: AsyncTestClient[Any], floor: ShopFloor, keyring: Keyring, now: datetime
    ) -> None:
        self.client, self.floor, self.keyring, self.now = client, floor, keyring, now
        self.session = ""
        self.token = ""

    async def sit(self, *roles: str) -> None:
        """Sign in as somebody with these roles."""

        async def signing_in(tx: Tx) -> str:
            staff = await add_staff(
                tx,
                email=f"{roles[0]}@toko.id",
                name="Rina",
                roles=roles,
                password_hash="unused",
                keyring=self.keyring,
                now=self.now,
            )
            return await open_session(tx, staff.id, address="127.0.0.1", browser="", now=self.now)

        token = await self.floor.run(signing_in)
        self.client.cookies.set("orderan_session", token)

    async def see(self, path: str, **query: str) -> str:
        answer = await self.client.get(path, params=query, headers={"accept-language": "id"})
        assert answer.status_code == 200, (answer.status_code, answer.text[:2000])
        self._remember(answer.text)
        return unescape(answer.text)

    async def send(self, path: str, data: dict[str, str], *, htmx: bool = False) -> Any:
        """Post a form with the token of the last page seen; redirects are not followed."""
        headers = {"hx-request": "true"} if htmx else {}
        answer = await self.client.post(
            path, data=data | {"_csrf_token": self.token}, headers=headers, follow_redirects=False
        )
        self._remember(answer.text)
        return answer

    async def enter(self, **fields: str) -> str:
        """Enter a customer and return the path of its page."""
        await self.see("/customers/new")
        answer = await self.send("/customers/new", BUDI | fields)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def _remember(self, text: str) -> None:
        if found := re.search(r'name="_csrf_token" value="([^"]+)"', text):
            self.token = found[1]


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str) -> AsyncIterator[Desk]:
    async with AsyncTestClient(application(settings_on(database_url), keyring, SetClock(now))) as client:
        desk = Desk(client, floor, keyring, now)
        await desk.sit("owner")
        yield desk


async def test_an_empty_list_says_what_belongs_here(desk: Desk) -> None:
    shown = await desk.see("/customers")

    assert "Belum ada pelanggan" in shown
    assert 'href="/customers/new"' in shown


async def test_a_customer_is_entered_and_found(desk: Desk) -> None:
    path = await desk.enter(note="suka kopi pahit")

    page = await desk.see(path)
    assert "Budi Santoso" in page
    assert "0812-****-7890" in page
    assert "81234567890" not in page.replace("-", "")
    assert "pahit" not in page
    found = await desk.see("/customers", q="budi")
    assert f'href="{path}"' in found
    assert "Tidak ada yang cocok" in await desk.see("/customers", q="siti")


async def test_what_is_doubtful_is_said_beside_the_field_and_kept(desk: Desk) -> None:
    await desk.see("/customers/new")

    answer = await desk.send(
        "/customers/new", {"name": "Budi", "phone": "0812O4567890", "email": "b@gmial.com"}
    )

    assert answer.status_code == 422
    shown = unescape(answer.text)
    assert "Ada huruf di dalam nomor. Maksud Anda 0812-0456-7890?" in shown
    assert "Maksud Anda b@gmail.com?" in shown
    assert 'value="b@gmial.com"' in shown
    insisted = {"name": "Budi", "phone": "081204567890", "email": "b@gmial.com", "insist_email": "yes"}
    assert (await desk.send("/customers/new", insisted)).status_code == 303


async def test_a_known_phone_leads_to_its_holder(desk: Desk) -> None:
    path = await desk.enter()

    answer = await desk.send("/customers/new", {"name": "Lain", "phone": BUDI["phone"]})

    assert answer.status_code == 422
    assert f'href="{path}"' in answer.text


async def test_a_correction_leaves_what_was_left_empty(desk: Desk) -> None:
    path = await desk.enter()
    form = await desk.see(f"{path}/edit")
    assert "0812-****-7890" in form

    answer = await desk.send(
        f"{path}/edit", {"name": "Budi Wijaya", "phone": "", "clear_email": "yes", "customer_group": "grosir"}
    )

    assert answer.headers["location"] == path
    page = await desk.see(path)
    assert "Budi Wijaya" in page
    assert "0812-****-7890" in page
    assert "b***@gmail.com" not in page
    assert "grosir" in page


async def test_an_address_is_chosen_level_by_level_without_javascript(desk: Desk) -> None:
    path = await desk.enter()
    form = f"{path}/addresses/new"
    await desk.see(form)
    typed = {"recipient": "Budi Santoso", "phone": BUDI["phone"], "line": "Jalan Melawai Raya 12"}

    listed = ""
    for step in (
        {"province": "31"},
        {"province": "31", "city": "31.74"},
        {"province": "31", "city": "31.74", "district": "31.74.07"},
    ):
        answer = await desk.send(form, typed | step | {"step": "choose"})
        assert answer.status_code == 200
        assert "Jalan Melawai Raya 12" in answer.text
        listed = answer.text
    assert "Melawai</option>" in listed
    whole = {"province": "31", "city": "31.74", "district": "31.74.07", "village": "31.74.07.1001"}
    saved = await desk.send(form, typed | whole | {"step": "save", "postcode": "12160"})

    assert saved.headers["location"] == f"{path}#addresses"
    page = await desk.see(path)
    assert "Melawai, Kebayoran Baru, Kota Administrasi Jakarta Selatan" in page
    assert "Jalan ***" in page
    assert "Raya 12" not in page


async def test_an_area_typed_with_slips_can_be_picked(desk: Desk) -> None:
    path = await desk.enter()
    form = f"{path}/addresses/new"
    await desk.see(form)

    found = await desk.send(form, {"step": "search", "area_q": "kel melawai keb baru"})
    assert 'name="pick" value="31.74.07.1001"' in found.text
    picked = await desk.send(form, {"pick": "31.74.07.1001"})

    for code in ("31", "31.74", "31.74.07", "31.74.07.1001"):
        assert f'<option value="{code}" selected>' in picked.text


async def test_a_choice_of_another_province_starts_the_levels_anew(desk: Desk) -> None:
    path = await desk.enter()
    await desk.see(f"{path}/addresses/new")

    swapped = await desk.send(
        f"{path}/addresses/new",
        {"province": "32", "city": "31.74", "district": "31.74.07", "village": "31.74.07.1001"},
        htmx=True,
    )

    assert "<html" not in swapped.text
    assert '<option value="32" selected>' in swapped.text
    assert "Kota Bandung</option>" in swapped.text
    assert 'name="district"' not in swapped.text


async def test_an_unfinished_address_is_refused_with_everything_kept(desk: Desk) -> None:
    path = await desk.enter()
    await desk.see(f"{path}/addresses/new")

    answer = await desk.send(
        f"{path}/addresses/new",
        {"step": "save", "recipient": "Budi", "phone": "0812", "line": "Jalan Mawar 1", "province": "31"},
    )

    assert answer.status_code == 422
    shown = unescape(answer.text)
    assert "Nomor ini kurang angka." in shown
    assert "Pilih kelurahan atau desa." in shown
    assert "Jalan Mawar 1" in shown


async def test_whole_data_is_shown_for_a_reason_and_the_reading_is_on_the_page(desk: Desk) -> None:
    path = await desk.enter()
    await desk.see(path)

    without = await desk.send(f"{path}/reveal", {"field_phone": "yes", "purpose": " "})
    shown = await desk.send(f"{path}/reveal", {"field_phone": "yes", "purpose": "telepon kurir"})

    assert without.status_code == 422
    assert "0812-3456-7890" not in without.text
    assert shown.status_code == 200
    assert "0812-3456-7890" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    page = await desk.see(path)
    assert "telepon kurir" in page
    assert page.count("Rina") > 1
    assert "staff:" not in page


async def test_consents_are_kept_with_their_source(desk: Desk) -> None:
    path = await desk.enter()
    await desk.see(path)

    await desk.send(f"{path}/consents", {"purpose": "marketing_sms", "granted": "yes", "source": "kasir"})

    page = await desk.see(path)
    assert "Setuju" in page
    assert "kasir" in page


async def test_twins_are_suggested_and_merged(desk: Desk) -> None:
    path = await desk.enter()
    twin = await desk.enter(name="B Santoso", phone="085711112222")

    page = await desk.see(path)
    assert "Mungkin orang yang sama" in page
    choose = await desk.see(f"{path}/merge")
    other = twin.rpartition("/")[2]
    assert f'value="{other}"' in choose
    merged = await desk.send(f"{path}/merge", {"other": other})

    assert merged.headers["location"] == path
    assert "Data ini sudah digabung ke pelanggan lain." in await desk.see(twin)
    again = await desk.send(f"{path}/merge", {"other": other})
    assert again.status_code == 422


async def test_erasing_asks_twice_and_refuses_while_an_order_is_under_way(
    desk: Desk, keyring: Keyring
) -> None:
    world = await a_shop(desk.floor, desk.now, stock={"KOPI": 3})
    await place(world, keyring, asked(("KOPI", 1), buyer=a_buyer()), now=desk.now)
    listed = await desk.see("/customers")
    path = re.search(r'href="(/customers/cus_\w+)"', listed)[1]  # type: ignore[index]
    assert "Ani Lestari" in await desk.see(path)
    await desk.see(f"{path}/erase")

    unsure = await desk.send(f"{path}/erase", {"reason": "permintaan", "sure": "ya"})
    under_way = await desk.send(f"{path}/erase", {"reason": "permintaan", "sure": "hapus"})
    await desk.floor.run(
        lambda tx: tx.run(
            "UPDATE sales_order SET commercial = 'cancelled' WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
        )
    )
    done = await desk.send(f"{path}/erase", {"reason": "permintaan", "sure": "hapus"})

    assert unsure.status_code == under_way.status_code == 422
    assert "Masih ada pesanan yang berjalan" in under_way.text
    assert done.headers["location"] == path
    page = await desk.see(path)
    assert "Pelanggan terhapus" in page
    for address in (path, "/customers"):
        english = await desk.client.get(address, headers={"accept-language": "en"})
        assert "Pelanggan terhapus" not in english.text
    assert "Ani" not in page


async def test_a_viewer_sees_initials_and_no_way_to_change(desk: Desk) -> None:
    path = await desk.enter()
    await desk.sit("viewer")

    page = await desk.see(path)

    assert "Budi S." in page
    assert "Santoso" not in page
    for way in ("/edit", "/merge", "/erase", "/reveal", "/addresses/new"):
        assert f"{path}{way}" not in page
    assert (await desk.client.get(f"{path}/edit")).status_code == 403


async def test_pages_speak_english_where_asked(desk: Desk) -> None:
    path = await desk.enter()
    desk.client.cookies.set("bahasa", "en")
    await desk.floor.run(
        lambda tx: tx.run("UPDATE staff SET locale = 'en' WHERE shop_id = %(shop)s", {"shop": tx.shop_id})
    )

    for address in (
        "/customers",
        "/customers/new",
        path,
        f"{path}/edit",
        f"{path}/addresses/new",
        f"{path}/merge",
        f"{path}/erase",
    ):
        answer = await desk.client.get(address)
        assert answer.status_code == 200
        words = re.findall(
            r"\b(?:Pelanggan|Telepon|Alamat|Simpan|Hapus|Cari|Kecamatan|Alasan)\b", answer.text
        )
        assert words == [], (address, words)
