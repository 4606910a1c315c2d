"""The demo shop's money that goes back: refunds a second person has to see, payouts at every stage, chargebacks."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from orderan.access import list_staff
from orderan.customers import CustomerNotActive, Reader, customer_card
from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.demo.views import Sold
from orderan.flows.contest_chargeback import add_to_chargeback, answer_chargeback, report_chargeback
from orderan.flows.pay_out import agree_payout, begin_payout, type_account
from orderan.flows.refund_order import promise_refund
from orderan.kit.db import Caller, Tx
from orderan.payments import EvidenceKind, set_approval_limit

T = TypeVar("T")

APPROVE_ABOVE_MINOR = 250_000
OWNER, CARE, FINANCE = "Rina Hartati", "Putri Maharani", "Hendra Gunawan"
LARGE = ("Barang rusak semua, diganti uang", "Pesanan ganda, dibatalkan")
SMALL = ("Ongkir kelebihan", "Barang kurang satu", "Kemasan penyok", "Warna tidak sesuai")
BANKS = (("014", "8830451207"), ("009", "0127734590"), ("451", "7120099416"))


class PayingBack:
    """People of the shop who give money back."""

    def __init__(self, scene: Scene, now: datetime) -> None:
        self._scene = scene
        self._now = now
        self._staff: dict[str, UUID] = {}

    async def stand_still(self) -> None:
        """What is on the pages of money back at this instant; a shop too small for it has less."""
        everybody = await self._scene.do("demo", list_staff)
        self._staff = {one.name: one.id for one in everybody}
        sold = await self._scene.do("demo", lambda tx: views.sold_and_home(tx, most=12))
        large = [one for one in sold if one.total_minor > APPROVE_ABOVE_MINOR][: len(LARGE)]
        rest = [one for one in sold if one not in large]
        await self._as(OWNER, lambda tx: set_approval_limit(tx, APPROVE_ABOVE_MINOR, now=self._now))
        for turn, order in enumerate(large):
            at = self._now - timedelta(hours=3 + turn)
            await self._as(CARE, lambda tx: self._promise(tx, order, order.total_minor, LARGE[turn], at))
        for turn, order in enumerate(rest[: len(SMALL)]):
            await self._pay_out(order, turn, self._now - timedelta(hours=5 - turn))
        for turn, order in enumerate(rest[len(SMALL) : len(SMALL) + 2]):
            await self._dispute(order, turn)

    async def _pay_out(self, order: Sold, turn: int, at: datetime) -> None:
        """The first is only promised, then one waits for its account, one for eyes, one for the file."""
        amount = min(15_000 + 5_000 * turn, order.total_minor)
        refund = await self._as(CARE, lambda tx: self._promise(tx, order, amount, SMALL[turn], at))
        if turn == 0:
            return
        payout = await self._as(FINANCE, lambda tx: begin_payout(tx, refund, now=at))
        if turn == 1:
            return
        bank, number = BANKS[turn - 1]
        try:
            await self._as(CARE, lambda tx: self._type(tx, order, payout.id, bank, number, at))
        except CustomerNotActive:
            # A guest of the shop before left nothing to seal an account under.
            return
        if turn > 2:
            await self._as(FINANCE, lambda tx: agree_payout(tx, payout.id, looked_twice=True, now=at))

    async def _dispute(self, order: Sold, turn: int) -> None:
        """One that has to be answered within two days, and one the bank thinks about."""
        opened = self._now - timedelta(days=4 + turn)
        case = await self._as(
            FINANCE,
            lambda tx: report_chargeback(
                tx,
                order.id,
                attempt_id=None,
                amount_minor=order.total_minor,
                reason=("Pembeli bilang tidak menerima barang", "Pembeli tidak mengenali transaksi")[turn],
                deadline=self._now + timedelta(days=2 + 3 * turn),
                now=opened,
            ),
        )
        if turn == 0:
            return
        words = "Paket diterima sendiri, foto dari kurir ada di dasbor pengiriman"
        await self._as(
            FINANCE,
            lambda tx: add_to_chargeback(tx, case.id, EvidenceKind.DELIVERY, words, now=opened),
        )
        await self._as(FINANCE, lambda tx: answer_chargeback(tx, case.id, now=opened))

    async def _promise(self, tx: Tx, order: Sold, amount: int, why: str, at: datetime) -> UUID:
        return (await promise_refund(tx, order.id, amount_minor=amount, reason=why, now=at)).id

    async def _type(self, tx: Tx, order: Sold, payout: UUID, bank: str, number: str, at: datetime) -> Any:
        card = await customer_card(tx, self._scene.keyring, order.customer_id, reader=Reader())
        return await type_account(
            tx, self._scene.keyring, payout, bank=bank, number=number, holder=card.name, now=at
        )

    async def _as(self, name: str, work: Callable[[Tx], Awaitable[T]]) -> T:
        caller = Caller(self._scene.ground.shop.shop_id, f"staff:{self._staff[name]}")
        return await self._scene.db.run(caller, work)
