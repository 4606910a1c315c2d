"""What the demo shop's people do about the exception inbox: most of it the next afternoon.

    too little money   the buyer is asked and pays the rest
    too much, too late it goes back
    a parcel is gone   the courier pays the claim, or the buyer gets the money back
    all came back      somebody closes the order

Now and then an entry is overlooked and stays for good: a few old ones are in every inbox.
"""

from datetime import datetime, timedelta
from uuid import uuid5

from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.demo.views import Trouble
from orderan.flows.close_entry import close_entries
from orderan.flows.complete_orders import complete_order
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_payment import settle_payment
from orderan.kit.db import Tx
from orderan.orders import EVERYTHING, Order, lock_orders
from orderan.payments import MoneyEvent, MoneyKind

OVERLOOKED = 0.012
DONE_TODAY = 0.85
CLAIMED = "Klaim kurir selesai."


class Troubles:
    """People who work off the inbox."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def afternoon(self, at: datetime, days_left: int) -> None:
        """Work off most of what was told since yesterday; the last day's are still to be seen."""
        scene = self._scene
        told = await scene.do("demo", lambda tx: views.troubles(tx, before=at - timedelta(hours=1)))
        for trouble in told:
            if trouble.order_id in scene.memory.left:
                continue
            if scene.chance.random() < OVERLOOKED:
                scene.memory.left.add(trouble.order_id)
            elif days_left > 1 and scene.chance.random() < DONE_TODAY:
                await scene.attempt("finance", lambda tx: self._solve(tx, trouble, at))
        for order_id in await scene.do(
            "demo", lambda tx: views.wholly_back(tx, before=at - timedelta(days=9))
        ):
            if order_id not in scene.memory.left:
                await scene.attempt(
                    "layanan", lambda tx: complete_order(tx, order_id, reason="Semua barang kembali", now=at)
                )

    async def _solve(self, tx: Tx, trouble: Trouble, at: datetime) -> None:
        [order] = (await lock_orders(tx, [trouble.order_id])).values()
        if trouble.kind == "payment_under":
            await _receive(tx, order, trouble.money_minor, "pelunasan", at)
        elif trouble.kind in {"payment_over", "payment_after_close"}:
            await _give_back(tx, order, trouble.money_minor, "Kelebihan bayar", at)
        else:
            await self._claim(tx, trouble, order, at)

    async def _claim(self, tx: Tx, trouble: Trouble, order: Order, at: datetime) -> None:
        kept = order.paid_minor - order.refunded_minor
        if order.due_minor > 0:
            await _receive(tx, order, order.due_minor, "klaim kurir", at)
        elif kept > 0:
            await _give_back(tx, order, kept, "Paket hilang atau rusak di jalan", at)
        await close_entries(tx, EVERYTHING, [trouble.entry_id], state="resolved", note=CLAIMED, now=at)
        await complete_order(tx, order.id, reason=CLAIMED, now=at)


async def _receive(tx: Tx, order: Order, amount_minor: int, why: str, at: datetime) -> None:
    reference = f"TRF{uuid5(order.id, f'{why} {at:%y%m%d}').hex[:12].upper()}"
    event = MoneyEvent(order.id, MoneyKind.CAPTURED, "bank_transfer", amount_minor, order.currency, reference)
    await settle_payment(tx, event, now=at)


async def _give_back(tx: Tx, order: Order, amount_minor: int, why: str, at: datetime) -> None:
    refund = await promise_refund(tx, order.id, amount_minor=amount_minor, reason=why, now=at)
    reference = f"RFD{refund.id.hex[:12].upper()}"
    await execute_refund(tx, refund.id, method="bank_transfer", reference=reference, now=at)
