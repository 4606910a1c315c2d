"""The calendar of maintenance as pages and other parts ask for it."""

from datetime import datetime, timedelta

from orderan.incidents.models import Coming, Feed, Window
from orderan.incidents.store_maintenance import WINDOW, window_of
from orderan.kit.db import Tx


async def maintenance_now(tx: Tx, *, ahead: timedelta = timedelta(), now: datetime) -> list[Window]:
    """Maintenance that lowers something and takes place now, or begins before `ahead` is over."""
    rows = await tx.all(
        "SELECT "
        + WINDOW
        + """
        FROM maintenance_window
        WHERE shop_id = %(shop)s AND cancelled_at IS NULL AND flag IS NULL
          AND starts_at <= %(soon)s AND ends_at > %(now)s
        ORDER BY starts_at, id
        """,
        {"shop": tx.shop_id, "now": now, "soon": now + ahead},
    )
    return [window_of(row) for row in rows]


async def windows_ahead(tx: Tx, *, now: datetime) -> list[Window]:
    """Maintenance that is not over yet and not cancelled, flagged ones too; the next first."""
    rows = await tx.all(
        "SELECT "
        + WINDOW
        + """
        FROM maintenance_window
        WHERE shop_id = %(shop)s AND cancelled_at IS NULL AND ends_at > %(now)s
        ORDER BY starts_at, id
        """,
        {"shop": tx.shop_id, "now": now},
    )
    return [window_of(row) for row in rows]


async def maintenance_ahead(tx: Tx, *, until: datetime, now: datetime) -> list[Coming]:
    """What begins between two moments, with the methods that cannot be used then; the next first.

    A method another open rail carries meanwhile is left out: whoever pays notices nothing.
    """
    rows = await tx.all(
        """
        SELECT maintenance_window.starts_at, maintenance_window.ends_at,
               array_agg(DISTINCT rail.method ORDER BY rail.method) AS methods
        FROM maintenance_window
        JOIN gateway_account ON gateway_account.shop_id = %(shop)s
             AND gateway_account.id = maintenance_window.account_id AND gateway_account.state = 'open'
        JOIN rail ON rail.shop_id = %(shop)s AND rail.account_id = maintenance_window.account_id
             AND rail.state = 'open'
             AND (maintenance_window.methods = '{}' OR rail.method = ANY(maintenance_window.methods))
        WHERE maintenance_window.shop_id = %(shop)s AND maintenance_window.cancelled_at IS NULL
          AND maintenance_window.flag IS NULL AND maintenance_window.starts_at > %(now)s
          AND maintenance_window.starts_at <= %(until)s
          AND NOT EXISTS (
              SELECT FROM rail AS other
              JOIN gateway_account AS elsewhere ON elsewhere.shop_id = %(shop)s
                   AND elsewhere.id = other.account_id AND elsewhere.state = 'open'
              WHERE other.shop_id = %(shop)s AND other.method = rail.method AND other.state = 'open'
                AND other.id <> rail.id
                AND NOT EXISTS (
                    SELECT FROM maintenance_window AS besides
                    WHERE besides.shop_id = %(shop)s AND besides.account_id = other.account_id
                      AND besides.cancelled_at IS NULL AND besides.flag IS NULL
                      AND besides.starts_at < maintenance_window.ends_at
                      AND besides.ends_at > maintenance_window.starts_at
                      AND (besides.methods = '{}' OR rail.method = ANY(besides.methods))))
        GROUP BY maintenance_window.id, maintenance_window.starts_at, maintenance_window.ends_at
        ORDER BY maintenance_window.starts_at, maintenance_window.id
        """,
        {"shop": tx.shop_id, "now": now, "until": until},
    )
    return [Coming(row.starts_at, row.ends_at, tuple(row.methods)) for row in rows]


async def feeds(tx: Tx) -> list[Feed]:
    """Where maintenance is read from."""
    rows = await tx.all(
        """
        SELECT account_id, address, asked_at, read_at, fault
        FROM maintenance_feed
        WHERE shop_id = %(shop)s
        ORDER BY account_id
        """,
        {"shop": tx.shop_id},
    )
    return [Feed(*row) for row in rows]
