"""Something else in place of units that are missing: what the shop names, and only where the buyer lets it.

choose    of the skus that may stand in, the best ranked that lies at this location whole and makes the order no dearer
price     today's, and at most what the missing units cost the buyer after discounts; bringing it costs what it did
order     the missing units go, the substitute is a new line; the version before is kept
stock     the substitute is allocated in the same instant, what is missing is claimed no more
task      the same one picks it, so that it is one list and one parcel
money     what it costs less is promised back, or is not asked for at the door

A substitute that is missing too is replaced by the next one of what was ordered, at what that cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.catalog import Sku, offers, substitutes_of
from orderan.flows.article_prices import Articles, articles_for
from orderan.flows.forgo import forgo_rest
from orderan.flows.return_promotion import follow_cut
from orderan.flows.settle_payment import follow_totals
from orderan.flows.take_elsewhere import pickable
from orderan.fulfilment import LineKey, Task, add_to_task, withdraw_missing
from orderan.inventory import Claim, Part, StockShort, Want, release_claims, take_more
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision, Replayed
from orderan.orders import (
    Action,
    AddLine,
    Article,
    Becomes,
    ChangeContext,
    Line,
    Order,
    SetQuantity,
    fold,
    lines_of,
    net_of,
    owed,
    substitute_units,
    substitutions_of,
)
from orderan.picking import (
    SUBSTITUTE_RULE,
    Candidate,
    chosen_again,
    first_that_fits,
    outcome_of,
    written,
)
from orderan.pricing import NoPrice

SUBSTITUTING: Final = "substitute"


@dataclass(frozen=True, slots=True)
class Substituted:
    """What stands in now.

    Attributes:
        order: As it stands now.
        claims: Where its units are to come from.
    """

    order: Order
    sku: str
    title: str
    claims: Sequence[Claim]


async def put_in_substitute(
    tx: Tx, order: Order, task: Task, key: LineKey, units: int, *, reason: str, now: datetime
) -> Substituted | None:
    """Replace units that a locked task misses of a locked order; None where nothing can stand in.

    Only of a line that is sold as it lies: no part of a bundle is another one's to choose.
    """
    line_no, sku_id, _, _ = key
    lines = {line.line_no: line for line in await lines_of(tx, order.id)}
    line = lines[line_no]
    if not line.may_substitute or line.sku_id != sku_id:
        return None
    ordered = await _as_ordered(tx, order.id, lines, line)
    named = (await substitutes_of(tx, [ordered.sku_id])).get(ordered.sku_id, [])
    named = [sku for sku in named if sku.id not in {line.sku_id, ordered.sku_id}]
    known = await offers(tx, [sku.code for sku in named], now=now)
    there = await pickable(tx, [sku.id for sku in named], at=task.location_id, now=now)
    articles = await articles_for(tx, order, known)
    folded = {
        sku.code: _folded(order, list(lines.values()), line, units, sku, articles)
        for sku in named
        if sku.code in known
    }
    candidates = [_candidate(sku, there.get(sku.id, 0), folded.get(sku.code)) for sku in named]
    claims, chosen = await _take(tx, task, max(lines) + 1, named, candidates, units, now=now)
    if candidates:
        await decisions.keep(tx, [_decision(order, line, candidates, chosen, units)], now=now)
    becomes = folded.get(chosen.sku) if chosen else None
    if chosen is None or becomes is None:
        return None
    after = await substitute_units(tx, order, list(lines.values()), becomes, reason=reason, now=now)
    await add_to_task(tx, task, claims)
    lost = await withdraw_missing(tx, task, only={key: units}, now=now)
    await release_claims(tx, [order.id], parts=[_part(claim) for claim in lost], now=now)
    await follow_cut(tx, order, after.total_minor, now=now)
    await follow_totals(tx, [after], now=now)
    await forgo_rest(tx, after, now=now)
    return Substituted(after, chosen.sku, known[chosen.sku].title, claims)


async def _as_ordered(tx: Tx, order_id: UUID, lines: Mapping[int, Line], line: Line) -> Line:
    """The line its buyer ordered, where this one stands in already."""
    instead_of = {one.by_line_no: one.line_no for one in await substitutions_of(tx, order_id)}
    while line.line_no in instead_of:
        line = lines[instead_of[line.line_no]]
    return line


def _folded(
    order: Order, lines: Sequence[Line], line: Line, units: int, sku: Sku, articles: Articles
) -> Becomes | None:
    """What the order would become; None where the substitute has no price."""
    most = (net_of(line, owed(line)) - net_of(line, owed(line) - units)) // units

    def article(code: str, quantity: int) -> Article:
        found = articles(code, quantity)
        return replace(found, unit_price_minor=min(found.unit_price_minor, most))

    actions: list[Action] = [SetQuantity(line.line_no, owed(line) - units), AddLine(sku.code, units)]
    try:
        # Nothing weighs anything here, so that bringing the order costs what it did.
        return fold(order, lines, actions, ChangeContext(article, _no_fee, {}))
    except NoPrice:
        return None


def _no_fee(_service: str | None, _address: UUID | None, _weight_g: int) -> int:
    message = "the fee of an order changes with its address, service or weight"
    raise AssertionError(message)


def _candidate(sku: Sku, there: int, becomes: Becomes | None) -> Candidate:
    if becomes is None:
        return Candidate(sku.code, there, None, None)
    [line_no] = becomes.new
    price = next(line.unit_price_minor for line in becomes.lines if line.line_no == line_no)
    return Candidate(sku.code, there, price, becomes.difference_minor)


async def _take(
    tx: Tx,
    task: Task,
    line_no: int,
    named: Sequence[Sku],
    candidates: list[Candidate],
    units: int,
    *,
    now: datetime,
) -> tuple[list[Claim], Candidate | None]:
    """Allocate the first that fits; one that somebody else took in this moment is there no more, and is written so."""
    ids = {sku.code: sku.id for sku in named}
    while chosen := first_that_fits(candidates, units):
        try:
            async with tx.savepoint():
                wants = [Want(line_no, ids[chosen.sku], units)]
                return await take_more(tx, task.order_id, wants, at=task.location_id, now=now), chosen
        except StockShort as short:
            gone = replace(chosen, there=min(units - 1, short.shortfalls[0].free))
            candidates[candidates.index(chosen)] = gone
    return [], None


def _decision(
    order: Order, line: Line, candidates: Sequence[Candidate], chosen: Candidate | None, units: int
) -> Decision:
    return Decision(
        subject_id=order.id,
        kind=SUBSTITUTING,
        rule=SUBSTITUTE_RULE,
        inputs=written(candidates, units) | {"instead_of": line.sku_code},
        outcome=outcome_of(chosen),
        reasons=_reasons(candidates, chosen, units),
    )


def substitute_again(inputs: Mapping[str, Any]) -> Replayed:
    """The same choice by today's rule, from what was kept of it."""
    chosen = chosen_again(inputs)
    candidates = [Candidate(**one) for one in inputs["candidates"]]
    return Replayed(SUBSTITUTE_RULE, outcome_of(chosen), _reasons(candidates, chosen, inputs["units"]))


def _reasons(candidates: Sequence[Candidate], chosen: Candidate | None, units: int) -> list[str]:
    return [_why(one, units) for one in candidates if one != chosen]


def _why(one: Candidate, units: int) -> str:
    """Why something does not stand in, or that it would have been the next."""
    if one.there < units:
        return f"not_there:{one.sku}"
    if one.difference_minor is None:
        return f"no_price:{one.sku}"
    return f"{'dearer' if one.difference_minor > 0 else 'ranked_lower'}:{one.sku}"


def _part(claim: Claim) -> Part:
    key = claim.key
    return Part(claim.holder_id, claim.line_no, key.sku_id, claim.quantity, key.location_id, key.lot_id)
