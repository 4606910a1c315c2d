"""Incidents in the dashboard: the list, one with everything that is known of it, and a new one by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan import incidents
from orderan.access import Permission
from orderan.flows import payment_incident
from orderan.incidents import (
    QUESTIONS,
    BeginsLater,
    EstimatePast,
    FalseWithoutReason,
    Incident,
    IncidentNotFound,
    Kind,
    NoRailNamed,
    NoteEmpty,
    NothingToSay,
    Place,
    ReviewEmpty,
    Severity,
)
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.payments import METHODS
from orderan.shops import shop_by_id
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.board_words import lasting, reasons_said
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.incident_timeline import steps
from orderan.web.dashboard.incident_words import KINDS, SEVERITIES, STATES
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.forms import DateUnreadable, Sent, many, moment_typed, one, posted, refused, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 30
STAFF: Final = "Staf"
"""What a person is called whose name is gone."""
READ: Final = {"needs": Permission.PAYMENTS_READ}
WRITE: Final = {"needs": Permission.PAYMENTS_WRITE}
NOTHING_SENT: Final = Sent()
BESIDE: Final[Mapping[type[Refusal], str]] = {
    BeginsLater: "since",
    DateUnreadable: "since",
    NoRailNamed: "rail",
}
BESIDE_ON_PAGE: Final[Mapping[type[Refusal], str]] = {
    DateUnreadable: "estimate",
    EstimatePast: "estimate",
    FalseWithoutReason: "why",
    NoteEmpty: "words",
    NothingToSay: "words_id",
    ReviewEmpty: "review",
}
SAID: Final = {
    "confirm": N_("Insiden dibuka. Pembeli yang terkena sedang dikabari, dan batas waktu bayarnya berhenti."),
    "recover": N_("Insiden pulih. Batas waktu bayar berjalan lagi, dan pembeli yang terkena dikabari."),
    "false": N_(
        "Dicatat sebagai alarm keliru. Yang sedang berlangsung berakhir, dan pembeli yang terlanjur dikabari diberi tahu."
    ),
    "close": N_("Insiden ditutup."),
    "note": N_("Percakapan dicatat."),
    "estimate": N_("Perkiraan disimpan."),
    "announce": N_("Pengumuman disimpan."),
    "publish": N_("Pengumuman tampil di halaman status dan halaman bayar."),
    "withdraw": N_("Pengumuman tidak tampil lagi."),
}


def path_of(incident_id: UUID) -> str:
    return f"/incidents/{to_text('inc', incident_id)}"


def contacts_path(account_id: UUID) -> str:
    return f"/incidents/contacts/{to_text('gwa', account_id)}"


@get("/incidents", opt=READ, include_in_schema=False)
async def incidents_page(visit: NamedDependency[Visit], after: FromQuery[str] = "") -> Response[str]:
    """What is not over on top, then what was, the newest first."""

    async def read(tx: Tx) -> tuple[list[Incident], list[Incident], dict[UUID, Any]]:
        current = [] if after else await incidents.unfinished(tx)
        past = await incidents.finished(tx, limit=SHOWN + 1, after=read_cursor(after))
        return current, past, await incidents.places_of(tx, [one.id for one in [*current, *past]])

    current, past, places = await visit.db.run(visit.caller, read)
    last = past[SHOWN - 1] if len(past) > SHOWN else None
    return page(
        visit.request,
        "incidents/list.html",
        now=visit.now,
        current=current,
        past=past[:SHOWN],
        places=places,
        older=cursor_of(last.since, last.id) if last else None,
        after=after,
        **common(visit),
    )


def common(visit: Visit) -> dict[str, Any]:
    """What every page of incidents needs."""
    return {
        "path_of": path_of,
        "contacts_path": contacts_path,
        "kinds": KINDS,
        "severities": SEVERITIES,
        "states": STATES,
        "methods": METHODS,
        "may_write": visit.principal.may(Permission.PAYMENTS_WRITE),
    }


@get("/incidents/new", opt=WRITE, include_in_schema=False)
async def incident_form(visit: NamedDependency[Visit]) -> Response[str]:
    """An empty form."""
    return await _form(visit, NOTHING_SENT, [])


async def _form(visit: Visit, sent: Sent, ticked: list[str]) -> Response[str]:
    places = await visit.db.run(visit.caller, incidents.every_place)
    return page(
        visit.request,
        "incidents/new.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent.of("new"),
        rails=[(to_text("ral", place.rail_id), place) for place in places],
        ticked=ticked,
        **common(visit),
    )


@post("/incidents/new", opt=WRITE, include_in_schema=False)
async def incident_opened(visit: NamedDependency[Visit]) -> Response[Any]:
    """Open it at once: buyers are told, clocks stop."""
    form = await posted(visit.request)
    ticked = many(form, "rail")

    async def command(tx: Tx) -> Incident:
        await sent_once(tx, form, now=visit.now)
        since = moment_typed(one(form, "since"), visit.principal.zone) or visit.now
        note = one(form, "note").strip()[:500]
        followed = await payment_incident.open_incident(
            tx,
            [from_text("ral", rail) for rail in ticked],
            kind=next((kind for kind in Kind if kind == one(form, "kind")), Kind.OTHER),
            severity=next((grade for grade in Severity if grade == one(form, "severity")), Severity.MAJOR),
            since=since,
            evidence={"note": note} if note else None,
            now=visit.now,
        )
        return followed.incident

    try:
        opened = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        return await _form(visit, refused(visit.request, "new", form, refusal, BESIDE), ticked)
    return Redirect(f"{path_of(opened.id)}?said=confirm", status_code=303)


@get("/incidents/{incident_id:str}", opt=READ, include_in_schema=False)
async def incident_page(
    visit: NamedDependency[Visit], incident_id: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    """Everything that is known of it, and the next step on top."""
    return await _page(visit, from_text("inc", incident_id), said=said)


async def _page(
    visit: Visit, incident_id: UUID, *, said: str = "", sent: Sent = NOTHING_SENT
) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        incident = await incidents.incident_by_id(tx, incident_id)
        if incident is None:
            raise IncidentNotFound(to_text("inc", incident_id))
        places = (await incidents.places_of(tx, [incident_id]))[incident_id]
        notes = await incidents.notes_of(tx, incident_id)
        accounts = {place.account_id: place.account for place in places}
        return {
            "incident": incident,
            "places": places,
            "notes": notes,
            "accounts": accounts,
            "contacts": await incidents.contacts_of(tx, list(accounts)),
            "impact": await incidents.impact_of(tx, incident_id),
            "told": await incidents.first_told(tx, incident_id),
            "failed": await incidents.failed_tries(tx, incident_id),
            "why_failed": await incidents.why_tries_failed(tx, incident_id),
            "actors": await actor_names(
                tx, {incident.opened_by, incident.false_by or "", *(note.written_by for note in notes)} - {""}
            ),
        }

    found = await visit.db.run(visit.caller, read)
    answered = {note.question for note in found["notes"] if note.heard}
    spoken = place_of(visit.request).words
    incident, opened_by = found["incident"], found["actors"][found["incident"].opened_by]
    by_hand = opened_by if opened_by != STAFF else spoken.gettext(STAFF)
    seen_by = spoken.gettext("Sistem") if incident.by_itself else by_hand
    named = {str(place.rail_id): _named(place, spoken) for place in found["places"]}
    return page(
        visit.request,
        "incidents/detail.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        said=SAID.get(said, ""),
        path=path_of(incident_id),
        questions=[(code, text, code in answered) for code, text in QUESTIONS.items()],
        # What says only that it came back stands among what happened.
        evidence=[_seen(one, named, spoken) for one in incident.evidence if "again" not in one],
        rail_names=named,
        lasting=lambda seconds: lasting(seconds, spoken),
        seen_by=seen_by,
        steps=steps(incident, found["notes"], found["impact"], found["told"], seen_by=seen_by, spoken=spoken),
        **found,
        **common(visit),
    )


def _named(place: Place, spoken: Words) -> str:
    method = METHODS.get(place.method)
    return f"{spoken.gettext(method.name) if method else place.method} · {place.account}"


def _seen(
    evidence: Mapping[str, Any], named: Mapping[str, str], spoken: Words
) -> tuple[datetime, list[tuple[str, str]]]:
    """When something was seen; and of which rail what, as a sentence, or a person's own words."""
    said = [("", str(evidence["note"]))] if "note" in evidence else []
    for rail, name in named.items():
        said += [(name, line) for line in reasons_said(evidence.get(rail) or [], spoken)]
    return datetime.fromisoformat(evidence["at"]), said


@post("/incidents/{incident_id:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def incident_stepped(
    visit: NamedDependency[Visit], incident_id: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """Move it, say something about it, or keep what the provider said."""
    form = await posted(visit.request)
    found = from_text("inc", incident_id)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await _do(tx, visit, found, verb, form)

    try:
        await visit.db.run(visit.caller, command)
    except IncidentNotFound:
        raise
    except Refusal as refusal:
        name = "announce" if verb in {"publish", "withdraw"} else verb
        return await _page(visit, found, sent=refused(visit.request, name, form, refusal, BESIDE_ON_PAGE))
    return Redirect(f"{path_of(found)}?said={verb if verb in SAID else ''}", status_code=303)


async def _do(tx: Tx, visit: Visit, found: UUID, verb: str, form: Any) -> None:
    now = visit.now
    match verb:
        case "confirm":
            await payment_incident.confirm_incident(tx, found, now=now)
        case "false":
            await payment_incident.call_false(tx, found, why=one(form, "why"), now=now)
        case "recover":
            await payment_incident.recover(tx, found, now=now)
        case "close":
            await payment_incident.close(tx, found, review=one(form, "review"), now=now)
        case "note":
            await incidents.add_note(
                tx,
                found,
                heard=one(form, "heard") != "no",
                who=one(form, "who"),
                question=one(form, "question"),
                words=one(form, "words"),
                now=now,
            )
        case "estimate":
            shop = await shop_by_id(tx, tx.shop_id)
            until = moment_typed(one(form, "estimate"), visit.principal.zone)
            await incidents.set_estimate(tx, found, until, zone=shop.time_zone, now=now)
        case "announce" | "publish" | "withdraw":
            before = await incidents.find_incident(tx, found)
            publish = before.published_at is not None if verb == "announce" else verb == "publish"
            await incidents.announce(
                tx,
                found,
                words_id=one(form, "words_id"),
                words_en=one(form, "words_en"),
                publish=publish,
                now=now,
            )
        case _:
            raise IncidentNotFound(verb)


handlers = [
    incidents_page,
    incident_form,
    incident_opened,
    incident_page,
    incident_stepped,
]
