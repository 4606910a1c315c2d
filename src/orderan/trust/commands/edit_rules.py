"""Editing the rules of scoring, and having a draft followed."""

from datetime import datetime
from typing import Any, Final

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.trust import store_rules
from orderan.trust.commands.silence_model import silence_for_rules
from orderan.trust.errors import (
    LivePolicyMovedOn,
    NoSuchPolicy,
    PolicyIsLive,
    PolicyMovedOn,
    PolicyNotTried,
    TrustUnexplained,
)
from orderan.trust.models import Policy
from orderan.trust.rules_default import DEFAULT, DEFAULT_VERSION
from orderan.trust.rules_read import plain_policy, read_policy
from orderan.trust.store_rules import Draft

LONGEST_NOTE: Final = 200


def explained(note: str) -> str:
    """A reason somebody gave, without what surrounds it.

    Raises:
        TrustUnexplained: There is none, or it is longer than 200 letters.
    """
    why = note.strip()
    if not why or len(why) > LONGEST_NOTE or "\x00" in why:
        raise TrustUnexplained
    return why


async def followed(tx: Tx) -> tuple[Policy, int]:
    """The rules that are followed and their version."""
    live = await store_rules.active_policy(tx)
    return (live.policy, live.version) if live else (DEFAULT, DEFAULT_VERSION)


async def draft(tx: Tx) -> Draft:
    """The rules as they are edited; while nobody edits, those that are followed."""
    latest = await store_rules.latest_draft(tx)
    if latest is not None:
        return latest
    policy, _ = await followed(tx)
    return Draft(0, policy)


async def change_draft(tx: Tx, plain: Any, *, expected: int, now: datetime) -> Draft:
    """Put other rules into the draft.

    Args:
        expected: The edit these were made from.

    Raises:
        PolicyMovedOn: Somebody edited it since.
        PolicyNotUsable: They cannot be followed.
    """
    await store_rules.lock_rules(tx)
    current = await require_draft(tx, expected)
    policy = read_policy(plain)
    if policy == current.policy:
        return current
    await store_rules.insert_draft(tx, current.revision + 1, policy, now=now)
    return Draft(current.revision + 1, policy, tx.actor, now)


async def restore_policy(tx: Tx, version: int, *, expected: int, now: datetime) -> Draft:
    """Take an earlier version into the draft; once followed it is a new version, and the old one stays.

    Raises:
        NoSuchPolicy: There is none of this number.
        PolicyMovedOn: As of `change_draft`.
    """
    if version == DEFAULT_VERSION:
        return await change_draft(tx, plain_policy(DEFAULT), expected=expected, now=now)
    found = next((one for one in await store_rules.versions(tx) if one.version == version), None)
    if found is None:
        raise NoSuchPolicy(version)
    return await change_draft(tx, plain_policy(found.policy), expected=expected, now=now)


async def put_live(tx: Tx, *, expected: int, note: str, now: datetime) -> int:
    """Follow the draft from now on, as a version of its own; returns its number. A model falls silent.

    Raises:
        TrustUnexplained: Nothing says why.
        PolicyMovedOn: It is not the draft that was seen.
        PolicyIsLive: There is nothing to change.
        PolicyNotTried, LivePolicyMovedOn: What it would have done was not looked at, or is another thing by now.
    """
    why = explained(note)
    await store_rules.lock_rules(tx)
    current = await require_draft(tx, expected)
    policy, version = await followed(tx)
    if current.policy == policy:
        raise PolicyIsLive
    tried = await store_rules.trial_of(tx, current.revision)
    if tried is None:
        raise PolicyNotTried(current.revision)
    if (tried.against or DEFAULT_VERSION) != version:
        raise LivePolicyMovedOn(tried.against or DEFAULT_VERSION, version)
    made = await store_rules.insert_policy(tx, current.policy, note=why, revision=current.revision, now=now)
    await store_rules.set_active(tx, made, now=now)
    await silence_for_rules(tx, now=now)
    before = {"version": version, "policy": plain_policy(policy)}
    after = {"version": made, "policy": plain_policy(current.policy), "note": why}
    await audit.leave(tx, Trace("trust.live", "trust_rules", str(made), before, after), now=now)
    return made


async def require_draft(tx: Tx, expected: int) -> Draft:
    """The draft somebody saw, if it is still the draft.

    Raises:
        PolicyMovedOn: Somebody edited it since.
    """
    current = await draft(tx)
    if current.revision != expected:
        raise PolicyMovedOn(expected, current.revision, current.made_by or "")
    return current
