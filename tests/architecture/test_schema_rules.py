"""The fourteen rules that keep the same schema and SQL good for a distributed PostgreSQL.

They hold from the first migration, so that growing past one machine is a command and not a
rewrite. A table is exempt only by declaring itself local; the few statements that span shops on
purpose are named here, each with its reason.
"""

import re
from datetime import datetime
from typing import Any

import psycopg
import pytest

from architecture.statements import source_text, statements
from conftest import ShopFloor
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.ids import new_id
from orderan.kit.migrations import shipped
from orderan.kit.runner import Answer, Key, Runner
from orderan.shops import Shop, open_shop

Catalogue = psycopg.Connection[Any]

SEARCHED_ACROSS_SHOPS = {
    "staff_email": "who signs in gives an e-mail address, not a shop",
}


def test_rule_1_every_key_index_and_foreign_key_of_a_shops_table_begins_with_the_shop(
    catalogue: Catalogue, distributed: set[str]
) -> None:
    columns = catalogue.execute(
        """
        SELECT relname AS name, attname, format_type(atttypid, NULL) AS type, attnotnull
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = 1
        WHERE relname = ANY(%(tables)s)
        """,
        {"tables": list(distributed)},
    ).fetchall()
    assert {row.name for row in columns} == distributed
    assert [
        row for row in columns if (row.attname, row.type, row.attnotnull) != ("shop_id", "bigint", True)
    ] == []

    indexes = catalogue.execute(
        """
        SELECT index.relname AS name, pg_get_indexdef(index.oid, 1, true) AS leading, indisunique
        FROM pg_index
        JOIN pg_class AS index ON index.oid = indexrelid
        JOIN pg_class AS held ON held.oid = indrelid
        WHERE held.relname = ANY(%(tables)s)
        """,
        {"tables": list(distributed)},
    ).fetchall()
    strays = {row.name for row in indexes if row.leading != "shop_id"}
    assert strays == set(SEARCHED_ACROSS_SHOPS)
    assert not [row.name for row in indexes if row.indisunique and row.name in strays]

    keys = catalogue.execute(
        """
        SELECT conname, conrelid::regclass::text AS child, confrelid::regclass::text AS parent,
               pg_get_constraintdef(oid) AS definition
        FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%(tables)s)
        """,
        {"tables": list(distributed)},
    ).fetchall()
    to_shops = [row for row in keys if row.parent in distributed]
    assert len(to_shops) > 30
    assert [
        row.conname
        for row in to_shops
        if not re.match(r"FOREIGN KEY \(shop_id, .*REFERENCES \w+\(shop_id, ", row.definition)
    ] == []


def test_rule_1_the_shop_of_a_row_is_never_changed() -> None:
    assert [
        one.where for one in statements() if re.search(r"\bSET\s+shop_id\b|,\s*shop_id\s*=\s*%", one.plain)
    ] == []


def test_rule_2_ids_are_made_by_the_application(catalogue: Catalogue, homes: dict[str, str]) -> None:
    made_here = catalogue.execute(
        """
        SELECT relname, attname, pg_get_expr(adbin, adrelid) AS expression, attidentity
        FROM pg_class
        JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relname = ANY(%(tables)s) AND attgenerated = '' AND (adbin IS NOT NULL OR attidentity <> '')
        """,
        {"tables": [name for name, home in homes.items() if home != "local"]},
    ).fetchall()
    assert made_here != []
    assert [
        row
        for row in made_here
        if row.attidentity or not re.fullmatch(r"\d+|'\w*'::text|false|true", row.expression)
    ] == []


def test_rule_3_a_reference_table_never_points_to_a_shops_table(
    catalogue: Catalogue, homes: dict[str, str]
) -> None:
    allowed = {
        ("distributed", "distributed"),
        ("distributed", "reference"),
        ("reference", "reference"),
        ("local", "local"),
        ("local", "reference"),
    }
    pointing = catalogue.execute(
        "SELECT conname, conrelid::regclass::text AS child, confrelid::regclass::text AS parent"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    assert [row.conname for row in pointing if (homes[row.child], homes[row.parent]) not in allowed] == []


SPANS_SHOPS = {
    "auditor": "an audit looks at every shop; its joins carry the shop",
    "kit/home.py": "a piece of a statement",
    "kit/postgres": "a backup takes everything",
}

_REFERENCE = re.compile(
    r"\b(?P<verb>DELETE FROM|FROM|JOIN|UPDATE|USING|INSERT INTO)\s+(?P<table>[a-z_]+)\b"
    r"(?:\s+AS\s+(?P<alias>\w+))?"
)


def without_shop(text: str, distributed: set[str]) -> list[str]:
    """Tables of shops a statement touches without saying of which shop."""
    # A WHERE that is put together elsewhere is judged when it runs (test_running_statements).
    bare = re.search(r"(?<![\w.])shop_id\s*(=|<>)\s*(%|ANY)|WHERE \{\}", text)
    missing = []
    for match in _REFERENCE.finditer(text):
        names = {match["table"], match["alias"] or match["table"]}
        said = any(
            re.search(rf"\b{name}\.shop_id\s*(=|IN\b)", text) or re.search(rf"=\s*{name}\.shop_id\b", text)
            for name in names
        )
        if match["table"] in distributed and match["verb"] != "INSERT INTO" and not (said or bare):
            missing.append(match["table"])
    return missing


def test_rule_4_every_statement_says_of_which_shop(distributed: set[str]) -> None:
    assert without_shop("SELECT 1 FROM stock WHERE sku_id = %(sku)s", distributed) == ["stock"]
    assert without_shop("SELECT 1 FROM stock WHERE shop_id = %(shop)s", distributed) == []

    offending = {
        one.where: tables
        for one in statements()
        if not one.where.startswith(tuple(SPANS_SHOPS)) and (tables := without_shop(one.plain, distributed))
    }

    assert {where: tables for where, tables in offending.items() if not _on_purpose(where)} == {}


ON_PURPOSE = {
    "access/": "a session or a person is found by secret or e-mail before the shop is known",
    "web/": "a page is found by its link before the shop is known",
}


def _on_purpose(where: str) -> bool:
    return where.startswith(tuple(ON_PURPOSE)) and "views.py" in where


def test_rule_5_rows_are_claimed_within_one_shop_and_the_queue_is_local(homes: dict[str, str]) -> None:
    assert {home for name, home in homes.items() if name.startswith("procrastinate_")} == {"local"}
    skipping = [one for one in statements() if "SKIP LOCKED" in one.text]
    assert skipping != []
    assert [one.where for one in skipping if not re.search(r"shop_id = %\(\w+\)s", one.plain)] == []


def test_rule_6_no_trigger_does_business(catalogue: Catalogue, homes: dict[str, str]) -> None:
    triggers = catalogue.execute(
        "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE NOT tgisinternal"
    ).fetchall()
    assert [row.name for row in triggers if homes.get(row.name) != "local"] == []


def test_rule_7_what_an_upsert_writes_is_passed_in() -> None:
    upserts = [one for one in statements() if re.search(r"\bDO UPDATE\b", one.text)]
    assert upserts != []
    written = [(one.where, one.plain.split("DO UPDATE", 1)[1]) for one in upserts]
    allowed = r"\b(?!coalesce|greatest|least|SET|WHERE|AND|OR|IN)(\w+)\s*\("
    assert [(where, text) for where, text in written if re.search(allowed, text, re.IGNORECASE)] == []


def test_rule_8_foreign_keys_cascade_or_refuse_and_nothing_else(catalogue: Catalogue) -> None:
    other = catalogue.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        " AND (confdeltype NOT IN ('a', 'r', 'c') OR confupdtype NOT IN ('a', 'r', 'c'))"
        " AND conrelid::regclass::text NOT LIKE 'procrastinate%'"
    ).fetchall()
    assert other == []


@pytest.mark.anyio
async def test_rule_9_a_transaction_is_of_one_shop(db: Database, floor: ShopFloor, now: datetime) -> None:
    async def opening(tx: Tx) -> Shop:
        return await open_shop(tx, code="lain", name="Toko Lain", now=now)

    other = await db.run(Caller(ALL_SHOPS, "system:test"), opening)

    async def intruding(tx: Tx) -> None:
        await tx.run(
            "INSERT INTO event_cursor (shop_id, consumer, position) VALUES (%(shop)s, 'x', 0)",
            {"shop": other.shop_id},
        )

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await floor.run(intruding)


def test_rule_10_a_migration_changes_one_thing_per_statement() -> None:
    texts = [(one.name, " ".join(text.split())) for one in shipped() for text in one.statements]
    assert len(texts) > 100
    combined = re.compile(
        r"^ALTER TABLE .*\bADD COLUMN\b.*(\bCHECK\b|\bREFERENCES\b|\bUNIQUE\b|\bPRIMARY KEY\b|,\s*ADD\b)"
    )
    assert [name for name, text in texts if combined.search(text) and "procrastinate" not in text] == []
    late = re.compile(r"^ALTER TABLE .*\bADD CONSTRAINT\b.*(\bCHECK\b|\bFOREIGN KEY\b)")
    assert [
        name for name, text in texts if late.search(text) and not re.search(r"NOT VALID|procrastinate", text)
    ] == []


def test_rule_11_no_exclusion_deferrable_constraint_or_gist_index_and_no_notify(
    catalogue: Catalogue, homes: dict[str, str]
) -> None:
    constraints = catalogue.execute(
        "SELECT conname, conrelid::regclass::text AS name FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND (contype = 'x' OR condeferrable)"
    ).fetchall()
    indexes = catalogue.execute(
        "SELECT indrelid::regclass::text AS name, amname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " JOIN pg_am ON pg_am.oid = relam WHERE relnamespace = 'public'::regnamespace"
    ).fetchall()
    assert [row.conname for row in constraints if homes.get(row.name) != "local"] == []
    assert {row.amname for row in indexes if homes.get(row.name) != "local"} == {"btree"}
    assert [
        path for path, text in source_text().items() if re.search(r"\bpg_notify\b|\bLISTEN \w", text)
    ] == []


def test_rule_12_no_index_leans_on_an_operator_class_of_an_extension(
    catalogue: Catalogue, homes: dict[str, str]
) -> None:
    classes = catalogue.execute(
        """
        SELECT indrelid::regclass::text AS name, opcnamespace::regnamespace::text AS namespace
        FROM pg_index, unnest(indclass) AS used (oid) JOIN pg_opclass ON pg_opclass.oid = used.oid
        WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        """
    ).fetchall()
    assert {row.namespace for row in classes if homes.get(row.name) != "local"} == {"pg_catalog"}
    created = [text for one in shipped() for text in one.statements if re.match(r"CREATE EXTENSION", text)]
    assert [text for text in created if not re.search(r"\bSCHEMA\b", text)] == []


def test_rule_13_no_statement_groups_across_shops_in_a_way_shards_cannot() -> None:
    pattern = re.compile(r"\bGROUPING SETS\b|\bCUBE\s*\(|\bROLLUP\s*\(|\bMERGE INTO\b")
    assert [one.where for one in statements() if pattern.search(one.text)] == []


@pytest.mark.anyio
async def test_rule_14_an_answer_is_kept_with_its_effect_or_not_at_all(
    catalogue: Catalogue, floor: ShopFloor, now: datetime
) -> None:
    key = catalogue.execute(
        "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'answer_pkey'"
    ).fetchone()
    assert key is not None
    assert key.definition == "PRIMARY KEY (shop_id, scope, key)"

    async def dying(tx: Tx) -> Answer:
        await tx.run(
            "INSERT INTO inbound VALUES (%(shop)s, 'x', 'y', %(now)s)", {"shop": tx.shop_id, "now": now}
        )
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Runner(floor.db).once(
            floor.caller,
            Key.of("api", str(new_id()), b""),
            dying,
            refused=lambda _no: Answer(409, b""),
            now=now,
        )
    assert await floor.value("SELECT count(*) FROM answer") == 0
    assert await floor.value("SELECT count(*) FROM inbound") == 0
