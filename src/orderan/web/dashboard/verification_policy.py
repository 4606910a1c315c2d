"""The policy of asking buyers: of COD orders whether they mean them, and on the day whether somebody is home."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.verification import (
    Policy,
    PolicyMovedOn,
    PolicyNotUsable,
    Silence,
    Verdict,
    Way,
    keep_policy,
    policies,
    policy_now,
)
from orderan.web.dashboard.desk import Visit, told, whole
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.dashboard.verification_form import Reading, rows_of, typed_of
from orderan.web.dashboard.verification_words import WAYS
from orderan.web.forms import one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/settings/verification"
SILENCES: Final = {
    Silence.HOLD: N_("Tahan; petugas yang memutuskan"),
    Silence.CANCEL: N_("Batalkan dan lepas stoknya"),
    Silence.DEPOSIT: N_("Minta uang muka lewat QRIS; batalkan bila tidak dibayar"),
}
VERDICTS: Final = {Verdict.ASK: N_("Tanya pembeli"), Verdict.WAIVE: N_("Langsung dikerjakan")}
FIRST: Final = {"yes": N_("Pembeli baru saja"), "no": N_("Pembeli lama saja")}
SAID: Final = {"saved": N_("Kebijakan disimpan. Pesanan yang sudah ditanya tetap memakai versi lamanya.")}


@get(HERE, opt=READ, include_in_schema=False)
async def policy_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """What holds now, and what held before."""
    return await _page(visit, said=said)


@post(HERE, opt=WRITE, include_in_schema=False)
async def policy_written(visit: NamedDependency[Visit]) -> Response[Any]:
    """Write the next version."""
    form = await posted(visit.request)
    reading = Reading(form)
    policy = reading.policy()
    words = place_of(visit.request).words
    typed = typed_in(form)
    if reading.errors:
        return await _page(visit, typed=typed, errors=reading.errors)

    async def command(tx: Tx) -> None:
        await keep_policy(tx, policy, expected=whole(one(form, "version")) or 0, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except PolicyNotUsable as refusal:
        return await _page(visit, typed=typed, errors=reading.told(refusal.faults))
    except PolicyMovedOn as refusal:
        return await _page(visit, typed=typed, general=told(refusal, words))
    return Redirect(f"{HERE}?said=saved", status_code=303)


async def _page(
    visit: Visit,
    *,
    said: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        now = await policy_now(tx)
        versions = list((await policies(tx)).values())
        return {
            "now_holds": now,
            "versions": versions,
            "actors": await actor_names(tx, {one.made_by for one in versions}),
        }

    found = await visit.db.run(visit.caller, read)
    holds = found["now_holds"]
    words = place_of(visit.request).words
    shown = typed if typed is not None else typed_of(holds.policy if holds else Policy())
    rules, steps, day_steps = rows_of(shown)
    actors: Mapping[str, str] = found["actors"]
    return page(
        visit.request,
        "verification/policy.html",
        status_code=422 if errors or general else 200,
        now=visit.now,
        said=words.gettext(SAID[said]) if said in SAID else "",
        typed=shown,
        errors={field: words.gettext(text) for field, text in (errors or {}).items()},
        general=general,
        version=one(typed, "version") if typed else str(holds.version if holds else 0),
        rules=rules,
        steps=steps,
        day_steps=day_steps,
        ways=[(str(way), words.gettext(WAYS[way])) for way in Way],
        silences=[(str(code), words.gettext(text)) for code, text in SILENCES.items()],
        verdicts=[(str(code), words.gettext(text)) for code, text in VERDICTS.items()],
        first=[(code, words.gettext(text)) for code, text in FIRST.items()],
        name_of=lambda actor: words.gettext(actors[actor]),
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        **found,
    )


handlers: list[Any] = [policy_page, policy_written]
