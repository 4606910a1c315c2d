"""Finding orders by what a person has at hand: a number, a tracking number, a sku, a phone, a name."""

from dataclasses import dataclass, replace
from typing import Any, LiteralString
from uuid import UUID

from orderan.customers import PhoneUnreadable, e164
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.text import NumberMistyped, folded, read_number
from orderan.orders.views_list import Filters

MOST_NAMES = 100
LONGEST_BEGINNING = 12
PHONE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Found:
    """What a text was taken for.

    Attributes:
        by: `number`, `external`, `awb`, `sku`, `phone`, `name` or `nothing`.
        mistyped: It looks like an order number, but its check digit is wrong.
        too_many: More people fit the name than were looked at; another word narrows it.
    """

    filters: Filters
    by: str
    mistyped: bool = False
    too_many: bool = False


async def understand(tx: Tx, keyring: Keyring, text: str, filters: Filters) -> Found:
    """Narrow filters by a text; the first reading that finds something counts."""
    typed = " ".join(text.split())
    if ids := await _by_number(tx, typed):
        return Found(replace(filters, ids=tuple(ids)), "number")
    if ids := await _ids(tx, _AWB, [typed, typed.upper().replace(" ", "")]):
        return Found(replace(filters, ids=tuple(ids)), "awb")
    if ids := await _ids(tx, _SKU, [typed, typed.upper(), typed.lower()]):
        return Found(replace(filters, sku_id=ids[0]), "sku")
    if customers := await _by_phone(tx, keyring, typed):
        return Found(replace(filters, customers=tuple(customers)), "phone")
    if customers := await _by_name(tx, keyring, typed):
        few = customers[:MOST_NAMES]
        return Found(
            replace(filters, customers=tuple(await _family(tx, few))),
            "name",
            too_many=len(customers) > MOST_NAMES,
        )
    return Found(replace(filters, ids=()), "nothing", mistyped=_looks_mistyped(typed))


def _looks_mistyped(typed: str) -> bool:
    digits = "".join(letter for letter in typed if letter not in " .-#")
    if not digits.isdigit() or not 4 <= len(digits) <= 10 or digits[0] == "0":
        return False
    try:
        read_number(digits)
    except NumberMistyped:
        return True
    return False


async def _by_number(tx: Tx, typed: str) -> list[UUID]:
    try:
        number = read_number(typed)
    except NumberMistyped:
        return []
    if number >= 2**63:
        return []
    rows = await tx.all(
        "SELECT id FROM sales_order WHERE shop_id = %(shop)s AND number = %(number)s",
        {"shop": tx.shop_id, "number": number},
    )
    return [row.id for row in rows]


_AWB: LiteralString = """
SELECT DISTINCT order_id AS id FROM parcel WHERE shop_id = %(shop)s AND awb = ANY(%(texts)s) LIMIT 50
"""
_SKU: LiteralString = "SELECT id FROM sku WHERE shop_id = %(shop)s AND code = ANY(%(texts)s) LIMIT 1"


async def _ids(tx: Tx, statement: LiteralString, texts: list[str]) -> list[UUID]:
    return [row.id for row in await tx.all(statement, {"shop": tx.shop_id, "texts": texts})]


async def _by_phone(tx: Tx, keyring: Keyring, typed: str) -> list[UUID]:
    if sum(letter.isdigit() for letter in typed) < PHONE_DIGITS:
        return []
    try:
        phone = e164(typed)
    except PhoneUnreadable:
        return []
    # One branch per state, as each has an index of its own and neither is used for both.
    rows = await tx.all(
        """
        SELECT id FROM customer
        WHERE shop_id = %(shop)s AND phone_index = %(phone)s AND state = 'active'
        UNION
        SELECT merged_into AS id FROM customer
        WHERE shop_id = %(shop)s AND phone_index = %(phone)s AND state = 'merged'
        """,
        {"shop": tx.shop_id, "phone": keyring.blind(tx.shop_id, "phone", phone)},
    )
    return await _family(tx, [row.id for row in rows])


async def _by_name(tx: Tx, keyring: Keyring, typed: str) -> list[UUID]:
    """Customers with all these words in their name, the newest first, one more than are shown."""
    words = sorted({word[:LONGEST_BEGINNING] for word in folded(typed).split()}, key=len, reverse=True)[:4]
    if not words or len(words[0]) < 2:
        return []
    others = " ".join(
        f"""AND EXISTS (SELECT 1 FROM customer_word AS w{at} WHERE w{at}.shop_id = %(shop)s
                        AND w{at}.word_index = %(w{at})s AND w{at}.customer_id = word.customer_id)"""
        for at in range(1, len(words))
    )
    statement = f"""
        SELECT word.customer_id AS id
        FROM customer_word AS word
        WHERE word.shop_id = %(shop)s AND word.word_index = %(w0)s {others}
        ORDER BY word.word_index DESC, word.customer_id DESC
        LIMIT %(limit)s
    """
    asked: dict[str, Any] = {"shop": tx.shop_id, "limit": MOST_NAMES + 1}
    asked |= {f"w{at}": keyring.blind(tx.shop_id, "word", word) for at, word in enumerate(words)}
    return [row.id for row in await tx.all(statement, asked)]


async def _family(tx: Tx, customers: list[UUID]) -> list[UUID]:
    """These people with every record that was merged into theirs: old orders keep their old record."""
    if not customers:
        return []
    rows = await tx.all(
        """
        SELECT id FROM customer WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        UNION
        SELECT id FROM customer WHERE shop_id = %(shop)s AND merged_into = ANY(%(ids)s)
        """,
        {"shop": tx.shop_id, "ids": customers},
    )
    return [row.id for row in rows]
