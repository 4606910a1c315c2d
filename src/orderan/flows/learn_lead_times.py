"""How long couriers take, learned from parcels that arrived: once a day, counted by the database.

counted   working days of couriers between the handover and the door, Sundays and days off left out
by        courier and service from a city to a kecamatan, a city and a province, and wider where that is too few;
          by courier alone, and over all couriers
kept      the days at fixed shares of parcels, instead of what was known before
"""

from datetime import datetime, timedelta
from typing import Final

from orderan.kit.db import Tx
from orderan.shipping import PERCENTS, promise_terms
from orderan.shops import shop_by_id

LOOKS_BACK: Final = timedelta(days=180)
EVERY: Final = timedelta(hours=20)


async def learn_nightly(tx: Tx, *, now: datetime) -> int:
    """Learn again where that is a day ago; returns how many lead times are known by it."""
    last = await tx.value(
        "SELECT max(learned_at) FROM lead_time WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )
    if last is not None and last > now - EVERY:
        return 0
    return await learn_lead_times(tx, now=now)


async def learn_lead_times(tx: Tx, *, now: datetime) -> int:
    """Count what couriers took lately, instead of what was known; returns how many lead times there are now."""
    shop = await shop_by_id(tx, tx.shop_id)
    _, terms = await promise_terms(tx)
    written = await tx.run(
        """
        WITH calendar AS (
            SELECT day, count(*) FILTER (WHERE works) OVER (ORDER BY day) AS place
            FROM (SELECT made::date AS day,
                         extract(isodow FROM made)::int = ANY(%(carries)s) AND made::date <> ALL(%(off)s::date[]) AS works
                  FROM generate_series((%(since)s AT TIME ZONE %(zone)s)::date, (%(now)s AT TIME ZONE %(zone)s)::date,
                                       interval '1 day') AS made) AS days
        ), arrived AS (
            SELECT parcel.courier, lower(parcel.service) AS service, left(location.village_code, 5) AS near,
                   left(location.village_code, 2) AS wide, left(address.village_code, 8) AS district,
                   left(address.village_code, 5) AS city, left(address.village_code, 2) AS province,
                   (came.place - went.place)::int AS days
            FROM parcel
            JOIN task ON task.shop_id = parcel.shop_id AND task.id = parcel.task_id
            JOIN location ON location.shop_id = task.shop_id AND location.id = task.location_id
            JOIN sales_order ON sales_order.shop_id = parcel.shop_id AND sales_order.id = parcel.order_id
            JOIN customer_address AS address ON address.shop_id = sales_order.shop_id
                 AND address.id = sales_order.address_id
            JOIN calendar AS went ON went.day = (parcel.shipped_at AT TIME ZONE %(zone)s)::date
            JOIN calendar AS came ON came.day = (parcel.delivered_at AT TIME ZONE %(zone)s)::date
            WHERE parcel.shop_id = %(shop)s AND parcel.state = 'delivered' AND parcel.shipped_at >= %(since)s
              AND parcel.delivered_at >= parcel.shipped_at AND parcel.delivered_at <= %(now)s
              AND parcel.deliver_on IS NULL
              AND location.village_code IS NOT NULL AND address.village_code IS NOT NULL
        ), counted AS (
            SELECT courier, service, near AS origin, district AS area, days FROM arrived WHERE service <> ''
            UNION ALL
            SELECT courier, service, near, city, days FROM arrived WHERE service <> ''
            UNION ALL
            SELECT courier, service, near, province, days FROM arrived WHERE service <> ''
            UNION ALL
            SELECT courier, service, wide, province, days FROM arrived WHERE service <> ''
            UNION ALL
            SELECT courier, '', near, city, days FROM arrived
            UNION ALL
            SELECT courier, '', wide, province, days FROM arrived
            UNION ALL
            SELECT '', '', near, city, days FROM arrived
            UNION ALL
            SELECT '', '', wide, province, days FROM arrived
        )
        INSERT INTO lead_time AS kept (shop_id, courier, service, origin, area, parcels, days, learned_at)
        SELECT %(shop)s::bigint, courier, service, origin, area, count(*)::int,
               percentile_disc(%(shares)s::float8[]) WITHIN GROUP (ORDER BY days), %(now)s
        FROM counted
        GROUP BY courier, service, origin, area
        ORDER BY courier, service, origin, area
        ON CONFLICT ON CONSTRAINT lead_time_pkey DO UPDATE
        SET parcels = excluded.parcels, days = excluded.days, learned_at = excluded.learned_at
        """,
        {
            "shop": tx.shop_id,
            "zone": shop.time_zone,
            "since": now - LOOKS_BACK,
            "now": now,
            "carries": list(terms.carries_on),
            "off": [one.day for one in terms.days_off],
            "shares": [percent / 100 for percent in PERCENTS],
        },
    )
    await tx.run(
        "DELETE FROM lead_time WHERE shop_id = %(shop)s AND learned_at < %(now)s",
        {"shop": tx.shop_id, "now": now},
    )
    return written
