"""Versions of the rules of scoring, drafts of them and their trials, in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.trust.models import Policy
from orderan.trust.rules_read import plain_policy, read_policy
from orderan.trust.rules_trial import Trial, plain_trial, read_trial


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """The rules as somebody wrote them once.

    Attributes:
        active: Whether they are followed.
        active_since: When they were followed last, if they ever were.
        revision: The draft they were.
    """

    version: int
    policy: Policy
    note: str
    made_by: str
    made_at: datetime
    active: bool
    active_since: datetime | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """The rules as they are edited.

    Attributes:
        revision: Counts every edit; 0 while nobody edited anything.
        made_by, made_at: Of the last edit, None while there was none.
    """

    revision: int
    policy: Policy
    made_by: str | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptTrial:
    """What a draft would have done to past orders.

    Attributes:
        against: The version that was followed when it was asked; None without one.
    """

    revision: int
    against: int | None
    days: int
    trial: Trial
    made_by: str
    made_at: datetime


async def lock_rules(tx: Tx) -> None:
    """One at a time changes the rules of a shop."""
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('trust_rules', %(shop)s))", {"shop": tx.shop_id}
    )


async def versions(tx: Tx) -> list[PolicyVersion]:
    """Every version, the newest first."""
    rows = await tx.all(
        """
        SELECT version, policy, note, made_by, made_at, active, active_since, revision
        FROM trust_rules
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        """,
        {"shop": tx.shop_id},
    )
    return [_version(row) for row in rows]


async def active_policy(tx: Tx) -> PolicyVersion | None:
    """The rules that are followed, None while the shop wrote none."""
    row = await tx.maybe(
        """
        SELECT version, policy, note, made_by, made_at, active, active_since, revision
        FROM trust_rules
        WHERE shop_id = %(shop)s AND active
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else _version(row)


async def insert_policy(tx: Tx, policy: Policy, *, note: str, revision: int | None, now: datetime) -> int:
    """Write the next version, not followed yet; returns its number."""
    last = await tx.one(
        "SELECT coalesce(max(version), 0) AS version FROM trust_rules WHERE shop_id = %(shop)s",
        {"shop": tx.shop_id},
    )
    version = int(last.version) + 1
    await tx.run(
        """
        INSERT INTO trust_rules (shop_id, version, policy, note, made_by, made_at, active, revision)
        VALUES (%(shop)s, %(version)s, %(policy)s, %(note)s, %(actor)s, %(now)s, FALSE, %(revision)s)
        """,
        {
            "shop": tx.shop_id,
            "version": version,
            "policy": Jsonb(plain_policy(policy)),
            "note": note,
            "actor": tx.actor,
            "now": now,
            "revision": revision,
        },
    )
    return version


async def set_active(tx: Tx, version: int, *, now: datetime) -> None:
    """Follow one version and no other."""
    await tx.run(
        "UPDATE trust_rules SET active = FALSE WHERE shop_id = %(shop)s AND active AND version <> %(version)s",
        {"shop": tx.shop_id, "version": version},
    )
    await tx.run(
        """
        UPDATE trust_rules SET active = TRUE, active_since = %(now)s
        WHERE shop_id = %(shop)s AND version = %(version)s
        """,
        {"shop": tx.shop_id, "version": version, "now": now},
    )


async def latest_draft(tx: Tx) -> Draft | None:
    """The last edit, None while there was none."""
    row = await tx.maybe(
        """
        SELECT revision, policy, made_by, made_at
        FROM trust_draft
        WHERE shop_id = %(shop)s
        ORDER BY revision DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else Draft(row.revision, read_policy(row.policy), row.made_by, row.made_at)


async def insert_draft(tx: Tx, revision: int, policy: Policy, *, now: datetime) -> None:
    """Write an edit down."""
    await tx.run(
        """
        INSERT INTO trust_draft (shop_id, revision, policy, made_by, made_at)
        VALUES (%(shop)s, %(revision)s, %(policy)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "revision": revision,
            "policy": Jsonb(plain_policy(policy)),
            "actor": tx.actor,
            "now": now,
        },
    )


async def save_trial(
    tx: Tx, revision: int, trial: Trial, *, against: int | None, days: int, now: datetime
) -> None:
    """Keep the trial of a draft instead of an earlier one of the same."""
    await tx.run(
        """
        INSERT INTO trust_trial (shop_id, revision, against, days, found, made_by, made_at)
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
            "found": Jsonb(plain_trial(trial)),
            "actor": tx.actor,
            "now": now,
        },
    )


async def trial_of(tx: Tx, revision: int) -> KeptTrial | None:
    """The trial of a draft, None while it was not tried."""
    row = await tx.maybe(
        """
        SELECT revision, against, days, found, made_by, made_at
        FROM trust_trial
        WHERE shop_id = %(shop)s AND revision = %(revision)s
        """,
        {"shop": tx.shop_id, "revision": revision},
    )
    if row is None:
        return None
    return KeptTrial(row.revision, row.against, row.days, read_trial(row.found), row.made_by, row.made_at)


def _version(row: Any) -> PolicyVersion:
    return PolicyVersion(
        row.version,
        read_policy(row.policy),
        row.note,
        row.made_by,
        row.made_at,
        row.active,
        row.active_since,
        row.revision,
    )
