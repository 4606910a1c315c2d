"""How a shop promises days: how certain, until which hour a day counts, on which days nobody works."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.shipping import (
    PERCENTS,
    DayOff,
    LeadTime,
    PromiseTerms,
    PromiseTermsMovedOn,
    PromiseTermsNotUsable,
    TermsVersion,
    keep_promise_terms,
    lead_times_known,
    promise_terms_versions,
)
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.desk import Visit, told, whole
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.promise_words import area_named
from orderan.web.forms import Fields, one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/settings/promises"
WEEK: Final = (
    N_("Senin"), N_("Selasa"), N_("Rabu"), N_("Kamis"), N_("Jumat"), N_("Sabtu"), N_("Minggu"),
)  # fmt: skip
NUMBERS: Final = ("least_parcels", "pack_days", "city_days", "province_days", "far_days")
FAULTS: Final[Mapping[str, str]] = {
    "not_offered": N_("Pilih salah satu."),
    "out_of_range": N_("Tulis angka yang masuk akal."),
    "not_a_time": N_("Tulis jam seperti 14:00."),
    "not_weekdays": N_("Pilih setidaknya satu hari."),
    "not_days": N_("Tulis tanggal lalu namanya, seperti 2027-03-10 Idulfitri; paling banyak 200."),
    "twice": N_("Ada tanggal yang ditulis dua kali."),
}


@get(HERE, opt=READ, include_in_schema=False)
async def promise_terms_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """What holds now, what couriers were measured at, and what held before."""
    return await _page(visit, said=said)


@post(HERE, opt=WRITE, include_in_schema=False)
async def promise_terms_written(visit: NamedDependency[Visit]) -> Response[Any]:
    """Write the next version."""
    form = await posted(visit.request)
    terms, typed = _terms(form), typed_in(form)
    words = place_of(visit.request).words

    async def command(tx: Tx) -> None:
        await keep_promise_terms(tx, terms, expected=whole(one(form, "version")) or 0, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except PromiseTermsNotUsable as refusal:
        errors: dict[str, str] = {}
        for fault in refusal.faults:
            field, _, code = fault.partition(": ")
            errors.setdefault(field, words.gettext(FAULTS[code]))
        return await _page(visit, typed=typed, errors=errors)
    except PromiseTermsMovedOn as refusal:
        return await _page(visit, typed=typed, general=told(refusal, words), status_code=409)
    return Redirect(f"{HERE}?said=saved", status_code=303)


def _terms(form: Fields) -> PromiseTerms:
    """What was typed; a number that is none is one no terms may have, for its fault to be named."""
    numbers = {name: whole(one(form, name)) for name in NUMBERS}
    percent = whole(one(form, "percent"))
    return PromiseTerms(
        percent=-1 if percent is None else percent,
        cutoff_minute=_minute(one(form, "cutoff")),
        packs_on=tuple(day for day in range(1, 8) if one(form, f"packs_{day}")),
        carries_on=tuple(day for day in range(1, 8) if one(form, f"carries_{day}")),
        days_off=tuple(_day_off(line) for line in one(form, "days_off").splitlines() if line.strip()),
        **{name: -1 if value is None else value for name, value in numbers.items()},
    )


def _minute(typed: str) -> int:
    hours, _, minutes = typed.strip().replace(".", ":").partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60 and len(hours) <= 2):
        return -1
    return int(hours) * 60 + int(minutes)


def _day_off(line: str) -> DayOff:
    day, _, name = line.strip().partition(" ")
    try:
        return DayOff(date.fromisoformat(day), name.strip())
    except ValueError:
        # Without a name it is a fault of its own, which names the field.
        return DayOff(date.min, "")


def _typed(terms: PromiseTerms) -> dict[str, str]:
    """Terms as their form shows them."""
    typed = {name: str(getattr(terms, name)) for name in (*NUMBERS, "percent")}
    typed["cutoff"] = f"{terms.cutoff_minute // 60:02d}:{terms.cutoff_minute % 60:02d}"
    typed |= {f"packs_{day}": "yes" for day in terms.packs_on}
    typed |= {f"carries_{day}": "yes" for day in terms.carries_on}
    typed["days_off"] = "\n".join(
        f"{off.day.isoformat()} {off.name}" for off in sorted(terms.days_off, key=lambda off: off.day)
    )
    return typed


async def _page(
    visit: Visit,
    *,
    said: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status_code: int = 200,
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[TermsVersion], list[LeadTime], Any]:
        versions = await promise_terms_versions(tx)
        known = await lead_times_known(tx)
        return versions, known, await names_of(tx, sorted({one.made_by for one in versions}), {})

    versions, known, names = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    holds = versions[0].terms if versions else PromiseTerms()
    return page(
        visit.request,
        "shipping/promises.html",
        status_code=422 if errors else status_code,
        now=visit.now,
        path=HERE,
        said=said == "saved",
        typed=typed if typed is not None else _typed(holds),
        errors=errors or {},
        general=general,
        version=str(versions[0].version) if versions else "0",
        versions=versions,
        who=lambda actor: names.who(actor, words),
        percents=[(str(one), f"{one} %") for one in PERCENTS],
        week=[(day, words.gettext(name)) for day, name in enumerate(WEEK, 1)],
        known=known,
        middle=PERCENTS.index(50),
        share=PERCENTS.index(holds.percent),
        holds=holds,
        courier_name=courier_name,
        area_named=area_named,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
    )


handlers: list[Any] = [promise_terms_page, promise_terms_written]
