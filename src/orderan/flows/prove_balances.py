"""Every night the rupiah of each gateway account are added up anew, and what nothing accounts for is told.

wait     until every account that files told of was held against its ledger this night
doubt    an account that does not come out is held against its ledger once more: news may have come since
keep     the sum as it came out
tell     a rupiah adrift is in the exception inbox until a night in which there is none
"""

from datetime import datetime
from typing import Final

from orderan.flows.reconcile import NIGHTLY, reconcile
from orderan.flows.views_settling import Balance, balances
from orderan.flows.watch_limits import QUIET
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.settlements import Proof, books, keep_proofs, last_proved_at, lock_matching
from orderan.shops import shop_by_id

ADRIFT: Final = "balance_adrift"


async def prove_nightly(tx: Tx, *, now: datetime) -> int:
    """Prove every account of a shop that was not proved for a day; returns how many it has."""
    await lock_matching(tx)
    last = await last_proved_at(tx)
    if last is not None and last > now - NIGHTLY:
        return 0
    if any(book.reconciled_at is None or book.reconciled_at <= now - NIGHTLY for book in await books(tx)):
        return 0
    found = await balances(tx)
    if doubtful := [one.account_id for one in found if one.adrift_minor]:
        for account_id in doubtful:
            await reconcile(tx, account_id, now=now)
        found = await balances(tx)
    await keep_proofs(tx, [_proof(one, now) for one in found])
    currency = (await shop_by_id(tx, tx.shop_id)).currency
    adrift = [_stuck(one, currency, now) for one in found if one.adrift_minor]
    await inbox.watch(tx, ADRIFT, adrift, quiet_for=QUIET, now=now)
    return len(found)


def _proof(one: Balance, now: datetime) -> Proof:
    return Proof(
        account_id=one.account_id,
        proved_at=now,
        captured_minor=one.captured_minor,
        reversed_minor=one.reversed_minor,
        refunded_minor=one.refunded_minor,
        settled_minor=one.settled_minor,
        waiting_minor=one.waiting_minor,
        explained_minor=one.explained_minor,
        open_minor=one.open_minor,
        adrift_minor=one.adrift_minor,
    )


def _stuck(one: Balance, currency: str, now: datetime) -> Stuck:
    return Stuck(
        kind=ADRIFT,
        reason="adrift",
        subject_kind="settlement",
        subject_id=one.account_id,
        dedupe_key=f"{ADRIFT}:{one.account_id}",
        payload={"gateway_account": one.name, "since": now.isoformat()},
        money_minor=abs(one.adrift_minor),
        currency=currency,
        deadline=None,
        next_step=N_(
            "Tidak ada yang menjelaskan uang ini: cocokkan dengan dasbor gateway, dan minta pengelola sistem"
            " menjalankan orderan audit."
        ),
    )
