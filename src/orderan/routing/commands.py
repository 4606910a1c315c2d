"""Writing routing rules down, editing them, trying them, and having a version followed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Final

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.rulebook import explained
from orderan.routing.errors import NoSuchRule, NoSuchRules, RulesUnexplained
from orderan.routing.rules_read import plain_rules, read_rules
from orderan.routing.store import RULES, Draft


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name; None: anything."""

    gateways: Collection[str] | None = None
    methods: Collection[str] | None = None
    banks: Collection[str] | None = None


ANYTHING: Final = Known()


class Edit(StrEnum):
    """What can be done to one rule besides rewriting it."""

    UP = auto()
    DOWN = auto()
    REMOVE = auto()


async def write_rules(
    tx: Tx, plain: Any, *, note: str, gateways: Collection[str] | None = None, now: datetime
) -> int:
    """Keep rules as the next version; nothing follows them yet.

    Raises:
        RulesNotUsable: They cannot be followed.
    """
    rules = read_rules(plain, gateways=gateways)
    await RULES.lock(tx)
    return await RULES.write(tx, rules, note=note, now=now)


async def follow_rules(tx: Tx, version: int, *, now: datetime) -> None:
    """Follow a version from now on, an older one as well.

    Raises:
        NoSuchRules: There is none of this number.
    """
    await RULES.lock(tx)
    # The version is looked for first: a refusal changes nothing.
    if await RULES.version_of(tx, version) is None:
        raise NoSuchRules(version)
    await RULES.follow(tx, version, now=now)


async def change_draft(tx: Tx, plain: Any, *, expected: int, known: Known = ANYTHING, now: datetime) -> Draft:
    """Put other rules into the draft.

    Args:
        expected: The edit these were made from.

    Raises:
        DraftMovedOn: Somebody edited it since.
        RulesNotUsable: They cannot be followed.
    """
    current = await RULES.lock_draft(tx, expected)
    rules = read_rules(plain, gateways=known.gateways, methods=known.methods, banks=known.banks)
    return await RULES.edit(tx, current, rules, now=now)


async def set_rule(
    tx: Tx,
    place: int | None,
    plain: Mapping[str, Any],
    *,
    expected: int,
    known: Known = ANYTHING,
    now: datetime,
) -> Draft:
    """Rewrite the rule at a place of the draft, or add one after the last.

    Args:
        place: From 1; None adds.

    Raises:
        NoSuchRule, DraftMovedOn, RulesNotUsable: As of `change_draft`.
    """
    current = await RULES.lock_draft(tx, expected)
    rules = plain_rules(current.rules)
    if place is None:
        rules.append(dict(plain))
    else:
        _require_place(current, place)
        rules[place - 1] = dict(plain)
    return await change_draft(tx, rules, expected=expected, known=known, now=now)


async def edit_rule(tx: Tx, place: int, edit: Edit, *, expected: int, now: datetime) -> Draft:
    """Move a rule of the draft by one place, or take it out; at the end of the list it stays.

    Raises:
        NoSuchRule, DraftMovedOn: As of `change_draft`.
    """
    current = await RULES.lock_draft(tx, expected)
    _require_place(current, place)
    rules = plain_rules(current.rules)
    rule = rules.pop(place - 1)
    if edit is not Edit.REMOVE:
        rules.insert(max(0, place - 1 + (-1 if edit is Edit.UP else 1)), rule)
    return await change_draft(tx, rules, expected=expected, now=now)


async def restore_rules(
    tx: Tx, version: int, *, expected: int, known: Known = ANYTHING, now: datetime
) -> Draft:
    """Take an earlier version into the draft; once followed it is a new version, and the old one stays.

    Raises:
        NoSuchRules: There is none of this number.
        DraftMovedOn, RulesNotUsable: As of `change_draft`.
    """
    found = await RULES.version_of(tx, version)
    if found is None:
        raise NoSuchRules(version)
    return await change_draft(tx, plain_rules(found.rules), expected=expected, known=known, now=now)


async def put_live(tx: Tx, *, expected: int, note: str, known: Known = ANYTHING, now: datetime) -> int:
    """Follow the draft from now on, as a version of its own; returns its number.

    Raises:
        RulesUnexplained: Nothing says why.
        DraftMovedOn: It is not the draft that was seen.
        DraftIsLive: There is nothing to change.
        DraftNotTried, LiveMovedOn: What it would have done was not looked at, or is another thing by now.
        RulesNotUsable: It names a gateway that is gone since.
    """
    why = explained(note)
    if why is None:
        raise RulesUnexplained
    current, live = await RULES.lock_tried(tx, expected)
    plain = plain_rules(current.rules)
    rules = read_rules(plain, gateways=known.gateways, methods=known.methods, banks=known.banks)
    version = await RULES.write(tx, rules, note=why, revision=current.revision, now=now)
    await RULES.follow(tx, version, now=now)
    before = {"version": live.version, "rules": plain_rules(live.rules)} if live else None
    after = {"version": version, "rules": plain, "note": why}
    await audit.leave(tx, Trace("routing.live", "routing_rules", str(version), before, after), now=now)
    return version


def _require_place(current: Draft, place: int) -> None:
    if not 1 <= place <= len(current.rules):
        raise NoSuchRule(place)
