"""The statements of a year of orders: a plan of every order first, then each table from it.

Chance is drawn once, in the plan, so that lines, money, stock and parcels of an order agree.
"""

from typing import Final, LiteralString

LAY_OUT: Final[LiteralString] = """
CREATE UNLOGGED TABLE bench_number (n integer NOT NULL, number bigint NOT NULL);
CREATE UNLOGGED TABLE bench_sku (n integer NOT NULL, id uuid NOT NULL, code text NOT NULL);
CREATE UNLOGGED TABLE bench_channel (n integer NOT NULL, id uuid NOT NULL, is_own boolean NOT NULL);
CREATE UNLOGGED TABLE bench_customer (n bigint NOT NULL, id uuid NOT NULL);
CREATE UNLOGGED TABLE bench_place (warehouse uuid NOT NULL, supplier uuid NOT NULL, customer uuid NOT NULL);
CREATE UNLOGGED TABLE bench_order (
    n integer NOT NULL, id uuid NOT NULL, task_id uuid NOT NULL, number bigint NOT NULL,
    placed_at timestamptz NOT NULL, headline text NOT NULL, is_open boolean NOT NULL, is_gone boolean NOT NULL,
    terms text NOT NULL, money text NOT NULL, kind text NOT NULL, tag text, has_parcel boolean NOT NULL,
    channel integer NOT NULL, first integer NOT NULL, second integer NOT NULL,
    first_units integer NOT NULL, second_units integer NOT NULL, total bigint NOT NULL);
"""

FIRST: Final[tuple[LiteralString, ...]] = (
    """
    INSERT INTO bench_sku
    SELECT row_number() OVER (ORDER BY code) - 1, id, code FROM sku WHERE shop_id = %(shop)s
    """,
    """
    INSERT INTO bench_channel
    SELECT row_number() OVER (ORDER BY code) - 1, id, kind <> 'marketplace' FROM channel WHERE shop_id = %(shop)s
    """,
    """
    INSERT INTO bench_customer
    SELECT row_number() OVER (ORDER BY id) - 1, id FROM customer WHERE shop_id = %(shop)s
    """,
    """
    INSERT INTO bench_place
    SELECT min(id::text) FILTER (WHERE kind = 'warehouse')::uuid, min(id::text) FILTER (WHERE kind = 'supplier')::uuid,
           min(id::text) FILTER (WHERE kind = 'customer')::uuid
    FROM location
    WHERE shop_id = %(shop)s
    """,
)

# Two days of open work, five on the way, the rest ended: ninety of a hundred well. No state is older
# than its limit, so that nothing is stuck in silence.
PLAN: Final[LiteralString] = """
INSERT INTO bench_order
WITH drawn AS MATERIALIZED (
    SELECT n, number,
           %(now)s::timestamptz - (1 - n::float8 / %(orders)s) * interval '365 days' AS placed_at,
           (1 - n::float8 / %(orders)s) * 365 AS age_days,
           random() AS chance, random() AS terms_chance, random() AS parcel_chance, random() AS tag_chance,
           random() AS kind_chance, floor(sqrt(random()) * 4)::int AS channel,
           floor(random() * %(skus)s)::int AS first, floor(random() * %(skus)s)::int AS second,
           1 + floor(random() * 2)::int AS first_units, 1 + floor(random() * 3)::int AS second_units
    FROM bench_number
), stood AS MATERIALIZED (
    SELECT *,
           CASE WHEN age_days < 2 THEN
                    CASE WHEN chance < 0.3 AND age_days < 1 THEN 'awaiting_payment' WHEN chance < 0.6 THEN 'accepted'
                         WHEN chance < 0.9 THEN CASE WHEN age_days < 1 THEN 'processing' ELSE 'shipped' END
                         ELSE 'cancelled' END
                WHEN age_days < 7 THEN CASE WHEN chance < 0.92 THEN 'shipped' ELSE 'cancelled' END
                WHEN chance < 0.03 THEN 'returned' WHEN chance < 0.1 THEN 'cancelled' ELSE 'completed' END AS headline
    FROM drawn
), paid AS MATERIALIZED (
    SELECT *,
           CASE WHEN terms_chance < 0.15 AND headline NOT IN ('awaiting_payment', 'cancelled', 'returned')
                THEN 'cod' ELSE 'prepaid' END AS terms
    FROM stood
)
SELECT n,
       (lpad(to_hex((extract(epoch FROM placed_at) * 1000)::bigint), 12, '0') || '7' || substr(md5('o' || n), 1, 3)
        || '8' || substr(md5('o' || n), 4, 15))::uuid,
       md5('task' || n)::uuid, number, placed_at, headline, headline IN ('accepted', 'processing'),
       headline IN ('shipped', 'completed', 'returned'), terms,
       CASE WHEN headline IN ('awaiting_payment', 'cancelled') THEN 'unpaid' WHEN headline = 'returned' THEN 'refunded'
            WHEN terms = 'cod' THEN CASE WHEN headline = 'completed' THEN 'cod_remitted' ELSE 'cod_due' END
            ELSE 'paid' END,
       CASE WHEN kind_chance < 0.03 THEN 'b2b' ELSE 'b2c' END,
       CASE WHEN tag_chance < 0.02 THEN 'grosir' WHEN tag_chance < 0.035 THEN 'hadiah' WHEN tag_chance < 0.045 THEN 'vip' END,
       parcel_chance < 0.33 AND headline IN ('shipped', 'completed', 'returned'),
       channel, first, second, first_units, second_units, (first_units + second_units) * 10000
FROM paid
"""

INDEX: Final[LiteralString] = "ANALYZE bench_order, bench_sku, bench_customer, bench_channel"

ORDERS: Final[LiteralString] = """
INSERT INTO sales_order (shop_id, id, number, channel_id, external_id, kind, terms, customer_id, currency, commercial,
    money, verification, headline, goods_minor, discount_minor, shipping_minor, tax_minor, rounding_minor, total_minor,
    paid_minor, refunded_minor, tax_included, units, placed_by, placed_at, hold_until, accepted_at, delivered_at, closed_at)
SELECT %(shop)s, o.id, number, channel.id, CASE WHEN channel.is_own THEN NULL ELSE 'TP-' || o.n END, kind, terms,
       customer.id, 'IDR',
       CASE headline WHEN 'awaiting_payment' THEN 'awaiting_payment' WHEN 'cancelled' THEN 'cancelled'
                     WHEN 'completed' THEN 'completed' WHEN 'returned' THEN 'completed' ELSE 'accepted' END,
       money, CASE terms WHEN 'cod' THEN 'waived' ELSE 'not_needed' END, headline, total, 0, 0,
       first_units * 10000 * 11 / 111 + second_units * 10000 * 11 / 111, 0, total,
       CASE WHEN money IN ('paid', 'refunded', 'cod_remitted') THEN total ELSE 0 END,
       CASE money WHEN 'refunded' THEN total ELSE 0 END, true, first_units + second_units, 'system:bench', placed_at,
       CASE headline WHEN 'awaiting_payment' THEN placed_at + interval '2 days' END,
       CASE WHEN headline NOT IN ('awaiting_payment', 'cancelled') THEN placed_at END,
       CASE WHEN headline IN ('completed', 'returned') THEN placed_at + interval '4 days' END,
       CASE WHEN headline IN ('completed', 'returned', 'cancelled') THEN placed_at + interval '7 days' END
FROM bench_order AS o
JOIN bench_channel AS channel ON channel.n = o.channel
JOIN bench_customer AS customer ON customer.n = o.n::bigint * 7919 %% (SELECT count(*) FROM bench_customer)
ORDER BY o.n
"""

_OF_LINES: Final[LiteralString] = """
FROM bench_order AS o
CROSS JOIN LATERAL (VALUES (1, o.first, o.first_units), (2, o.second, o.second_units)) AS line (no, sku, units)
JOIN bench_sku AS sku ON sku.n = line.sku
CROSS JOIN bench_place AS place
"""
_NIL: Final[LiteralString] = "'00000000-0000-0000-0000-000000000000'::uuid"

_LINES: Final[tuple[LiteralString, ...]] = (
    """
    INSERT INTO order_line (shop_id, order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity, allocated,
        picked, packed, shipped, delivered, returned, cancelled, goods_minor, discount_minor, tax_minor, tax_class, tax_rate_bp,
        tax_base_numerator, tax_base_denominator)
    SELECT %(shop)s, o.id, line.no, sku.id, sku.code, 'Kopi – ' || sku.code, 10000, line.units,
           CASE WHEN is_open OR is_gone THEN line.units ELSE 0 END, gone.units, gone.units, gone.units,
           CASE headline WHEN 'shipped' THEN 0 ELSE gone.units END,
           CASE headline WHEN 'returned' THEN line.units ELSE 0 END,
           CASE headline WHEN 'cancelled' THEN line.units ELSE 0 END,
           line.units * 10000, 0, line.units * 10000 * 11 / 111, 'ppn', 1200, 11, 12
    """
    + _OF_LINES
    + "CROSS JOIN LATERAL (VALUES (CASE WHEN is_gone THEN line.units ELSE 0 END)) AS gone (units) ORDER BY o.n, line.no",
)

_STOCK: Final[tuple[LiteralString, ...]] = (
    "INSERT INTO movement (shop_id, id, sku_id, owner_id, lot_id, quantity, from_location, from_bucket, to_location,"
    " to_bucket, kind, cause_id, actor, occurred_at) SELECT %(shop)s, md5(line.no || '/' || o.n)::uuid, sku.id, "
    + _NIL
    + ", "
    + _NIL
    + """, line.units,
           CASE WHEN is_gone THEN place.supplier ELSE place.warehouse END, 'free',
           CASE WHEN is_gone THEN place.customer ELSE place.warehouse END,
           CASE WHEN is_gone THEN 'free' WHEN is_open THEN 'allocated' ELSE 'reserved' END,
           CASE WHEN is_gone THEN 'historic' WHEN is_open THEN 'allocate' ELSE 'reserve' END,
           o.id, 'system:bench', o.placed_at
    """
    + _OF_LINES
    + " WHERE headline <> 'cancelled' ORDER BY o.n",
    "INSERT INTO claim (shop_id, holder_id, line_no, sku_id, location_id, owner_id, lot_id, state, quantity)"
    " SELECT %(shop)s, o.id, line.no, sku.id, place.warehouse, "
    + _NIL
    + ", "
    + _NIL
    + ", CASE WHEN is_open THEN 'allocated' ELSE 'reserved' END, line.units "
    + _OF_LINES
    + " WHERE is_open OR headline = 'awaiting_payment'",
    """
    UPDATE stock SET reserved = claimed.reserved, allocated = claimed.allocated
    FROM (SELECT sku_id, location_id, coalesce(sum(quantity) FILTER (WHERE state = 'reserved'), 0) AS reserved,
                 coalesce(sum(quantity) FILTER (WHERE state = 'allocated'), 0) AS allocated
          FROM claim WHERE shop_id = %(shop)s GROUP BY sku_id, location_id) AS claimed
    WHERE stock.shop_id = %(shop)s AND stock.sku_id = claimed.sku_id AND stock.location_id = claimed.location_id
    """,
)

_WORK: Final[tuple[LiteralString, ...]] = (
    """
    INSERT INTO task (shop_id, id, order_id, location_id, state, order_cleared, planned_at, released_at,
                      handed_over_at)
    SELECT %(shop)s, task_id, id, warehouse,
           CASE headline WHEN 'accepted' THEN 'planned' WHEN 'processing' THEN 'released' ELSE 'handed_over' END,
           CASE WHEN headline <> 'accepted' THEN TRUE END, placed_at,
           CASE headline WHEN 'accepted' THEN NULL ELSE %(now)s::timestamptz END,
           CASE WHEN is_gone THEN placed_at + interval '1 day' END
    FROM bench_order
    CROSS JOIN bench_place
    WHERE is_open OR has_parcel
    ORDER BY n
    """,
    "INSERT INTO task_line (shop_id, task_id, line_no, sku_id, owner_id, lot_id, quantity)"
    " SELECT %(shop)s, o.task_id, line.no, sku.id, "
    + _NIL
    + ", "
    + _NIL
    + ", line.units "
    + _OF_LINES
    + " WHERE is_open",
    """
    INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g, created_at,
                        shipped_at, delivered_at)
    SELECT %(shop)s, md5('parcel' || n)::uuid, id, task_id, 'jne', 'REG', 'BEN' || lpad(n::text, 12, '0'),
           CASE headline WHEN 'shipped' THEN 'in_transit' ELSE 'delivered' END, '[]', 500, placed_at + interval '12 hours',
           placed_at + interval '1 day', CASE headline WHEN 'shipped' THEN NULL ELSE placed_at + interval '4 days' END
    FROM bench_order
    WHERE has_parcel
    ORDER BY n
    """,
)

_FACTS: Final[tuple[LiteralString, ...]] = (
    """
    INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at, position)
    SELECT %(shop)s, id, 1, 'importing.order_imported.v1',
           jsonb_build_object('number', number, 'total_minor', total, 'currency', 'IDR'), 'system:bench', placed_at, n
    FROM bench_order
    ORDER BY n
    """,
    """
    INSERT INTO event_head VALUES (%(shop)s, %(orders)s)
    ON CONFLICT (shop_id) DO UPDATE SET position = excluded.position
    """,
    """
    INSERT INTO payment_event (shop_id, order_id, seq, kind, method, amount_minor, currency, actor, at)
    SELECT %(shop)s, id, step.seq, step.kind, 'historic', total, 'IDR', 'system:bench', placed_at + step.later
    FROM bench_order
    JOIN (VALUES ('paid', 1, 'captured', interval '0'), ('refunded', 1, 'captured', interval '0'),
                 ('refunded', 2, 'refunded', interval '6 days'), ('cod_remitted', 1, 'cod_collected', interval '4 days'),
                 ('cod_remitted', 2, 'cod_remitted', interval '6 days')) AS step (money, seq, kind, later)
         ON step.money = bench_order.money
    ORDER BY n, step.seq
    """,
    """
    INSERT INTO order_tag (shop_id, tag, order_id, placed_at)
    SELECT %(shop)s, tag, id, placed_at FROM bench_order WHERE tag IS NOT NULL ORDER BY n
    """,
)

SIDES: Final = ((*_LINES, *_WORK), (*_STOCK, *_FACTS))
"""Tables that know nothing of each other, so that two connections write at once."""

SOME_NUMBERS: Final[LiteralString] = (
    "SELECT number FROM bench_order WHERE n %% greatest(%(orders)s / 200, 1) = 0 ORDER BY n"
)
SOME_AWBS: Final[LiteralString] = """
SELECT 'BEN' || lpad(n::text, 12, '0') FROM bench_order WHERE has_parcel ORDER BY md5(n::text) LIMIT 200
"""
SOLD_SKUS: Final[LiteralString] = """
SELECT code FROM bench_sku
WHERE code IN (SELECT sku_code FROM order_line WHERE shop_id = %(shop)s)
ORDER BY n
"""

CLEAR_UP: Final[tuple[LiteralString, ...]] = (
    "DROP TABLE bench_number, bench_sku, bench_channel, bench_customer, bench_place, bench_order",
)
