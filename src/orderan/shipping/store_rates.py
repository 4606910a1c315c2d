"""Offers couriers made, kept, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.couriers import Rate
from orderan.kit.db import Tx
from orderan.shipping.rates import KeptRate, Lane


async def kept_rates(tx: Tx, lane: Lane, *, since: datetime) -> list[KeptRate]:
    """Offers for a lane that were made since a moment, of every account."""
    rows = await tx.all(
        """
        SELECT account_id, courier, service, cost_minor, insurance_minor, cod_fee_minor, takes_cod, least_days,
               most_days, value_minor, cod_minor, asked_at
        FROM courier_rate
        WHERE shop_id = %(shop)s AND origin = %(origin)s AND destination = %(destination)s
          AND weight_kg = %(weight)s AND cod = %(cod)s AND insured = %(insured)s AND asked_at >= %(since)s
        ORDER BY account_id, courier, service
        """,
        {"shop": tx.shop_id, "since": since} | _lane(lane),
    )
    return [
        KeptRate(
            row.account_id,
            Rate(
                row.courier,
                row.service,
                row.cost_minor,
                row.insurance_minor,
                row.cod_fee_minor,
                row.takes_cod,
                row.least_days,
                row.most_days,
            ),
            row.value_minor,
            row.cod_minor,
            row.asked_at,
        )
        for row in rows
    ]


async def keep_rates(
    tx: Tx,
    lane: Lane,
    offers: Sequence[tuple[UUID, Rate]],
    *,
    answered: Collection[UUID],
    value_minor: int,
    cod_minor: int,
    now: datetime,
) -> None:
    """Keep what accounts offer for a lane now, instead of what they offered before.

    Args:
        answered: Accounts that answered: what they offer no more is gone.
    """
    told = {(account_id, rate.courier, rate.service): rate for account_id, rate in offers}
    rows = sorted(told.items(), key=lambda one: one[0])
    asked = {"shop": tx.shop_id, "value": value_minor, "cash": cod_minor, "now": now} | _lane(lane)
    await tx.run(
        """
        INSERT INTO courier_rate AS kept (shop_id, account_id, origin, destination, weight_kg, cod, insured, courier,
                                          service, cost_minor, insurance_minor, cod_fee_minor, takes_cod, least_days,
                                          most_days, value_minor, cod_minor, asked_at)
        SELECT %(shop)s, made.account_id, %(origin)s, %(destination)s, %(weight)s, %(cod)s, %(insured)s, made.courier,
               made.service, made.cost, made.insurance, made.fee, made.takes_cod, made.least, made.most, %(value)s,
               %(cash)s, %(now)s
        FROM unnest(%(accounts)s::uuid[], %(couriers)s::text[], %(services)s::text[], %(costs)s::bigint[],
                    %(insurances)s::bigint[], %(fees)s::bigint[], %(cods)s::bool[], %(leasts)s::int[], %(mosts)s::int[])
             AS made (account_id, courier, service, cost, insurance, fee, takes_cod, least, most)
        ON CONFLICT ON CONSTRAINT courier_rate_pkey DO UPDATE
        SET cost_minor = excluded.cost_minor, insurance_minor = excluded.insurance_minor,
            cod_fee_minor = excluded.cod_fee_minor, takes_cod = excluded.takes_cod, least_days = excluded.least_days,
            most_days = excluded.most_days, value_minor = excluded.value_minor, cod_minor = excluded.cod_minor,
            asked_at = excluded.asked_at
        WHERE kept.asked_at < excluded.asked_at
        """,
        asked
        | {
            "accounts": [key[0] for key, _ in rows],
            "couriers": [key[1] for key, _ in rows],
            "services": [key[2] for key, _ in rows],
            "costs": [rate.cost_minor for _, rate in rows],
            "insurances": [rate.insurance_minor for _, rate in rows],
            "fees": [rate.cod_fee_minor for _, rate in rows],
            "cods": [rate.cod for _, rate in rows],
            "leasts": [rate.least_days for _, rate in rows],
            "mosts": [rate.most_days for _, rate in rows],
        },
    )
    await tx.run(
        """
        DELETE FROM courier_rate
        WHERE shop_id = %(shop)s AND account_id = ANY(%(answered)s) AND origin = %(origin)s
          AND destination = %(destination)s AND weight_kg = %(weight)s AND cod = %(cod)s AND insured = %(insured)s
          AND asked_at < %(now)s
        """,
        asked | {"answered": list(answered)},
    )


async def sweep_rates(tx: Tx, *, before: datetime) -> int:
    """Let go of offers nobody would rely on any more."""
    return await tx.run(
        "DELETE FROM courier_rate WHERE shop_id = %(shop)s AND asked_at < %(before)s",
        {"shop": tx.shop_id, "before": before},
    )


async def forget_rates(tx: Tx, account_id: UUID) -> None:
    """An account is another than it was: what it offered holds no more."""
    await tx.run(
        "DELETE FROM courier_rate WHERE shop_id = %(shop)s AND account_id = %(id)s",
        {"shop": tx.shop_id, "id": account_id},
    )


def _lane(lane: Lane) -> dict[str, str | int | bool]:
    return {
        "origin": lane.origin,
        "destination": lane.destination,
        "weight": lane.weight_kg,
        "cod": lane.cod,
        "insured": lane.insured,
    }
