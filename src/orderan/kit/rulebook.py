"""Rules a shop writes for itself: edited as a draft, tried on its past, followed as numbered versions.

    draft    counts its edits; whoever edits says which edit they saw, so that none is lost
    trial    what a draft would have done to the past, kept beside the draft
    version  what was put live once: at most one is followed, and none is ever changed

What the rules say, and what a trial finds, is their owner's: here they are JSON in and out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, LiteralString, TypeVar

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.kit.errors import Refusal

R = TypeVar("R")
T = TypeVar("T")

LONGEST_NOTE: Final = 200
MOST_DAYS: Final = 90
"""Of the past that a draft is tried on; what is older was another shop."""


@dataclass(frozen=True, slots=True)
class Version(Generic[R]):
    """The rules as somebody wrote them once.

    Attributes:
        active: Whether they are followed.
        active_since: When they were followed last, if they ever were.
        revision: The draft they were, if they were edited and tried before.
    """

    version: int
    rules: R
    note: str
    made_by: str
    made_at: datetime
    active: bool
    active_since: datetime | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class Draft(Generic[R]):
    """The rules as they are edited.

    Attributes:
        revision: Counts every edit; 0 while nobody edited anything.
        made_by, made_at: Of the last edit, None while there was none.
    """

    revision: int
    rules: R
    made_by: str | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptTrial(Generic[T]):
    """What a draft would have done to the past.

    Attributes:
        against: The version that was followed when it was asked; None without one.
        days: How far back it looked.
    """

    revision: int
    against: int | None
    days: int
    trial: T
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Refusals(Generic[R]):
    """How the owner of the rules says no.

    Attributes:
        moved_on: Somebody edited the draft since: the edit that was seen, what it said, the draft of now.
        not_tried: The draft of this revision was not tried on the past.
        live_moved_on: It was tried against another version than the one that is followed; 0 is none.
        is_live: The draft says what is followed already.
    """

    moved_on: Callable[[int, R, Draft[R]], Refusal]
    not_tried: Callable[[int], Refusal]
    live_moved_on: Callable[[int, int], Refusal]
    is_live: Callable[[], Refusal]


@dataclass(frozen=True, slots=True)
class Rulebook(Generic[R, T]):
    """Where the rules of one subject are kept, and how they change.

    Attributes:
        name: Begins the names of its tables: `<name>_rules`, `<name>_draft` and `<name>_trial`.
        column: Keeps the rules in the first two.
        first: What is followed while the shop wrote nothing.
        plain, read: The rules as plain JSON, and back.
        plain_trial, read_trial: The same of a trial.
    """

    name: LiteralString
    column: LiteralString
    first: R
    plain: Callable[[R], Any]
    read: Callable[[Any], R]
    plain_trial: Callable[[T], Any]
    read_trial: Callable[[Any], T]
    refusals: Refusals[R]

    async def lock(self, tx: Tx) -> None:
        """One at a time changes the rules of a shop."""
        await tx.run(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(rules)s::text, %(shop)s))",
            {"rules": f"{self.name}_rules", "shop": tx.shop_id},
        )

    async def versions(self, tx: Tx) -> list[Version[R]]:
        """Every version, the newest first."""
        rows = await tx.all(
            f"""
            SELECT version, {self.column} AS rules, note, made_by, made_at, active, active_since, revision
            FROM {self.name}_rules
            WHERE shop_id = %(shop)s
            ORDER BY version DESC
            """,
            {"shop": tx.shop_id},
        )
        return [self._version(row) for row in rows]

    async def version_of(self, tx: Tx, version: int) -> Version[R] | None:
        """The version of a number, None where there is none."""
        row = await tx.maybe(
            f"""
            SELECT version, {self.column} AS rules, note, made_by, made_at, active, active_since, revision
            FROM {self.name}_rules
            WHERE shop_id = %(shop)s AND version = %(version)s
            """,
            {"shop": tx.shop_id, "version": version},
        )
        return None if row is None else self._version(row)

    async def live(self, tx: Tx) -> Version[R] | None:
        """The version that is followed, None while the shop wrote none."""
        row = await tx.maybe(
            f"""
            SELECT version, {self.column} AS rules, note, made_by, made_at, active, active_since, revision
            FROM {self.name}_rules
            WHERE shop_id = %(shop)s AND active
            """,
            {"shop": tx.shop_id},
        )
        return None if row is None else self._version(row)

    async def write(self, tx: Tx, rules: R, *, note: str, revision: int | None = None, now: datetime) -> int:
        """Keep rules as the next version, not followed yet; returns its number.

        Args:
            revision: The draft it was.
        """
        last = await tx.one(
            f"SELECT coalesce(max(version), 0) AS version FROM {self.name}_rules WHERE shop_id = %(shop)s",
            {"shop": tx.shop_id},
        )
        version = int(last.version) + 1
        await tx.run(
            f"""
            INSERT INTO {self.name}_rules (shop_id, version, {self.column}, note, made_by, made_at, active, revision)
            VALUES (%(shop)s, %(version)s, %(rules)s, %(note)s, %(actor)s, %(now)s, FALSE, %(revision)s)
            """,
            {
                "shop": tx.shop_id,
                "version": version,
                "rules": Jsonb(self.plain(rules)),
                "note": note,
                "actor": tx.actor,
                "now": now,
                "revision": revision,
            },
        )
        return version

    async def follow(self, tx: Tx, version: int, *, now: datetime) -> None:
        """Follow one version and no other; the caller knows that there is one of this number."""
        await tx.run(
            f"""
            UPDATE {self.name}_rules SET active = FALSE
            WHERE shop_id = %(shop)s AND active AND version <> %(version)s
            """,
            {"shop": tx.shop_id, "version": version},
        )
        await tx.send(
            f"""
            UPDATE {self.name}_rules SET active = TRUE, active_since = %(now)s
            WHERE shop_id = %(shop)s AND version = %(version)s
            """,
            {"shop": tx.shop_id, "version": version, "now": now},
            must=(1, f"{self.name} rules {version} are to be followed and are not there"),
        )

    async def draft(self, tx: Tx) -> Draft[R]:
        """The rules as they are edited; while nobody edits, those that are followed."""
        row = await tx.maybe(
            f"""
            SELECT revision, {self.column} AS rules, made_by, made_at
            FROM {self.name}_draft
            WHERE shop_id = %(shop)s
            ORDER BY revision DESC
            LIMIT 1
            """,
            {"shop": tx.shop_id},
        )
        if row is not None:
            return Draft(row.revision, self.read(row.rules), row.made_by, row.made_at)
        return Draft(0, self.rules_of(await self.live(tx)))

    def rules_of(self, live: Version[R] | None) -> R:
        """What is followed."""
        return self.first if live is None else live.rules

    async def require_draft(self, tx: Tx, expected: int) -> Draft[R]:
        """The draft somebody saw, if it is still the draft; else refused as moved on."""
        current = await self.draft(tx)
        if current.revision == expected:
            return current
        seen = await self._rules_at(tx, expected)
        before = self.rules_of(await self.live(tx)) if seen is None else seen
        raise self.refusals.moved_on(expected, before, current)

    async def lock_draft(self, tx: Tx, expected: int) -> Draft[R]:
        """The draft somebody saw, which nobody else edits until the transaction ends."""
        await self.lock(tx)
        return await self.require_draft(tx, expected)

    async def lock_tried(self, tx: Tx, expected: int) -> tuple[Draft[R], Version[R] | None]:
        """A draft that may be followed, and what is followed yet.

        Refused where it is no longer the draft, where it changes nothing, and where what it would have done
        was not looked at or is another thing by now.
        """
        current = await self.lock_draft(tx, expected)
        live = await self.live(tx)
        if current.rules == self.rules_of(live):
            raise self.refusals.is_live()
        tried = await self.trial_of(tx, current.revision)
        if tried is None:
            raise self.refusals.not_tried(current.revision)
        followed = live.version if live else None
        if tried.against != followed:
            raise self.refusals.live_moved_on(tried.against or 0, followed or 0)
        return current, live

    async def edit(self, tx: Tx, current: Draft[R], rules: R, *, now: datetime) -> Draft[R]:
        """Put rules into the draft that is locked; the same rules are no edit."""
        if rules == current.rules:
            return current
        await self._insert_draft(tx, current.revision + 1, rules, now=now)
        return Draft(current.revision + 1, rules, tx.actor, now)

    async def keep_trial(
        self, tx: Tx, revision: int, trial: T, *, against: int | None, days: int, now: datetime
    ) -> KeptTrial[T]:
        """Keep the trial of a draft instead of an earlier one of the same."""
        await tx.run(
            f"""
            INSERT INTO {self.name}_trial (shop_id, revision, against, days, found, made_by, made_at)
            VALUES (%(shop)s, %(revision)s, %(against)s, %(days)s, %(found)s, %(actor)s, %(now)s)
            ON CONFLICT (shop_id, revision) DO UPDATE
            SET against = excluded.against, days = excluded.days, found = excluded.found,
                made_by = excluded.made_by, made_at = excluded.made_at
            """,
            {
                "shop": tx.shop_id,
                "revision": revision,
                "against": against,
                "days": days,
                "found": Jsonb(self.plain_trial(trial)),
                "actor": tx.actor,
                "now": now,
            },
        )
        return KeptTrial(revision, against, days, trial, tx.actor, now)

    async def trial_of(self, tx: Tx, revision: int) -> KeptTrial[T] | None:
        """The trial of a draft, None while it was not tried."""
        row = await tx.maybe(
            f"""
            SELECT revision, against, days, found, made_by, made_at
            FROM {self.name}_trial
            WHERE shop_id = %(shop)s AND revision = %(revision)s
            """,
            {"shop": tx.shop_id, "revision": revision},
        )
        if row is None:
            return None
        found = self.read_trial(row.found)
        return KeptTrial(row.revision, row.against, row.days, found, row.made_by, row.made_at)

    async def _insert_draft(self, tx: Tx, revision: int, rules: R, *, now: datetime) -> None:
        await tx.run(
            f"""
            INSERT INTO {self.name}_draft (shop_id, revision, {self.column}, made_by, made_at)
            VALUES (%(shop)s, %(revision)s, %(rules)s, %(actor)s, %(now)s)
            """,
            {
                "shop": tx.shop_id,
                "revision": revision,
                "rules": Jsonb(self.plain(rules)),
                "actor": tx.actor,
                "now": now,
            },
        )

    async def _rules_at(self, tx: Tx, revision: int) -> R | None:
        """The rules as an earlier edit left them."""
        row = await tx.maybe(
            f"""
            SELECT {self.column} AS rules
            FROM {self.name}_draft
            WHERE shop_id = %(shop)s AND revision = %(revision)s
            """,
            {"shop": tx.shop_id, "revision": revision},
        )
        return None if row is None else self.read(row.rules)

    def _version(self, row: Any) -> Version[R]:
        return Version(
            row.version,
            self.read(row.rules),
            row.note,
            row.made_by,
            row.made_at,
            row.active,
            row.active_since,
            row.revision,
        )


def explained(note: str) -> str | None:
    """A reason without what surrounds it; None where there is none, or more than 200 letters."""
    why = note.strip()
    return why if why and len(why) <= LONGEST_NOTE and "\x00" not in why else None
