"""One rule of the routing draft: its form, and how it comes back."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.try_routing import known_to_rules
from orderan.kit.db import Tx
from orderan.kit.errors import Kind, Refusal
from orderan.kit.i18n import Words
from orderan.payments import GROUP_NAMES, METHODS, accounts, rails
from orderan.routing import Draft, DraftMovedOn, NoSuchRule, RulesNotUsable, draft, set_rule
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.routing_form import blank, plain_of, ticked_of, typed_of, unreadable
from orderan.web.dashboard.routing_words import (
    WEEKDAYS,
    bank_name,
    changes_told,
    faults_told,
    gateway_name,
    method_name,
)
from orderan.web.dashboard.rulebook import revision_of
from orderan.web.dashboard.stock_words import actor_names
from orderan.web.errors import sentence
from orderan.web.forms import one, posted, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page

WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/payments/routing"


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
    told = await refusal_told(visit, moved, place_of(visit.request).words)
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


async def refusal_told(visit: Visit, refusal: Refusal, words: Words) -> list[str]:
    """What a refusal says, and under it what there is to know besides."""
    if isinstance(refusal, RulesNotUsable):
        _, others = faults_told(refusal, 0, words)
        return others or [sentence(refusal, words)]
    told = [sentence(refusal, words)]
    if isinstance(refusal, DraftMovedOn):
        names = await visit.db.run(visit.caller, lambda tx: actor_names(tx, {refusal.made_by}))
        who = who_of(names, refusal.made_by, words)
        told += [f"{who}: {change}" for change in changes_told(refusal.changes, words)]
    return told


def who_of(names: Mapping[str, str], actor: str, words: Words) -> str:
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


handlers: list[Any] = [
    new_rule,
    rule_page,
    rule_added,
    rule_kept,
]
