"""The maintenance calendar: what is planned, planning more, and where providers publish theirs."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan import incidents
from orderan.access import Permission
from orderan.incidents import (
    AccountNotFound,
    FeedAddressUnusable,
    MethodNotCarried,
    WindowBackwards,
    WindowPast,
    WindowsOverlap,
    WindowTooLong,
)
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.errors import Kind as RefusalKind
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.payments import METHODS
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.incident_words import FLAGS
from orderan.web.dashboard.incidents import NOTHING_SENT, READ, WRITE
from orderan.web.forms import DateUnreadable, Sent, many, moment_typed, one, posted, refused, sent_once
from orderan.web.pages import page


class MomentMissing(Refusal):
    """Maintenance has a beginning and an end."""

    code = "maintenance_moment_missing"
    kind = RefusalKind.INVALID
    sentence = N_("Isi mulai dan selesainya.")


BESIDE: Final[Mapping[type[Refusal], str]] = {
    AccountNotFound: "account",
    NotAnId: "account",
    MethodNotCarried: "method",
    MomentMissing: "starts",
    DateUnreadable: "starts",
    WindowsOverlap: "starts",
    WindowPast: "ends",
    WindowBackwards: "ends",
    WindowTooLong: "ends",
    FeedAddressUnusable: "address",
}
SAID: Final = {
    "plan": N_("Jadwal pemeliharaan disimpan."),
    "cancel": N_("Jadwal pemeliharaan dibatalkan."),
    "feed": N_("Alamat pemeliharaan disimpan."),
}


@get("/maintenance", opt=READ, include_in_schema=False)
async def maintenance_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """What is planned, the next first."""
    return await _page(visit, said=said)


async def _page(
    visit: Visit, *, said: str = "", sent: Sent = NOTHING_SENT, ticked: list[str] | None = None
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[Any], list[Any], list[Any]]:
        return (
            await incidents.every_place(tx),
            await incidents.windows_ahead(tx, now=visit.now),
            await incidents.feeds(tx),
        )

    places, windows, feeds = await visit.db.run(visit.caller, read)
    accounts = {place.account_id: place.account for place in places}
    return page(
        visit.request,
        "incidents/maintenance.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        ticked=ticked or [],
        said=SAID.get(said, ""),
        windows=windows,
        cancel_path=lambda window_id: f"/maintenance/{to_text('mtn', window_id)}/cancel",
        names=accounts,
        accounts=[(to_text("gwa", account), name) for account, name in accounts.items()],
        carried=list(dict.fromkeys(place.method for place in places)),
        feeds={to_text("gwa", feed.account_id): feed for feed in feeds},
        methods=METHODS,
        flags=FLAGS,
        may_write=visit.principal.may(Permission.PAYMENTS_WRITE),
    )


@post("/maintenance", opt=WRITE, include_in_schema=False)
async def maintenance_kept(visit: NamedDependency[Visit]) -> Response[Any]:
    """Plan maintenance, or say where a provider publishes its own."""
    form = await posted(visit.request)
    verb = "feed" if one(form, "verb") == "feed" else "plan"
    zone, ticked = visit.principal.zone, many(form, "method")

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        account = from_text("gwa", one(form, "account"))
        if verb == "feed":
            await incidents.watch_feed(tx, account, one(form, "address")[:500], now=visit.now)
            return
        starts_at, ends_at = (moment_typed(one(form, name), zone) for name in ("starts", "ends"))
        if starts_at is None or ends_at is None:
            raise MomentMissing
        await incidents.plan_maintenance(
            tx,
            account,
            ticked,
            starts_at=starts_at,
            ends_at=ends_at,
            title=one(form, "title"),
            now=visit.now,
        )

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        name = f"feed-{one(form, 'account')}" if verb == "feed" else "plan"
        return await _page(visit, sent=refused(visit.request, name, form, refusal, BESIDE), ticked=ticked)
    return Redirect(f"/maintenance?said={verb}", status_code=303)


@post("/maintenance/{window_id:str}/cancel", opt=WRITE, include_in_schema=False)
async def maintenance_cancelled(visit: NamedDependency[Visit], window_id: FromPath[str]) -> Response[Any]:
    """It does not take place."""
    form = await posted(visit.request)
    found: UUID = from_text("mtn", window_id)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await incidents.cancel_maintenance(tx, found, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        return await _page(visit, sent=refused(visit.request, "cancel", form, refusal, {}))
    return Redirect("/maintenance?said=cancel", status_code=303)


handlers = [maintenance_page, maintenance_kept, maintenance_cancelled]
