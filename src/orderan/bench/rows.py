"""pgbench writing what one placed order writes, one order per transaction: the rate to compare with.

The script is made from the schema's own tables: an order, two lines, two claims, two movements,
two stock rows counted, a fact, a decision and the remembered answer, with the same columns, keys
and constraints. It does no validation, pricing or encryption, and it is told its ids.
"""

import subprocess
import tempfile
from pathlib import Path

import psycopg

from orderan.bench.ground import Ground
from orderan.kit.postgres import find_binaries

ANSWER_BYTES = 520


YARDSTICK = """
CREATE TABLE bench_sku (n integer PRIMARY KEY, id uuid NOT NULL);
CREATE TABLE bench_who (channel uuid, customer uuid, address uuid, warehouse uuid);
CREATE SEQUENCE bench_number START 500000001 INCREMENT 7 CACHE 100;
"""


def lay_out(ground: Ground) -> None:
    """Tables of pgbench's own: the skus by number, and who buys where; an order must stand already."""
    shop = {"shop": ground.shop.shop_id}
    with psycopg.connect(ground.url, autocommit=True) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        connection.execute(YARDSTICK)
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bench_sku VALUES (%s, %s)", list(enumerate(ground.skus)))
        connection.execute(
            """
            INSERT INTO bench_who
            SELECT channel_id, customer_id, address_id,
                   (SELECT id FROM location WHERE shop_id = %(shop)s AND kind = 'warehouse')
            FROM sales_order
            WHERE shop_id = %(shop)s AND address_id IS NOT NULL
            LIMIT 1
            """,
            shop,
        )


class YardstickBroke(Exception):
    """pgbench could not write the rows; what it said."""


def tps(ground: Ground, *, clients: int, seconds: int, hot: bool) -> float:
    """Transactions a second of pgbench at `clients` connections for `seconds`."""
    binaries = find_binaries()
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
        file.write(_script(ground, hot=hot))
    try:
        done = subprocess.run(
            [
                str(binaries.program("pgbench")),
                *("-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds)),
                *("-f", file.name, ground.url),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        Path(file.name).unlink()
    if done.returncode or "failed" in done.stderr:
        raise YardstickBroke(done.stderr[-2000:])
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _script(ground: Ground, *, hot: bool) -> str:
    """The transaction. Rows of bench_sku number the skus, so that a random number finds one."""
    first, second = ("0", "0") if hot else (":a", ":b")
    shop = ground.shop.shop_id
    return f"""
\\set a random(0, {len(ground.skus) - 1})
\\set b random(0, {len(ground.skus) - 1})
BEGIN;
SELECT set_config('orderan.shop', '{shop}', true);
SELECT gen_random_uuid() AS o, nextval('bench_number') AS number, now() AS t \\gset
SELECT id AS sa FROM bench_sku WHERE n = {first} \\gset
SELECT id AS sb FROM bench_sku WHERE n = {second} \\gset
SELECT stock.sku_id, stock.on_hand FROM stock
  WHERE shop_id = {shop} AND sku_id IN (:sa::uuid, :sb::uuid)
  ORDER BY sku_id, location_id, owner_id, lot_id FOR NO KEY UPDATE;
INSERT INTO sales_order (shop_id, id, number, channel_id, cart_id, kind, terms, customer_id, address_id, currency,
    commercial, money, verification, headline, goods_minor, discount_minor, shipping_minor, tax_minor,
    rounding_minor, total_minor, tax_included, units, placed_by, placed_at, hold_until)
  SELECT {shop}, :o::uuid, :number::bigint, channel, 'pgbench-' || :number::text, 'b2c', 'prepaid', customer, address, 'IDR',
    'awaiting_payment', 'unpaid', 'not_needed', 'awaiting_payment', 30000, 0, 0, 2973, 0, 30000, true, 3, 'pgbench',
    :t::timestamptz, :t::timestamptz + interval '1 day'
  FROM bench_who;
INSERT INTO order_line (shop_id, order_id, line_no, sku_id, sku_code, title, unit_price_minor, quantity,
    goods_minor, discount_minor, tax_minor, tax_class, tax_rate_bp)
  VALUES ({shop}, :o::uuid, 1, :sa::uuid, 'K1', 'Kopi – K1', 10000, 1, 10000, 0, 991, 'ppn', 1200),
         ({shop}, :o::uuid, 2, :sb::uuid, 'K2', 'Kopi – K2', 10000, 2, 20000, 0, 1982, 'ppn', 1200);
INSERT INTO claim (shop_id, holder_id, line_no, sku_id, location_id, owner_id, lot_id, state, quantity)
  SELECT {shop}, :o::uuid, line_no, sku_id, warehouse, {NIL}, {NIL}, 'reserved', line_no
  FROM bench_who, (VALUES (1, :sa::uuid), (2, :sb::uuid)) AS line (line_no, sku_id);
INSERT INTO movement (shop_id, id, sku_id, owner_id, lot_id, quantity, from_location, from_bucket, to_location,
    to_bucket, kind, cause_id, actor, occurred_at)
  SELECT {shop}, gen_random_uuid(), sku_id, {NIL}, {NIL}, line_no, warehouse, 'free', warehouse, 'reserved',
    'reserve', :o::uuid, 'pgbench', :t::timestamptz
  FROM bench_who, (VALUES (1, :sa::uuid), (2, :sb::uuid)) AS line (line_no, sku_id);
UPDATE stock SET reserved = reserved + change.units
  FROM (SELECT sku_id, sum(line_no) AS units
        FROM (VALUES (1, :sa::uuid), (2, :sb::uuid)) AS line (line_no, sku_id) GROUP BY sku_id) AS change
  WHERE stock.shop_id = {shop} AND stock.sku_id = change.sku_id;
INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, request_id, occurred_at)
  VALUES ({shop}, :o::uuid, 1, 'orders.placed.v1', {PAYLOAD}, 'pgbench', '0123456789abcdef0123456789abcdef',
    :t::timestamptz);
INSERT INTO decision (shop_id, id, subject_id, kind, rule, inputs, outcome, reasons, decided_at)
  VALUES ({shop}, gen_random_uuid(), :o::uuid, 'sourcing', 'nearest_whole@1', {INPUTS}, {OUTCOME},
    {REASONS}, :t::timestamptz);
INSERT INTO answer (shop_id, scope, key, fingerprint, status, body, answered_at)
  VALUES ({shop}, 'key=pgbench POST /api/v1/orders', 'pgbench-' || :number::text, '\\\\x{"00" * 32}', 201,
    convert_to(repeat('x', {ANSWER_BYTES}), 'UTF8'), :t::timestamptz);
COMMIT;
"""


NIL = "'00000000-0000-0000-0000-000000000000'::uuid"
_ID = "00000000-0000-0000-0000-000000000000"
PAYLOAD = (
    f"""'{{"number": 100014, "channel_id": "{_ID}", "terms": "prepaid", "currency": "IDR", "total_minor": 30000, """
    f""""commercial": "awaiting_payment", "skus": ["{_ID}", "{_ID}"]}}'"""
)
INPUTS = """'{"village_code": "31.71.01.1001"}'"""
OUTCOME = f"""'{{"locations": ["{_ID}"]}}'"""
REASONS = """'["whole", "near:4"]'"""
