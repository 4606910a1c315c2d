"""The demo shop: what it is made of, that it is made whole or made again, and that new orders come in."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
import pytest

from databases import Databases
from orderan.access import Role
from orderan.auditor import audit
from orderan.demo import (
    CODE,
    BeingMade,
    GatewayThere,
    ReachThere,
    Size,
    demo_shop_is_finished,
    load,
    load_if_empty,
    store,
)
from orderan.demo import views as demo_views
from orderan.demo.live import trickle
from orderan.flows.pick_task import release_tasks
from orderan.flows.replay_decision import replay
from orderan.flows.views_board import Mood, Next, gateway_board
from orderan.flows.views_scorecard import scorecard
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import OrderKind
from orderan.orders.headlines import Headline
from orderan.sandbox.keys import CREDENTIALS, MAIL, MESSENGERS
from orderan.shops import CodeTaken
from orderan.worker import Rounds

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 12, 6, 30, tzinfo=UTC)
WHOLE = Size(orders=700, days=35, people=200)
TINY = Size(orders=60, days=3, people=40)
BUSY = Size(orders=500, days=12, people=100)
GATEWAYS = [
    GatewayThere(name, f"http://127.0.0.1:1/{name}", CREDENTIALS[name]) for name in ("midtrans", "xendit")
]
REACH = [
    *(ReachThere(name, f"http://127.0.0.1:1/{name}", MESSENGERS[name]) for name in ("whatsapp", "zenziva")),
    ReachThere("smtp", "", {**MAIL, "port": "1"}),
]
KEYRING = Keyring(b"0123456789abcdef0123456789abcdef")
INBOX = {
    "claim_waiting",
    "chargeback_due",
    "change_waiting",
    "completion_blocked",
    "import_lines",
    "hold_waiting",
    "low_stock",
    "money_waiting",
    "nobody_home",
    "order_waiting",
    "parcel_damaged",
    "parcel_lost",
    "parcel_waiting",
    "payment_after_close",
    "payment_over",
    "payment_under",
    "refund_waiting",
    "return_waiting",
    "task_short",
    "task_waiting",
    "transfer_waiting",
}
"""Everything a shop of flesh and blood has in its inbox."""

T = TypeVar("T")
New = Callable[[], str]


@pytest.fixture(scope="module")
def new(databases: Databases) -> Iterator[New]:
    """Makes empty databases with the schema."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(databases.one())


@pytest.fixture(scope="module")
def demo(new: New) -> str:
    """A database with a demo shop, as its worker finds it."""
    url = new()

    async def make(db: Database) -> None:
        await load(db, KEYRING, now=NOW, size=WHOLE)
        await work(db)

    on(url, make)
    return url


async def work(db: Database) -> None:
    """What a worker does about a shop that was just opened."""
    rounds = Rounds(db, SetClock(NOW))
    while await rounds.once():
        pass


def on(url: str, act: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        db = Database(url, min_size=1, max_size=4)
        await db.open()
        try:
            return await act(db)
        finally:
            await db.close()

    return asyncio.run(run())


def made(url: str, seed: int) -> None:
    async def make(db: Database) -> None:
        await load(db, KEYRING, now=NOW, seed=seed, size=TINY)

    on(url, make)


def rows(url: str, sql: LiteralString, **params: Any) -> list[Any]:
    with psycopg.connect(url, options="-c orderan.shop=0") as database:
        return database.execute(sql, params).fetchall()


ORDERS: LiteralString = """
SELECT number, placed_at, kind, terms, commercial, headline, money, total_minor, paid_minor,
       (SELECT array_agg((sku.code, line.quantity)::text ORDER BY line.line_no)
        FROM order_line AS line JOIN sku ON sku.shop_id = line.shop_id AND sku.id = line.sku_id
        WHERE line.shop_id = sales_order.shop_id AND line.order_id = sales_order.id)
FROM sales_order
ORDER BY number
"""


def test_one_seed_makes_one_shop_and_another_seed_another(new: New) -> None:
    first, again, other = new(), new(), new()
    for url, seed in ((first, 1), (again, 1), (other, 2)):
        made(url, seed)

    assert len(rows(first, ORDERS)) == TINY.orders
    assert rows(again, ORDERS) == rows(first, ORDERS)
    assert rows(other, ORDERS) != rows(first, ORDERS)


def test_orders_are_as_many_as_promised_and_of_every_sort(demo: str) -> None:
    assert rows(demo, "SELECT count(*) FROM sales_order") == [(WHOLE.orders,)]
    assert {word for (word,) in rows(demo, "SELECT DISTINCT headline FROM sales_order")} == set(Headline)
    assert {kind for (kind,) in rows(demo, "SELECT DISTINCT kind FROM sales_order")} == set(OrderKind)
    assert rows(demo, "SELECT count(DISTINCT terms) FROM sales_order") == [(3,)]


def test_dates_are_counted_back_from_now(demo: str) -> None:
    [(first, last)] = rows(demo, "SELECT min(placed_at), max(placed_at) FROM sales_order")
    assert NOW - timedelta(days=WHOLE.days + 2) < first < NOW - timedelta(days=WHOLE.days - 2)
    assert NOW - timedelta(hours=3) < last < NOW
    [(latest,)] = rows(demo, "SELECT max(occurred_at) FROM event")
    assert latest == NOW


def test_there_is_somebody_of_every_role(demo: str) -> None:
    assert {role for (role,) in rows(demo, "SELECT DISTINCT unnest(roles) FROM staff")} == set(Role)


def test_goods_come_in_variants_lots_and_bundles(demo: str) -> None:
    assert rows(demo, "SELECT count(*) FROM sku") == [(WHOLE.skus,)]
    several = "SELECT count(*) > 50 FROM (SELECT FROM sku GROUP BY product_id HAVING count(*) > 1) AS several"
    assert rows(demo, several) == [(True,)]
    assert rows(demo, "SELECT count(*) > 10 FROM lot WHERE expires_on > %(now)s", now=NOW) == [(True,)]
    sold = """
        SELECT count(*) > 0
        FROM order_line JOIN sku ON sku.shop_id = order_line.shop_id AND sku.id = order_line.sku_id
        WHERE sku.is_bundle
    """
    assert rows(demo, sold) == [(True,)]


def test_every_page_has_something_to_look_at(demo: str) -> None:
    assert rows(demo, "SELECT count(*), count(revoked_at) FROM api_key") == [(3, 1)]
    assert rows(demo, "SELECT state, report -> 'lines' ->> 'waiting' FROM import_run") == [("finished", "2")]
    assert rows(demo, "SELECT state, counts FROM catalog_import") == [
        ("applied", {"rows": 6, "new": 0, "changed": 5, "unchanged": 0, "refused": 1})
    ]
    assert rows(demo, "SELECT count(*), count(DISTINCT supplier) FROM expected_goods") == [(9, 3)]
    assert rows(demo, "SELECT name FROM saved_view ORDER BY name") == [("COD bulan ini",), ("Marketplace",)]
    assert rows(demo, "SELECT count(*), count(*) FILTER (WHERE granted) FROM consent") == [(13, 12)]


def test_who_finds_everything_sold_out_takes_what_there_is(new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    # Deliveries bring nothing of what is liked, and six at most of the rest.
    monkeypatch.setattr("orderan.demo.ground.UNITS_PER_ORDER", -8.0)
    monkeypatch.setattr("orderan.demo.days.CHOICES", 1)
    url = new()
    made(url, 1)

    assert rows(url, "SELECT count(*) FROM sales_order") == [(TINY.orders,)]


def test_the_books_are_in_order(demo: str) -> None:
    report = audit(demo, now=NOW)
    assert report.findings == []


def test_the_inbox_holds_some_of_everything_and_little_that_is_old(demo: str) -> None:
    told = rows(demo, "SELECT kind, opened_at FROM exception_entry WHERE state = 'open'")
    assert {kind for kind, _ in told} == INBOX
    assert 25 <= len(told) <= 70
    old = [kind for kind, at in told if at < NOW - timedelta(days=7)]
    assert 1 <= len(old) <= 8
    [(solved,)] = rows(demo, "SELECT count(*) FROM exception_entry WHERE state = 'resolved'")
    assert solved > len(told) / 2


def test_the_board_has_tasks_at_every_stage_and_few_that_were_forgotten(demo: str) -> None:
    found = rows(demo, "SELECT state, count(*) FROM task WHERE state <> 'handed_over' GROUP BY state")
    open_states = {state for state, _ in found} - {"cancelled"}
    assert open_states == {"planned", "released", "picking", "short", "picked", "packed"}
    forgotten = "SELECT count(*) FROM task WHERE state = 'planned' AND planned_at < %(before)s"
    [(old,)] = rows(demo, forgotten, before=NOW - timedelta(days=5))
    assert old <= 5


def test_pickers_have_waves_that_are_done_wait_and_are_walked_by_zones(demo: str) -> None:
    found = rows(demo, "SELECT method, state, count(*) FROM wave GROUP BY 1, 2 ORDER BY 1, 2")
    assert [tuple(row) for row in found] == [
        ("cluster", "done", 1),
        ("cluster", "released", 1),
        ("zone", "picking", 1),
    ]
    zones = rows(demo, "SELECT count(DISTINCT zone) FROM pick_list WHERE zone <> ''")
    assert zones[0][0] > 1
    carts = "SELECT max(slot) FROM pick_list_task WHERE zone = ''"
    assert rows(demo, carts)[0][0] > 1
    assert rows(demo, "SELECT count(*) FROM sku_substitute")[0][0] > 0
    assert rows(demo, "SELECT count(*) FROM courier_cutoff")[0][0] == 4


def test_the_board_of_gateways_is_alive_and_providers_have_a_scorecard(new: New) -> None:
    url = new()

    async def make(db: Database) -> tuple[list[Any], list[Any]]:
        ground = await load(db, KEYRING, now=NOW, size=BUSY, gateways=GATEWAYS)
        caller = Caller(ground.shop.shop_id, "system:test")
        board = await db.run(caller, lambda tx: gateway_board(tx, now=NOW))
        since = NOW - timedelta(days=30)
        found = await db.run(caller, lambda tx: scorecard(tx, since=since, until=NOW, zone="Asia/Jakarta"))
        return board, found

    board, found = on(url, make)
    shown = {
        (rail.rail.gateway, rail.rail.method): rail
        for account in board
        for rail in account.rails
        if not rail.quiet
    }
    troubled, paused = shown["midtrans", "va_mandiri"], shown["midtrans", "dana"]
    assert (troubled.mood, troubled.next) == (Mood.DEGRADED, Next.JUDGE)
    assert (paused.mood, paused.next) == (Mood.PAUSED, Next.REOPEN)
    assert shown["midtrans", "qris"].mood is Mood.WELL
    assert shown["midtrans", "qris"].done.expected is not None
    assert shown["midtrans", "va_bri"].window is not None
    assert board[0].account.gateway == "midtrans"

    one = next(score for score in found if score.account.gateway == "midtrans")
    assert (one.score.incidents, one.score.incident_s) == (1, 46 * 60)
    assert (one.answering.asked, one.answering.answered, one.answering.middle_s) == (1, 1, 11 * 60)
    assert one.score.payments > 50
    assert one.score.settled > 0
    assert one.score.listed + one.score.settled == one.score.payments
    assert sum(score.score.dearer for score in found) > 0
    assert rows(url, "SELECT count(*) FROM payment_attempt WHERE ask_at IS NOT NULL") == [(0,)]
    on(url, work)
    assert audit(url, now=NOW).findings == []


def test_routing_has_versions_a_draft_that_was_tried_and_choices_that_can_be_made_again(new: New) -> None:
    url = new()
    gateways = [GatewayThere(name, f"http://127.0.0.1:1/{name}", keys) for name, keys in CREDENTIALS.items()]

    async def make(db: Database) -> None:
        await load(db, KEYRING, now=NOW, size=Size(orders=200, days=31, people=60), gateways=gateways)

    on(url, make)

    written = rows(url, "SELECT version, active, made_by LIKE 'staff:%%' FROM routing_rules ORDER BY version")
    assert written == [(1, False, True), (2, False, True), (3, True, True)]
    assert rows(url, "SELECT max(revision) FROM routing_draft") == [(4,)]
    [(against, payments)] = rows(
        url, "SELECT against, found ->> 'payments' FROM routing_trial WHERE revision = 4"
    )
    assert (against, int(payments) > 0) == (3, True)
    made = rows(url, "SELECT inputs, outcome FROM decision WHERE kind = 'routing'")
    assert len(made) > 20
    assert {inputs["version"] for inputs, _ in made} == {None, 1, 2, 3}
    assert all((again := replay("routing", inputs, outcome)) and again.same for inputs, outcome in made)


def test_new_orders_trickle_in(new: New) -> None:
    url = new()
    made(url, 1)
    told: list[str] = []

    async def two(db: Database) -> int:
        return await trickle(db, KEYRING, per_minute=6_000, tell=told.append, most=2, chance=random.Random(1))

    assert (on(url, two), len(told)) == (2, 2)
    assert rows(url, "SELECT count(*) FROM sales_order") == [(TINY.orders + 2,)]


class Killed(Exception):
    """The process ends here."""


def cut_short(url: str) -> None:
    """A load that dies after its second day."""

    def die(done: int, _all: int) -> None:
        if done > TINY.orders // 2:
            raise Killed

    async def make(db: Database) -> None:
        await load(db, KEYRING, now=NOW, size=TINY, tell=die)

    with pytest.raises(Killed):
        on(url, make)
    assert rows(url, "SELECT code, state FROM shop") == [(CODE, "preparing")]
    assert rows(url, "SELECT count(*) > 0 FROM sales_order") == [(True,)]
    assert on(url, demo_shop_is_finished) is False


@pytest.mark.parametrize("make", [load, load_if_empty])
def test_what_was_cut_short_is_made_anew(new: New, make: Any) -> None:
    url, whole = new(), new()
    cut_short(url)

    async def again(db: Database) -> None:
        await make(db, KEYRING, now=NOW, size=TINY)

    on(url, again)
    on(whole, again)

    assert rows(url, "SELECT code, state FROM shop") == [(CODE, "open")]
    assert rows(url, ORDERS) == rows(whole, ORDERS)
    assert rows(url, "SELECT count(*) FROM event") == rows(whole, "SELECT count(*) FROM event")
    on(url, work)
    assert audit(url, now=NOW).findings == []


def test_a_shop_is_never_left_without_its_staff(new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    url = new()

    async def dies(*_arguments: object, **_more: object) -> None:
        raise Killed

    monkeypatch.setattr("orderan.demo.ground.stock_catalogue", dies)

    async def make(db: Database) -> None:
        await load(db, KEYRING, now=NOW, size=TINY)

    with pytest.raises(Killed):
        on(url, make)
    assert rows(url, "SELECT (SELECT count(*) FROM shop), (SELECT count(*) FROM staff)") == [(0, 0)]


def test_a_whole_shop_is_neither_made_again_nor_touched(demo: str) -> None:
    before = rows(demo, ORDERS)

    async def again(db: Database) -> bool:
        return await load_if_empty(db, KEYRING, now=NOW, size=TINY)

    async def once_more(db: Database) -> None:
        await load(db, KEYRING, now=NOW, size=TINY)

    assert on(demo, again) is False
    with pytest.raises(CodeTaken):
        on(demo, once_more)
    assert rows(demo, ORDERS) == before


def test_two_processes_do_not_take_away_what_the_other_makes(new: New) -> None:
    url = new()
    cut_short(url)
    before = rows(url, ORDERS)

    async def second(db: Database) -> None:
        async with db.connection() as first:
            assert await store.try_lock(first)
            with pytest.raises(BeingMade):
                await load(db, KEYRING, now=NOW, size=TINY)
            await store.unlock(first)

    on(url, second)
    assert rows(url, ORDERS) == before


def test_whoever_works_in_the_shop_while_it_is_made_does_not_stop_it_nor_what_its_buyers_are_told(
    new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody begins a task right after the demo's own people chose it, every time."""
    url, real, begun = new(), demo_views.tasks_at, []

    async def meet(db: Database) -> None:
        async def chosen(tx: Tx, place: UUID, *, state: str, ready: bool) -> list[UUID]:
            found = await real(tx, place, state=state, ready=ready)
            if state == "planned" and found:
                visitor = Caller(tx.shop_id, "staff:visitor")
                await db.run(visitor, lambda other: release_tasks(other, found[:1], now=NOW))
                begun.append(found[0])
            return found

        monkeypatch.setattr(demo_views, "tasks_at", chosen)
        await load(db, KEYRING, now=NOW, size=TINY, reach=REACH)
        await work(db)

    on(url, meet)

    assert len(begun) > 3
    assert rows(url, "SELECT state FROM shop") == [("open",)]
    stand = rows(
        url,
        """
        SELECT task.state, walked.task_id IS NOT NULL FROM task
        LEFT JOIN pick_list_task AS walked ON walked.task_id = task.id
        WHERE task.id = ANY(%(begun)s)
        """,
        begun=begun,
    )
    # Where they were left, or gone with an order that was cancelled; only a wave takes what anybody released.
    assert {state for state, walked in stand if not walked} <= {"released", "cancelled"}
    assert {state for state, walked in stand if walked} <= {"released", "picking", "picked"}
    assert not all(walked for _, walked in stand)
    assert audit(url, now=NOW).findings == []
    assert rows(url, "SELECT kind FROM reach_account ORDER BY kind") == [("email",), ("sms",), ("whatsapp",)]
    told = dict(rows(url, "SELECT state, count(*)::int FROM message GROUP BY state"))
    tries = dict(
        rows(url, "SELECT state, count(*)::int FROM delivery WHERE channel = 'whatsapp' GROUP BY state")
    )
    assert told["told"] > 20
    assert tries["seen"] > tries["delivered"] > 0
    early = "SELECT count(*) FROM message WHERE made_at < (SELECT min(placed_at) FROM sales_order)"
    assert rows(url, early) == [(0,)]


def test_the_scoring_has_orders_held_denials_and_an_appeal(demo: str) -> None:
    assert rows(demo, "SELECT state, count(*) FROM trust_review GROUP BY state ORDER BY state") == [
        ("open", 2),
        ("refused", 1),
    ]
    assert rows(demo, "SELECT state, outcome FROM trust_denial ORDER BY state") == [
        ("appealed", "refuse"),
        ("standing", "refuse"),
    ]
    assert rows(demo, "SELECT kind, verdict FROM trust_entry") == [("phone", "block")]
    assert rows(demo, "SELECT version, active FROM trust_rules") == [(1, True)]
    assert rows(demo, "SELECT max(revision) FROM trust_trial") == [(2,)]
