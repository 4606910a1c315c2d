"""pgbench writing again what one placed order wrote, one order per transaction: the rate to compare with.

The script is made from an order that was placed a moment ago: every row of it in every table it
has rows in, with the same columns and values, under the same keys and constraints, and its stock
rows locked and counted. What makes an order another one is drawn anew: its id, number, cart and
time, two skus out of all, a buyer out of all. It does no validation, pricing or encryption.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from orderan.bench.ground import Ground
from orderan.kit.postgres import find_binaries

OWNED_BY = {
    "sales_order": "id",
    "order_line": "order_id",
    "claim": "holder_id",
    "movement": "cause_id",
    "event": "entity_id",
    "decision": "subject_id",
    "trust_score": "subject_id",
    "trust_key": "subject_id",
    "answer": "key",
}
"""Every table that placing an order adds rows to, and the column that names the order: its id, or its cart."""

GIVEN_LATER = {"event": {"position"}}
"""What a worker writes into such a row after it was placed; it may have done so already when the row is read."""

WRITTEN_AT = {"decision": "decided_at"}
"""The column that tells rows of placing an order from those a worker adds for the same order afterwards."""

YARDSTICK = """
CREATE TABLE bench_sku (n integer PRIMARY KEY, id uuid NOT NULL);
CREATE TABLE bench_who (n integer PRIMARY KEY, customer uuid NOT NULL, address uuid NOT NULL);
CREATE SEQUENCE bench_number START 500000001 INCREMENT 7 CACHE 100;
"""


class YardstickBroke(Exception):
    """pgbench could not write the rows; what it said."""


@dataclass(frozen=True)
class Yardstick:
    """The transaction pgbench runs, and where."""

    url: str
    script: str

    def tps(self, *, clients: int, seconds: int) -> float:
        """Transactions a second at `clients` connections for `seconds`.

        Raises:
            YardstickBroke: A transaction failed, or there was no time for one.
        """
        done = self._run("-c", str(clients), "-j", "2", "-T", str(seconds))
        rates = [line for line in done.splitlines() if line.startswith("tps = ")]
        if not rates:
            raise YardstickBroke(done[-2000:])
        return float(rates[0].split()[2])

    def once(self) -> None:
        """One transaction."""
        self._run("-c", "1", "-t", "1")

    def _run(self, *how: str) -> str:
        program = str(find_binaries().program("pgbench"))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "order.sql"
            file.write_text(self.script)
            done = subprocess.run(
                [program, "-n", "-M", "prepared", *how, "-f", str(file), self.url],
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode or "failed" in done.stderr:
            raise YardstickBroke(done.stderr[-2000:])
        return done.stdout


def lay_out(ground: Ground) -> Yardstick:
    """Tables of pgbench's own, skus and buyers by number, and its script; orders must stand already."""
    shop = {"shop": ground.shop.shop_id}
    with psycopg.connect(ground.url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        connection.execute(YARDSTICK)
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bench_sku VALUES (%s, %s)", list(enumerate(ground.skus)))
        buyers = connection.execute(
            """
            INSERT INTO bench_who
            SELECT row_number() OVER () - 1, customer_id, (array_agg(address_id))[1]
            FROM sales_order WHERE shop_id = %(shop)s
            GROUP BY customer_id
            """,
            shop,
        ).rowcount
        script = _script(connection, ground, buyers)
    return Yardstick(ground.url, script)


def _script(connection: "psycopg.Connection[dict[str, object]]", ground: Ground, buyers: int) -> str:
    shop = ground.shop.shop_id
    order = _one_placed(connection, shop)
    lines = "\n".join(
        statement
        for table, owner in OWNED_BY.items()
        for statement in _inserts(connection, shop, table, owner, order)
    )
    return f"""
\\set a random(0, {len(ground.skus) - 1})
\\set b random(0, {len(ground.skus) - 1})
\\set w random(0, {buyers - 1})
BEGIN;
SELECT set_config('orderan.shop', '{shop}', true), uuidv7() AS o, nextval('bench_number') AS number, now() AS t,
       one.id AS sa, two.id AS sb, customer, address
  FROM bench_sku AS one, bench_sku AS two, bench_who WHERE one.n = :a AND two.n = :b AND bench_who.n = :w \\gset
SELECT stock.sku_id, stock.on_hand FROM stock
  WHERE shop_id = {shop} AND sku_id IN (:sa::uuid, :sb::uuid)
  ORDER BY sku_id, location_id, owner_id, lot_id FOR NO KEY UPDATE;
{lines}
UPDATE stock SET reserved = reserved + change.units
  FROM (SELECT sku_id, sum(line_no) AS units
        FROM (VALUES (1, :sa::uuid), (2, :sb::uuid)) AS line (line_no, sku_id) GROUP BY sku_id) AS change
  WHERE stock.shop_id = {shop} AND stock.sku_id = change.sku_id;
COMMIT;
"""


@dataclass(frozen=True)
class _Placed:
    """An order to take after: what of its values stands for what, and when it was placed."""

    id: str
    cart: str
    at: datetime
    drawn: Mapping[str, str]


def _one_placed(connection: "psycopg.Connection[dict[str, object]]", shop: int) -> _Placed:
    found = connection.execute(
        """
        SELECT sales_order.id, cart_id, number, placed_at, customer_id, address_id, one.sku_id AS sa, two.sku_id AS sb
        FROM sales_order
        JOIN order_line AS one ON one.shop_id = sales_order.shop_id AND one.order_id = sales_order.id
             AND one.line_no = 1
        JOIN order_line AS two ON two.shop_id = sales_order.shop_id AND two.order_id = sales_order.id
             AND two.line_no = 2
        WHERE sales_order.shop_id = %(shop)s AND one.sku_id <> two.sku_id
        ORDER BY sales_order.id DESC LIMIT 1
        """,
        {"shop": shop},
    ).fetchone()
    if found is None:
        raise YardstickBroke("no order of two skus stands")
    drawn = {
        str(found["id"]): ":o",
        str(found["number"]): ":number",
        str(found["cart_id"]): "'pgbench-' || :number",
        str(found["customer_id"]): ":customer",
        str(found["address_id"]): ":address",
        str(found["sa"]): ":sa",
        str(found["sb"]): ":sb",
    }
    placed_at = found["placed_at"]
    assert isinstance(placed_at, datetime)
    return _Placed(str(found["id"]), str(found["cart_id"]), placed_at, drawn)


def _inserts(
    connection: "psycopg.Connection[dict[str, object]]", shop: int, table: str, owner: str, order: _Placed
) -> Iterator[str]:
    """One statement for all rows an order has in a table; what the database makes itself is left to it."""
    later = GIVEN_LATER.get(table, set())
    types = {
        str(row["name"]): str(row["type"])
        for row in connection.execute(
            """
            SELECT attname AS name, format_type(atttypid, atttypmod) AS type
            FROM pg_attribute
            LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped
              AND attgenerated = '' AND attidentity = '' AND coalesce(pg_get_expr(adbin, adrelid), '') NOT LIKE '%%(%%'
            ORDER BY attnum
            """,
            {"table": table},
        )
        if row["name"] not in later
    }
    columns = sql.SQL(", ").join(sql.SQL("{0}::text AS {0}").format(sql.Identifier(name)) for name in types)
    rows = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE shop_id = {} AND {}::text = {}").format(
            columns,
            sql.Identifier(table),
            shop,
            sql.Identifier(owner),
            order.cart if owner == "key" else order.id,
        )
    ).fetchall()
    if at := WRITTEN_AT.get(table):
        rows = [row for row in rows if datetime.fromisoformat(str(row[at])) <= order.at]
    if not rows:
        raise YardstickBroke(f"the order has no row in {table}")
    values = ",\n  ".join(
        "(" + ", ".join(_value(name, kind, row[name], order) for name, kind in types.items()) + ")"
        for row in rows
    )
    yield f"INSERT INTO {table} ({', '.join(types)}) VALUES\n  {values};"


def _value(name: str, kind: str, value: object, order: _Placed) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if text in order.drawn:
        return f"({order.drawn[text]})::{kind}"
    if kind == "uuid" and name == "id":
        return "uuidv7()"
    if kind.startswith("timestamp"):
        later = datetime.fromisoformat(text) - order.at
        return f":t::{kind} + interval '{later.total_seconds()} s'"
    quoted = text.replace("'", "''").replace("\\", "\\\\")
    # pgbench takes a colon before a letter for a variable, within quotes too.
    parted = re.sub(r":(?=[A-Za-z_])", ":' || E'", quoted)
    return f"(E'{parted}')::{kind}"
