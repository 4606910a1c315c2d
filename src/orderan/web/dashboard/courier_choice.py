"""Rules of who carries a parcel: what is followed, the draft with its trial on past parcels, every version before."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.choose_courier import MOST, try_carry_draft
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id, visible
from orderan.shipping import (
    CARRY_RULES,
    CarryDraft,
    CarryDraftMovedOn,
    CarryRulesNotUsable,
    CarryRulesUnexplained,
    CarryTrialTooLong,
    change_carry_draft,
    plain_policy,
    put_carry_live,
    restore_carry_rules,
)
from orderan.web.dashboard import rulebook
from orderan.web.dashboard.courier_choice_form import (
    blocks_of,
    faults_told,
    plain_of,
    policy_told,
    trial_told,
    typed_of,
)
from orderan.web.dashboard.courier_words import courier_names
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.rulebook import MOST_VERSIONS, NOTHING_SENT, SAVED, days_of, revision_of
from orderan.web.errors import sentence
from orderan.web.forms import Sent, one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/shipping/choice"
DAYS: Final = (7, 30, 90)
SAID: Final[Mapping[str, str]] = {
    **rulebook.SAID,
    "saved": SAVED,
    "tried": N_("Draf sudah dicoba pada paket lalu; hasilnya di bawah."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {CarryRulesUnexplained: "note", CarryTrialTooLong: "days"}


@get(HERE, opt=READ, include_in_schema=False)
async def carry_rules_page(visit: Visit, said: FromQuery[str] = "") -> Response[Any]:
    """What is followed, what is being edited, and what was before."""
    return await _page(visit, said=said)


@get(f"{HERE}/edit", opt=WRITE, include_in_schema=False)
async def carry_draft_form(visit: Visit) -> Response[Any]:
    """The draft, to be edited."""
    editing = await visit.db.run(visit.caller, CARRY_RULES.draft)
    return _form(visit, editing.revision, typed_of(editing.rules))


@post(f"{HERE}/edit", opt=WRITE, include_in_schema=False, status_code=200)
async def carry_draft_kept(visit: Visit) -> Response[Any]:
    """Put what was typed into the draft; a refusal comes back with all of it."""
    require_whole_shop(visit.principal, Permission.SETTINGS_WRITE)
    form = await posted(visit.request)
    words, typed, expected = place_of(visit.request).words, typed_in(form), revision_of(form)

    async def command(tx: Tx) -> CarryDraft:
        return await change_carry_draft(tx, plain_of(form), expected=expected, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except CarryDraftMovedOn as moved:
        # Sent once more it is made from what there is now, and whoever sends it was told.
        return _form(visit, moved.revision, typed, general=[sentence(moved, words)], status_code=409)
    except CarryRulesNotUsable as refusal:
        errors, others = faults_told(refusal, form, words)
        return _form(visit, expected, typed, errors=errors, general=others)
    except Refusal as refusal:
        return _form(visit, expected, typed, general=[sentence(refusal, words)])
    return Redirect(f"{HERE}?said=saved", status_code=303)


@post(f"{HERE}/trial", opt=WRITE, include_in_schema=False)
async def carry_draft_tried(visit: Visit) -> Response[Any]:
    """Choose couriers for past parcels again under the draft."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await try_carry_draft(tx, expected, days=days_of(form), now=visit.now)

    return await _change(visit, "trial", "tried", command)


@post(f"{HERE}/live", opt=WRITE, include_in_schema=False)
async def carry_draft_put_live(visit: Visit) -> Response[Any]:
    """Follow the draft from now on."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await put_carry_live(tx, expected=expected, note=one(form, "note"), now=visit.now)

    return await _change(visit, "live", "live", command)


@post(f"{HERE}/discard", opt=WRITE, include_in_schema=False)
async def carry_draft_discarded(visit: Visit) -> Response[Any]:
    """Make the draft what is followed."""

    async def command(tx: Tx, expected: int) -> object:
        followed = CARRY_RULES.rules_of(await CARRY_RULES.live(tx))
        return await change_carry_draft(tx, plain_policy(followed), expected=expected, now=visit.now)

    return await _change(visit, "draft", "discarded", command)


@post(f"{HERE}/versions/{{version:int}}/restore", opt=WRITE, include_in_schema=False)
async def carry_version_restored(visit: Visit, version: FromPath[int]) -> Response[Any]:
    """Take an earlier version into the draft."""

    async def command(tx: Tx, expected: int) -> object:
        return await restore_carry_rules(tx, version, expected=expected, now=visit.now)

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


def _form(
    visit: Visit,
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
        "shipping/choice_edit.html",
        status_code=status_code or (422 if errors or general else 200),
        now=visit.now,
        action=f"{HERE}/edit",
        back=HERE,
        revision=revision,
        typed=typed,
        errors=errors or {},
        general=general or [],
        couriers=courier_names(words),
        blocks=blocks_of(typed, words),
    )


async def _page(
    visit: Visit, *, said: str = "", sent: Sent = NOTHING_SENT, status_code: int = 200
) -> Response[Any]:
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        every, editing = await CARRY_RULES.versions(tx), await CARRY_RULES.draft(tx)
        tried = await CARRY_RULES.trial_of(tx, editing.revision)
        actors = {version.made_by for version in every} | {editing.made_by or ""}
        actors |= {tried.made_by} if tried else set()
        examples = [UUID(example.subject_id) for example in tried.trial.examples] if tried else []
        seen = await visible(tx, examples, scope_of(visit.principal))
        return {
            "versions": every,
            "editing": editing,
            "tried": tried,
            "orders": await orders_by_id(tx, seen),
            "names": await names_of(tx, sorted(actors - {""}), {}),
        }

    found = await visit.db.run(visit.caller, read)
    every, editing, tried, names = found["versions"], found["editing"], found["tried"], found["names"]
    live = next((version for version in every if version.active), None)
    followed = CARRY_RULES.rules_of(live)
    return page(
        visit.request,
        "shipping/choice.html",
        status_code=status_code,
        now=visit.now,
        path=HERE,
        said=SAID.get(said, ""),
        sent=sent,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        live=live,
        live_rules=policy_told(followed, words),
        editing=editing,
        same=editing.rules == followed,
        rules=policy_told(editing.rules, words),
        versions=[
            (one_, policy_told(one_.rules, words), len(one_.rules.rules)) for one_ in every[:MOST_VERSIONS]
        ],
        older=max(0, len(every) - MOST_VERSIONS),
        next_version=(every[0].version if every else 0) + 1,
        who=lambda actor: names.who(actor, words),
        tried=tried,
        stale=tried is not None and tried.against != (live.version if live else None),
        trial=trial_told(tried.trial, words) if tried else None,
        order_of=lambda text: (
            (found["orders"][UUID(text)].number, f"/orders/{to_text('ord', UUID(text))}")
            if UUID(text) in found["orders"]
            else None
        ),
        days=DAYS,
        most=MOST,
    )


handlers: list[Any] = [
    carry_rules_page,
    carry_draft_form,
    carry_draft_kept,
    carry_draft_tried,
    carry_draft_put_live,
    carry_draft_discarded,
    carry_version_restored,
]
