"""The demo shop's service desk: buyers who cancel, change their minds, ask for a hold or send goods back."""

from datetime import datetime, timedelta
from uuid import UUID

from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.hold_order import hold_order, let_continue
from orderan.flows.place_order import Placed
from orderan.flows.refund_order import execute_refund
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    propose_refund,
    receive_goods_back,
    resolve_return,
)
from orderan.kit.db import Tx
from orderan.orders import HoldKind, SetQuantity, Units, add_note, lock_orders, tag_orders
from orderan.returns import Cause, Inspected, ReturnEvent, Wanted

FORGOTTEN_CHANGE = FORGOTTEN_HOLD = FORGOTTEN_RETURN = 4
FORGOTTEN_REFUND = 5
"""Days before today on which something was begun and then left lying."""
RETURNED_FOR = (
    (Cause.DAMAGED, "Barang datang rusak"),
    (Cause.NOT_AS_DESCRIBED, "Warnanya lain dari fotonya"),
    (Cause.WRONG_ITEM, "Yang datang barang lain"),
)
HOLD_REASONS = {
    HoldKind.FRAUD: "Tiga pesanan COD dalam satu jam dari nomor yang sama",
    HoldKind.ADDRESS: "Nomor rumah tidak ada",
    HoldKind.CUSTOMER_REQUEST: "Pembeli minta dikirim minggu depan",
}
NOTES = (
    "Pembeli minta dikirim sebelum Jumat.",
    "Sudah ditelepon, alamat benar.",
    "Pelanggan lama, beri bonus stiker.",
)


class Desk:
    """People who talk to buyers."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def afternoon(self, at: datetime, days_left: int) -> None:
        """A few of everything."""
        await self._cancel(at)
        await self._change(at, days_left)
        await self._hold(at, days_left)
        for placed in self._scene.drawn(at, 4):
            await self._scene.attempt("layanan", lambda tx: self._annotate(tx, placed, at))
        await self._take_back(at, days_left)

    async def _cancel(self, at: datetime) -> None:
        for placed in self._scene.drawn(at, 3):
            await self._scene.attempt(
                "layanan",
                lambda tx: cancel_order(tx, placed.order.id, reason="Pembeli berubah pikiran", now=at),
            )
        for placed in self._scene.drawn(at, 2):
            if placed.lines[0].quantity > 1:
                await self._scene.attempt(
                    "layanan",
                    lambda tx: cancel_order(
                        tx,
                        placed.order.id,
                        units=[Units(1, 1)],
                        reason="Pembeli minta dikurangi satu",
                        now=at,
                    ),
                )

    async def _change(self, at: datetime, days_left: int) -> None:
        for placed in self._scene.drawn(at, 6 if days_left == FORGOTTEN_CHANGE else 1):
            done = await self._scene.attempt(
                "layanan", lambda tx: self._one_more(tx, placed, at, ask=days_left == FORGOTTEN_CHANGE)
            )
            if done:
                return

    async def _one_more(self, tx: Tx, placed: Placed, at: datetime, *, ask: bool) -> bool:
        more = [SetQuantity(1, placed.lines[0].quantity + 1)]
        change = await open_change(tx, placed.order.id, more, reason="Pembeli menambah satu", now=at)
        if not ask:
            await confirm(tx, placed.order.id, change.id, now=at)
        return True

    async def _hold(self, at: datetime, days_left: int) -> None:
        scene = self._scene
        for placed in scene.drawn(at, 12 if days_left == FORGOTTEN_HOLD else 2):
            hold = await scene.attempt(
                "layanan", lambda tx: self._stop(tx, placed, at, expires=days_left != FORGOTTEN_HOLD)
            )
            if hold is not None and days_left == FORGOTTEN_HOLD:
                break
            if hold is not None:
                scene.memory.held.append((at, placed.order.id, hold))
        for entry in [one for one in scene.memory.held if at - one[0] >= timedelta(days=1)]:
            scene.memory.held.remove(entry)
            await scene.attempt(
                "layanan",
                lambda tx: let_continue(
                    tx, entry[1], entry[2], reason="Sudah dihubungi", judges=True, now=at
                ),
            )

    async def _stop(self, tx: Tx, placed: Placed, at: datetime, *, expires: bool) -> UUID:
        kind = self._scene.chance.choice(list(HOLD_REASONS))
        until = at + timedelta(days=9) if expires else None
        return await hold_order(
            tx, placed.order.id, kind, reason=HOLD_REASONS[kind], expires_at=until, now=at
        )

    async def _annotate(self, tx: Tx, placed: Placed, at: datetime) -> None:
        await add_note(tx, placed.order.id, self._scene.chance.choice(NOTES), now=at)
        orders = await lock_orders(tx, [placed.order.id])
        tag = self._scene.chance.choice(("kado", "vip", "cek-alamat"))
        await tag_orders(tx, list(orders.values()), add=[tag], now=at)

    # What comes back

    async def _take_back(self, at: datetime, days_left: int) -> None:
        scene = self._scene
        arrived = [entry for entry in scene.memory.delivered if at - entry[0] < timedelta(days=2)]
        scene.memory.delivered = arrived
        for turn, (_, placed) in enumerate(scene.chance.sample(arrived, min(2, len(arrived)))):
            cause, said = RETURNED_FOR[(at.day + turn) % len(RETURNED_FOR)]
            wanted = [Wanted(1, 1, said, cause)]
            asked = await scene.attempt(
                "layanan", lambda tx: ask_return(tx, placed.order.id, wanted, reason=said, now=at)
            )
            if asked is not None and days_left == FORGOTTEN_RETURN:
                scene.memory.left.add(asked.id)
        for state, return_id in await scene.do("demo", views.returns_open):
            if return_id not in scene.memory.left and scene.chance.random() < 0.8:
                await scene.attempt("gudang", lambda tx: self._advance(tx, state, return_id, at))
        await self._pay_back(at, days_left)

    async def _advance(self, tx: Tx, state: str, return_id: UUID, at: datetime) -> None:
        if state == "requested":
            event = ReturnEvent.REJECT if self._scene.chance.random() < 0.15 else ReturnEvent.APPROVE
            await decide_return(tx, return_id, event, note=None, now=at)
        elif state == "approved":
            await decide_return(tx, return_id, ReturnEvent.SEND, now=at)
        elif state == "in_transit":
            lines = await views.return_lines(tx, return_id)
            place = next(iter(self._scene.ground.places.values()))
            await receive_goods_back(tx, return_id, dict(lines), location_id=place, now=at)
        elif state == "received":
            lines = await views.received_lines(tx, return_id)
            whole = self._scene.chance.random() < 0.5
            judged = [
                Inspected(no, n if whole else 0, 0 if whole else n, "utuh" if whole else "penyok")
                for no, n in lines
            ]
            await inspect_goods(tx, return_id, judged, now=at)
        elif state == "inspected":
            worth = sum(line.amount_minor for line in await propose_refund(tx, return_id))
            room = await views.refundable(tx, return_id)
            note = "Dikembalikan penuh" if worth <= room else "Dipotong dari faktur"
            await resolve_return(tx, return_id, amount_minor=min(worth, room), note=note, now=at)

    async def _pay_back(self, at: datetime, days_left: int) -> None:
        scene = self._scene
        waiting = [
            one for one in await scene.do("demo", views.refunds_granted) if one not in scene.memory.left
        ]
        if days_left == FORGOTTEN_REFUND and waiting:
            scene.memory.left.add(waiting.pop())
        for refund_id in waiting:
            if scene.chance.random() < 0.7:
                reference = f"RFD{refund_id.hex[:12].upper()}"
                await scene.attempt(
                    "finance",
                    lambda tx: execute_refund(
                        tx, refund_id, method="bank_transfer", reference=reference, now=at
                    ),
                )
