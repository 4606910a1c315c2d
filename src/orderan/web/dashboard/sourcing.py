"""Rules of sourcing: what is followed, the draft with its trial on past orders, and every version before."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.try_sourcing import DAYS, MOST, known_locations, try_draft
from orderan.inventory import Location, list_locations
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id, visible
from orderan.sourcing import (
    Draft,
    DraftMovedOn,
    KeptTrial,
    RulesVersion,
    SourcingRulesNotUsable,
    SourcingTrialTooLong,
    SourcingUnexplained,
    change_draft,
    differences,
    draft,
    followed,
    plain_rules,
    put_live,
    restore_rules,
    trial_of,
    versions,
)
from orderan.web.dashboard import rulebook
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.rulebook import MOST_VERSIONS, NOTHING_SENT, SAVED, days_of, revision_of
from orderan.web.dashboard.sourcing_form import (
    WAYS,
    changes_told,
    faults_told,
    plain_of,
    rules_told,
    trial_told,
    typed_of,
)
from orderan.web.errors import sentence
from orderan.web.forms import Sent, one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop
from orderan.web.stock_scope import LOCATION

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/stock/sourcing"
SAID: Final[Mapping[str, str]] = {
    **rulebook.SAID,
    "saved": SAVED,
    "tried": N_("Draf sudah dicoba pada pesanan lalu; hasilnya di bawah."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {SourcingUnexplained: "note", SourcingTrialTooLong: "days"}


@get(HERE, opt=READ, include_in_schema=False)
async def sourcing_page(visit: Visit, said: FromQuery[str] = "") -> Response[Any]:
    """What is followed, what is being edited, and what was before."""
    return await _page(visit, said=said)


@get(f"{HERE}/edit", opt=WRITE, include_in_schema=False)
async def draft_form(visit: Visit) -> Response[Any]:
    """The draft, to be edited."""
    editing, places = await visit.db.run(visit.caller, _draft_and_places)
    return _form(visit, places, editing.revision, typed_of(editing.rules, places))


@post(f"{HERE}/edit", opt=WRITE, include_in_schema=False, status_code=200)
async def draft_kept(visit: Visit) -> Response[Any]:
    """Put what was typed into the draft; a refusal comes back with all of it."""
    require_whole_shop(visit.principal, Permission.SETTINGS_WRITE)
    form = await posted(visit.request)
    words, typed, expected = place_of(visit.request).words, typed_in(form), revision_of(form)
    _, places = await visit.db.run(visit.caller, _draft_and_places)

    async def command(tx: Tx) -> Draft:
        there = await known_locations(tx)
        return await change_draft(
            tx, plain_of(form, places), expected=expected, locations=there, now=visit.now
        )

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except DraftMovedOn as moved:
        # Sent once more it is made from what there is now, and whoever sends it was told.
        return _form(visit, places, moved.revision, typed, general=[sentence(moved, words)], status_code=409)
    except SourcingRulesNotUsable as refusal:
        errors, others = faults_told(refusal, words)
        return _form(visit, places, expected, typed, errors=errors, general=others)
    except Refusal as refusal:
        return _form(visit, places, expected, typed, general=[sentence(refusal, words)])
    return Redirect(f"{HERE}?said=saved", status_code=303)


@post(f"{HERE}/trial", opt=WRITE, include_in_schema=False)
async def draft_tried(visit: Visit) -> Response[Any]:
    """Choose places for past orders again under the draft."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await try_draft(tx, expected, days=days_of(form), now=visit.now)

    return await _change(visit, "trial", "tried", command)


@post(f"{HERE}/live", opt=WRITE, include_in_schema=False)
async def draft_put_live(visit: Visit) -> Response[Any]:
    """Follow the draft from now on."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await put_live(tx, expected=expected, note=one(form, "note"), now=visit.now)

    return await _change(visit, "live", "live", command)


@post(f"{HERE}/discard", opt=WRITE, include_in_schema=False)
async def draft_discarded(visit: Visit) -> Response[Any]:
    """Make the draft what is followed."""

    async def command(tx: Tx, expected: int) -> object:
        return await change_draft(tx, plain_rules(await followed(tx)), expected=expected, now=visit.now)

    return await _change(visit, "draft", "discarded", command)


@post(f"{HERE}/versions/{{version:int}}/restore", opt=WRITE, include_in_schema=False)
async def version_restored(visit: Visit, version: FromPath[int]) -> Response[Any]:
    """Take an earlier version into the draft."""

    async def command(tx: Tx, expected: int) -> object:
        return await restore_rules(tx, version, expected=expected, now=visit.now)

    return await _change(visit, "draft", "restored", command)


async def _change(
    visit: Visit, name: str, said: str, command: Callable[[Tx, int], Awaitable[object]]
) -> Response[Any]:
    """Run a command on the draft that was seen; a refusal is told on the page."""
    require_whole_shop(visit.principal, Permission.SETTINGS_WRITE)
    refused = await rulebook.change(visit, name, command, beside=BESIDE)
    if refused is not None:
        return await _page(visit, sent=refused.sent, status_code=refused.status_code)
    return Redirect(f"{HERE}?said={said}", status_code=303)


async def _draft_and_places(tx: Tx) -> tuple[Draft, list[Location]]:
    return await draft(tx), [one for one in await list_locations(tx) if one.sells and one.active]


def _form(
    visit: Visit,
    places: list[Location],
    revision: int,
    typed: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    general: list[str] | None = None,
    status_code: int | None = None,
) -> Response[Any]:
    require_whole_shop(visit.principal, Permission.SETTINGS_WRITE)
    words = place_of(visit.request).words
    return page(
        visit.request,
        "stock/sourcing_edit.html",
        status_code=status_code or (422 if errors or general else 200),
        now=visit.now,
        action=f"{HERE}/edit",
        back=HERE,
        revision=revision,
        typed=typed,
        errors=errors or {},
        general=general or [],
        ways=[(f"way_{level}", words.gettext(name)) for level, name in enumerate(WAYS)],
        places=[(to_text(LOCATION, one.id), one.name) for one in places],
    )


async def _page(
    visit: Visit, *, said: str = "", sent: Sent = NOTHING_SENT, status_code: int = 200
) -> Response[Any]:
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        every, editing = await versions(tx), await draft(tx)
        tried = await trial_of(tx, editing.revision)
        actors = {version.made_by for version in every} | {editing.made_by or ""}
        actors |= {tried.made_by} if tried else set()
        examples = [UUID(one.subject_id) for one in tried.trial.examples] if tried else []
        seen = await visible(tx, examples, scope_of(visit.principal))
        return {
            "versions": every,
            "editing": editing,
            "tried": tried,
            "followed": await followed(tx),
            "orders": await orders_by_id(tx, seen),
            "names": await names_of(tx, sorted(actors - {""}), {}),
            "places": {one.id: one.name for one in await list_locations(tx)},
        }

    found = await visit.db.run(visit.caller, read)
    every: list[RulesVersion] = found["versions"]
    editing: Draft = found["editing"]
    tried: KeptTrial | None = found["tried"]
    names: Names = found["names"]
    places: dict[UUID, str] = found["places"]
    live = next((version for version in every if version.active), None)
    return page(
        visit.request,
        "stock/sourcing.html",
        status_code=status_code,
        now=visit.now,
        path=HERE,
        said=SAID.get(said, ""),
        sent=sent,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        live=live,
        live_rules=rules_told(found["followed"], places, words),
        editing=editing,
        same=editing.rules == found["followed"],
        rules=rules_told(editing.rules, places, words),
        changes=changes_told(differences(found["followed"], editing.rules), places, words),
        versions=[
            (one, rules_told(one.rules, places, words), len(rules_told(one.rules, places, words)))
            for one in every[:MOST_VERSIONS]
        ],
        older=max(0, len(every) - MOST_VERSIONS),
        next_version=(every[0].version if every else 0) + 1,
        who=lambda actor: names.who(actor, words),
        tried=tried,
        stale=tried is not None and tried.against != (live.version if live else None),
        trial=trial_told(tried, places, found["orders"], words.locale) if tried else None,
        days=DAYS,
        most=MOST,
    )


handlers: list[Any] = [
    sourcing_page,
    draft_form,
    draft_kept,
    draft_tried,
    draft_put_live,
    draft_discarded,
    version_restored,
]
