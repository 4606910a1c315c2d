"""Each check finds the damage it is for, and a shop that only ever ran commands has none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import pytest

from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.auditor import CHECKS, audit
from orderan.flows.expire_orders import expire_orders
from orderan.flows.place_order import Placed
from orderan.flows.settle_payment import settle_payment
from orderan.inventory import Receipt, expect_stock
from orderan.inventory.models import COUNTED
from orderan.kit import events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.kit.runner import Answer, Key, remember
from orderan.orders import Terms
from orderan.orders.events import OrderDelivered
from orderan.payments import MoneyEvent, MoneyKind

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Running:
    """A shop after a short day: its orders by what became of them."""

    world: World
    orders: dict[str, Placed]


@pytest.fixture
async def running(floor: ShopFloor, keyring: Keyring, now: datetime) -> Running:
    world = await a_shop(
        floor, now, stock={"kopi": 50, "gula": 50}, bundles={"paket": {"kopi": 2, "gula": 1}}
    )
    wanted = {
        "unpaid": asked(("kopi", 2), buyer=a_buyer(), external_id="TKP-1", cart_id="c-1"),
        "cod": asked(("kopi", 1), ("paket", 2), buyer=a_buyer(), terms=Terms.COD, external_id="TKP-2"),
        "paid": asked(("kopi", 3), ("gula", 1), cart_id="c-2"),
        "expired": asked(("gula", 4)),
        "half_paid": asked(("gula", 2)),
    }
    long_ago = now - timedelta(days=2)
    placed = dict(
        zip(list(wanted)[:3], await place(world, keyring, *list(wanted.values())[:3], now=now), strict=True)
    )
    placed["expired"], placed["half_paid"] = await place(
        world, keyring, wanted["expired"], wanted["half_paid"], now=long_ago
    )
    orders = {name: order for name, order in placed.items() if isinstance(order, Placed)}
    assert len(orders) == len(wanted)

    async def live(tx: Tx) -> None:
        paid = orders["paid"].order
        captured = MoneyEvent(paid.id, MoneyKind.CAPTURED, "bank_transfer", paid.total_minor, "IDR", "BCA-1")
        await settle_payment(tx, captured, now=now)
        half = MoneyEvent(orders["half_paid"].order.id, MoneyKind.CAPTURED, "cash", 10_000, "IDR")
        await settle_payment(tx, half, now=long_ago)
        assert await expire_orders(tx, now=now) == 2
        body = b'{"id":"' + to_text("ord", paid.id).encode() + b'"}'
        await remember(tx, [(Key.of("api", "k-1", b""), Answer(201, body))], now=now)

    async def sequenced(tx: Tx) -> None:
        assert await events.sequence(tx) > 0

    sacks = [Receipt(world.skus["gula"], world.locations["JKT"], 5)]
    await floor.run(live)
    await floor.run(lambda tx: expect_stock(tx, sacks, supplier="Gula Jaya", now=now))
    await floor.run(sequenced)
    return Running(world, orders)


async def test_a_shop_that_only_ran_commands_has_no_finding(
    running: Running, database_url: str, now: datetime
) -> None:
    report = audit(database_url, now=now)

    assert report.findings == []
    assert report.clean
    assert [verdict.check for verdict in report.verdicts] == list(CHECKS)


ACCOUNT = """
    INSERT INTO gateway_account (shop_id, id, gateway, name, base_url, secrets, wrapped_key, state, made_at)
    VALUES (1, '{nobody}', 'midtrans', 'm', '', '', '', 'open', now())"""
SETTLED_FILE = """
    INSERT INTO settlement_file (shop_id, id, kind, account_id, format, name, digest, rows, lines, known_before, skipped,
                                 unread, brought_by, brought_at)
    VALUES (1, '{nobody}', 'settlement', '{nobody}', 'midtrans', 'f', 'd', 1, 1, 0, 0, 0, 'x', now())"""
PAYOUT = """
    INSERT INTO payout (shop_id, id, account_id, key, paid_on, net_minor, lines, currency)
    VALUES (1, '{nobody}', '{nobody}', 'k', '2026-11-12', 5, 1, 'IDR')"""
SETTLED_LINE = """
    INSERT INTO settlement_line (shop_id, id, file_id, row_no, account_id, payout_id, kind, reference, gross_minor,
                                 fee_minor, tax_minor, net_minor, currency, settled_on, fingerprint, nth)
    VALUES (1, '{nobody}', '{nobody}', 2, '{nobody}', '{nobody}', 'payment', 'r', 5, 0, 0, 5, 'IDR', '2026-11-12', 'p', 1)"""
TRY_OF_NOTHING = (
    """
    INSERT INTO rail (shop_id, id, method, account_id, rank, state)
    VALUES (1, '{nobody}', 'va_bca', '{nobody}', 0, 'open')""",
    """
    INSERT INTO payment_attempt (shop_id, id, order_id, rail_id, method, gateway, reference, amount_minor, currency, state,
                                 began_at, expires_at, moved_at)
    VALUES (1, '{nobody}', '{paid}', '{nobody}', 'va_bca', 'midtrans', 'r', 5, 'IDR', 'expired', now(), now(), now())""",
    "UPDATE settlement_line SET attempt_id = '{nobody}', order_id = '{paid}'",
)

PROMOTION = """
    INSERT INTO payment_promotion (shop_id, id, name, kind, state, currency, methods, banks, wallets, card_ranges, rate_bp,
                                   fixed_minor, months, payers, valid_from, hour_from, hour_until, minimum_minor,
                                   taken_minor, taken_count, made_by, made_at, moved_at)
    VALUES (1, '{nobody}', 'p', 'cashback', 'running', 'IDR', '{{}}', '{{}}', '{{}}', '{{}}', 0, 5, '[]', '[]', now(), 0,
            24, 0, 5, 1, 'x', now(), now())"""
USE = """
    INSERT INTO promotion_redemption (shop_id, id, promotion_id, order_id, kind, method, state, amount_minor, currency,
                                      by_card, reserved_at, moved_at)
    VALUES (1, '{nobody}', '{nobody}', '{paid}', 'cashback', 'va_bca', 'confirmed', 5, 'IDR', false, now(), now())"""
SHARE = "INSERT INTO promotion_share VALUES (1, '{nobody}', 1, 1, 'shop', 'Toko', 5, 0)"

TELLING = (
    "INSERT INTO message_policy VALUES (1, '{{whatsapp}}', '21:00', '07:00', 120, 3, '{{}}', 0, 'x', now())",
    "INSERT INTO event_cursor SELECT 1, 'tell_buyers', position FROM event_head WHERE shop_id = 1",
)
MESSAGE = """
    INSERT INTO message (shop_id, id, kind, topic_id, subject_id, person_id, state, fact_entity, fact_seq, locale, zone,
                         channels, made_at, due_at, moved_at, reason)
    SELECT 1, gen_random_uuid(), 'delivered', id, id, customer_id, 'suppressed', id, 1, 'id', 'Asia/Jakarta', '{{}}',
           now(), now(), now(), 'stopped'
    FROM sales_order WHERE id = '{cod}'"""

CHANGED = (
    """
    INSERT INTO message_policy
    SELECT 1, '{{whatsapp}}', '21:00', '07:00', 120, 3, '{{}}', position, 'x', now() FROM event_head WHERE shop_id = 1""",
    """
    INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at, position)
    SELECT 1, '{cod}', max(seq) + 1, 'orders.changed.v1', '{{}}', 'x', now(), (SELECT position + 1 FROM event_head WHERE shop_id = 1)
    FROM event WHERE entity_id = '{cod}'""",
    "UPDATE event_head SET position = position + 1 WHERE shop_id = 1",
    "INSERT INTO event_cursor SELECT 1, 'tell_buyers', position FROM event_head WHERE shop_id = 1",
)
DAY = (
    "ALTER TABLE delivery_day DROP CONSTRAINT delivery_day_parcel",
    """
    INSERT INTO delivery_day (shop_id, id, order_id, parcel_id, day, state, policy_version, step, tries, opened_at, deadline)
    VALUES (1, '{nobody}', '{cod}', '{nobody}', now()::date, 'asked', 1, 0, 1, now(), now())""",
)
CASE = """
    INSERT INTO verification_case (shop_id, order_id, policy_version, step, tries, opened_at, deadline, closed_at)
    VALUES (1, '{cod}', 1, 0, 1, now(), now(), now())"""
ATTEMPT = """
    INSERT INTO verification_attempt (shop_id, id, order_id, way, state, token_digest, began_at, until, moved_at, moved_by)
    VALUES (1, '{nobody}', '{cod}', 'call', 'asked', 'x', now(), now(), now(), 'x')"""
ANSWERED = """
    INSERT INTO order_move (shop_id, order_id, id, axis, from_state, event, to_state, actor, reason, at)
    SELECT 1, '{cod}', '{nobody}', 'verification', 'waiting', 'confirm', 'confirmed', 'x', 'call:1', moved_at
    FROM verification_attempt"""

VOUCHER = """
    WITH issued AS (
        INSERT INTO voucher (shop_id, id, code_hash, code_end, currency, amount_minor, balance_minor, state, reason,
                             valid_until, issued_by, issued_at, moved_at)
        VALUES (1, '{nobody}', 'x', 'X', 'IDR', 5, 5, 'active', 'x', now(), 'x', now(), now())
        RETURNING id
    )
    INSERT INTO voucher_move (shop_id, voucher_id, id, kind, change_minor, actor, at)
    SELECT 1, id, id, 'issued', 5, 'x', now() FROM issued"""

TOUR = (
    "ALTER TABLE parcel DROP CONSTRAINT parcel_task",
    "ALTER TABLE fleet_run DROP CONSTRAINT fleet_run_van",
    "ALTER TABLE fleet_run DROP CONSTRAINT fleet_run_driver",
    "ALTER TABLE fleet_run DROP CONSTRAINT fleet_run_depot",
    """
    INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g, created_at)
    VALUES (1, '{nobody}', '{cod}', '{nobody}', 'own', '', 'OWN-1', 'delivered', '[]', 1, now())""",
    """
    INSERT INTO fleet_run (shop_id, id, location_id, day, van_id, driver_id, state, weather, metres, leaves_at,
                           returns_at, planned_by, planned_at, solved_at, moved_at, left_at, version)
    VALUES (1, '{nobody}', '{nobody}', now()::date, '{nobody}', '{nobody}', 'back', 'clear', 1, now(), now(), 'x',
            now(), now(), now(), now(), 1)""",
    """
    INSERT INTO fleet_stop (shop_id, id, run_id, order_id, parcel_id, turn, state, arrives_at, opens_at, closes_at,
                            cash_minor, collected_minor, pinned, moved_at, moved_by)
    VALUES (1, '{nobody}', '{nobody}', '{cod}', '{nobody}', 1, 'delivered', now(), now(), now(), 0, 0, true, now(),
            'x')""",
)

LOST = """
    INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g, created_at, moved_at)
    VALUES (1, '{parcel}', '{{cod}}', '{{nobody}}', 'jne', '', '{parcel}', 'lost', '[]', 1, now(), '2026-11-11')"""
CLAIMED = (
    "ALTER TABLE parcel DROP CONSTRAINT parcel_task",
    LOST.format(parcel="{nobody}"),
    """
    INSERT INTO parcel_claim (shop_id, id, order_id, parcel_id, courier, kind, state, amount_minor, deadline, opened_at,
                              moved_at, moved_by)
    VALUES (1, '{nobody}', '{cod}', '{nobody}', 'jne', 'lost', 'open', 5, '2030-01-01', '2026-11-11', '2026-11-11', 'x')""",
)

DAMAGE: dict[str, tuple[str, ...]] = {
    "fleet.cash_is_in_the_ledger": (*TOUR, "UPDATE fleet_stop SET collected_minor = 5"),
    "fleet.ahead_is_on_a_living_run": (*TOUR, "UPDATE fleet_stop SET state = 'planned'"),
    "fleet.delivered_is_delivered": (*TOUR, "UPDATE parcel SET state = 'attempt_failed'"),
    "shipping.claims_are_of_their_parcel": (*CLAIMED, "UPDATE parcel_claim SET courier = 'jnt'"),
    "shipping.filed_claims_have_evidence": (*CLAIMED, "UPDATE parcel_claim SET state = 'filed'"),
    "shipping.gone_is_claimed": (*CLAIMED, LOST.format(parcel="{cod}")),
    "verification.closed_cases_are_quiet": (CASE, ATTEMPT),
    "verification.waiting_are_asked": (
        CASE,
        "UPDATE sales_order SET verification = 'waiting' WHERE id = '{cod}'",
    ),
    "verification.axis_is_the_answer": (
        CASE,
        ATTEMPT,
        "UPDATE verification_attempt SET state = 'confirmed'",
        ANSWERED,
        "UPDATE sales_order SET verification = 'refused' WHERE id = '{cod}'",
    ),
    "verification.let_go_says_by_what": (
        CASE,
        ATTEMPT,
        "UPDATE verification_attempt SET state = 'missed'",
        ANSWERED,
        "UPDATE order_move SET to_state = 'waived', reason = NULL WHERE id = '{nobody}'",
        "UPDATE sales_order SET verification = 'waived' WHERE id = '{cod}'",
    ),
    "verification.days_go_on": DAY,
    "verification.day_is_the_answer": (
        *DAY,
        "UPDATE delivery_day SET state = 'home', answered_at = now(), answered_by = 'call'",
    ),
    "messages.facts_are_told_once": TELLING,
    "messages.each_time_is_told": CHANGED,
    "messages.have_facts": (MESSAGE, "UPDATE message SET fact_seq = 99"),
    "messages.told_were_sent": (MESSAGE, "UPDATE message SET state = 'told'"),
    "messages.waiting_have_a_try": (MESSAGE, "UPDATE message SET state = 'waiting'"),
    "vouchers.balance_is_moves": (VOUCHER, "UPDATE voucher SET balance_minor = 6"),
    "vouchers.ledger_is_moves": (
        VOUCHER,
        """
        INSERT INTO voucher_move (shop_id, voucher_id, id, kind, change_minor, order_id, actor, at)
        VALUES (1, '{nobody}', '{paid}', 'spent', -2, '{paid}', 'x', now())""",
        "UPDATE voucher SET balance_minor = 3",
    ),
    "promotions.taken_equals_uses": (PROMOTION, USE, SHARE, "UPDATE payment_promotion SET taken_minor = 6"),
    "promotions.shares_add_up": (PROMOTION, USE, SHARE, "UPDATE promotion_share SET reversed_minor = 1"),
    "promotions.cover_is_promoted": (
        PROMOTION,
        USE,
        SHARE,
        "UPDATE promotion_redemption SET kind = 'discount'",
    ),
    "trust.tallies_equal_ends": (
        """
        INSERT INTO trust_tally (shop_id, kind, key, delivered, refused, returned, disputed, fraud, delivered_minor)
        VALUES (1, 'phone', 'x', 0, 1, 0, 0, 0, 0)""",
    ),
    "trust.scores_have_decisions": ("DELETE FROM decision WHERE kind = 'trust'",),
    "trust.scores_are_of_orders": (
        """
        INSERT INTO trust_review (shop_id, id, state, amount_minor, points, opened_at, deadline, moved_at)
        VALUES (1, '{paid}', 'open', 1, 1, now(), now(), now())""",
    ),
    "stock.never_oversold": (
        "ALTER TABLE stock DROP CONSTRAINT stock_never_oversold",
        "UPDATE stock SET on_hand = 1 WHERE sku_id = '{gula}'",
        # The ledger agrees, so that the counters still equal it.
        "UPDATE movement SET quantity = 1 WHERE kind = 'receive' AND sku_id = '{gula}'",
    ),
    "stock.counters_equal_ledger": (
        "UPDATE movement SET quantity = 49 WHERE kind = 'receive' AND sku_id = '{kopi}'",
    ),
    "stock.claims_equal_counters": (
        "UPDATE stock SET allocated = allocated - 1 WHERE sku_id = '{kopi}'",
        (
            "UPDATE movement SET quantity = quantity - 1 WHERE to_bucket = 'allocated' AND kind = 'allocate'"
            " AND sku_id = '{kopi}' AND cause_id = '{cod}' AND quantity = 4"
        ),
    ),
    "stock.claims_have_a_holder": (
        (
            "INSERT INTO claim SELECT shop_id, gen_random_uuid(), line_no, sku_id, location_id, owner_id, lot_id, state, 1"
            " FROM claim WHERE holder_id = '{unpaid}'"
        ),
        "UPDATE claim SET quantity = 1 WHERE holder_id = '{unpaid}'",
        "UPDATE order_line SET quantity = 1 WHERE order_id = '{unpaid}'",
    ),
    "stock.incoming_was_promised": (
        "UPDATE expected_goods SET arrived = arrived + 1 WHERE sku_id = '{gula}'",
    ),
    "stock.bins_equal_their_book": ("UPDATE stock SET binned = 1 WHERE sku_id = '{kopi}'",),
    "stock.takes_equal_ledger": (
        (
            "WITH made AS (INSERT INTO stock_take (shop_id, id, location_id, state, scope, note, tolerance_units, opened_by,"
            " opened_at, approved_by, approved_at, moved_at)"
            " SELECT shop_id, gen_random_uuid(), id, 'posted', 'all', '', 0, 'staff:a', now(), 'staff:b', now(), now()"
            " FROM location WHERE kind = 'warehouse' LIMIT 1 RETURNING shop_id, id)"
            " INSERT INTO stock_take_area (shop_id, id, take_id, no, label, state, counters, live, moved_at)"
            " SELECT shop_id, gen_random_uuid(), id, 1, 'A1', 'counted', '{{staff:b}}', FALSE, now() FROM made"
        ),
    ),
    "stock.lines_equal_claims": (
        "UPDATE order_line SET allocated = allocated - 1, quantity = quantity - 1 WHERE order_id = '{paid}' AND line_no = 1",
    ),
    "money.equals_ledger": ("UPDATE sales_order SET paid_minor = paid_minor - 1 WHERE id = '{paid}'",),
    "money.order_adds_up": (
        "UPDATE order_line SET tax_minor = tax_minor + 1 WHERE order_id = '{cod}' AND line_no = 1",
    ),
    "money.refunds_within_captures": (
        (
            "INSERT INTO refund (shop_id, id, order_id, amount_minor, currency, reason, lines, state, granted_by, granted_at)"
            " VALUES (1, gen_random_uuid(), '{paid}', 40001, 'IDR', 'x', '[]', 'granted', 'x', now())"
        ),
    ),
    "money.ledger_is_whole": ("UPDATE payment_event SET seq = 2",),
    "money.has_an_order": (
        "ALTER TABLE payment_event DROP CONSTRAINT payment_event_order",
        (
            "INSERT INTO payment_event SELECT shop_id, '{nobody}', seq, kind, method, amount_minor, currency, 'BCA-2', note,"
            " actor, at FROM payment_event WHERE reference = 'BCA-1'"
        ),
        (
            "INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at)"
            " VALUES (1, '{nobody}', 1, 'payments.money_moved.v1', '{{}}', 'x', now())"
        ),
    ),
    "orders.numbers_once": (
        "ALTER TABLE sales_order DROP CONSTRAINT sales_order_number_once",
        "UPDATE sales_order SET number = (SELECT number FROM sales_order WHERE id = '{cod}')",
    ),
    "orders.external_ids_once": (
        "DROP INDEX sales_order_external_once",
        "UPDATE sales_order SET external_id = 'TKP-1' WHERE id = '{cod}'",
    ),
    "orders.carts_once": (
        "DROP INDEX sales_order_cart_once",
        "UPDATE sales_order SET cart_id = 'c-1' WHERE id = '{paid}'",
    ),
    "orders.have_lines": ("DELETE FROM order_line WHERE order_id = '{expired}'",),
    "orders.units_are_in_order": (
        "ALTER TABLE order_line DROP CONSTRAINT order_line_quantities_in_order",
        "UPDATE order_line SET packed = 1 WHERE order_id = '{paid}' AND line_no = 1",
    ),
    "orders.accepted_are_allocated": (
        "ALTER TABLE order_line DROP CONSTRAINT order_line_quantities_in_order",
        "UPDATE order_line SET quantity = quantity + 1 WHERE order_id = '{paid}' AND line_no = 1",
    ),
    "orders.allocated_have_work": ("UPDATE task SET state = 'cancelled' WHERE order_id = '{paid}'",),
    "orders.headline_is_true": ("UPDATE sales_order SET headline = 'packed' WHERE id = '{paid}'",),
    "orders.door_returns_left_a_parcel": (
        """
        INSERT INTO parcel (shop_id, id, order_id, task_id, courier, service, awb, state, contents, weight_g, created_at)
        SELECT 1, '{nobody}', order_id, id, 'own', '', 'OWN-1', 'lost', '[]', 0, now()
        FROM task WHERE order_id = '{cod}' LIMIT 1""",
        """
        INSERT INTO goods_return (shop_id, id, number, order_id, state, reason, requested_by, requested_at, parcel_id)
        VALUES (1, '{nobody}', 1, '{cod}', 'in_transit', 'x', 'x', now(), '{nobody}')""",
    ),
    "orders.holds_are_counted": ("UPDATE sales_order SET open_holds = 1 WHERE id = '{paid}'",),
    "answers.told_orders_exist": (
        "UPDATE answer SET body = convert_to(replace(convert_from(body, 'UTF8'), 'ord_0', 'ord_1'), 'UTF8')",
    ),
    "facts.seq_has_no_gaps": ("UPDATE event SET seq = seq + 100 WHERE entity_id = '{cod}'",),
    "facts.positions_have_no_gaps": ("UPDATE event SET position = NULL WHERE entity_id = '{cod}'",),
    "facts.positions_are_given": (
        (
            "INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at)"
            " VALUES (1, '{nobody}', 1, 'x.y.v1', '{{}}', 'x', timestamptz '2026-11-11 04:00Z' - interval '301 seconds')"
        ),
    ),
    "facts.entity_order_is_kept": (
        "DROP INDEX event_position",
        (
            "UPDATE event SET position = CASE seq WHEN 1 THEN last ELSE first END"
            " FROM (SELECT min(position) AS first, max(position) AS last FROM event WHERE entity_id = '{expired}') AS ends"
            " WHERE entity_id = '{expired}'"
        ),
    ),
    "facts.cursors_within_head": ("INSERT INTO event_cursor VALUES (1, 'stock', 99)",),
    "facts.orders_are_placed_once": (
        "UPDATE event SET kind = 'orders.put.v1' WHERE entity_id = '{cod}' AND seq = 1",
    ),
    "facts.moves_have_facts": ("UPDATE event SET kind = 'orders.done.v1' WHERE kind = 'orders.expired.v1'",),
    "facts.state_is_the_last_move": (
        "UPDATE sales_order SET commercial = 'cancelled' WHERE id = '{expired}'",
    ),
    "facts.money_has_facts": (
        "UPDATE event SET kind = 'payments.x.v1' WHERE kind = 'payments.money_moved.v1'",
    ),
    "waiting.unpaid_past_hold": (
        "UPDATE sales_order SET hold_until = placed_at - interval '10 minutes' WHERE id = '{unpaid}'",
    ),
    "waiting.stuck_are_told": ("UPDATE task SET planned_at = '2020-01-01' WHERE order_id = '{paid}'",),
    "waiting.money_of_dead_orders_is_told": (
        (
            "UPDATE exception_entry SET state = 'resolved', closed_at = opened_at, closed_by = 'system:worker',"
            " closing_note = 'balanced' WHERE kind = 'payment_after_close'"
        ),
    ),
    "waiting.clocks_are_held_by_incidents": (
        "UPDATE sales_order SET clock_stopped_at = '2026-11-11' WHERE commercial = 'awaiting_payment'",
    ),
    "waiting.holds_past_expiry": (
        "INSERT INTO order_hold VALUES (1, '{paid}', gen_random_uuid(), 'fraud', 'x', 'x', '2026-11-11 03:50Z', '2026-11-11 03:50Z', 'x')",
        "UPDATE sales_order SET open_holds = 1 WHERE id = '{paid}'",
    ),
    "settlements.payment_is_accounted_for": (ACCOUNT, SETTLED_FILE, PAYOUT, SETTLED_LINE, *TRY_OF_NOTHING),
    "settlements.stray_line_is_told_apart": (ACCOUNT, SETTLED_FILE, PAYOUT, SETTLED_LINE),
    "settlements.payout_is_its_lines": (ACCOUNT, PAYOUT),
    "settlements.rows_add_up": (ACCOUNT, SETTLED_FILE),
}


@pytest.mark.parametrize("check", DAMAGE)
async def test_damage_is_found_by_the_check_that_is_for_it_and_by_no_other(
    check: str, running: Running, database_url: str, now: datetime
) -> None:
    named = {name: str(placed.order.id) for name, placed in running.orders.items()}
    named |= {code: str(sku) for code, sku in running.world.skus.items()} | {
        "nobody": str(running.world.locations["JKT"])
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        for statement in DAMAGE[check]:
            connection.execute(statement.format(**named).encode())

    report = audit(database_url, now=now)

    assert not report.clean
    assert {finding.check for finding in report.findings} == {check}


@pytest.mark.parametrize(("state", "seconds"), [("open", 300), ("preparing", 86_400)])
async def test_a_fact_that_may_still_wait_for_its_position_is_no_finding(
    state: str, seconds: int, running: Running, floor: ShopFloor, database_url: str, now: datetime
) -> None:
    at = now - timedelta(seconds=seconds)
    await floor.run(lambda tx: events.record(tx, new_id(), OrderDelivered(1001), now=at))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        connection.execute("UPDATE shop SET state = %s", [state])

    assert audit(database_url, now=now).findings == []


def test_every_check_has_damage_that_shows_it_works() -> None:
    assert {check.name for check in CHECKS} == set(DAMAGE)


async def test_another_shops_damage_is_not_this_shops_finding(
    running: Running, database_url: str, now: datetime
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        connection.execute("UPDATE sales_order SET open_holds = 1")

    assert audit(database_url, now=now, shop_id=2).clean
    assert not audit(database_url, now=now, shop_id=1).clean


async def test_findings_are_counted_beyond_those_that_are_listed(
    running: Running, database_url: str, now: datetime
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('orderan.shop', '0', false)")
        connection.execute(
            "INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at)"
            " SELECT 1, gen_random_uuid(), 2, 'x.y.v1', '{}', 'x', %s FROM generate_series(1, 250)",
            [now],
        )

    [verdict] = [verdict for verdict in audit(database_url, now=now).verdicts if verdict.found]

    assert verdict.check.name == "facts.seq_has_no_gaps"
    assert verdict.found == 250
    assert len(verdict.findings) == 100


def test_the_places_whose_counters_are_proved_are_those_that_have_counters() -> None:
    assert {str(kind) for kind in COUNTED} == {"warehouse", "store", "quarantine"}
