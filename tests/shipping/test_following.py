"""What couriers send and answer moves parcels and their orders: once, forwards, and never on a stranger's word."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, packed
from given import World, a_shop
from orderan.couriers import Received, Status
from orderan.flows import follow_parcels
from orderan.flows.ask_couriers import ParcelAsker
from orderan.flows.courier_clients import CourierClients
from orderan.flows.courier_letters import check, keep_news
from orderan.flows.deliver import move_on
from orderan.flows.hand_over import hand_over
from orderan.flows.hear_couriers import hear_couriers
from orderan.fulfilment import Box
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import Terms
from orderan.shipping import (
    CourierAccount,
    CourierAddressUnusable,
    CourierFieldsMissing,
    CourierFieldsUnusable,
    CourierSecretsStayBehind,
    Parcel,
    ParcelState,
    Verdict,
    change_courier_account,
    courier_credentials,
    open_courier_account,
    replay_letters,
)
from orderan.shipping.rules_follow import events_for

pytestmark = pytest.mark.anyio
KEYS = {"api_key": "biteship_test.RAHASIA", "webhook_secret": "RAHASIA-2"}
JNT = {
    "username": "T",
    "api_key": "k",
    "sign_key": "s",
    "customer": "T",
    "company_id": "T",
    "track_password": "p",
    "hook_token": "kait",
    "tariff_url": "https://t.test",
    "track_url": "https://t.test",
}


@dataclass
class Road:
    """Parcels on their way, an account that tells of them, and the worker's hands."""

    world: World
    clock: SetClock
    keyring: Keyring
    clients: CourierClients
    account: CourierAccount
    answers: dict[str, list[dict[str, str]]]
    parcels: list[Parcel]

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def letter(
        self, parcel: Parcel, status: str, at: datetime | None = None, *, secret: str = "RAHASIA-2"
    ) -> Verdict:
        told: dict[str, Any] = {
            "event": "order.status",
            "order_id": f"o-{parcel.awb}",
            "courier_waybill_id": parcel.awb,
            "courier_company": parcel.courier,
            "status": status,
        }
        if at is not None:
            told["updated_at"] = at.isoformat()
        return await self.raw(json.dumps(told).encode(), {"x-orderan-token": secret})

    async def raw(
        self,
        body: bytes,
        headers: dict[str, str],
        *,
        account: UUID | None = None,
        url: str = "https://toko.test/x",
    ) -> Verdict:
        courier = await self.floor.run(lambda tx: self.clients.of_account(tx, account or self.account.id))
        letter, _ = check(courier, 1, Received("POST", url, headers, body))
        await self.floor.run(lambda tx: keep_news(tx, [letter], now=self.clock.at))
        return letter.verdict

    async def waits(self) -> list[tuple[int, bool]]:
        """Letters not heard yet: how often each broke, and whether its turn has come."""
        rows = await self.floor.all(
            "SELECT tries, hear_at <= %(now)s AS due FROM courier_notice WHERE heard_at IS NULL ORDER BY tries",
            now=self.clock.at,
        )
        return [(row.tries, row.due) for row in rows]

    async def hear(self) -> int:
        heard: int = await self.floor.run(lambda tx: hear_couriers(tx, self.clients, now=self.clock.at))
        return heard

    async def ask(self) -> int:
        asker = ParcelAsker(self.floor.db, self.clock, self.keyring, self.clients)
        return await asker.ask_due(self.floor.caller)

    async def states(self) -> list[str]:
        rows = await self.floor.all("SELECT state FROM parcel WHERE shop_id = %(shop)s ORDER BY awb")
        return [row.state for row in rows]

    async def entries(self, kind: str) -> list[Any]:
        found: list[Any] = await self.floor.all(
            "SELECT reason, payload FROM exception_entry WHERE shop_id = %(shop)s AND kind = %(kind)s AND state = 'open'",
            kind=kind,
        )
        return found


@pytest.fixture
async def road(floor: ShopFloor, keyring: Keyring, now: datetime) -> Road:
    world = await a_shop(floor, now, stock={"kopi": 50})
    clock = SetClock(now)
    answers: dict[str, list[dict[str, str]]] = {}

    def tracked(request: httpx2.Request) -> httpx2.Response:
        *_, awb, _, company = str(request.url).split("/")
        if awb not in answers:
            return httpx2.Response(404, content=b'{"success": false}')
        told = {"success": True, "courier": {"company": company}, "history": answers[awb]}
        return httpx2.Response(200, content=json.dumps(told).encode())

    caller = Caller(transport=httpx2.MockTransport(tracked))
    account = await floor.run(
        lambda tx: open_courier_account(
            tx,
            keyring,
            provider="biteship",
            name="Biteship",
            base_url="https://api.biteship.test/",
            fields=KEYS,
            now=now,
        )
    )
    parcels: list[Parcel] = []
    for turn in range(3):
        order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
        task = await packed(world, order, now=now)
        box = Box("jne", f"CGK000000000{turn}")
        parcels += await floor.run(lambda tx, task=task, box=box: hand_over(tx, task, [box], now=now))
    return Road(world, clock, keyring, CourierClients(keyring, clock, caller), account, answers, parcels)


async def test_letters_in_any_order_and_twice_end_where_the_parcel_is(road: Road) -> None:
    first, second, third = road.parcels
    at = road.clock.at

    def then(minutes: int) -> datetime:
        return at + timedelta(minutes=minutes)

    road.clock.at = then(60)
    for parcel, told in (
        (first, [("delivered", 50), ("dropping_off", 10), ("picked", 5), ("delivered", 50)]),
        (second, [("on_hold", 40), ("dropping_off", 10), ("on_hold", 40)]),
        (third, [("on_hold", 20), ("return_in_transit", 30), ("returned", 45), ("dropping_off", 10)]),
    ):
        for word, minutes in told:
            assert await road.letter(parcel, word, then(minutes)) is Verdict.GENUINE
    assert await road.hear() == 9
    assert await road.hear() == 0
    assert await road.states() == ["delivered", "attempt_failed", "returned"]

    # One more time around, and late ones: nothing goes back, nothing is told twice.
    await road.floor.run(lambda tx: replay_letters(tx, since=at, now=road.clock.at))
    assert await road.hear() == 9
    await road.letter(second, "dropping_off", then(15))
    await road.letter(first, "on_hold", then(20))
    await road.hear()
    assert await road.states() == ["delivered", "attempt_failed", "returned"]
    [moves] = await road.floor.all(
        "SELECT count(*) AS many FROM order_move WHERE shop_id = %(shop)s AND axis = 'parcel' AND to_state = 'delivered'"
    )
    assert moves.many == 1
    returns = await road.floor.all("SELECT reason FROM goods_return WHERE shop_id = %(shop)s")
    assert [row.reason for row in returns] == ["returned_to_sender"]

    # A courier that says otherwise afterwards moves nothing, and a person looks.
    await road.letter(first, "returned", then(59))
    await road.letter(third, "delivered", then(59))
    await road.hear()
    assert await road.states() == ["delivered", "attempt_failed", "returned"]
    odd = await road.entries("courier_contradicts")
    assert sorted((row.payload["state"], row.reason) for row in odd) == [
        ("delivered", "returned"),
        ("returned", "delivered"),
    ]


async def test_a_forged_letter_moves_nothing_and_an_unknown_word_waits_for_a_person(road: Road) -> None:
    first = road.parcels[0]
    assert await road.letter(first, "delivered", secret="ditebak") is Verdict.FORGED
    assert await road.raw(b"[]", {"x-orderan-token": "RAHASIA-2"}) is Verdict.UNREADABLE
    assert await road.letter(first, "teleported") is Verdict.GENUINE
    await road.hear()
    assert await road.states() == ["picked_up"] * 3
    [entry] = await road.entries("courier_word")
    assert (entry.payload["word"], entry.payload["awb"]) == ("teleported", first.awb)
    assert len(await road.entries("courier_letters_unreadable")) == 1
    kept = await road.floor.all("SELECT letter FROM courier_notice WHERE shop_id = %(shop)s")
    assert len(kept) == 3
    assert all(b"teleported" not in bytes(row.letter) for row in kept)
    step = await road.floor.all("SELECT word, status FROM parcel_step WHERE shop_id = %(shop)s")
    assert [(row.word, row.status) for row in step] == [("teleported", None)]


@pytest.mark.parametrize("where", ["reading", "following"])
async def test_a_letter_that_breaks_us_holds_up_no_other_and_is_heard_once_we_are_mended(
    road: Road, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    first, second, third = road.parcels
    at = road.clock.at
    road.clock.at = at + timedelta(hours=1)
    courier = await road.floor.run(lambda tx: road.clients.of_account(tx, road.account.id))
    read, walk = courier.client.read_notice, move_on

    def reading(body: bytes) -> Any:
        if second.awb.encode() in body:
            raise ZeroDivisionError
        return read(body)

    async def walking(tx: Tx, parcels: Sequence[UUID], *args: Any, **kwargs: Any) -> Any:
        moved = await walk(tx, parcels, *args, **kwargs)
        if second.id in parcels:
            raise ZeroDivisionError
        return moved

    with monkeypatch.context() as broken:
        if where == "reading":
            broken.setattr(courier.client, "read_notice", reading)
        else:
            broken.setattr(follow_parcels, "move_on", walking)
        for minutes, parcel in enumerate((first, second, third), start=5):
            assert (
                await road.letter(parcel, "dropping_off", at + timedelta(minutes=minutes)) is Verdict.GENUINE
            )
        assert await road.hear() == 3
        assert await road.states() == ["in_transit", "picked_up", "in_transit"]
        assert await road.waits() == [(1, False)]
        assert await road.hear() == 0
        await road.letter(first, "delivered", at + timedelta(minutes=30))
        road.clock.at += timedelta(minutes=6)
        assert await road.hear() == 2
        assert await road.states() == ["delivered", "picked_up", "in_transit"]
        assert await road.waits() == [(2, False)]
        [entry] = await road.entries("courier_letters_unreadable")
        assert entry.reason == "broken"

    road.clock.at += timedelta(minutes=11)
    assert await road.hear() == 1
    assert await road.states() == ["delivered", "in_transit", "in_transit"]
    assert (await road.waits(), await road.entries("courier_letters_unreadable")) == ([], [])


async def test_a_courier_is_asked_after_silence_and_after_a_hint_that_proves_nothing(
    road: Road, keyring: Keyring
) -> None:
    jnt = await road.floor.run(
        lambda tx: open_courier_account(
            tx, keyring, provider="jnt", name="J&T", base_url="https://j.test", fields=JNT, now=road.clock.at
        )
    )
    order = await an_order(road.world, keyring, ("kopi", 1), now=road.clock.at, terms=Terms.COD)
    task = await packed(road.world, order, now=road.clock.at)
    [hinted] = await road.floor.run(
        lambda tx: hand_over(tx, task, [Box("jnt", "JP0000000001")], now=road.clock.at)
    )
    assert await road.ask() == 0
    body = json.dumps(
        {
            "awb": hinted.awb,
            "history": [{"status": "x", "status_code": "200", "date_time": "2026-01-01 00:00:00"}],
        }
    ).encode()
    url = "https://toko.test/tracking/1/cra?token="
    assert await road.raw(body, {}, account=jnt.id, url=url + "tebak") is Verdict.FORGED
    assert await road.raw(body, {}, account=jnt.id, url=url + "kait") is Verdict.GENUINE
    await road.hear()
    assert await road.states() == ["picked_up"] * 4

    # Biteship stands in front of J&T and is asked of it; what it answers moves the parcel.
    happened = road.clock.at + timedelta(minutes=1)
    road.clock.at += timedelta(minutes=5)
    road.answers[hinted.awb] = [{"status": "delivered", "updated_at": happened.isoformat(), "note": ""}]
    assert await road.ask() == 1
    assert (await road.states())[-1] == "delivered"

    # The others are asked after hours of silence; one answers, the rest are asked less often each time.
    road.clock.at += timedelta(hours=7)
    road.answers[road.parcels[0].awb] = [
        {"status": "on_hold", "updated_at": road.clock.at.isoformat(), "note": ""}
    ]
    assert await road.ask() == 1
    assert await road.ask() == 0
    assert (await road.states())[0] == "attempt_failed"
    waits = await road.floor.all(
        "SELECT asks, ask_at FROM parcel_follow WHERE shop_id = %(shop)s ORDER BY asks, ask_at"
    )
    assert [row.asks for row in waits] == [0, 0, 1, 1]


async def test_an_accounts_secrets_are_sealed_and_stay_behind_when_it_is_moved(
    road: Road, keyring: Keyring, now: datetime
) -> None:
    assert b"RAHASIA" not in road.account.secrets
    assert "RAHASIA" not in repr(road.account)

    async def change(url: str, **fields: str) -> CourierAccount:
        changed: CourierAccount = await road.floor.run(
            lambda tx: change_courier_account(
                tx,
                keyring,
                road.account.id,
                name="B",
                base_url=url,
                fields=fields,
                open_=False,
                now=now,
            )
        )
        return changed

    with pytest.raises(CourierSecretsStayBehind):
        await change("https://elsewhere.test")
    with pytest.raises(CourierAddressUnusable):
        await change("http://elsewhere.test", api_key="baru")
    after = await change("https://elsewhere.test", api_key="baru")
    assert after.state == "closed"
    assert courier_credentials(keyring, 1, after)["webhook_secret"] == "RAHASIA-2"

    async def opened(provider: str, fields: dict[str, str]) -> None:
        await road.floor.run(
            lambda tx: open_courier_account(
                tx, keyring, provider=provider, name="lain", base_url="", fields=fields, now=now
            )
        )

    with pytest.raises(CourierFieldsMissing, match="first, last"):
        await opened("numbered", {"courier": "wahana"})
    for wrong in (
        {"courier": "merpati", "first": "1", "last": "9"},
        {"courier": "wahana", "first": "9", "last": "1"},
    ):
        with pytest.raises(CourierFieldsUnusable):
            await opened("numbered", wrong)


@pytest.mark.parametrize("state", list(ParcelState))
@pytest.mark.parametrize("status", list(Status))
def test_no_status_brings_a_parcel_back_from_an_end(state: ParcelState, status: Status) -> None:
    ends = {ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.LOST, ParcelState.DAMAGED}
    events: Sequence[Any] | None = events_for(state, status)
    if state in ends:
        assert not events
    if status is Status.DELIVERED and state is ParcelState.RETURNING:
        assert events is None
