"""The desk sees what was issued beside what came, writes evidence down once, and decides with a reason."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, delivered, pay
from given import World, a_shop
from orderan.access import Permission, make_key
from orderan.flows.settle_return import ask_return, decide_return
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.returns import ReturnEvent, Wanted
from returns.test_return_portal import words

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@dataclass
class Desk:
    """A signed-in owner and an approved return of two."""

    world: World
    owner: AsyncClient
    house: House
    goods_return: str

    @property
    def path(self) -> str:
        return f"/returns/{self.goods_return}"


@pytest.fixture
async def desk(floor: ShopFloor, house: House, hire: Hire, keyring: Keyring) -> AsyncIterator[Desk]:
    now = house.clock.at
    world = await a_shop(floor, now, stock={"kopi": 10})
    order = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, order, now=now)
    await delivered(world, order, now=now)
    made = await floor.run(lambda tx: ask_return(tx, order.id, [Wanted(1, 2)], reason="Rusak", now=now))
    await floor.run(lambda tx: decide_return(tx, made.id, ReturnEvent.APPROVE, now=now))
    await hire(name="Rina")
    async with house.browser() as owner:
        await sign_in(owner)
        yield Desk(world, owner, house, to_text("ret", made.id))


async def test_a_wrong_digit_typed_at_the_table_is_shown_beside_the_issued_one_and_decided(
    desk: Desk,
) -> None:
    place = to_text("loc", desk.world.locations["JKT"])
    step = f"{desk.path}/step"
    bad = await send(desk.owner, step, {"step": "awb", "courier": "J&T", "awb": "12"}, page=desk.path)
    assert bad.status_code == 409
    assert 'value="J&amp;T"' in bad.text
    await send(desk.owner, step, {"step": "awb", "courier": "J&T", "awb": "JX1234567890"}, page=desk.path)
    came = {"step": "receive", "place": place, "came_1": "2", "damaged_1": "1", "awb": "JX1234567891"}
    heavy = await send(desk.owner, step, came | {"weight_g": "berat"}, page=desk.path)
    assert 'value="JX1234567891"' in heavy.text
    await send(
        desk.owner, step, came | {"weight_g": "1000", "extras": "3 Sendok\nTutup botol"}, page=desk.path
    )

    shown = words(await desk.owner.get(desk.path))
    assert "Buka sengketa" in shown
    file = words(await desk.owner.get(f"{desk.path}/dispute"))
    assert "beda 1 angka" in file
    assert "JX1234567890" in file
    assert "JX1234567891" in file
    assert "3 × Sendok" in file
    assert "1 × Tutup botol" in file

    dispute = f"{desk.path}/dispute"
    empty = await send(desk.owner, dispute, {"words": " "}, page=dispute)
    assert empty.status_code == 422
    await send(desk.owner, dispute, {"words": "Kurir mengirim foto label"}, page=dispute)
    unsaid = await send(desk.owner, f"{dispute}/decide", {"for": "buyer", "words": ""}, page=dispute)
    assert unsaid.status_code == 422
    decided = await send(
        desk.owner, f"{dispute}/decide", {"for": "buyer", "words": "Salah ketik kurir"}, page=dispute
    )
    assert decided.headers["location"] == dispute
    late = await send(
        desk.owner, f"{dispute}/decide", {"for": "shop", "words": "Ternyata palsu"}, page=dispute
    )
    assert late.status_code == 409
    assert "Salah ketik kurir" in words(await desk.owner.get(dispute))
    [row] = await desk.world.floor.all("SELECT state FROM return_dispute")
    assert row.state == "for_buyer"


async def test_evidence_sent_twice_is_written_once(desk: Desk) -> None:
    place = to_text("loc", desk.world.locations["JKT"])
    step, dispute = f"{desk.path}/step", f"{desk.path}/dispute"
    assert (await desk.owner.get(dispute)).status_code == 404
    await send(desk.owner, step, {"step": "awb", "awb": "JX1234567890"}, page=desk.path)
    came = {"step": "receive", "place": place, "came_1": "2", "awb": "JX1234567891"}
    await send(desk.owner, step, came, page=desk.path)
    form = (await desk.owner.get(dispute)).text
    hidden = {
        name: value
        for part in form.split('<input type="hidden" name="')[1:]
        for name, _, rest in [part.partition('" value="')]
        for value in [rest.split('"')[0]]
    }
    for _ in range(2):
        await desk.owner.post(dispute, data=hidden | {"words": "Foto label"})
    assert len(await desk.world.floor.all("SELECT FROM return_dispute_note")) == 1


async def test_a_program_gives_the_number_receives_and_reads_the_dispute(desk: Desk) -> None:
    needs = [Permission.RETURNS_READ, Permission.RETURNS_WRITE, Permission.REFUNDS_GRANT]
    _, secret = await desk.world.floor.run(
        lambda tx: make_key(tx, name="uji", permissions=needs, now=desk.house.clock.at)
    )
    at = f"/api/v1/returns/{desk.goods_return}"
    place = to_text("loc", desk.world.locations["JKT"])
    async with desk.house.browser() as client:

        async def ask(path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
            headers = {"authorization": f"Bearer {secret}", "idempotency-key": new_id().hex}
            answer = await client.post(at + path, json=body, headers=headers)
            return answer.status_code, answer.json()

        _, given = await ask("/shipment", {"courier": "jnt", "awb": "jx-1234567890"})
        assert (given["awb"], given["weight_g"]) == ("JX1234567890", 1_000)
        line = {"line": 1, "received": 2, "damaged": 1}
        _, told = await ask("/receive", {"location_id": place, "lines": [line], "weight_g": 100})
        assert told["state"] == "received"
        _, noted = await ask("/dispute/notes", {"words": "Kosong"})
        assert [one["what"] for one in noted["differences"]] == ["weight"]
        inspected = {"lines": [{"line": 1, "to_stock": 1, "to_quarantine": 1}]}
        await ask("/inspect", inspected)
        assert (await ask("/resolve", {"amount": 20_000}))[1]["code"] == "return_dispute_open"
        _, decided = await ask("/dispute/decide", {"decided_for": "shop", "words": "Batu"})
        assert decided["state"] == "for_shop"
        assert (await ask("/resolve", {"amount": 1}))[1]["code"] == "return_dispute_for_shop"
