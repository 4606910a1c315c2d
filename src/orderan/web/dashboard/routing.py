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
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id, visible
from orderan.payments import GROUP_NAMES, METHODS, accounts, rails
from orderan.routing import (
    Draft,
    DraftMovedOn,
    Edit,
    KeptTrial,
    NoSuchRule,
    Rule,
    RulesNotUsable,
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
    set_rule,
    trial_of,
    unreachable,
    versions,
)
from orderan.web.dashboard import rulebook
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.routing_form import blank, plain_of, ticked_of, typed_of, unreadable
from orderan.web.dashboard.routing_words import (
    CHANGES,
    WEEKDAYS,
    bank_name,
    changes_told,
    faults_told,
    gateway_name,
    method_name,
    rule_told,
    signed_money,
    signed_number,
)
from orderan.web.dashboard.rulebook import MOST_VERSIONS, NOTHING_SENT, SAVED, days_of, revision_of
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.errors import sentence
from orderan.web.forms import Sent, one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/payments/routing"
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


@get(f"{HERE}/rules/new", opt=WRITE, include_in_schema=False)
async def new_rule(visit: Visit) -> Response[Any]:
    """An empty form of a rule."""
    found = await visit.db.run(visit.caller, draft)
    return await _form(visit, None, found.revision, blank(), {})


@get(f"{HERE}/rules/{{place:int}}", opt=WRITE, include_in_schema=False)
async def rule_page(visit: Visit, place: FromPath[int]) -> Response[Any]:
    """The form of a rule of the draft."""
    found = await visit.db.run(visit.caller, draft)
    if not 1 <= place <= len(found.rules):
        raise NoSuchRule(place)
    rule = found.rules[place - 1]
    return await _form(visit, place, found.revision, typed_of(rule), ticked_of(rule), was=rule.name)


@post(f"{HERE}/rules/new", opt=WRITE, include_in_schema=False)
async def rule_added(visit: Visit) -> Response[Any]:
    """Add a rule after the last of the draft."""
    return await _keep(visit, None)


@post(f"{HERE}/rules/{{place:int}}", opt=WRITE, include_in_schema=False)
async def rule_kept(visit: Visit, place: FromPath[int]) -> Response[Any]:
    """Rewrite a rule of the draft."""
    return await _keep(visit, place)


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
        return await _told(visit, refusal, place_of(visit.request).words)

    refused = await rulebook.change(visit, name, command, beside=BESIDE, told=told)
    if refused is not None:
        return await _page(visit, sent=refused.sent, more=refused.more, status_code=refused.status_code)
    return Redirect(f"{HERE}?said={said}", status_code=303)


async def _keep(visit: Visit, place: int | None) -> Response[Any]:
    """Put what was typed into the draft; a refusal comes back with all of it."""
    form = await posted(visit.request)
    expected, words = revision_of(form), place_of(visit.request).words
    typed, ticked = typed_in(form), ticked_of(form)
    errors = unreadable(form, words)
    if errors:
        return await _form(visit, place, expected, typed, ticked, was=one(form, "was"), errors=errors)

    async def command(tx: Tx) -> Draft:
        known = await known_to_rules(tx)
        return await set_rule(tx, place, plain_of(form), expected=expected, known=known, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except DraftMovedOn as moved:
        return await _moved(visit, place, moved, typed, ticked, was=one(form, "was"))
    except RulesNotUsable as refusal:
        found = await visit.db.run(visit.caller, draft)
        at = len(found.rules) + 1 if place is None else place
        errors, others = faults_told(refusal, at, words)
        return await _form(
            visit, place, expected, typed, ticked, was=one(form, "was"), errors=errors, general=others
        )
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        return await _form(
            visit, place, expected, typed, ticked, was=one(form, "was"), general=[sentence(refusal, words)]
        )
    return Redirect(f"{HERE}?said=rule", status_code=303)


async def _moved(
    visit: Visit,
    place: int | None,
    moved: DraftMovedOn,
    typed: Mapping[str, str],
    ticked: Mapping[str, set[str]],
    *,
    was: str,
) -> Response[Any]:
    """The form again, for the draft there is now: sent once more, it knows what it changes."""
    found = await visit.db.run(visit.caller, draft)
    at = next((number for number, rule in enumerate(found.rules, start=1) if rule.name == was), None)
    told = await _told(visit, moved, place_of(visit.request).words)
    return await _form(
        visit,
        None if place is None else at,
        found.revision,
        typed,
        ticked,
        was=was if at is not None else "",
        general=told,
        status_code=409,
    )


async def _told(visit: Visit, refusal: Refusal, words: Words) -> list[str]:
    """What a refusal says, and under it what there is to know besides."""
    if isinstance(refusal, RulesNotUsable):
        _, others = faults_told(refusal, 0, words)
        return others or [sentence(refusal, words)]
    told = [sentence(refusal, words)]
    if isinstance(refusal, DraftMovedOn):
        names = await visit.db.run(visit.caller, lambda tx: actor_names(tx, {refusal.made_by}))
        who = _who(names, refusal.made_by, words)
        told += [f"{who}: {change}" for change in changes_told(refusal.changes, words)]
    return told


def _who(names: Mapping[str, str], actor: str, words: Words) -> str:
    name = names.get(actor, "")
    return words.gettext(name) if name else "–"


async def _form(
    visit: Visit,
    place: int | None,
    revision: int,
    typed: Mapping[str, str],
    ticked: Mapping[str, set[str]],
    *,
    was: str = "",
    errors: Mapping[str, str] | None = None,
    general: list[str] | None = None,
    status_code: int | None = None,
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[list[str], set[str]]:
        there = list(dict.fromkeys(account.gateway for account in await accounts(tx)))
        return there, {rail.method for rail in await rails(tx)}

    words = place_of(visit.request).words
    gateways, carried = await visit.db.run(visit.caller, read)
    methods = [
        method for code, method in METHODS.items() if code in carried or code in ticked.get("method", ())
    ]
    banks = list(dict.fromkeys(method.bank for method in methods if method.bank))
    banks += [bank for bank in ticked.get("bank", ()) if bank not in banks]
    return page(
        visit.request,
        "payments/routing_rule.html",
        status_code=status_code or (422 if errors or general else 200),
        now=visit.now,
        place=place,
        action=f"{HERE}/rules/{place or 'new'}",
        revision=revision,
        typed=typed,
        ticked=ticked,
        was=was,
        errors=errors or {},
        general=general or [],
        gateways=[(gateway, gateway_name(gateway)) for gateway in gateways],
        methods=[
            (
                GROUP_NAMES[group],
                [(one.code, method_name(one.code, words)) for one in methods if one.group is group],
            )
            for group in dict.fromkeys(method.group for method in methods)
        ],
        banks=[(bank, bank_name(bank, words)) for bank in banks],
        weekdays=list(enumerate(WEEKDAYS, start=1)),
    )


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
        versions=[(one, [rule_told(rule, words) for rule in one.rules]) for one in every[:MOST_VERSIONS]],
        older=max(0, len(every) - MOST_VERSIONS),
        next_version=(every[0].version if every else 0) + 1,
        who=lambda actor: _who(found["names"], actor, words),
        tried=tried,
        stale=tried is not None and tried.against != (live.version if live else None),
        trial=_trial(tried, found, words) if tried else None,
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


def _trial(tried: KeptTrial, found: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A trial as the page shows it."""
    trial, locale = tried.trial, words.locale
    several = _several(found)

    def rail(rail_id: str, gateway: str) -> str:
        name = gateway_name(gateway)
        account = found["accounts"].get(rail_id)
        return f"{name} ({found['account_names'].get(account, '?')})" if gateway in several else name

    origins = list(dict.fromkeys(rail(move.from_rail, move.from_gateway) for move in trial.moves))
    ends = list(dict.fromkeys(rail(move.to_rail, move.to_gateway) for move in trial.moves))
    cells: dict[tuple[str, str], int] = {}
    for move in trial.moves:
        key = rail(move.from_rail, move.from_gateway), rail(move.to_rail, move.to_gateway)
        cells[key] = cells.get(key, 0) + move.payments
    orders = found["orders"]
    share = trial.paid_now / trial.payments - trial.paid / trial.payments if trial.payments else 0.0
    return {
        "payments": trial.payments,
        "moved": trial.moved,
        "fee": signed_money(trial.fee_minor_now - trial.fee_minor, locale),
        "fee_tone": _tone(trial.fee_minor - trial.fee_minor_now),
        "paid": signed_number(trial.paid_now - trial.paid, locale),
        "points": signed_number(share * 100, locale, decimals=2),
        "more": trial.more,
        "since": trial.since,
        "until": trial.until,
        "unruled": trial.by_rule.get("", 0),
        "origins": origins,
        "ends": ends,
        "cells": cells,
        "left_out": trial.moves_left_out,
        "moves": [
            {
                "method": method_name(move.method, words),
                "way": f"{rail(move.from_rail, move.from_gateway)} → {rail(move.to_rail, move.to_gateway)}",
                "payments": move.payments,
                "fee": signed_money(move.fee_minor, locale),
                "paid": signed_number(move.paid, locale, decimals=2),
            }
            for move in trial.moves
        ],
        "examples": [
            {
                "number": orders[UUID(one.subject_id)].number,
                "path": f"/orders/{to_text('ord', UUID(one.subject_id))}",
                "method": method_name(one.method, words),
                "amount_minor": one.amount_minor,
                "way": f"{gateway_name(one.from_gateway)} → {gateway_name(one.to_gateway)}",
                "fee": signed_money(one.fee_minor, locale),
                "rule": one.rule,
            }
            for one in trial.examples
            # An order of a channel that this person does not work for is in the sums alone.
            if UUID(one.subject_id) in orders
        ],
    }


def _several(found: Mapping[str, Any]) -> set[str]:
    """Gateways at which the shop has more accounts than one; a name does not tell their rails apart."""
    trial = found["tried"].trial
    seen: dict[str, set[Any]] = {}
    for move in trial.moves:
        for rail_id, gateway in ((move.from_rail, move.from_gateway), (move.to_rail, move.to_gateway)):
            seen.setdefault(gateway, set()).add(found["accounts"].get(rail_id))
    return {gateway for gateway, there in seen.items() if len(there) > 1}


def _tone(better: int) -> str:
    return "done" if better > 0 else "loss" if better < 0 else "calm"


handlers: list[Any] = [
    routing_page,
    new_rule,
    rule_page,
    rule_added,
    rule_kept,
    rule_edited,
    draft_discarded,
    version_restored,
    draft_tried,
    draft_put_live,
]
