"""Money on the bank account whose payout a person knows."""

from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.settlements import store_bank
from orderan.settlements.commands.explain import MOST_WORD
from orderan.settlements.errors import BankMoneyNotFound, BankMoneyPlaced, PayoutNotWaiting, WordMissing

BANK_PREFIX: Final = "bnk"
PAYOUT_PREFIX: Final = "gpo"


async def place_bank_money(
    tx: Tx, line_id: UUID, payout_id: UUID | None, word: str, *, now: datetime
) -> None:
    """Say which payout this is, whatever the bank kept of it; or, with None, that it is none of a gateway's.

    Raises:
        WordMissing: No word.
        BankMoneyNotFound: No such line.
        BankMoneyPlaced: It is known what it is; nothing changed.
        PayoutNotWaiting: The shop has no such payout, of another currency it has, or the bank showed it.
    """
    said = word.strip()[:MOST_WORD]
    if not said:
        raise WordMissing
    await store_bank.lock_matching(tx)
    line = await store_bank.lock_bank_line(tx, line_id)
    if line is None:
        raise BankMoneyNotFound(to_text(BANK_PREFIX, line_id))
    if line.matched_by is not None:
        raise BankMoneyPlaced(to_text(BANK_PREFIX, line_id))
    payout = None
    if payout_id is not None:
        payout = await store_bank.waiting_payout(tx, payout_id)
        if payout is None or payout.currency != line.currency:
            raise PayoutNotWaiting(to_text(PAYOUT_PREFIX, payout_id))
    await store_bank.place_bank_line(tx, line_id, payout_id, "none" if payout is None else "hand", said)
    after = {
        "payout": None if payout is None else to_text(PAYOUT_PREFIX, payout.id),
        "difference_minor": 0 if payout is None else line.amount_minor - payout.net_minor,
        "word": said,
    }
    await leave(
        tx, Trace("settlement.place", "bank_line", to_text(BANK_PREFIX, line_id), after=after), now=now
    )
