"""Promise 4, the clients' half: what somebody was told exists, exists."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import psycopg

from orderan.auditor.models import Check, Row
from orderan.kit.ids import NotAnId, from_text

CHUNK = 20_000
_CURSOR = "answers_given"

_TOLD = """
SELECT answer.shop_id, answer.scope || ' ' || answer.key AS subject, told.match[1] AS order_id
FROM answer
CROSS JOIN LATERAL regexp_matches(convert_from(answer.body, 'UTF8'), '"id": ?"(ord_[0-9a-z]{26})"', 'g')
           AS told (match)
WHERE answer.status BETWEEN 200 AND 299 AND (%(shop)s = 0 OR answer.shop_id = %(shop)s)
"""

_KNOWN = """
SELECT shop_id, id FROM sales_order WHERE shop_id = ANY(%(shops)s) AND id = ANY(%(ids)s)
"""


def _told_orders_exist(connection: psycopg.Connection[Row], scope: Mapping[str, Any]) -> Iterator[Row]:
    # The text form of an id is taken apart here, not in SQL, which has no base32.
    with connection.cursor(name=_CURSOR) as cursor:
        cursor.itersize = CHUNK
        rows = iter(cursor.execute(_TOLD, scope))
        while chunk := list(islice(rows, CHUNK)):
            yield from _missing(connection, chunk)


def _missing(connection: psycopg.Connection[Row], told: list[Row]) -> Iterator[Row]:
    asked = []
    for row in told:
        try:
            asked.append((row, from_text("ord", row["order_id"])))
        except NotAnId:
            yield row
    shops = list({row["shop_id"] for row, _ in asked})
    known = connection.execute(_KNOWN, {"shops": shops, "ids": [order for _, order in asked]})
    there = {(row["shop_id"], row["id"]) for row in known}
    yield from (row for row, order in asked if (row["shop_id"], order) not in there)


CHECKS = (
    Check(
        "answers.told_orders_exist",
        4,
        "Every order an API client was told of, under an idempotency key, exists.",
        _told_orders_exist,
    ),
)
