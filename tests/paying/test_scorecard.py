"""The scorecard of providers: every figure by hand, what a cheaper choice would have saved, who may see it."""

import csv
import html
import io
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, sign_in
from conftest import ShopFloor
from flows.paying import a_till
from orderan.flows import views_scorecard
from orderan.flows.payment_incident import open_incident, recover
from orderan.flows.route_payment import ROUTING, ROUTING_RULE
from orderan.flows.views_scorecard import AccountScore, scorecard
from orderan.health import RailChanged
from orderan.incidents import Kind, Severity, add_note
from orderan.kit import decisions, events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision
from orderan.kit.ids import new_id
from orderan.payments import Fee, Rail, set_fee
from paying.made_up import DAY, HOUR, MINUTE, Day, a_day

pytestmark = pytest.mark.anyio

ZONE = "Asia/Jakarta"
PAGE = "/payments/scorecard"


@pytest.fixture
async def day(floor: ShopFloor, keyring: Keyring, now: datetime) -> Day:
    return await a_day(await a_till(floor, keyring, now))


async def scores(day: Day, days: int = 7) -> dict[str, AccountScore]:
    found: list[AccountScore] = await day.floor.run(
        lambda tx: scorecard(tx, since=day.now - days * DAY, until=day.now, zone=ZONE)
    )
    return {one.account.gateway: one for one in found}


async def word(day: Day, rail: Rail, at: datetime, was: str, now: str) -> None:
    """The watch changed its word."""
    fact = RailChanged(rail.method, rail.gateway, was, now, None, [])
    await day.floor.run(lambda tx: events.record(tx, rail.id, fact, now=at))


async def decided(day: Day, at: datetime, *offers: Mapping[str, Any]) -> None:
    """A choice between rails, as it is kept."""
    usual = {"gateway": "", "rank": 0, "success": 1.0, "paid": 1.0, "standing": "well", "maintenance": False}
    inputs = {"to_pay": {"method": "va_bca"}, "rails": [usual | dict(one) for one in offers]}
    made = Decision(day.till.order.id, ROUTING, ROUTING_RULE, inputs, {}, ["value"])
    await day.floor.run(lambda tx: decisions.keep(tx, [made], now=at))


def offer(rail: Rail, fee_minor: int, **others: Any) -> dict[str, Any]:
    return {"id": str(rail.id), "fee_minor": fee_minor, **others}


async def settled(day: Day, attempt_id: UUID, rail: Rail, fee_minor: int, tax_minor: int) -> None:
    """A line of a settlement file about a payment."""

    async def bring(tx: Tx) -> None:
        of = {
            "shop": tx.shop_id,
            "account": rail.account_id,
            "attempt": attempt_id,
            "order": day.till.order.id,
            "file": new_id(),
            "payout": new_id(),
            "line": new_id(),
            "fee": fee_minor,
            "tax": tax_minor,
            "name": str(attempt_id),
        }
        await tx.run(
            """
            INSERT INTO settlement_file (shop_id, id, kind, account_id, format, name, digest, rows, lines, known_before,
                                         skipped, unread, brought_by, brought_at)
            VALUES (%(shop)s, %(file)s, 'settlement', %(account)s, 'midtrans', %(name)s, %(name)s, 1, 1, 0, 0, 0, 'x', now())
            """,
            of,
        )
        await tx.run(
            """
            INSERT INTO payout (shop_id, id, account_id, key, paid_on, net_minor, lines, currency)
            VALUES (%(shop)s, %(payout)s, %(account)s, %(name)s, '2026-11-11', 1, 1, 'IDR')
            """,
            of,
        )
        await tx.run(
            """
            INSERT INTO settlement_line (shop_id, id, file_id, row_no, account_id, payout_id, kind, reference,
                                         gross_minor, fee_minor, tax_minor, net_minor, currency, settled_on, fingerprint,
                                         nth, attempt_id, order_id)
            VALUES (%(shop)s, %(line)s, %(file)s, 1, %(account)s, %(payout)s, 'payment', %(name)s, 20000, %(fee)s,
                    %(tax)s, 20000 - %(fee)s - %(tax)s, 'IDR', '2026-11-11', %(name)s, 1, %(attempt)s, %(order)s)
            """,
            of,
        )

    await day.floor.run(bring)


async def the_week(day: Day) -> None:
    """A week of the first rail, watched for three days of it; the second did little.

    two days ago  three charges: one paid with word after 30 s, one paid without word, one that ran out
    yesterday     one failed by the gateway, one by the customer, one that can still be paid; a fourth is
                  refused for our own fault and says nothing
    eight days    one paid, which is too long ago for a week
    fees          the first rail's payment has a line of 4,000 and 440; the other is by the list:
                  1,500 + 1 % of 20,000 = 1,700 and 11 % of that, 187
    """
    then = day.now - 2 * DAY
    one = await day.tried(day.first, then, state="paid", paid_at=then + HOUR, word_after_s=30)
    await day.tried(day.first, then + HOUR, state="paid", paid_at=then + 2 * HOUR)
    await day.tried(day.first, then, state="expired", lasts=HOUR)
    later = day.now - 20 * HOUR
    await day.tried(day.first, later, state="failed", blame="gateway")
    await day.tried(day.first, later, state="declined", blame="customer")
    await day.tried(day.first, later, state="failed", blame="ours")
    await day.tried(day.first, later, lasts=2 * DAY)
    long_ago = day.now - 8 * DAY
    await day.tried(day.first, long_ago, state="paid", paid_at=long_ago + HOUR, word_after_s=900)
    await day.tried(day.second, later, state="paid", paid_at=later + MINUTE, word_after_s=5)
    fee = Fee(date(2026, 1, 1), fixed_minor=1_500, rate_bp=100, tax_bp=1_100)
    await day.floor.run(lambda tx: set_fee(tx, day.first.id, fee))
    await settled(day, one, day.first, 4_000, 440)
    await day.watch()


async def test_the_figures_of_a_week_are_those_counted_by_hand(day: Day) -> None:
    await the_week(day)
    found = await scores(day)
    assert list(found) == ["midtrans", "xendit"]
    one = found["midtrans"].score
    assert (one.made, one.customer, one.gateway, one.bank, one.unknown) == (4, 1, 1, 0, 0)
    assert (one.tries, one.creation) == (6, 4 / 5)
    assert (one.issued, one.paid, one.success) == (3, 2, 2 / 3)
    assert (one.told, one.untold, one.lag_s) == (1, 1, 30.0)
    assert (one.payments, one.settled, one.listed) == (2, 1, 1)
    assert (one.gross_minor, one.cost_minor, one.each_minor) == (40_000, 4_440 + 1_887, 3_164)
    other = found["xendit"].score
    assert (other.tries, other.issued, other.paid, other.lag_s) == (1, 1, 1, 5.0)
    # Nobody stated what the second rail costs.
    assert (other.payments, other.settled, other.listed, other.each_minor) == (1, 0, 0, None)
    [rail] = found["midtrans"].rails
    assert (rail.rail.id, rail.score) == (day.first.id, one)

    longer = (await scores(day, 30))["midtrans"].score
    assert (longer.payments, longer.issued, longer.paid, longer.told) == (3, 4, 3, 2)
    # Of 30 s and 900 s the 95th of a hundred.
    assert longer.lag_s == pytest.approx(30 + 0.95 * 870)


async def test_availability_is_time_not_down_by_the_watch_or_by_an_incident_each_moment_once(
    day: Day,
) -> None:
    await the_week(day)
    began = day.now - 3 * DAY - timedelta(seconds=610)
    at = day.now - 10 * HOUR
    # Down for 20 minutes by the watch, degraded for 10 more; the incident lasts from 5 minutes before to 25 after.
    await word(day, day.first, at, "well", "down")
    await word(day, day.first, at + 20 * MINUTE, "down", "degraded")
    await word(day, day.first, at + 30 * MINUTE, "degraded", "well")
    followed = await day.floor.run(
        lambda tx: open_incident(
            tx,
            [day.first.id],
            kind=Kind.DOWN,
            severity=Severity.MAJOR,
            since=at - 5 * MINUTE,
            now=at + MINUTE,
        )
    )
    incident = followed.incident.id

    async def talk(tx: Tx, heard: bool, minutes: int) -> None:
        await add_note(
            tx, incident, heard=heard, who="Rina", question="", words="Ya.", now=at + minutes * MINUTE
        )

    await day.floor.run(lambda tx: talk(tx, False, 4))
    await day.floor.run(lambda tx: talk(tx, True, 16))
    await day.floor.run(lambda tx: talk(tx, True, 18))
    await day.floor.run(lambda tx: recover(tx, incident, now=at + 25 * MINUTE))
    # A suspicion that was none, and one of another kind, take nothing from availability.
    slow = await day.floor.run(
        lambda tx: open_incident(
            tx, [day.first.id], kind=Kind.SLOW, severity=Severity.MINOR, since=at + HOUR, now=at + HOUR
        )
    )
    await day.floor.run(lambda tx: recover(tx, slow.incident.id, now=at + 2 * HOUR))
    await word(day, day.second, day.now - 30 * MINUTE, "well", "down")

    found = await scores(day)
    one = found["midtrans"]
    assert one.score.watched_s == (day.now - began).total_seconds()
    assert one.score.down_s == 30 * 60
    assert one.score.availability == 1 - 1_800 / one.score.watched_s
    assert (one.score.incidents, one.score.incident_s) == (2, (30 + 60) * 60)
    # Asked after 4 minutes and answered after 16; nobody answered about the slow one.
    assert (one.answering.asked, one.answering.answered, one.answering.middle_s) == (2, 1, 12 * 60)
    # Down since half an hour, and it still is.
    assert found["xendit"].score.down_s == 30 * 60
    assert found["xendit"].answering.asked == 0


async def test_what_a_cheaper_choice_would_have_saved(day: Day) -> None:
    """Each choice stands an hour after the one before, with the payment that followed it."""
    first, second = day.first, day.second
    at = day.now - DAY

    async def choice(*offers: Mapping[str, Any], paid: bool = True, rail: Rail = first) -> None:
        nonlocal at
        at += HOUR
        await decided(day, at, *offers)
        more = {"state": "paid", "paid_at": at + MINUTE} if paid else {"state": "expired"}
        await day.tried(rail, at, **more)

    # Cheaper by 1,000, and by 400 where the cheaper rail had the smaller chance.
    await choice(offer(first, 4_440), offer(second, 3_440))
    await choice(offer(first, 4_440), offer(second, 4_040, paid=0.9))
    # Nothing to save: it was the cheapest; the cheaper one was down, degraded, or in maintenance; nobody paid;
    # nobody stated what the other costs.
    await choice(offer(first, 4_440), offer(second, 3_440), rail=second)
    await choice(offer(first, 4_440), offer(second, 3_440, standing="down"))
    await choice(offer(first, 4_440), offer(second, 3_440, standing="degraded"))
    await choice(offer(first, 4_440), offer(second, 3_440, maintenance=True))
    await choice(offer(first, 4_440), offer(second, 3_440), paid=False)
    await choice(offer(first, 4_440), offer(second, 0))
    # Of the rail that was used nobody stated it either: nothing can be said.
    await choice(offer(first, 0), offer(second, 3_440))

    found = await scores(day)
    one, other = found["midtrans"].score, found["xendit"].score
    assert (one.compared, one.dearer, one.saved_minor, one.riskier) == (6, 2, 1_400, 1)
    assert (other.compared, other.dearer, other.saved_minor, other.riskier) == (1, 0, 0, 0)
    assert (await scores(day, 1))["midtrans"].score.compared == 6


@dataclass
class Desk:
    day: Day
    owner: AsyncClient

    async def seen(self, address: str = PAGE) -> str:
        answer = await self.owner.get(address)
        assert answer.status_code == 200, answer.text
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
async def desk(day: Day, house: House, hire: Hire) -> AsyncIterator[Desk]:
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Desk(day, owner)


async def test_the_page_and_the_file_say_the_figures(desk: Desk) -> None:
    assert "Belum ada pembayaran lewat gateway" in await desk.seen()
    await the_week(desk.day)
    await decided(
        desk.day, desk.day.now - 2 * DAY, offer(desk.day.first, 4_440), offer(desk.day.second, 3_440)
    )
    seen = await desk.seen(f"{PAGE}?days=7")
    for said in (
        "Rp1.000 lebih murah untuk 1 pembayaran",
        "Dibandingkan: 1 pembayaran.",
        "Dibayar dari yang terbit 66,7 % 2 dari 3",
        "Rp3.164 1 dari setelmen, 1 dari daftar biaya",
        "80 % 6 percobaan 66,7 % 2 dari 3 30 dtk 1 tanpa kabar",
        "Biaya 1 pembayaran belum diketahui",
    ):
        assert said in seen, said
    assert "Dibayar dari yang terbit 75 % 3 dari 4" in await desk.seen(f"{PAGE}?days=30")
    assert "Dibayar dari yang terbit 75 % 3 dari 4" in await desk.seen(f"{PAGE}?days=31")

    answer = await desk.owner.get(f"{PAGE}/export.csv?days=7")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["account"], row["method"]) for row in rows] == [
        ("midtrans", ""),
        ("midtrans", "va_bca"),
        ("xendit", ""),
        ("xendit", "va_bca"),
    ]
    told = {
        key: rows[1][key] for key in ("tries", "issued", "paid", "lag_p95_s", "cost_minor", "saved_minor")
    }
    assert told == {
        "tries": "6",
        "issued": "3",
        "paid": "2",
        "lag_p95_s": "30.0",
        "cost_minor": "6327",
        "saved_minor": "1000",
    }


async def test_who_is_kept_to_a_part_of_the_shop_sees_the_board_and_not_the_money(
    day: Day, house: House, hire: Hire
) -> None:
    channel = await day.floor.value("SELECT id FROM channel ORDER BY code LIMIT 1")
    await hire("sebagian@toko.test", "finance", channel_ids=[channel])
    async with house.browser() as browser:
        await sign_in(browser, "sebagian@toko.test")
        board = await browser.get("/payments/gateways")
        assert (board.status_code, PAGE in board.text) == (200, False)
        for address in (PAGE, f"{PAGE}/export.csv"):
            assert (await browser.get(address)).status_code == 403


class Explaining:
    """A transaction that answers with plans."""

    def __init__(self, tx: Tx) -> None:
        self.shop_id, self._tx = tx.shop_id, tx
        self.plan = ""

    async def all(self, statement: Any, params: Mapping[str, Any]) -> list[Any]:
        rows = await self._tx.all("EXPLAIN " + statement, params)
        self.plan = "\n".join(row[0] for row in rows)
        return []


MANY = 10_000
READ_BY = {
    "_tried": {"payment_attempt_charged"},
    "_told": {"payment_attempt_learned", "gateway_notice_of_attempt"},
    "_cost": {"payment_attempt_learned", "settlement_line_of_attempt"},
    "_cheaper": {"decision_of_routing", "payment_attempt_of_order"},
    "_down": {"event_pkey"},
}


async def test_a_week_is_read_without_the_years_before_it(day: Day) -> None:
    """Ten thousand tries, choices, words and lines of before the week, a few of it."""
    await the_week(day)
    await decided(day, day.now - 2 * DAY, offer(day.first, 4_440), offer(day.second, 3_440))
    few = await scores(day)
    long_ago = {"at": day.now - 400 * DAY, "many": MANY, "rail": day.first.id, "other": day.second.id}
    copies: dict[str, str] = {
        "payment_attempt": """
            INSERT INTO payment_attempt (shop_id, id, order_id, rail_id, method, gateway, reference, amount_minor,
                currency, state, instrument, booked_minor, began_at, expires_at, moved_at, charged_at, took_ms, paid_at,
                paid_there_at)
            SELECT shop_id, gen_random_uuid(), order_id, rail_id, method, gateway, 'old-' || turn, amount_minor,
                currency, 'paid', instrument, 0, past, past, past, past, took_ms, past, past
            FROM payment_attempt, generate_series(1, %(many)s) AS turn,
                 LATERAL (SELECT %(at)s::timestamptz + turn * interval '1 minute' AS past) AS one_of_them
            WHERE reference = 'made-up-1'""",
        "decision": """
            INSERT INTO decision (shop_id, id, subject_id, kind, rule, inputs, outcome, reasons, decided_at)
            SELECT shop_id, gen_random_uuid(), gen_random_uuid(), kind, rule, inputs, outcome, reasons,
                   %(at)s::timestamptz + turn * interval '1 minute'
            FROM decision, generate_series(1, %(many)s) AS turn""",
        "event": """
            INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at)
            SELECT shop_id, gen_random_uuid(), 1, 'orders.order_placed.v1', '{}', 'x', %(at)s
            FROM rail, generate_series(1, %(many)s) AS turn WHERE rail.id = %(rail)s""",
        "settlement_line": """
            INSERT INTO settlement_line (shop_id, id, file_id, row_no, account_id, payout_id, kind, reference,
                gross_minor, fee_minor, tax_minor, net_minor, currency, settled_on, fingerprint, nth, attempt_id,
                order_id)
            SELECT one.shop_id, gen_random_uuid(), file_id, turn, account_id, payout_id, kind, 'old', gross_minor,
                fee_minor, tax_minor, net_minor, one.currency, settled_on, 'old-' || turn, 1, old.id, old.order_id
            FROM settlement_line AS one, generate_series(1, %(many)s) AS turn
            JOIN payment_attempt AS old ON old.reference = 'old-' || turn""",
        "gateway_notice": """
            INSERT INTO gateway_notice (shop_id, id, account_id, verdict, dedupe_key, headers, body, attempt_id,
                received_at, heard_at)
            SELECT one.shop_id, gen_random_uuid(), account_id, verdict, 'old-' || turn, headers, body, old.id,
                old.paid_at, old.paid_at
            FROM (SELECT * FROM gateway_notice LIMIT 1) AS one, generate_series(1, %(many)s) AS turn
            JOIN payment_attempt AS old ON old.reference = 'old-' || turn""",
    }

    async def fill(tx: Tx) -> None:
        for table, copy in copies.items():
            filling: Any = copy
            await tx.run(filling, long_ago)
            gathering: Any = f"ANALYZE {table}"
            await tx.run(gathering, {})

    await day.floor.run(fill)
    assert await scores(day) == few

    for name, indexes in READ_BY.items():

        async def look(tx: Tx, name: str = name) -> str:
            seen = Explaining(tx)
            time = {"shop": tx.shop_id, "since": day.now - 7 * DAY, "until": day.now, "zone": ZONE}
            await getattr(views_scorecard, name)(seen, time)
            return seen.plan

        plan = await day.floor.run(look)
        for index in indexes:
            assert index in plan, f"{name} does not use {index}:\n{plan}"
        for table in copies:
            assert f"Seq Scan on {table} " not in plan, f"{name} reads all of {table}:\n{plan}"
