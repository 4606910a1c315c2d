"""Bookings and senders, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.shipping.bookings import Booking, Renamed, Sender
from orderan.shipping.choice import CarryPayer

_BOOKING: Final[
    LiteralString
] = """id, order_id, task_id, key, state, account_id, courier, service, weight_g, value_minor, cod_minor, insured,
               cost_minor, insurance_minor, cod_fee_minor, charged_minor, least_days, most_days, serial, prepared,
               reference, awb, routing_code, reason, parcel_id, wanted_by, wanted_at, moved_at, ask_at, asked"""


async def insert_bookings(tx: Tx, bookings: Sequence[Booking]) -> set[UUID]:
    """Write what is wanted; returns the tasks that got one: others have one standing already."""
    rows = await tx.all(
        """
        INSERT INTO courier_booking (shop_id, id, order_id, task_id, key, state, account_id, courier, service, weight_g,
                                     value_minor, cod_minor, insured, cost_minor, insurance_minor, cod_fee_minor,
                                     least_days, most_days, wanted_by, wanted_at, moved_at, ask_at, asked)
        SELECT %(shop)s, made.id, made.order_id, made.task_id, made.key, made.state, made.account_id, made.courier,
               made.service, made.weight_g, made.value_minor, made.cod_minor, made.insured, made.cost_minor,
               made.insurance_minor, made.cod_fee_minor, made.least_days, made.most_days, %(actor)s, %(now)s, %(now)s,
               made.ask_at, 0
        FROM unnest(%(ids)s::uuid[], %(orders)s::uuid[], %(tasks)s::uuid[], %(keys)s::text[], %(states)s::text[],
                    %(accounts)s::uuid[], %(couriers)s::text[], %(services)s::text[], %(weights)s::int[],
                    %(values)s::bigint[], %(cods)s::bigint[], %(insured)s::bool[], %(costs)s::bigint[],
                    %(insurances)s::bigint[], %(fees)s::bigint[], %(leasts)s::int[], %(mosts)s::int[],
                    %(asks)s::timestamptz[])
             AS made (id, order_id, task_id, key, state, account_id, courier, service, weight_g, value_minor, cod_minor,
                      insured, cost_minor, insurance_minor, cod_fee_minor, least_days, most_days, ask_at)
        ORDER BY made.task_id
        ON CONFLICT (shop_id, task_id) WHERE state IN ('wanted', 'asking', 'unknown', 'booked') DO NOTHING
        RETURNING task_id
        """,
        {
            "shop": tx.shop_id,
            "actor": tx.actor,
            "now": bookings[0].wanted_at if bookings else None,
            "ids": [one.id for one in bookings],
            "orders": [one.order_id for one in bookings],
            "tasks": [one.task_id for one in bookings],
            "keys": [one.key for one in bookings],
            "states": [one.state for one in bookings],
            "accounts": [one.account_id for one in bookings],
            "couriers": [one.courier for one in bookings],
            "services": [one.service for one in bookings],
            "weights": [one.weight_g for one in bookings],
            "values": [one.value_minor for one in bookings],
            "cods": [one.cod_minor for one in bookings],
            "insured": [one.insured for one in bookings],
            "costs": [one.cost_minor for one in bookings],
            "insurances": [one.insurance_minor for one in bookings],
            "fees": [one.cod_fee_minor for one in bookings],
            "leasts": [one.least_days for one in bookings],
            "mosts": [one.most_days for one in bookings],
            "asks": [one.ask_at for one in bookings],
        },
    )
    return {row.task_id for row in rows}


async def lock_bookings(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Booking]:
    """Lock bookings in id order; their orders are locked before, by whoever calls."""
    rows = await tx.all(
        f"""
        SELECT {_BOOKING} FROM courier_booking
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: Booking(*row) for row in rows}


async def lock_bookings_of_tasks(tx: Tx, tasks: Collection[UUID], states: Collection[str]) -> list[Booking]:
    """Lock what these tasks have in these states."""
    rows = await tx.all(
        f"""
        SELECT {_BOOKING} FROM courier_booking
        WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s) AND state = ANY(%(states)s)
        ORDER BY id
        FOR NO KEY UPDATE
        """,
        {"shop": tx.shop_id, "tasks": list(tasks), "states": list(states)},
    )
    return [Booking(*row) for row in rows]


async def save_bookings(tx: Tx, bookings: Sequence[Booking]) -> None:
    """Write locked bookings as they stand now."""
    if not bookings:
        return
    await tx.run(
        """
        UPDATE courier_booking
        SET state = made.state, account_id = made.account_id, courier = made.courier, service = made.service,
            cod_minor = made.cod_minor, insured = made.insured, cost_minor = made.cost_minor,
            insurance_minor = made.insurance_minor, cod_fee_minor = made.cod_fee_minor,
            charged_minor = made.charged_minor, least_days = made.least_days, most_days = made.most_days,
            serial = made.serial, prepared = made.prepared, reference = made.reference, awb = made.awb, routing_code = made.routing_code,
            reason = made.reason, parcel_id = made.parcel_id, moved_at = made.moved_at, ask_at = made.ask_at,
            asked = made.asked
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(accounts)s::uuid[], %(couriers)s::text[],
                    %(services)s::text[], %(cods)s::bigint[], %(insured)s::bool[], %(costs)s::bigint[],
                    %(insurances)s::bigint[], %(fees)s::bigint[], %(charges)s::bigint[], %(leasts)s::int[],
                    %(mosts)s::int[], %(serials)s::bigint[], %(prepared)s::text[], %(references)s::text[], %(awbs)s::text[],
                    %(routings)s::text[], %(reasons)s::text[], %(parcels)s::uuid[], %(moved)s::timestamptz[],
                    %(asks)s::timestamptz[], %(asked)s::int[])
             AS made (id, state, account_id, courier, service, cod_minor, insured, cost_minor, insurance_minor,
                      cod_fee_minor, charged_minor, least_days, most_days, serial, prepared, reference, awb, routing_code,
                      reason, parcel_id, moved_at, ask_at, asked)
        WHERE courier_booking.shop_id = %(shop)s AND courier_booking.id = made.id
        """,
        {
            "shop": tx.shop_id,
            "ids": [one.id for one in bookings],
            "states": [one.state for one in bookings],
            "accounts": [one.account_id for one in bookings],
            "couriers": [one.courier for one in bookings],
            "services": [one.service for one in bookings],
            "cods": [one.cod_minor for one in bookings],
            "insured": [one.insured for one in bookings],
            "costs": [one.cost_minor for one in bookings],
            "insurances": [one.insurance_minor for one in bookings],
            "fees": [one.cod_fee_minor for one in bookings],
            "charges": [one.charged_minor for one in bookings],
            "leasts": [one.least_days for one in bookings],
            "mosts": [one.most_days for one in bookings],
            "serials": [one.serial for one in bookings],
            "prepared": [one.prepared for one in bookings],
            "references": [one.reference for one in bookings],
            "awbs": [one.awb for one in bookings],
            "routings": [one.routing_code for one in bookings],
            "reasons": [one.reason for one in bookings],
            "parcels": [one.parcel_id for one in bookings],
            "moved": [one.moved_at for one in bookings],
            "asks": [one.ask_at for one in bookings],
            "asked": [one.asked for one in bookings],
        },
    )


async def take_due_bookings(tx: Tx, *, until: datetime, limit: int, now: datetime) -> list[Booking]:
    """Bookings to be taken up now, those that wait longest first; nobody else takes them before `until`."""
    rows = await tx.all(
        f"""
        SELECT {_BOOKING} FROM courier_booking
        WHERE shop_id = %(shop)s AND ask_at <= %(now)s
        ORDER BY ask_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"shop": tx.shop_id, "limit": limit, "now": now},
    )
    await tx.run(
        "UPDATE courier_booking SET ask_at = %(until)s WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": [row.id for row in rows], "until": until},
    )
    return [Booking(*row) for row in rows]


async def take_booking(tx: Tx, booking_id: UUID, *, until: datetime, now: datetime) -> Booking | None:
    """Take one up, as `take_due_bookings`; None where somebody else has it, or nothing is to be asked."""
    row = await tx.maybe(
        f"""
        UPDATE courier_booking SET ask_at = %(until)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND ask_at <= %(now)s
        RETURNING {_BOOKING}
        """,
        {"shop": tx.shop_id, "id": booking_id, "until": until, "now": now},
    )
    return None if row is None else Booking(*row)


async def bookings_by_id(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Booking]:
    """These bookings, not locked; those that do not exist are missing."""
    rows = await tx.all(
        f"SELECT {_BOOKING} FROM courier_booking WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)",
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: Booking(*row) for row in rows}


async def bookings_of_tasks(tx: Tx, tasks: Collection[UUID]) -> list[Booking]:
    """Bookings of these tasks, oldest first."""
    rows = await tx.all(
        f"""
        SELECT {_BOOKING} FROM courier_booking
        WHERE shop_id = %(shop)s AND task_id = ANY(%(tasks)s)
        ORDER BY wanted_at, id
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return [Booking(*row) for row in rows]


async def bookings_of_parcels(tx: Tx, parcels: Collection[UUID]) -> dict[UUID, Booking]:
    """By which booking these parcels left; those whose number was typed are missing."""
    rows = await tx.all(
        f"SELECT {_BOOKING} FROM courier_booking WHERE shop_id = %(shop)s AND parcel_id = ANY(%(parcels)s)",
        {"shop": tx.shop_id, "parcels": list(parcels)},
    )
    return {row.parcel_id: Booking(*row) for row in rows}


async def numbers_taken_back(tx: Tx, numbers: Collection[tuple[str, str]]) -> list[str]:
    """Which of these (courier, tracking number) were booked once and are not any more."""
    rows = await tx.all(
        """
        SELECT DISTINCT courier_booking.awb
        FROM unnest(%(couriers)s::text[], %(numbers)s::text[]) AS asked (courier, awb)
        JOIN courier_booking ON courier_booking.shop_id = %(shop)s AND courier_booking.awb = asked.awb
             AND courier_booking.courier = asked.courier
             AND courier_booking.state IN ('failed', 'withdrawing', 'withdrawn')
        ORDER BY courier_booking.awb
        """,
        {
            "shop": tx.shop_id,
            "couriers": [courier for courier, _ in numbers],
            "numbers": [awb for _, awb in numbers],
        },
    )
    return [row.awb for row in rows]


async def bookings_named(tx: Tx, told: Sequence[Renamed]) -> list[tuple[int, UUID, UUID]]:
    """Which of these words is about which booking: (place in the list, booking, order)."""
    rows = await tx.all(
        """
        SELECT told.turn::int AS turn, courier_booking.id, courier_booking.order_id
        FROM unnest(%(accounts)s::uuid[], %(references)s::text[], %(keys)s::text[]) WITH ORDINALITY
             AS told (account_id, reference, key, turn)
        JOIN courier_booking ON courier_booking.shop_id = %(shop)s AND courier_booking.account_id = told.account_id
             AND (courier_booking.key = told.key OR courier_booking.reference = told.reference)
        ORDER BY told.turn, courier_booking.id
        """,
        {
            "shop": tx.shop_id,
            "accounts": [one.account_id for one in told],
            "references": [one.reference for one in told],
            "keys": [one.key for one in told],
        },
    )
    return [(row.turn - 1, row.id, row.order_id) for row in rows]


async def next_serial(tx: Tx, account_id: UUID) -> int:
    """The first number of a range nobody has; one at a time asks."""
    await tx.run(
        "SELECT 1 FROM courier_account WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": account_id},
    )
    return int(
        await tx.value(
            """
            SELECT coalesce(max(serial), -1) + 1 FROM courier_booking
            WHERE shop_id = %(shop)s AND account_id = %(id)s AND serial IS NOT NULL
            """,
            {"shop": tx.shop_id, "id": account_id},
        )
    )


async def senders(tx: Tx, locations: Collection[UUID] | None = None) -> dict[UUID, Sender]:
    """Who sends from these locations; None is all."""
    rows = await tx.all(
        """
        SELECT location_id, name, phone, postcode FROM parcel_sender
        WHERE shop_id = %(shop)s AND (%(locations)s::uuid[] IS NULL OR location_id = ANY(%(locations)s::uuid[]))
        """,
        {"shop": tx.shop_id, "locations": None if locations is None else list(locations)},
    )
    return {row.location_id: Sender(*row) for row in rows}


async def save_sender(tx: Tx, sender: Sender, *, now: datetime) -> None:
    await tx.run(
        """
        INSERT INTO parcel_sender (shop_id, location_id, name, phone, postcode, set_by, set_at)
        VALUES (%(shop)s, %(location)s, %(name)s, %(phone)s, %(postcode)s, %(actor)s, %(now)s)
        ON CONFLICT ON CONSTRAINT parcel_sender_pkey DO UPDATE
        SET name = excluded.name, phone = excluded.phone, postcode = excluded.postcode, set_by = excluded.set_by,
            set_at = excluded.set_at
        """,
        {
            "shop": tx.shop_id,
            "location": sender.location_id,
            "name": sender.name,
            "phone": sender.phone,
            "postcode": sender.postcode,
            "actor": tx.actor,
            "now": now,
        },
    )


async def bookings_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Bookings that stand in a state since before the moment given for it.

    A booked one waits for its number only. Columns: id, order_id, state, since, courier, number, money_minor, currency.
    """
    return await tx.all(
        """
        SELECT courier_booking.id, courier_booking.order_id, courier_booking.state, courier_booking.moved_at AS since,
               courier_booking.courier, courier_booking.reason, sales_order.number,
               sales_order.total_minor AS money_minor, sales_order.currency
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN courier_booking ON courier_booking.shop_id = %(shop)s AND courier_booking.state = allowed.state
             AND courier_booking.ask_at IS NOT NULL AND courier_booking.moved_at <= allowed.before
        JOIN sales_order ON sales_order.shop_id = courier_booking.shop_id AND sales_order.id = courier_booking.order_id
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


async def note_payers(tx: Tx, booking_id: UUID, *, insurance: CarryPayer, subsidy: CarryPayer) -> None:
    """Keep who bears the insurance of a booking, and who what its buyer does not pay of the way."""
    await tx.run(
        """
        UPDATE courier_booking SET insurance_payer = %(insurance)s, subsidy_payer = %(subsidy)s
        WHERE shop_id = %(shop)s AND id = %(id)s
        """,
        {"shop": tx.shop_id, "id": booking_id, "insurance": str(insurance), "subsidy": str(subsidy)},
    )
