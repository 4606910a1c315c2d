"""Reading policies, cases and attempts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.verification.models import Attempt, Case, DeliveryDay, Policy
from orderan.verification.reading import read
from orderan.verification.states import AttemptState
from orderan.verification.store import ATTEMPT, CASE, as_attempt
from orderan.verification.store_days import DAY, as_day


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy as somebody wrote it."""

    version: int
    policy: Policy
    made_by: str
    made_at: datetime


async def policies(tx: Tx, versions: Collection[int] | None = None) -> dict[int, PolicyVersion]:
    """These versions, or all, the newest first."""
    rows = await tx.all(
        """
        SELECT version, terms, made_by, made_at FROM verification_policy
        WHERE shop_id = %(shop)s AND (%(versions)s::int[] IS NULL OR version = ANY(%(versions)s))
        ORDER BY version DESC
        """,
        {"shop": tx.shop_id, "versions": None if versions is None else list(versions)},
    )
    return {
        row.version: PolicyVersion(row.version, read(row.terms), row.made_by, row.made_at) for row in rows
    }


async def policy_now(tx: Tx) -> PolicyVersion | None:
    """What holds for orders to come; None where nobody wrote one."""
    row = await tx.maybe(
        """
        SELECT version, terms, made_by, made_at FROM verification_policy
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else PolicyVersion(row.version, read(row.terms), row.made_by, row.made_at)


async def case_of(tx: Tx, order_id: UUID) -> Case | None:
    row = await tx.maybe(
        f"SELECT {CASE} FROM verification_case WHERE shop_id = %(shop)s AND order_id = %(order)s",
        {"shop": tx.shop_id, "order": order_id},
    )
    return None if row is None else Case(*row)


async def attempts_of(tx: Tx, order_id: UUID) -> list[Attempt]:
    """Every attempt to ask the buyer of an order whether they mean it, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND order_id = %(order)s AND day_id IS NULL
        ORDER BY began_at, id
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    return [as_attempt(row) for row in rows]


async def failed_last(tx: Tx, orders: Collection[UUID]) -> dict[UUID, Attempt]:
    """Of each order, the last try that is over, where that one asked nobody."""
    rows = await tx.all(
        f"""
        SELECT DISTINCT ON (order_id) {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND day_id IS NULL
          AND state NOT IN ('sending', 'asked', 'unknown')
        ORDER BY order_id, began_at DESC, id DESC
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id: as_attempt(row) for row in rows if row.state == AttemptState.FAILED}


async def attempts_of_days(tx: Tx, days: Collection[UUID]) -> list[Attempt]:
    """Every attempt to ask about these days, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {ATTEMPT} FROM verification_attempt
        WHERE shop_id = %(shop)s AND day_id = ANY(%(days)s)
        ORDER BY began_at, id
        """,
        {"shop": tx.shop_id, "days": list(days)},
    )
    return [as_attempt(row) for row in rows]


async def delivery_day(tx: Tx, day_id: UUID) -> DeliveryDay:
    """A day there is; not locked."""
    row = await tx.one(
        f"SELECT {DAY} FROM delivery_day WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": day_id},
    )
    return as_day(row)


async def last_days(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, DeliveryDay]:
    """The last day each parcel was asked about, by parcel; those nobody asked about are missing."""
    rows = await tx.all(
        f"""
        SELECT DISTINCT ON (parcel_id) {DAY} FROM delivery_day
        WHERE shop_id = %(shop)s AND parcel_id = ANY(%(parcels)s)
        ORDER BY parcel_id, day DESC
        """,
        {"shop": tx.shop_id, "parcels": list(parcels)},
    )
    return {row.parcel_id: as_day(row) for row in rows}


async def words_written(tx: Tx, orders: Collection[UUID]) -> dict[UUID, str]:
    """What buyers wrote last in place of an answer, by order."""
    rows = await tx.all(
        """
        SELECT DISTINCT ON (order_id) order_id, note
        FROM verification_attempt
        WHERE shop_id = %(shop)s AND order_id = ANY(%(orders)s) AND day_id IS NULL AND way IN ('whatsapp', 'sms')
          AND state IN ('asked', 'unknown', 'missed') AND note <> ''
        ORDER BY order_id, began_at DESC, id DESC
        """,
        {"shop": tx.shop_id, "orders": list(orders)},
    )
    return {row.order_id: row.note for row in rows}


async def wrote_back(tx: Tx, order_id: UUID, *, since: datetime) -> bool:
    """Whether a buyer answered a message about their order in words of their own, to a try begun since then."""
    row = await tx.one(
        """
        SELECT EXISTS (
            SELECT FROM verification_attempt
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND began_at >= %(since)s
              AND day_id IS NULL AND way IN ('whatsapp', 'sms')
              AND state IN ('asked', 'unknown', 'missed') AND note <> '') AS wrote
        """,
        {"shop": tx.shop_id, "order": order_id, "since": since},
    )
    return bool(row.wrote)


async def was_asked(tx: Tx, order_id: UUID, *, since: datetime) -> bool:
    """Whether anybody was asked about an order: a provider took the call or the message, or somebody told of it.

    A try nobody took, one that did not arrive, one that waits on a list, and one whose worker died asked nobody.
    """
    row = await tx.one(
        """
        SELECT EXISTS (
            SELECT FROM verification_attempt
            WHERE shop_id = %(shop)s AND order_id = %(order)s AND began_at >= %(since)s
              AND day_id IS NULL
              AND state IN ('asked', 'unknown', 'missed')
              AND (provider IS NOT NULL OR answer IS NOT NULL OR note IS NOT NULL)
              AND (answer IS NULL OR answer NOT IN ('undelivered', 'not_there'))) AS asked
        """,
        {"shop": tx.shop_id, "order": order_id, "since": since},
    )
    return bool(row.asked)
