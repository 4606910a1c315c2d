"""Editing the rules of sourcing, and having a draft followed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.rulebook import explained
from orderan.sourcing.errors import NoSuchSourcingRules, SourcingUnexplained
from orderan.sourcing.rules_read import plain_rules, read_rules
from orderan.sourcing.store import RULES, Draft


async def change_draft(
    tx: Tx, plain: Any, *, expected: int, locations: Collection[UUID] | None = None, now: datetime
) -> Draft:
    """Put other rules into the draft.

    Args:
        expected: The edit these were made from.
        locations: Those there are.

    Raises:
        DraftMovedOn: Somebody edited it since.
        SourcingRulesNotUsable: They cannot be followed.
    """
    current = await RULES.lock_draft(tx, expected)
    return await RULES.edit(tx, current, read_rules(plain, locations=locations), now=now)


async def restore_rules(tx: Tx, version: int, *, expected: int, now: datetime) -> Draft:
    """Take an earlier version into the draft, 0 is what a shop begins with; the old one stays.

    Raises:
        NoSuchSourcingRules: There is none of this number.
        DraftMovedOn: Somebody edited it since.
    """
    if version == 0:
        return await change_draft(tx, plain_rules(RULES.first), expected=expected, now=now)
    found = await RULES.version_of(tx, version)
    if found is None:
        raise NoSuchSourcingRules(version)
    return await change_draft(tx, plain_rules(found.rules), expected=expected, now=now)


async def put_live(tx: Tx, *, expected: int, note: str, now: datetime) -> int:
    """Follow the draft from now on, as a version of its own; returns its number.

    Raises:
        SourcingUnexplained: Nothing says why.
        DraftMovedOn: It is not the draft that was seen.
        DraftIsLive: There is nothing to change.
        DraftNotTried, LiveMovedOn: What it would have done was not looked at, or is another thing by now.
    """
    why = explained(note)
    if why is None:
        raise SourcingUnexplained
    current, before = await RULES.lock_tried(tx, expected)
    plain = plain_rules(current.rules)
    version = await RULES.write(tx, current.rules, note=why, revision=current.revision, now=now)
    await RULES.follow(tx, version, now=now)
    was = {"version": before.version, "rules": plain_rules(before.rules)} if before else None
    became = {"version": version, "rules": plain, "note": why}
    await audit.leave(tx, Trace("sourcing.live", "sourcing_rules", str(version), was, became), now=now)
    return version
