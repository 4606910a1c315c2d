"""The board of gateways: every rail at a glance, one rail with all that is known of it, a pause by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.views_banks import Cause, banks_now
from orderan.flows.views_board import (
    HOURS,
    MOODS,
    SOON,
    AccountNow,
    Changed,
    Mood,
    Next,
    RailNow,
    changes_of,
    gateway_board,
    incidents_on,
    rails_now,
)
from orderan.gateways import GATEWAY_NAMES
from orderan.health import MEASURED_FALSE_ALARMS, Wanted
from orderan.incidents import alarms_by_month, alarms_since
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import local_date
from orderan.kit.ids import from_text, to_text
from orderan.payments import (
    GROUP_NAMES,
    METHODS,
    Fee,
    NoSuchRail,
    Pause,
    PauseOverBefore,
    PauseReasonMissing,
    fees_on,
    open_rail,
    pause_rail,
    pauses_of,
    rails_by_id,
)
from orderan.web.dashboard import board_words
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.incident_words import KINDS, STATES
from orderan.web.dashboard.incidents import NOTHING_SENT, READ, WRITE
from orderan.web.dashboard.incidents import path_of as incident_path
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.forms import DateUnreadable, Sent, moment_typed, one, posted, refused, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page

HOME: Final = "/payments/gateways"
BANKS: Final = "/payments/banks"
PAST: Final = timedelta(days=30)
"""How far back the page of a rail tells what happened to it."""
ALARMS_FOR: Final = timedelta(days=183)
"""How far back it counts the alarms of its watch."""
TALL: Final = 26
"""Units of the chart's height that its fullest hour takes."""
BESIDE: Final[Mapping[type[Refusal], str]] = {
    PauseReasonMissing: "reason",
    PauseOverBefore: "until",
    DateUnreadable: "until",
}
SAID: Final = {
    "pause": N_("Jalur ini dijeda. Pembayaran baru tidak dicoba di sini lagi."),
    "open": N_("Jalur ini dipakai lagi."),
}


def path_of(rail_id: UUID) -> str:
    return f"{HOME}/{to_text('ral', rail_id)}"


@get(HOME, opt=READ, include_in_schema=False)
async def gateway_board_page(visit: NamedDependency[Visit], hours: FromQuery[str] = "") -> Response[str]:
    """Every rail, the worst first; the page asks for itself again every few seconds."""
    chosen = 1 if hours == "1" else HOURS

    async def read(tx: Tx) -> tuple[list[AccountNow], tuple[int, int]]:
        board = await gateway_board(tx, hours=chosen, now=visit.now)
        return board, await alarms_since(tx, since=visit.now - PAST)

    found, (raised, false) = await visit.db.run(visit.caller, read)
    every = [rail for account in found for rail in account.rails]
    urgent = min(
        (rail for rail in every if rail.next is not Next.NOTHING),
        key=lambda rail: (MOODS.index(rail.mood), rail.next is Next.WAIT),
        default=None,
    )
    return page(
        visit.request,
        "gateways/board.html",
        "board",
        now=visit.now,
        found=found,
        urgent=urgent,
        chosen=chosen,
        counts=_counts(found),
        alarms=_alarms(raised, false, len(every)),
        **common(visit),
    )


@get(BANKS, opt=READ, include_in_schema=False)
async def banks_page(visit: NamedDependency[Visit], hours: FromQuery[str] = "") -> Response[str]:
    """Every bank over all gateways, side by side; the page asks for itself again every few seconds."""
    chosen = 1 if hours == "1" else HOURS
    found = await visit.db.run(visit.caller, lambda tx: banks_now(tx, hours=chosen, now=visit.now))
    return page(
        visit.request,
        "gateways/banks.html",
        "board",
        now=visit.now,
        found=found,
        culprits=[one for one in found if one.cause is Cause.BANK],
        chosen=chosen,
        causes=board_words.CAUSES,
        **common(visit),
    )


def _alarms(raised: int, false: int, rails: int) -> dict[str, float]:
    """How often the watch is wrong: by design, as measured, and in this shop."""
    return {
        "wanted": Wanted().false_alarms,
        "measured": MEASURED_FALSE_ALARMS,
        "raised": raised,
        "false": false,
        "each": false / rails if rails else 0.0,
    }


def _counts(found: list[AccountNow]) -> dict[Mood, int]:
    moods = [rail.mood for account in found for rail in account.rails if not rail.quiet]
    return {mood: moods.count(mood) for mood in MOODS}


def common(visit: Visit) -> dict[str, Any]:
    """What every page of gateways needs."""
    place = place_of(visit.request)
    return {
        "path_of": path_of,
        "incident_path": incident_path,
        "next_path": next_path,
        "moods": board_words.MOODS,
        "next_words": board_words.NEXT,
        "why_next": board_words.WHY_NEXT,
        "gateways": GATEWAY_NAMES,
        "methods": METHODS,
        "groups": GROUP_NAMES,
        "reasons_said": lambda reasons: board_words.reasons_said(reasons, place.words),
        "lasting": lambda seconds: board_words.lasting(seconds, place.words),
        "bars": bars,
        "soon": visit.now + SOON,
        "may_write": visit.principal.may(Permission.PAYMENTS_WRITE),
        "sees_finance": visit.principal.channel_ids is None and visit.principal.location_ids is None,
    }


def next_path(rail: RailNow) -> str:
    """Where the next step about a rail is taken."""
    if rail.next in (Next.INCIDENT, Next.JUDGE) and rail.incident is not None:
        return incident_path(rail.incident.id)
    return path_of(rail.rail.id)


def bars(rail: RailNow) -> list[dict[str, Any]]:
    """The hours of a rail as bars: what failed stands on what worked, and how many tries is how tall."""
    most = max((hour.tries for hour in rail.hours), default=0)
    drawn = []
    for place, hour in enumerate(rail.hours):
        tall = max(3, round(TALL * hour.tries / most)) if hour.tries else 0
        bad = max(2, round(tall * hour.bad / hour.tries)) if hour.bad else 0
        customer = round(tall * hour.customer / hour.tries) if hour.customer else 0
        made = max(0, tall - bad - customer)
        drawn.append({"x": 4 * place, "hour": hour, "made": made, "customer": customer, "bad": bad})
    return drawn


@get(f"{HOME}/{{rail:str}}", opt=READ, include_in_schema=False)
async def rail_page(
    visit: NamedDependency[Visit], rail: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    """One rail: how it is and why, what it did, what happened to it, and the pause."""
    return await _page(visit, from_text("ral", rail), said=said)


async def _page(visit: Visit, rail_id: UUID, *, said: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    since = visit.now - PAST

    async def read(tx: Tx) -> dict[str, Any]:
        there = (await rails_by_id(tx, [rail_id])).get(rail_id)
        if there is None:
            raise NoSuchRail(to_text("ral", rail_id))
        [now] = await rails_now(tx, [there], hours=HOURS, now=visit.now)
        pauses = await pauses_of(tx, [rail_id], since=since)
        fees = await fees_on(tx, local_date(visit.now, visit.principal.zone))
        actors = {pause.paused_by for pause in pauses} | {pause.opened_by or "" for pause in pauses}
        return {
            "one": now,
            "fee": fees.get(rail_id),
            "actors": await actor_names(tx, actors - {""}),
            "alarms": await alarms_by_month(
                tx, since=visit.now - ALARMS_FOR, zone=visit.principal.zone, rail_id=rail_id
            ),
            "told": _told(
                await changes_of(tx, rail_id, since=since),
                pauses,
                await incidents_on(tx, rail_id, since=since),
            ),
        }

    found = await visit.db.run(visit.caller, read)
    spoken = place_of(visit.request).words
    # A person has a name of their own; what works by itself has a word for it.
    found["actors"] = {
        actor: name if actor.startswith(("staff:", "key:")) else spoken.gettext(name)
        for actor, name in found["actors"].items()
    }
    return page(
        visit.request,
        "gateways/rail.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        said=SAID.get(said, ""),
        fee_said=_fee_parts(found["fee"]),
        words=board_words.WORDS,
        signals=board_words.SIGNALS,
        kinds=KINDS,
        states=STATES,
        **found,
        **common(visit),
    )


def _told(
    changes: list[Changed], pauses: list[Pause], incidents: list[Any]
) -> list[tuple[datetime, str, Any]]:
    """What happened to a rail, the newest first: when, which sort, and the thing itself."""
    rows: list[tuple[datetime, str, Any]] = [(one.at, "word", one) for one in changes]
    rows += [(one.paused_at, "paused", one) for one in pauses]
    rows += [(one.opened_at, "opened", one) for one in pauses if one.opened_at is not None]
    rows += [(one.since, "incident", one) for one in incidents]
    return sorted(rows, key=lambda row: row[0], reverse=True)


def _fee_parts(fee: Fee | None) -> dict[str, Any] | None:
    if fee is None:
        return None
    return {"fixed": fee.fixed_minor, "rate": fee.rate_bp / 10_000, "tax": fee.tax_bp / 10_000}


@post(f"{HOME}/{{rail:str}}/pause", opt=WRITE, include_in_schema=False)
async def rail_paused(visit: NamedDependency[Visit], rail: FromPath[str]) -> Response[Any]:
    """Take a rail out of use, with a reason, until a time or until somebody opens it."""
    form = await posted(visit.request)
    rail_id = from_text("ral", rail)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        until = moment_typed(one(form, "until"), visit.principal.zone)
        await pause_rail(tx, rail_id, reason=one(form, "reason"), until=until, now=visit.now)

    return await _stepped(visit, rail_id, "pause", form, command)


@post(f"{HOME}/{{rail:str}}/open", opt=WRITE, include_in_schema=False)
async def rail_opened(visit: NamedDependency[Visit], rail: FromPath[str]) -> Response[Any]:
    """Put a paused rail to use again."""
    form = await posted(visit.request)
    rail_id = from_text("ral", rail)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await open_rail(tx, rail_id, now=visit.now)

    return await _stepped(visit, rail_id, "open", form, command)


async def _stepped(visit: Visit, rail_id: UUID, verb: str, form: Any, command: Any) -> Response[Any]:
    try:
        await visit.db.run(visit.caller, command)
    except NoSuchRail:
        raise
    except Refusal as refusal:
        return await _page(visit, rail_id, sent=refused(visit.request, verb, form, refusal, BESIDE))
    return Redirect(f"{path_of(rail_id)}?said={verb}", status_code=303)


handlers = [gateway_board_page, banks_page, rail_page, rail_paused, rail_opened]
