"""Rules of scoring: what is followed, the draft with its trial on past orders, and every version before.

Whoever may look at held orders need not be who says which ones are held: rules are changed as the shop's other
rules are, with the permission of its settings.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.try_trust import DAYS, MOST, try_draft
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words
from orderan.orders import orders_by_id
from orderan.trust import (
    DEFAULT_VERSION,
    Draft,
    KeptTrial,
    Measure,
    PastTooLong,
    Policy,
    PolicyMovedOn,
    PolicyNotUsable,
    PolicyVersion,
    TrustUnexplained,
    Way,
    change_draft,
    differences,
    draft,
    followed,
    plain_policy,
    put_live,
    restore_policy,
    steps,
    trial_of,
    versions,
)
from orderan.web.dashboard import rulebook
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.rulebook import MOST_VERSIONS, NOTHING_SENT, SAVED, days_of, revision_of
from orderan.web.dashboard.trust import HERE as TRUST
from orderan.web.dashboard.trust import READ
from orderan.web.dashboard.trust_rules_form import BANDS, plain_of, rows_of, typed_of
from orderan.web.dashboard.trust_rules_words import MEASURED, change_told, faults_told, rule_told, trial_told
from orderan.web.dashboard.trust_words import OUTCOMES, WAYS
from orderan.web.errors import sentence
from orderan.web.forms import Sent, one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = f"{TRUST}/rules"
SAID: Final[Mapping[str, str]] = {
    **rulebook.SAID,
    "saved": SAVED,
    "tried": N_("Draf sudah dicoba pada pesanan lalu; hasilnya di bawah."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {TrustUnexplained: "note", PastTooLong: "days"}


@get(HERE, opt=READ, include_in_schema=False)
async def rules_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[Any]:
    """What is followed, what is being edited, and what was before."""
    return await _page(visit, said=said)


@get(f"{HERE}/edit", opt=WRITE, include_in_schema=False)
async def draft_form(visit: NamedDependency[Visit]) -> Response[Any]:
    """The draft, to be edited."""
    found = await visit.db.run(visit.caller, draft)
    return _form(visit, found.revision, typed_of(found.rules))


@post(f"{HERE}/edit", opt=WRITE, include_in_schema=False, status_code=200)
async def draft_kept(visit: NamedDependency[Visit]) -> Response[Any]:
    """Put what was typed into the draft; a refusal comes back with all of it."""
    require_whole_shop(visit.principal, Permission.SETTINGS_WRITE)
    form = await posted(visit.request)
    words, typed = place_of(visit.request).words, typed_in(form)
    expected = revision_of(form)
    plain, rows = plain_of(form)

    async def command(tx: Tx) -> Draft:
        return await change_draft(tx, plain, expected=expected, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except PolicyMovedOn as moved:
        # Sent once more it is made from what there is now, and whoever sends it was told.
        return _form(visit, moved.revision, typed, general=[sentence(moved, words)], status_code=409)
    except PolicyNotUsable as refusal:
        errors, others = faults_told(refusal, rows, words)
        return _form(visit, expected, typed, errors=errors, general=others)
    except Refusal as refusal:
        return _form(visit, expected, typed, general=[sentence(refusal, words)])
    return Redirect(f"{HERE}?said=saved", status_code=303)


@post(f"{HERE}/trial", opt=WRITE, include_in_schema=False)
async def draft_tried(visit: NamedDependency[Visit]) -> Response[Any]:
    """Score past orders again under the draft."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await try_draft(tx, expected, days=days_of(form), now=visit.now)

    return await _change(visit, "trial", "tried", command)


@post(f"{HERE}/live", opt=WRITE, include_in_schema=False)
async def draft_put_live(visit: NamedDependency[Visit]) -> Response[Any]:
    """Follow the draft from now on."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await put_live(tx, expected=expected, note=one(form, "note"), now=visit.now)

    return await _change(visit, "live", "live", command)


@post(f"{HERE}/discard", opt=WRITE, include_in_schema=False)
async def draft_discarded(visit: NamedDependency[Visit]) -> Response[Any]:
    """Make the draft what is followed."""

    async def command(tx: Tx, expected: int) -> object:
        policy, _ = await followed(tx)
        return await change_draft(tx, plain_policy(policy), expected=expected, now=visit.now)

    return await _change(visit, "draft", "discarded", command)


@post(f"{HERE}/versions/{{version:int}}/restore", opt=WRITE, include_in_schema=False)
async def version_restored(visit: NamedDependency[Visit], version: FromPath[int]) -> Response[Any]:
    """Take an earlier version into the draft."""

    async def command(tx: Tx, expected: int) -> object:
        return await restore_policy(tx, version, expected=expected, now=visit.now)

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
    measures = [(str(measure), words.gettext(MEASURED[measure])) for measure in Measure]
    return page(
        visit.request,
        "trust/rules_edit.html",
        status_code=status_code or (422 if errors or general else 200),
        now=visit.now,
        action=f"{HERE}/edit",
        revision=revision,
        typed=typed,
        errors=errors or {},
        general=general or [],
        count=rows_of(typed.get("count", "")),
        measures=measures,
        measure_names=dict(measures),
        ways=[(str(way), words.gettext(WAYS[way])) for way in Way],
        bands=[
            (
                words.gettext(WAYS[way]),
                [
                    (f"{way}_{outcome}", words.gettext(OUTCOMES[outcome]))
                    for known, outcome in BANDS
                    if known is way
                ],
            )
            for way in Way
        ],
    )


async def _page(
    visit: Visit, *, said: str = "", sent: Sent = NOTHING_SENT, status_code: int = 200
) -> Response[Any]:
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words = place_of(visit.request).words
    sees_orders = visit.principal.may(Permission.ORDERS_READ)

    async def read(tx: Tx) -> dict[str, Any]:
        every, editing = await versions(tx), await draft(tx)
        tried = await trial_of(tx, editing.revision)
        policy, version = await followed(tx)
        examples = [UUID(one.subject_id) for one in tried.trial.examples] if tried else []
        actors = {one.made_by for one in every} | {editing.made_by, tried.made_by if tried else None}
        return {
            "versions": every,
            "editing": editing,
            "tried": tried,
            "followed": (policy, version),
            "orders": await orders_by_id(tx, examples),
            "names": await names_of(tx, sorted(actor for actor in actors if actor), {}),
        }

    found = await visit.db.run(visit.caller, read)
    every: list[PolicyVersion] = found["versions"]
    editing: Draft = found["editing"]
    tried: KeptTrial | None = found["tried"]
    names: Names = found["names"]
    policy, version = found["followed"]
    same = editing.rules == policy
    return page(
        visit.request,
        "trust/rules.html",
        status_code=status_code,
        now=visit.now,
        path=HERE,
        said=SAID.get(said, ""),
        sent=sent,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        version=version,
        acts=policy.acts,
        followed=_told(policy, None, words),
        editing=editing,
        edited=_told(editing.rules, tried, words),
        same=same,
        changes=[change_told(one, words) for one in differences(policy, editing.rules)],
        tried=tried,
        stale=tried is not None and (tried.against or DEFAULT_VERSION) != version,
        trial=trial_told(tried, found["orders"], words, sees_orders=sees_orders) if tried else None,
        versions=[
            (one, _told(one.rules, None, words), len(one.rules.rules)) for one in every[:MOST_VERSIONS]
        ],
        older=max(0, len(every) - MOST_VERSIONS),
        next_version=(every[0].version if every else 0) + 1,
        who=lambda actor: names.who(actor, words),
        days=DAYS,
        most=MOST,
    )


def _told(policy: Policy, tried: KeptTrial | None, words: Words) -> dict[str, Any]:
    """Rules as the page shows them."""
    counts = tried.trial.by_rule if tried else {}
    return {
        "acts": policy.acts,
        "rules": [
            {
                "name": words.gettext(rule.name),
                "told": rule_told(rule, words),
                "points": f"{rule.points:+d}",
                "off": rule.off,
                "orders": counts.get(rule.name),
            }
            for rule in policy.rules
        ],
        "bands": [
            (
                words.gettext(WAYS[way]),
                [(words.gettext(OUTCOMES[outcome]), begins) for outcome, begins in steps(policy.bands(way))],
            )
            for way in Way
        ],
    }


handlers: list[Any] = [
    rules_page,
    draft_form,
    draft_kept,
    draft_tried,
    draft_put_live,
    draft_discarded,
    version_restored,
]
