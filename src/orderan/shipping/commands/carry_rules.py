"""Editing the rules of who carries a parcel, and having a draft followed."""

from datetime import datetime
from typing import Any

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.rulebook import explained
from orderan.shipping.errors_choice import CarryRulesUnexplained, NoSuchCarryRules
from orderan.shipping.rules_choice import plain_policy, read_policy
from orderan.shipping.store_choice import CARRY_RULES, CarryDraft


async def change_carry_draft(tx: Tx, plain: Any, *, expected: int, now: datetime) -> CarryDraft:
    """Put other rules into the draft.

    Args:
        expected: The edit these were made from.

    Raises:
        CarryDraftMovedOn: Somebody edited it since.
        CarryRulesNotUsable: They cannot be followed.
    """
    current = await CARRY_RULES.lock_draft(tx, expected)
    return await CARRY_RULES.edit(tx, current, read_policy(plain), now=now)


async def restore_carry_rules(tx: Tx, version: int, *, expected: int, now: datetime) -> CarryDraft:
    """Take an earlier version into the draft; 0 is what holds while the shop wrote none.

    Raises:
        NoSuchCarryRules: There is none of this number.
        CarryDraftMovedOn: Somebody edited it since.
    """
    found = await CARRY_RULES.version_of(tx, version) if version else None
    if version and found is None:
        raise NoSuchCarryRules(version)
    return await change_carry_draft(tx, plain_policy(CARRY_RULES.rules_of(found)), expected=expected, now=now)


async def put_carry_live(tx: Tx, *, expected: int, note: str, now: datetime) -> int:
    """Follow the draft from now on, as a version of its own; returns its number.

    Raises:
        CarryRulesUnexplained: Nothing says why.
        CarryDraftMovedOn, CarryDraftIsLive, CarryDraftNotTried, CarryLiveMovedOn: As a rulebook refuses.
    """
    why = explained(note)
    if why is None:
        raise CarryRulesUnexplained
    current, live = await CARRY_RULES.lock_tried(tx, expected)
    version = await CARRY_RULES.write(tx, current.rules, note=why, revision=current.revision, now=now)
    await CARRY_RULES.follow(tx, version, now=now)
    before = {"version": live.version, "rules": plain_policy(live.rules)} if live else None
    after = {"version": version, "rules": plain_policy(current.rules), "note": why}
    await audit.leave(tx, Trace("carry_rules.live", "carry_rules", str(version), before, after), now=now)
    return version
