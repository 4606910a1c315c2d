"""Parcels whose buyers are asked whether somebody is home: the list, one of them, and what was heard."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.customers import customer_cards, zone_of
from orderan.flows.asking_words import WORDS
from orderan.flows.call_words import Topic
from orderan.flows.hear_day import answer_day_by_hand
from orderan.flows.views_days import Sort, day_counts, day_list, doors_of
from orderan.flows.views_work import one_parcel
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import format_time
from orderan.kit.ids import from_text, to_text
from orderan.shipping import UNDER_WAY, ParcelNotFound, ParcelState
from orderan.verification import (
    AttemptEvent,
    DayUnusable,
    NotOnTheList,
    attempts_of_days,
    last_days,
    policy_now,
)
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import courier_name, courier_names
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.order_looks import path_of, reader_of
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.dashboard.verification_words import DAY_STATES, DAY_TRIES, DAYS_SORTED, WAYS, outcome_told
from orderan.web.forms import DateUnreadable, Sent, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

READ: Final = {"needs": Permission.ORDERS_READ}
WRITE: Final = {"needs": Permission.ORDERS_WRITE}
HOME: Final = "/verification/days"
SHOWN: Final = 50
NOTHING_SENT: Final = Sent()
EVENTS: Final = {
    "home": AttemptEvent.CONFIRM,
    "later": AttemptEvent.PUT_OFF,
    "nobody": AttemptEvent.REFUSE,
    "missed": AttemptEvent.MISS,
}
SAID: Final = {
    "home": N_("Paket %(awb)s: ada orang di rumah."),
    "later": N_("Paket %(awb)s diantar pada hari yang diminta pembeli."),
    "nobody": N_("Paket %(awb)s: tidak ada orang di rumah."),
    "missed": N_("Pembeli paket %(awb)s dicatat tidak terhubung."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {DateUnreadable: "on", DayUnusable: "on", NotOnTheList: "note"}


def day_path(parcel_id: UUID) -> str:
    """The page of a parcel's day."""
    return f"{HOME}/{to_text('pcl', parcel_id)}"


@get(HOME, opt=READ, include_in_schema=False)
async def days_page(
    visit: NamedDependency[Visit],
    tab: FromQuery[str] = "",
    after: FromQuery[str] = "",
    said: FromQuery[str] = "",
    about: FromQuery[str] = "",
) -> Response[str]:
    """Parcels that come, the first to be too late first."""
    sort = Sort(tab) if tab in set(Sort) else Sort.CALL
    scope = scope_of(visit.principal)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        rows = await day_list(tx, scope, sort=sort, after=read_cursor(after), limit=SHOWN + 1)
        shown = rows[:SHOWN]
        people = await customer_cards(
            tx,
            visit.keyring,
            {row.customer_id for row in shown if row.customer_id},
            reader=reader_of(visit.principal),
        )
        policy = await policy_now(tx)
        return {
            "rows": [
                {
                    "day": row,
                    "name": people[row.customer_id].name if row.customer_id in people else "",
                    "path": day_path(row.parcel_id),
                    "theirs": format_time(visit.now, zone_of(row.area), words.locale),
                }
                for row in shown
            ],
            "older": cursor_of(shown[-1].deadline, shown[-1].parcel_id) if len(rows) > SHOWN else None,
            "counts": await day_counts(tx, scope),
            "asks": policy is not None and policy.policy.on_the_day is not None,
        }

    awb = about if about.replace("-", "").isalnum() else ""
    return page(
        visit.request,
        "verification/days.html",
        now=visit.now,
        sort=sort,
        sorts=DAYS_SORTED,
        states=DAY_STATES,
        couriers=courier_names(place_of(visit.request).words),
        said=words.gettext(SAID[said], awb=awb) if said in SAID and awb else "",
        **await visit.db.run(visit.caller, read),
    )


@get(HOME + "/{parcel:str}", opt=READ, include_in_schema=False)
async def day_page(visit: NamedDependency[Visit], parcel: FromPath[str]) -> Response[str]:
    """One parcel: how its day stands, what was tried, and what may be heard."""
    return await _page(visit, parcel)


async def _page(visit: Visit, text: str, *, sent: Sent = NOTHING_SENT) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        row = await one_parcel(tx, scope_of(visit.principal), from_text("pcl", text))
        day = (await last_days(tx, [row.id])).get(row.id)
        attempts = await attempts_of_days(tx, [day.id]) if day else []
        return {
            "row": row,
            "day": day,
            "zone": (await doors_of(tx, [row.id]))[row.id].zone,
            "attempts": attempts,
            "actors": await actor_names(tx, {one.moved_by for one in attempts}),
        }

    found = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    actors: Mapping[str, str] = found["actors"]
    row = found["row"]
    return page(
        visit.request,
        "verification/day.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent.of("word"),
        hour=format_time(visit.now, found["zone"], words.locale),
        path=HOME + "/" + text,
        order_path=path_of(row.order_id),
        courier=courier_name(row.courier, words),
        under_way=ParcelState(row.state) in UNDER_WAY,
        by_agent=any(one.way == "agent" and one.state == "asked" for one in found["attempts"]),
        day_states=DAY_STATES,
        states=DAY_TRIES,
        ways=WAYS,
        # What a button says is what its try is shown as.
        came_of=lambda one: "" if one.answer in WORDS[Topic.DAY] else outcome_told(one, words),
        name_of=lambda actor: words.gettext(actors[actor]),
        may_write=visit.principal.may(Permission.ORDERS_WRITE),
        **found,
    )


@post(HOME + "/{parcel:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def day_heard(
    visit: NamedDependency[Visit], parcel: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Write down what the buyer said, or that they did not answer."""
    if verb not in EVENTS:
        raise ParcelNotFound(parcel)
    form = await posted(visit.request)

    async def work(tx: Tx) -> str:
        row = await one_parcel(tx, scope_of(visit.principal), from_text("pcl", parcel))
        await answer_day_by_hand(
            tx,
            row.id,
            EVENTS[verb],
            note=one(form, "note").strip()[:300],
            put_off_to=_typed_day(form) if verb == "later" else None,
            now=visit.now,
        )
        return f"{HOME}?said={verb}&about={row.awb}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, work, now=visit.now)
    except ParcelNotFound:
        raise
    except Refusal as refusal:
        return await _page(visit, parcel, sent=refused(visit.request, "word", form, refusal, BESIDE))


def _typed_day(form: FormMultiDict) -> date | None:
    """The day somebody typed; nothing typed is tomorrow.

    Raises:
        DateUnreadable: It is no day.
    """
    typed = one(form, "on").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as fault:
        raise DateUnreadable(typed[:40]) from fault


handlers: list[Any] = [days_page, day_page, day_heard]
