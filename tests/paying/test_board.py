"""The board of gateways: every figure by hand, the worst first, and a pause from the page of a rail."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, everything, send, sign_in
from conftest import ShopFloor
from flows.paying import a_till
from orderan.flows.follow_health import follow_health
from orderan.flows.payment_incident import open_incident
from orderan.flows.views_board import Mood, Next, RailNow, gateway_board
from orderan.flows.watch_rails import watch_rails
from orderan.health import counted
from orderan.incidents import Kind, Severity, plan_maintenance
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.payments import charge_speeds, lags, open_tries, pause_rail
from paying.made_up import HOUR, MINUTE, Day, a_day

pytestmark = pytest.mark.anyio

BOARD = "/payments/gateways"


@dataclass
class Desk:
    day: Day
    house: House
    owner: AsyncClient

    async def seen(self, address: str = BOARD, **headers: str) -> str:
        """The words of a page, without its tags."""
        answer = await self.owner.get(address, headers=headers)
        assert answer.status_code == 200, answer.text
        bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(bare)).strip()

    async def board(self, hours: int = 24) -> list[RailNow]:
        found = await self.day.floor.run(lambda tx: gateway_board(tx, hours=hours, now=self.day.now))
        return [rail for account in found for rail in account.rails]


@pytest.fixture
async def day(floor: ShopFloor, keyring: Keyring, now: datetime) -> Day:
    return await a_day(await a_till(floor, keyring, now))


@pytest.fixture
async def desk(day: Day, house: House, hire: Hire) -> AsyncIterator[Desk]:
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Desk(day, house, owner)


async def the_morning(day: Day) -> None:
    """Wednesday morning at the first rail, in two clock hours of Jakarta:

    08.00   ten virtual accounts, answered in 100 ms, 200 ms, ... 1 s; six of them paid five minutes later,
            of which word came after 2, 4, 6, 8, 10 and 12 seconds
    09.00   two charges failed by the gateway, one by the bank, three by the customer, one nobody knows,
            each answered in 2 s; one virtual account more, whose buyer paid without any word
    """
    eight = day.now - 3 * HOUR
    for turn in range(10):
        at = eight + (5 + turn) * MINUTE
        paid: Any = (
            {"state": "paid", "paid_at": at + 5 * MINUTE, "word_after_s": 2 * turn + 2} if turn < 6 else {}
        )
        await day.tried(day.first, at, took_ms=100 * (turn + 1), **paid)
    nine = eight + HOUR
    blames = ["gateway"] * 2 + ["bank"] + ["customer"] * 3 + ["unknown"]
    for turn, blame in enumerate(blames):
        state = {"customer": "declined", "unknown": "unknown"}.get(blame, "failed")
        await day.tried(day.first, nine + (5 + turn) * MINUTE, state=state, blame=blame, took_ms=2_000)
    await day.tried(day.first, nine + 30 * MINUTE, state="paid", took_ms=300, paid_at=nine + 33 * MINUTE)
    # Yesterday morning, which is too long ago for every figure.
    await day.tried(day.first, eight - 24 * HOUR, took_ms=60_000)
    # Wednesday is the third day of a week that begins on Monday.
    await day.watch(learned=True, hours=[(2 * 24 + 8, 0.8), (2 * 24 + 9, 0.25)])


async def test_the_figures_of_a_morning_are_those_counted_by_hand(desk: Desk) -> None:
    day = desk.day
    await the_morning(day)

    first, second = sorted(await desk.board(), key=lambda one: one.rail.rank)
    done = first.done
    assert (done.made, done.customer, done.gateway, done.bank, done.unknown) == (11, 3, 2, 1, 1)
    assert (done.tries, done.success) == (18, 11 / 15)
    assert (done.issued, done.paid, done.paid_share) == (11, 7, 7 / 11)
    # Ten of 08.00, of which 80 % normally pay, and one of 09.00, of which a quarter does.
    assert done.expected == pytest.approx((10 * 0.8 + 1 * 0.25) / 11)
    assert first.speed is not None
    # 18 calls in order: 100 ... 300, 300, 400 ... 1000, seven of 2000; the 95th of a hundred is the 18th.
    assert (first.speed.calls, first.speed.p50_ms, first.speed.p95_ms) == (18, 800, 2_000)
    assert first.lag is not None
    # Of 2, 4, 6, 8, 10, 12 the 95th of a hundred lies three quarters of the way from 10 to 12.
    assert (first.lag.told, first.lag.untold, first.lag.p50_s) == (6, 1, 7.0)
    assert first.lag.p95_s == pytest.approx(11.5)
    assert first.open is not None
    # Four of 08.00 and the one of yesterday wait for their buyers.
    assert (first.open.waiting, first.open.unknown) == (5, 1)
    assert first.open.oldest == day.now - 27 * HOUR
    hours = [(hour.made, hour.bad, hour.customer) for hour in first.hours]
    assert len(hours) == 24
    assert [(place, hour) for place, hour in enumerate(hours) if any(hour)] == [
        (20, (10, 0, 0)),
        (21, (1, 4, 3)),
    ]
    assert first.hours[-1].start == day.now
    assert (second.done.tries, second.speed, second.lag, second.open) == (0, None, None, None)
    assert (second.mood, second.quiet) == (Mood.UNKNOWN, True)


async def test_the_page_says_the_same_in_words(desk: Desk) -> None:
    await the_morning(desk.day)
    desk.house.clock.at = desk.day.now
    seen = await desk.seen()
    for said in (
        "73,3 % 18 percobaan gateway 2 bank 1 tidak jelas 1 pembeli 3",
        "2 dtk kabar 12 dtk 1 tanpa kabar",
        "63,6 % biasanya 75 %",
        "6 tertua 1 hari lalu",
        "08.00 WIB: 10 percobaan, 0 gagal",
        "09.00 WIB: 8 percobaan, 4 gagal",
        "Belum dicoba dalam 24 jam: BCA",
    ):
        assert said in seen, said
    one_hour = await desk.seen(f"{BOARD}?hours=1")
    assert "73,3 %" not in one_hour
    assert "08.00 WIB: 10 percobaan, 0 gagal" in one_hour


async def test_the_helpers_of_the_watch_count_nothing_of_other_rails_or_older(desk: Desk) -> None:
    day = desk.day
    await the_morning(day)
    await day.tried(day.second, day.now - HOUR, took_ms=40)
    since = day.now - 90 * MINUTE

    speeds = await day.floor.run(lambda tx: charge_speeds(tx, [day.second.id], since=since))
    assert {key: tuple(value)[1:] for key, value in speeds.items()} == {day.second.id: (1, 40, 40)}
    assert await day.floor.run(lambda tx: lags(tx, [day.second.id], since=since)) == {}
    # Paid at 09.33 and told of by nobody: the only payment since 09.30 of the first rail.
    told = await day.floor.run(lambda tx: lags(tx, [day.first.id, day.second.id], since=since))
    assert {key: tuple(value)[1:] for key, value in told.items()} == {day.first.id: (0, 1, None, None)}
    waiting = await day.floor.run(open_tries)
    assert {key: (one.waiting, one.unknown) for key, one in waiting.items()} == {
        day.first.id: (5, 1),
        day.second.id: (1, 0),
    }
    rows = await day.floor.run(
        lambda tx: counted(tx, [day.second.id], since=day.now - 24 * HOUR, stretch_s=3600)
    )
    assert rows == []


async def outage(day: Day) -> None:
    """The first rail fails twelve times in the last two minutes, and the watch says so."""
    await day.floor.run(lambda tx: watch_rails(tx, now=day.now - 10 * MINUTE))
    for turn in range(12):
        at = day.now - timedelta(seconds=130 - 10 * turn)
        await day.tried(day.first, at, state="failed", blame="bank", took_ms=900)
    await day.floor.run(lambda tx: watch_rails(tx, now=day.now))


async def test_a_rail_that_is_down_comes_first_with_since_when_why_and_what_to_do(desk: Desk) -> None:
    day = desk.day
    await outage(day)
    first, second = await desk.board()
    assert (first.rail.id, first.mood, first.next) == (day.first.id, Mood.DOWN, Next.PAUSE)
    assert (second.mood, second.next) == (Mood.UNKNOWN, Next.NOTHING)
    assert first.since == day.now - timedelta(seconds=140)
    seen = await desk.seen()
    assert "BCA lewat midtrans: Tidak berfungsi" in seen
    assert "sejak 11 Nov 2026 10.57 WIB" in seen
    assert "100 % dari 12 percobaan gagal; biasanya" in seen
    assert "Kebanyakan karena bank." in seen
    assert "Jeda jalur ini" in seen

    await day.floor.run(lambda tx: follow_health(tx, now=day.now))
    [first, _] = await desk.board()
    assert first.next is Next.INCIDENT
    assert first.incident is not None
    answer = await desk.owner.get(BOARD)
    assert f"/incidents/{to_text('inc', first.incident.id)}" in answer.text


async def test_a_suspicion_is_to_be_judged_and_one_about_another_rail_is_not_shown(desk: Desk) -> None:
    day = desk.day
    await day.floor.run(
        lambda tx: open_incident(
            tx,
            [day.second.id],
            kind=Kind.SLOW,
            severity=Severity.MINOR,
            since=day.now,
            suspected=True,
            now=day.now,
        )
    )
    by_rail = {one.rail.id: one for one in await desk.board()}
    assert (by_rail[day.second.id].next, by_rail[day.first.id].next) == (Next.JUDGE, Next.NOTHING)


async def test_maintenance_is_said_before_it_begins_and_while_it_lasts(desk: Desk) -> None:
    day = desk.day
    await day.floor.run(
        lambda tx: plan_maintenance(
            tx,
            day.first.account_id,
            ["va_bca"],
            starts_at=day.now + HOUR,
            ends_at=day.now + 3 * HOUR,
            title="Inti",
            now=day.now,
        )
    )
    assert "Pemeliharaan 11 Nov 2026 12.00 WIB sampai 14.00 WIB" in await desk.seen()
    day.till.later(2 * HOUR)
    by_rail = {one.rail.id: one for one in await desk.board()}
    assert (by_rail[day.first.id].mood, by_rail[day.first.id].since) == (Mood.MAINTAINED, day.now - HOUR)
    assert by_rail[day.second.id].window is None


async def test_a_swap_asks_for_the_board_alone(desk: Desk) -> None:
    answer = await desk.owner.get(BOARD, headers={"hx-request": "true"})
    assert answer.text.lstrip().startswith('<div id="board"')
    assert 'hx-get="/payments/gateways" hx-trigger="every 10s"' in answer.text
    assert "<html" not in answer.text


async def test_a_rail_is_paused_with_a_reason_and_opened_from_its_page(desk: Desk, now: datetime) -> None:
    day = desk.day
    path = f"{BOARD}/{to_text('ral', day.first.id)}"
    answer = await send(desk.owner, f"{path}/pause", {"reason": "Bank mati", "until": "2026-11-11T13:30"})
    assert answer.status_code == 303
    seen = await desk.seen(answer.headers["location"])
    assert "Jalur ini dijeda." in seen
    assert "Bank mati" in seen
    assert "Dipakai lagi sendiri 11 Nov 2026 13.30 WIB" in seen
    first, _ = await desk.board()
    assert (first.mood, first.since, first.next) == (Mood.PAUSED, now, Next.REOPEN)
    assert "Dijeda sejak 11 Nov 2026 11.00 WIB Bank mati" in await desk.seen()
    assert (await day.till.cashier.charge(day.floor.caller, day.till.order.id, "va_bca")).gateway == "xendit"

    answer = await send(desk.owner, f"{path}/open", {})
    assert answer.status_code == 303
    seen = await desk.seen(answer.headers["location"])
    assert "Jalur ini dipakai lagi." in seen
    assert "Dijeda sampai 11 Nov 2026 13.30 WIB Bank mati 11 Nov 2026 11.00 WIB · Pemilik" in seen
    trail = await desk.seen("/settings/audit")
    assert "Jalur pembayaran dijeda" in trail
    assert "Jalur pembayaran dibuka lagi" in trail


async def test_a_paused_rail_that_is_still_in_trouble_is_better_left_so(desk: Desk) -> None:
    day = desk.day
    await outage(day)
    await day.floor.run(lambda tx: pause_rail(tx, day.first.id, reason="Bank mati", now=day.now))
    first, _ = await desk.board()
    assert (first.mood, first.next) == (Mood.PAUSED, Next.WAIT)


@pytest.mark.parametrize(
    ("verb", "fields", "said"),
    [
        ("pause", {"reason": " "}, "Tulis kenapa jalur ini dijeda."),
        ("pause", {"reason": "Mati", "until": "2026-11-11T10:59"}, "Jeda harus berakhir sesudah sekarang."),
        ("pause", {"reason": "Mati", "until": "kemarin"}, "“kemarin” bukan tanggal."),
        ("open", {}, "Jalur pembayaran ini sudah dipakai."),
    ],
)
async def test_what_is_refused_is_said_and_changes_nothing(
    desk: Desk, verb: str, fields: dict[str, str], said: str
) -> None:
    path = f"{BOARD}/{to_text('ral', desk.day.first.id)}"
    await desk.owner.get(path)
    before = await everything(desk.day.floor)
    answer = await send(desk.owner, f"{path}/{verb}", fields)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert await everything(desk.day.floor) == before


async def test_a_rail_there_is_not_is_not_found(desk: Desk) -> None:
    strange = f"{BOARD}/{to_text('ral', desk.day.till.order.id)}"
    assert (await desk.owner.get(strange)).status_code == 404
    assert (await send(desk.owner, f"{strange}/pause", {"reason": "Mati"})).status_code == 404


async def test_who_may_only_look_sees_the_board_and_pauses_nothing(
    day: Day, house: House, hire: Hire
) -> None:
    await hire("lihat@toko.test", "viewer")
    path = f"{BOARD}/{to_text('ral', day.first.id)}"
    async with house.browser() as browser:
        await sign_in(browser, "lihat@toko.test")
        assert (await browser.get(BOARD)).status_code == 200
        page = await browser.get(path)
        assert (page.status_code, "Kenapa dijeda" in page.text) == (200, False)
        before = await everything(day.floor)
        answer = await send(browser, f"{path}/pause", {"reason": "Mati"})
        assert answer.status_code == 403
        assert await everything(day.floor) == before


async def test_who_has_nothing_to_do_with_payments_sees_nothing_of_it(
    day: Day, house: House, hire: Hire
) -> None:
    await hire("gudang@toko.test", "warehouse")
    async with house.browser() as browser:
        await sign_in(browser, "gudang@toko.test")
        for address in (BOARD, f"{BOARD}/{to_text('ral', day.first.id)}", "/payments/scorecard"):
            assert (await browser.get(address)).status_code in {403, 404}
