"""Editing the rules of scoring, and having a draft followed."""

from datetime import datetime
from typing import Any

from orderan.kit import audit, rulebook
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.trust.commands.silence_model import silence_for_rules
from orderan.trust.errors import NoSuchPolicy, TrustUnexplained
from orderan.trust.models import Policy
from orderan.trust.rules_default import DEFAULT, DEFAULT_VERSION
from orderan.trust.rules_read import plain_policy, read_policy
from orderan.trust.store_rules import POLICIES, Draft


def explained(note: str) -> str:
    """A reason somebody gave, without what surrounds it.

    Raises:
        TrustUnexplained: There is none, or it is longer than 200 letters.
    """
    why = rulebook.explained(note)
    if why is None:
        raise TrustUnexplained
    return why


async def followed(tx: Tx) -> tuple[Policy, int]:
    """The rules that are followed and their version."""
    live = await POLICIES.live(tx)
    return (live.rules, live.version) if live else (DEFAULT, DEFAULT_VERSION)


async def change_draft(tx: Tx, plain: Any, *, expected: int, now: datetime) -> Draft:
    """Put other rules into the draft.

    Args:
        expected: The edit these were made from.

    Raises:
        PolicyMovedOn: Somebody edited it since.
        PolicyNotUsable: They cannot be followed.
    """
    current = await POLICIES.lock_draft(tx, expected)
    return await POLICIES.edit(tx, current, read_policy(plain), now=now)


async def restore_policy(tx: Tx, version: int, *, expected: int, now: datetime) -> Draft:
    """Take an earlier version into the draft; once followed it is a new version, and the old one stays.

    Raises:
        NoSuchPolicy: There is none of this number.
        PolicyMovedOn: As of `change_draft`.
    """
    if version == DEFAULT_VERSION:
        return await change_draft(tx, plain_policy(DEFAULT), expected=expected, now=now)
    found = await POLICIES.version_of(tx, version)
    if found is None:
        raise NoSuchPolicy(version)
    return await change_draft(tx, plain_policy(found.rules), expected=expected, now=now)


async def put_live(tx: Tx, *, expected: int, note: str, now: datetime) -> int:
    """Follow the draft from now on, as a version of its own; returns its number. A model falls silent.

    Raises:
        TrustUnexplained: Nothing says why.
        PolicyMovedOn: It is not the draft that was seen.
        PolicyIsLive: There is nothing to change.
        PolicyNotTried, LivePolicyMovedOn: What it would have done was not looked at, or is another thing by now.
    """
    why = explained(note)
    current, live = await POLICIES.lock_tried(tx, expected)
    made = await POLICIES.write(tx, current.rules, note=why, revision=current.revision, now=now)
    await POLICIES.follow(tx, made, now=now)
    await silence_for_rules(tx, now=now)
    before = {
        "version": live.version if live else DEFAULT_VERSION,
        "policy": plain_policy(POLICIES.rules_of(live)),
    }
    after = {"version": made, "policy": plain_policy(current.rules), "note": why}
    await audit.leave(tx, Trace("trust.live", "trust_rules", str(made), before, after), now=now)
    return made
