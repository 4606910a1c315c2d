"""Accounts of messages and calls on their pages and over the API: opened, put first, closed, and who may call us."""

import html
from typing import Any
from urllib.parse import urlsplit

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, send, sign_in
from conftest import ShopFloor
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.reach import (
    ReachAccount,
    ReachSecretsStayBehind,
    change_reach,
    credentials_behind,
    reach_accounts,
)
from orderan.sandbox.keys import MESSENGERS
from reach.stand import Stand

pytestmark = pytest.mark.anyio

PAGE = "/settings/reach"
NEW = {
    "provider": "whatsapp",
    "name": "WhatsApp toko",
    "base_url": "https://graph.facebook.com/v23.0/",
    "field-token": "EAA-RAHASIA",
    "field-phone_number_id": "1001",
    "field-app_secret": "RAHASIA-2",
    "field-verify_token": "",
    "field-template_prefix": "toko_",
}


@pytest.fixture
async def owner(stand: Stand, hire: Hire) -> AsyncClient:
    await hire()
    await sign_in(stand.web)
    return stand.web


async def accounts(floor: ShopFloor) -> list[Any]:
    found: list[Any] = await floor.run(reach_accounts)
    return found


async def test_an_account_is_opened_changed_and_closed_and_its_secrets_never_come_out(
    stand: Stand, owner: AsyncClient, keyring: Keyring
) -> None:
    answer = await send(owner, PAGE, NEW)
    assert answer.status_code == 303
    where = answer.headers["location"]
    shown = html.unescape((await owner.get(where)).text)
    [first] = await accounts(stand.floor)
    assert "RAHASIA" not in shown
    assert stand.links.reach_news(1, first.id) in shown
    assert b"RAHASIA" not in first.secrets
    kept = credentials_behind(keyring, 1, first)
    assert (kept["token"], kept["template_prefix"]) == ("EAA-RAHASIA", "toko_")
    assert len(kept["verify_token"]) > 20

    change = {
        "name": "WhatsApp utama",
        "base_url": "https://graph.facebook.com/v24.0",
        "field-phone_number_id": "1002",
        "field-app_secret": "BARU",
    }
    # Whoever names a host of their own is not sent what was typed for another one.
    elsewhere = await send(owner, where, {**change, "base_url": "https://graph.test"})
    assert elsewhere.status_code == 422
    assert "Alamat API berganti: isi lagi token." in html.unescape(elsewhere.text)
    assert await accounts(stand.floor) == [first]
    assert (await send(owner, where, change)).status_code == 303
    [after] = await accounts(stand.floor)
    renewed = credentials_behind(keyring, 1, after)
    assert renewed == {**kept, "app_secret": "BARU", "phone_number_id": "1002", "template_prefix": "orderan_"}
    assert (after.name, after.state) == ("WhatsApp utama", "closed")
    trail = await stand.floor.all(
        "SELECT action, after::text AS after FROM audit_entry WHERE action LIKE 'reach%%' ORDER BY at, id"
    )
    assert [row.action for row in trail] == ["reach_account.open", "reach_account.change"]
    assert all("RAHASIA" not in row.after and "BARU" not in row.after for row in trail)
    assert '"secrets": ["app_secret"]' in trail[1].after


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "kosong, terlalu panjang, atau sudah dipakai"),
        ({"base_url": "http://graph.test"}, "harus diawali https://"),
        ({"field-token": ""}, "Isi juga token"),
        ({"field-unit_cost": "banyak"}, "Isian ini tidak bisa dipakai untuk WhatsApp"),
        (
            {
                "provider": "smtp",
                "field-host": "surat.test",
                "field-port": "lima",
                "field-security": "tls",
                "field-sender": "halo@toko.test",
            },
            "Isian ini tidak bisa dipakai untuk SMTP",
        ),
    ],
)
async def test_what_cannot_be_used_is_said_beside_its_field_and_nothing_is_kept(
    stand: Stand, owner: AsyncClient, wrong: dict[str, str], said: str
) -> None:
    answer = await send(owner, PAGE, {**NEW, **wrong})
    assert answer.status_code == 422
    shown = html.unescape(answer.text)
    assert said in shown
    assert "RAHASIA" not in shown
    assert await accounts(stand.floor) == []


async def test_a_mail_account_takes_its_password_to_no_other_server(stand: Stand) -> None:
    account = await stand.open("smtp", username="toko", password="RAHASIA")
    fields = dict(account.fields) | {"host": "surat.jahat.test", "security": "tls"}

    async def move(**more: str) -> ReachAccount:
        moved: ReachAccount = await stand.floor.run(
            lambda tx: change_reach(
                tx,
                stand.keyring,
                account.id,
                name="Surat",
                base_url="",
                fields={**fields, **more},
                open_=True,
                now=stand.clock.at,
            )
        )
        return moved

    with pytest.raises(ReachSecretsStayBehind) as refused:
        await move()
    assert refused.value.missing == "password"
    assert (await move(password="LAIN")).fields["host"] == "surat.jahat.test"


async def test_the_account_put_first_is_asked_first(stand: Stand, owner: AsyncClient) -> None:
    await stand.open("zenziva")
    second = await stand.open("twilio_sms")
    await send(owner, f"{PAGE}/{to_text('rch', second.id)}/first", {})
    assert [one.provider for one in await accounts(stand.floor)] == ["twilio_sms", "zenziva"]
    shown = html.unescape((await owner.get(PAGE)).text)
    assert shown.index("twilio_sms 1") < shown.index("zenziva 0")
    assert shown.count("Pilihan pertama") == 1


async def test_only_the_provider_itself_gets_an_answer(stand: Stand) -> None:
    account = await stand.open("whatsapp")
    silent = await stand.open("zenziva")
    path = urlsplit(stand.links.reach_news(1, account.id)).path
    asked = {"hub.mode": "subscribe", "hub.challenge": "4711"}
    token = MESSENGERS["whatsapp"]["verify_token"]

    right = await stand.web.get(path, params={**asked, "hub.verify_token": token})
    wrong = await stand.web.get(path, params={**asked, "hub.verify_token": "guessed"})
    assert (right.status_code, right.text, wrong.status_code) == (200, "4711", 403)
    for other in (
        urlsplit(stand.links.reach_news(1, silent.id)).path,
        urlsplit(stand.links.reach_news(2, account.id)).path,
        "/news/1/rch_nobody",
        "/news/99999999999/rch_nobody",
    ):
        assert (await stand.web.post(other, content=b"{}")).status_code == 404
    assert await stand.letters() == []
