"""What no gateway can send back goes to a bank account of the buyer's.

open       what is left of a refund waits for an account
account    staff type it, or the buyer by a link that is good once and for a week; it is sealed under the
           buyer's key, and a holder who is called otherwise than the buyer is marked
approve    by somebody else than who typed it
export     everything approved goes in one transfer file, each payout in one only
pay        the bank's reference is noted and the refund is paid by it, or the bank did not know the account,
           which it may say after it had taken the transfer: the refund is owed again
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.customers import Field, Reader, customer_card, note_reading, same_person, seal_for
from orderan.flows.book_refund import book_part, lock_refund, take_back
from orderan.flows.refund_vouchers import return_to_vouchers
from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import new_id, to_text
from orderan.payments import (
    BankAccount,
    LinkNotGood,
    MoneyEvent,
    MoneyKind,
    Payout,
    PayoutState,
    Refund,
    Sealed,
    approve_payout,
    batch_of,
    bounce_payout,
    cancel_payout,
    checked_account,
    enter_account,
    export_approved,
    find_payout,
    open_payout,
    pay_payout,
    payout_of_link,
    set_link,
)

LINK_LASTS: Final = timedelta(days=7)
TABLE: Final = "payout"


@dataclass(eq=False)
class NobodyToPay(Refusal):
    """The order names no buyer, so there is nobody whose account it could be."""

    order: str

    code = "nobody_to_pay"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini tidak punya pelanggan, jadi rekeningnya tidak bisa disimpan.")


async def begin_payout(tx: Tx, refund_id: UUID, *, now: datetime) -> Payout:
    """Pay what is left of a refund out to an account nobody knows yet.

    Raises:
        RefundNotFound, IllegalMove, ApprovalNeeded, RefundInTheAir, PayoutOpen: As `open_payout` has them.
        NobodyToPay: The order has no customer.
    """
    order, refund = await lock_refund(tx, refund_id)
    if order.customer_id is None:
        raise NobodyToPay(str(order.number))
    refund = await return_to_vouchers(tx, order, refund, now=now)
    return await open_payout(tx, refund, order.customer_id, now=now)


async def make_link(tx: Tx, payout_id: UUID, *, now: datetime) -> str:
    """What a buyer's link ends with; told once, kept as a hash, an earlier one ends.

    Raises:
        PayoutNotFound: No such payout.
        LinkNotGood: No account is waited for.
    """
    await find_payout(tx, payout_id)
    token = secrets.token_urlsafe(24)
    if not await set_link(tx, payout_id, link_hash(token), now + LINK_LASTS):
        raise LinkNotGood
    await audit.leave(tx, Trace("payout.link", "payout", to_text("pto", payout_id)), now=now)
    return f"{tx.shop_id}-{token}"


def link_hash(token: str) -> bytes:
    """A fast hash is enough: the tokens are random, and guesses are throttled."""
    return hashlib.sha256(token.encode()).digest()


async def payout_behind(tx: Tx, token: str, *, now: datetime) -> Payout:
    """The payout whose account may be typed by a link. Raises LinkNotGood."""
    payout = await payout_of_link(tx, link_hash(token), now=now)
    if payout is None:
        raise LinkNotGood
    return payout


async def type_account(
    tx: Tx, keyring: Keyring, payout_id: UUID, *, bank: str, number: str, holder: str, now: datetime
) -> Payout:
    """Staff, or the buyer, say where the money goes.

    Raises:
        UnknownBank, AccountMistyped, HolderMissing: It cannot be an account.
        PayoutNotFound, IllegalMove: It waits for none.
        CustomerNotActive: The buyer was erased.
    """
    account = checked_account(bank, number, holder)
    payout, _ = await _locked(tx, payout_id)
    seal = await seal_for(tx, keyring, payout.customer_id)
    card = await customer_card(tx, keyring, payout.customer_id, reader=Reader())
    sealed = Sealed(
        account.bank, seal.shut(TABLE, "account", account.number), seal.shut(TABLE, "holder", account.holder)
    )
    return await enter_account(
        tx, payout, sealed, holder_differs=not same_person(account.holder, card.name), now=now
    )


async def type_by_link(
    tx: Tx, keyring: Keyring, token: str, *, bank: str, number: str, holder: str, now: datetime
) -> Payout:
    """The buyer types it, once. Raises LinkNotGood, and as `type_account` does."""
    payout = await payout_behind(tx, token, now=now)
    await _locked(tx, payout.id)
    # Two who came by one link at once: the second finds it used.
    await payout_behind(tx, token, now=now)
    return await type_account(tx, keyring, payout.id, bank=bank, number=number, holder=holder, now=now)


async def agree_payout(tx: Tx, payout_id: UUID, *, looked_twice: bool, now: datetime) -> Payout:
    """Let it go with the next file. Raises as `approve_payout` does."""
    payout, refund = await _locked(tx, payout_id)
    return await approve_payout(tx, payout, refund, looked_twice=looked_twice, now=now)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A line of a transfer file."""

    payout: Payout
    account: BankAccount


async def export_payouts(tx: Tx, keyring: Keyring, *, now: datetime) -> tuple[str, Sequence[Transfer]]:
    """Put everything approved in one file; whose accounts leave in the clear is kept in the log of readings."""
    batch = to_text("bat", new_id())
    if taken := await export_approved(tx, batch, now=now):
        traces = [
            Trace("payout.export", "payout", to_text("pto", one.id), {"state": "approved"}, {"batch": batch})
            for one in taken
        ]
        await audit.leave(tx, *traces, now=now)
    return batch, await export_again(tx, keyring, batch, now=now)


async def export_again(tx: Tx, keyring: Keyring, batch: str, *, now: datetime) -> Sequence[Transfer]:
    """The file once more, without what was paid, came back or was erased since."""
    transfers = [
        Transfer(payout, account)
        for payout in await batch_of(tx, batch)
        if payout.state == PayoutState.EXPORTED
        and (account := await account_of(tx, keyring, payout)) is not None
    ]
    if transfers:
        people = {one.payout.customer_id for one in transfers}
        await note_reading(tx, people, [Field.NAME], purpose=f"berkas transfer {batch}", now=now)
    return transfers


async def account_of(tx: Tx, keyring: Keyring, payout: Payout) -> BankAccount | None:
    """A payout's account in the clear; None where there is none any more."""
    if payout.bank is None or payout.account_enc is None or payout.holder_enc is None:
        return None
    seal = await seal_for(tx, keyring, payout.customer_id)
    return BankAccount(
        payout.bank,
        seal.open(TABLE, "account", payout.account_enc) or "",
        seal.open(TABLE, "holder", payout.holder_enc) or "",
    )


async def paid_out(tx: Tx, payout_id: UUID, *, reference: str, now: datetime) -> Payout:
    """The transfer was made: the refund is paid by it.

    Raises:
        PayoutNotFound, IllegalMove: It is not on its way.
        ReferenceUsed: This transfer was booked before.
        MoreThanThereIs: What was taken in has been taken back meanwhile.
    """
    payout = await find_payout(tx, payout_id)
    order, refund = await lock_refund(tx, payout.refund_id)
    paid = await pay_payout(tx, await find_payout(tx, payout_id), reference=reference, now=now)
    part = MoneyEvent(
        payout.order_id,
        MoneyKind.REFUNDED,
        "bank_transfer",
        paid.amount_minor,
        paid.currency,
        reference,
        to_text("pto", payout_id),
    )
    answer = await book_part(tx, order, refund, part, now=now)
    if isinstance(answer, Refusal):
        raise answer
    return paid


async def came_back(tx: Tx, payout_id: UUID, *, now: datetime) -> Payout:
    """The bank did not know the account: another is waited for, and what was booked as paid is owed again.

    Raises:
        PayoutNotFound, IllegalMove, PayoutOpen: As `bounce_payout` has them.
    """
    payout, refund = await _locked(tx, payout_id)
    bounced = await bounce_payout(tx, payout, now=now)
    if payout.state == PayoutState.PAID:
        part = MoneyEvent(
            payout.order_id,
            MoneyKind.REFUND_REVERSED,
            "bank_transfer",
            payout.amount_minor,
            payout.currency,
            payout.reference,
            to_text("pto", payout_id),
        )
        await take_back(tx, refund, part, now=now)
    return bounced


async def drop_payout(tx: Tx, payout_id: UUID, *, now: datetime) -> Payout:
    """The refund goes another way. Raises PayoutNotFound, IllegalMove."""
    payout, _ = await _locked(tx, payout_id)
    return await cancel_payout(tx, payout, now=now)


async def _locked(tx: Tx, payout_id: UUID) -> tuple[Payout, Refund]:
    _, refund = await lock_refund(tx, (await find_payout(tx, payout_id)).refund_id)
    return await find_payout(tx, payout_id), refund
