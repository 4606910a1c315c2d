"""After an erasure nothing in the database tells who it was; the totals do not move."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from conftest import ShopFloor
from fulfilment.api import Program, a_program, serving
from given import a_shop
from orderan.customers import (
    Buyer,
    BuyerAddress,
    Changes,
    CustomerNotActive,
    Field,
    NothingToMerge,
    Purpose,
    Typed,
    TypedAddress,
    add_address,
    erase,
    family,
    give_consent,
    merge,
    register,
    resolve_customers,
    reveal,
    update,
)
from orderan.customers.sealing import CUSTOMER, Seal
from orderan.kit.crypto import Keyring

EVERY_SHOP = "-c orderan.shop=0"
"""Without it row-level security would hide every row, and nothing found would prove nothing."""

pytestmark = pytest.mark.anyio

# What would tell who it was, in every spelling a table could hold.
TRACES = ("81234567890", "Santoso", "santoso", "budi@gmail", "Melawai Raya", "pahit", "0812-3456")


def dump(url: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table as text, and binary columns as their bytes."""
    with psycopg.connect(url, options=EVERY_SHOP) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind = 'r' AND relname <> 'region'"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))):
                for value in row:
                    yield table, bytes(value) if isinstance(value, bytes) else repr(value).encode()


def traces_in(url: str) -> set[tuple[str, str]]:
    return {(table, trace) for table, value in dump(url) for trace in TRACES if trace.encode() in value}


async def a_busy_customer(floor: ShopFloor, keyring: Keyring, now: datetime) -> UUID:
    """Somebody of whom every table of customers knows something."""
    typed = Typed("Budi Santoso", "081234567890", "budi@gmail.com", note="suka kopi pahit", external_id="A-1")
    budi: UUID = await floor.run(lambda tx: register(tx, keyring, typed, now=now))
    address = TypedAddress(
        "Budi Santoso", "081234567890", "Jalan Melawai Raya 12", "31.74.07.1001", "12160", label="Rumah"
    )
    await floor.run(lambda tx: add_address(tx, keyring, budi, address, now=now))
    buyer = Buyer(
        "Budi Santoso", "+6281234567890", None, BuyerAddress("Melawai Raya 1", None, None, "Jaksel")
    )
    await floor.run(lambda tx: resolve_customers(tx, keyring, [buyer], now=now))
    await floor.run(lambda tx: update(tx, keyring, budi, Changes(name="Budi S. Santoso"), now=now))
    await floor.run(lambda tx: give_consent(tx, budi, Purpose.PROFILING, source="kasir", now=now))
    await floor.run(lambda tx: reveal(tx, keyring, budi, list(Field), purpose="cek pesanan", now=now))
    return budi


async def test_no_table_ever_holds_personal_data_in_the_clear(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    await a_busy_customer(floor, keyring, now)

    assert traces_in(database_url) == set()


async def a_busy_api(program: Program) -> None:
    """Everything a program may send of a person, taken and refused."""
    typed = {"name": "Budi Santoso", "phone": "081234567890", "email": "budi@gmail.com"}
    address = {
        "recipient": "Budi Santoso",
        "phone": "081234567890",
        "line": "Jalan Melawai Raya 12",
        "village_code": "31.74.07.1001",
    }
    made = await program.post("/customers", typed | {"note": "suka kopi pahit"})
    other = await program.post("/customers", {"name": "Budi S. Santoso", "phone": "081234567899"})
    budi = made.json()["id"]
    buyer = {"name": "Budi Santoso", "phone": "081234567890", "email": "budi@gmail.com"}
    order = {"channel": "web", "terms": "cod", "lines": [{"sku": "kopi", "quantity": 1}], "buyer": buyer}
    answers = [
        made,
        other,
        await program.post(f"/customers/{budi}/addresses", address),
        await program.post(
            f"/customers/{budi}/consents", {"purpose": "profiling", "granted": True, "source": "kasir"}
        ),
        await program.post(f"/customers/{budi}/merge", {"others": [other.json()["id"]]}),
        await program.post("/orders", order | {"buyer": buyer | {"address": {"line": "Melawai Raya 1"}}}),
        await program.post("/orders/batch", {"orders": [order]}),
        await program.post("/quotes", {"channel": "web", "lines": order["lines"], "phone": "081234567890"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 201, 200, 201, 200, 200]
    refused = [
        await program.post("/customers", typed),
        await program.post(
            "/customers", {"name": "Budi", "phone": "812-3456-7890", "email": "budi@gmial.com"}
        ),
        await program.post(
            "/quotes", {"channel": "web", "lines": order["lines"], "phone": "0812-3456-0812-3456-0812"}
        ),
    ]
    assert [answer.json()["code"] for answer in refused] == [
        "phone_taken",
        "entry_refused",
        "phone_unreadable",
    ]
    rows = await program.post(
        "/orders/batch", {"orders": [order | {"buyer": buyer | {"phone": "0812-3456-0812-3456-0812"}}]}
    )
    assert rows.json()["results"][0]["problem"]["code"] == "phone_unreadable"


async def test_no_answer_that_is_kept_holds_personal_data_in_the_clear(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    await a_shop(floor, now, stock={"kopi": 10})
    async with serving(floor, keyring, now) as client:
        await a_busy_api(await a_program(client, floor, now))

    assert traces_in(database_url) == set()


async def test_a_repeated_request_tells_the_customer_as_they_are_by_then(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    typed = {"name": "Budi Santoso", "phone": "081234567890"}
    async with serving(floor, keyring, now) as client:
        program = await a_program(client, floor, now)
        first = await program.post("/customers", typed, key="satu")
        budi = first.json()["id"]
        again = await program.post("/customers", typed, key="satu")
        assert (again.status_code, again.json()) == (201, first.json())

        await program.post(f"/customers/{budi}/erase", {"reason": "permintaan pelanggan"})
        after = await program.post("/customers", typed, key="satu")

    assert (after.status_code, after.json()["id"], after.json()["state"]) == (201, budi, "erased")
    assert "Santoso" not in after.text
    assert await floor.value("SELECT count(*) FROM customer WHERE shop_id = %(shop)s") == 1
    assert traces_in(database_url) == set()


async def test_after_erasure_no_index_leads_to_the_phone_and_no_key_opens_anything(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    budi = await a_busy_customer(floor, keyring, now)
    wrapped = await floor.value("SELECT wrapped FROM subject_key WHERE shop_id = %(shop)s")
    indexes = [
        keyring.blind(floor.shop.shop_id, kind, text)
        for kind, text in (("phone", "+6281234567890"), ("email", "budi@gmail.com"), ("word", "santoso"))
    ]
    assert {index for index in indexes for _, value in dump(database_url) if index == value} == set(indexes)

    await floor.run(lambda tx: erase(tx, budi, reason="permintaan pelanggan", now=now))

    values = [value for _, value in dump(database_url)]
    assert traces_in(database_url) == set()
    assert not [index for index in indexes if index in values]
    assert bytes(wrapped) not in values
    assert await floor.value("SELECT count(*) FROM customer_word WHERE shop_id = %(shop)s") == 0
    sealed = await floor.all(
        "SELECT digest, recipient_enc, phone_enc, line_enc, postcode FROM customer_address WHERE shop_id = %(shop)s"
    )
    assert [tuple(row) for row in sealed] == [(None,) * 5] * 2


async def test_a_backup_from_before_cannot_be_read_with_what_is_left(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    """The ciphertext of a backup, against any other key of the installation."""
    budi = await a_busy_customer(floor, keyring, now)
    sealed = await floor.value("SELECT phone_enc FROM customer WHERE shop_id = %(shop)s")
    siti = Typed("Siti", "085711112222")
    await floor.run(lambda tx: register(tx, keyring, siti, now=now))
    await floor.run(lambda tx: erase(tx, budi, reason="permintaan pelanggan", now=now))

    left = await floor.all(
        "SELECT subject_id, wrapped FROM subject_key WHERE shop_id = %(shop)s AND wrapped IS NOT NULL"
    )
    for row in left:
        key = keyring.unwrap(floor.shop.shop_id, row.subject_id, bytes(row.wrapped))
        with pytest.raises(InvalidTag):
            Seal(key, floor.shop.shop_id).open(CUSTOMER, "phone", sealed)
    assert len(left) == 1


async def test_a_value_moved_to_another_column_does_not_open(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    budi = await a_busy_customer(floor, keyring, now)
    with psycopg.connect(database_url, autocommit=True, options=EVERY_SHOP) as connection:
        connection.execute("UPDATE customer SET email_enc = phone_enc")

    with pytest.raises(InvalidTag):
        await floor.run(lambda tx: reveal(tx, keyring, budi, [Field.EMAIL], purpose="cek", now=now))


numbers = count()
steps = st.lists(
    st.tuples(st.sampled_from(["merge", "erase", "rename", "address"]), st.integers(0, 3), st.integers(0, 3)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_whatever_is_merged_and_erased_every_record_has_one_end(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str, plan: list[tuple[str, int, int]]
) -> None:
    """Every record is active, points to one that was active, or is empty; and none of them is lost."""
    people: list[UUID] = []
    for number in range(4):
        buyer = Buyer(f"Orang {number}", f"+62812{next(numbers):08}", None, None)
        made = await floor.run(lambda tx, buyer=buyer: resolve_customers(tx, keyring, [buyer], now=now))
        people.append(made[0].customer_id)

    for verb, one, other in plan:
        try:
            await floor.run(_step(keyring, verb, people[one], people[other], now))
        except (CustomerNotActive, NothingToMerge):
            continue

    rows = {row.id: row for row in await floor.all("SELECT * FROM customer WHERE shop_id = %(shop)s")}
    keys = {
        row.subject_id: row.wrapped
        for row in await floor.all("SELECT * FROM subject_key WHERE shop_id = %(shop)s")
    }
    assert set(people) <= set(rows)
    for row in rows.values():
        end = rows[row.merged_into] if row.merged_into else row
        assert end.state != "merged"
        erased = end.state == "erased"
        assert (keys[row.id] is None) == erased
        assert (row.name_enc is None) == erased
        assert row.id in await floor.run(lambda tx, end=end: family(tx, end.id))


def _step(keyring: Keyring, verb: str, one: UUID, other: UUID, now: datetime) -> Any:
    if verb == "merge":
        return lambda tx: merge(tx, keyring, one, [other], now=now)
    if verb == "erase":
        return lambda tx: erase(tx, one, reason="permintaan", now=now)
    if verb == "rename":
        return lambda tx: update(tx, keyring, one, Changes(name="Nama Baru"), now=now)
    typed = TypedAddress("Orang", "081299998888", "Jalan Mawar 1", "31.74.07.1001")
    return lambda tx: add_address(tx, keyring, one, typed, now=now)
