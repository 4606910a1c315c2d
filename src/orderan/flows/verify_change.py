"""A buyer's word is about the order they were asked about: one that costs more or goes elsewhere is asked about anew.

Only as long as nothing of it is on a pick list: what is being picked is nobody's to stop here.
"""

from datetime import datetime
from typing import Final

from orderan.customers import zone_of
from orderan.flows.verify_order import choice_of, followed_now
from orderan.flows.views_verifying import buyers_of, on_a_pick_list
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.orders import (
    Commercial,
    Order,
    Terms,
    Verification,
    VerificationEvent,
    drop_deposit,
    move_verification,
)
from orderan.verification import Verdict, decide, open_cases, overtake_attempts

ASKED_ABOUT: Final = frozenset(
    {Verification.WAITING, Verification.UNREACHABLE, Verification.CONFIRMED, Verification.WAIVED}
)


async def verify_change(tx: Tx, before: Order, after: Order, *, now: datetime) -> None:
    """Ask again about a locked order that was changed, where the policy asks about what it became.

    Args:
        before: As it stood when its buyer was asked.
        after: As it was written down in this transaction.
    """
    was = Verification(before.verification)
    dearer, moved = after.total_minor > before.total_minor, after.address_id != before.address_id
    if before.terms != Terms.COD or before.commercial != Commercial.ACCEPTED or was not in ASKED_ABOUT:
        return
    if not (dearer or moved) or await on_a_pick_list(tx, before.id):
        return
    policy = await followed_now(tx, now=now)
    if was is Verification.WAIVED and not policy.policy.asks:
        return
    buyer = (await buyers_of(tx, [before.id]))[before.id]
    found = decide(policy.policy, buyer)
    if found.verdict is Verdict.WAIVE:
        return
    await decisions.keep(tx, [choice_of(after, buyer, policy, found)], now=now)
    await drop_deposit(tx, before)
    await overtake_attempts(tx, before.id, now=now)
    if was is not Verification.WAITING:
        await move_verification(tx, [before], VerificationEvent.ASK, reason="changed", now=now)
    await open_cases(tx, {before.id: zone_of(buyer.area)}, policy, now=now)
