"""Routing rules: what is followed, the draft with its trial on past payments, and every version before."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.try_routing import DAYS, MOST, known_to_rules, try_draft
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words
from orderan.orders import orders_by_id, visible
from orderan.payments import accounts, rails
from orderan.routing import (
    Draft,
    Edit,
    KeptTrial,
    NoSuchRule,
    Rule,
    RulesUnexplained,
    RulesVersion,
    TrialTooLong,
    active_rules,
    change_draft,
    differences,
    draft,
    edit_rule,
    plain_rules,
    put_live,
    restore_rules,
    trial_of,
    unreachable,
    versions,
)
from orderan.web.dashboard import rulebook
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.routing_rule import HERE, WRITE, refusal_told, who_of
from orderan.web.dashboard.routing_trial import trial_told
from orderan.web.dashboard.routing_words import CHANGES, rule_told
from orderan.web.dashboard.rulebook import MOST_VERSIONS, NOTHING_SENT, SAVED, days_of
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.forms import Sent, one, posted
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
SAID: Final = {
    **rulebook.SAID,
    "rule": SAVED,
    "tried": N_("Draf sudah dicoba pada pembayaran lalu; hasilnya di bawah."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {RulesUnexplained: "note", TrialTooLong: "days"}


@get(HERE, opt=READ, include_in_schema=False)
async def routing_page(visit: Visit, said: FromQuery[str] = "") -> Response[Any]:
    """What is followed, what is being edited, and what was before."""
    return await _page(visit, said=said)


@post(f"{HERE}/rules/{{place:int}}/{{edit:str}}", opt=WRITE, include_in_schema=False)
async def rule_edited(visit: Visit, place: FromPath[int], edit: FromPath[str]) -> Response[Any]:
    """Move a rule of the draft, or take it out."""
    wanted = next((known for known in Edit if known == edit), None)
    if wanted is None:
        raise NoSuchRule(place)
    return await _change(
        visit,
        "draft",
        "rule",
        lambda tx, expected: edit_rule(tx, place, wanted, expected=expected, now=visit.now),
    )


@post(f"{HERE}/discard", opt=WRITE, include_in_schema=False)
async def draft_discarded(visit: Visit) -> Response[Any]:
    """Make the draft what is followed."""

    async def command(tx: Tx, expected: int) -> object:
        live = await active_rules(tx)
        rules = plain_rules(live.rules) if live else []
        return await change_draft(tx, rules, expected=expected, now=visit.now)

    return await _change(visit, "draft", "discarded", command)


@post(f"{HERE}/versions/{{version:int}}/restore", opt=WRITE, include_in_schema=False)
async def version_restored(visit: Visit, version: FromPath[int]) -> Response[Any]:
    """Take an earlier version into the draft."""

    async def command(tx: Tx, expected: int) -> object:
        known = await known_to_rules(tx)
        return await restore_rules(tx, version, expected=expected, known=known, now=visit.now)

    return await _change(visit, "draft", "restored", command)


@post(f"{HERE}/trial", opt=WRITE, include_in_schema=False)
async def draft_tried(visit: Visit) -> Response[Any]:
    """Play past payments again under the draft."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        return await try_draft(tx, expected, days=days_of(form), now=visit.now)

    return await _change(visit, "trial", "tried", command)


@post(f"{HERE}/live", opt=WRITE, include_in_schema=False)
async def draft_put_live(visit: Visit) -> Response[Any]:
    """Follow the draft from now on."""
    form = await posted(visit.request)

    async def command(tx: Tx, expected: int) -> object:
        known = await known_to_rules(tx)
        return await put_live(tx, expected=expected, note=one(form, "note"), known=known, now=visit.now)

    return await _change(visit, "live", "live", command)


async def _change(
    visit: Visit, name: str, said: str, command: Callable[[Tx, int], Awaitable[object]]
) -> Response[Any]:
    """Run a command on the draft that was seen; a refusal is told on the page."""

    async def told(refusal: Refusal) -> list[str]:
        return await refusal_told(visit, refusal, place_of(visit.request).words)

    refused = await rulebook.change(visit, name, command, beside=BESIDE, told=told)
    if refused is not None:
        return await _page(visit, sent=refused.sent, more=refused.more, status_code=refused.status_code)
    return Redirect(f"{HERE}?said={said}", status_code=303)


async def _page(
    visit: Visit,
    *,
    said: str = "",
    sent: Sent = NOTHING_SENT,
    more: list[str] | None = None,
    status_code: int = 200,
) -> Response[Any]:
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        every, editing = await versions(tx), await draft(tx)
        tried = await trial_of(tx, editing.revision)
        actors = {version.made_by for version in every} | {editing.made_by or ""}
        actors |= {tried.made_by} if tried else set()
        examples = [UUID(one.subject_id) for one in tried.trial.examples] if tried else []
        return {
            "versions": every,
            "editing": editing,
            "tried": tried,
            "orders": await orders_by_id(tx, await visible(tx, examples, scope_of(visit.principal))),
            "names": await actor_names(tx, actors - {""}),
            "accounts": {str(rail.id): rail.account_id for rail in await rails(tx)},
            "account_names": {account.id: account.name for account in await accounts(tx)},
        }

    found = await visit.db.run(visit.caller, read)
    every: list[RulesVersion] = found["versions"]
    editing: Draft = found["editing"]
    live = next((version for version in every if version.active), None)
    live_rules = live.rules if live else ()
    tried: KeptTrial | None = found["tried"]
    changes = differences(live_rules, editing.rules)
    return page(
        visit.request,
        "payments/routing.html",
        status_code=status_code,
        now=visit.now,
        path=HERE,
        said=SAID.get(said, ""),
        sent=sent,
        more=more or [],
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        live=live,
        live_rules=[(rule, rule_told(rule, words)) for rule in live_rules],
        editing=editing,
        same=editing.rules == live_rules,
        rules=_rows(editing.rules, tried, words),
        changes=[
            words.gettext(CHANGES[one.change], name=one.name, before=one.before or "") for one in changes
        ],
        versions=[
            (one, [rule_told(rule, words) for rule in one.rules], len(one.rules))
            for one in every[:MOST_VERSIONS]
        ],
        older=max(0, len(every) - MOST_VERSIONS),
        next_version=(every[0].version if every else 0) + 1,
        who=lambda actor: who_of(found["names"], actor, words),
        tried=tried,
        stale=tried is not None and tried.against != (live.version if live else None),
        trial=trial_told(tried, found, words) if tried else None,
        days=DAYS,
        most=MOST,
        gateways=bool(found["account_names"]),
    )


def _rows(rules: tuple[Rule, ...], tried: KeptTrial | None, words: Words) -> list[dict[str, Any]]:
    """The rules of the draft, each with what is to know of it."""
    hidden = unreachable(rules)
    counts = tried.trial.by_rule if tried else {}
    return [
        {
            "name": rule.name,
            "told": rule_told(rule, words),
            "behind": hidden[place] + 1 if place in hidden else None,
            "payments": counts.get(rule.name),
        }
        for place, rule in enumerate(rules)
    ]


handlers: list[Any] = [
    routing_page,
    rule_edited,
    draft_discarded,
    version_restored,
    draft_tried,
    draft_put_live,
]
