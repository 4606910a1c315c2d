"""Which rail carries a payment: the operator's rules, how rails are, what each costs; kept with its reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.health import watches
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision, Replayed
from orderan.kit.i18n import local_date
from orderan.orders import orders_by_id
from orderan.payments import METHODS, Rail, attempts_of, fees_on
from orderan.payments import rails as rails_there
from orderan.routing import (
    Candidate,
    Choice,
    Rule,
    RulesVersion,
    Standing,
    ToPay,
    active_rules,
    choose,
    draw_of,
    plain_choice,
    plain_rules,
    read_candidates,
    read_rules,
    read_to_pay,
)
from orderan.shops import shop_by_id

ROUTING: Final = "routing"
ROUTING_RULE: Final = "rules_health_worth@1"
MARGIN_BP: Final = 2_000
"""Of the amount: what a shop keeps before the fee, as long as costs of goods are not known."""
SUCCESS: Final = 0.98
"""Our guess of a rail nobody watched yet."""


async def route_payment(
    tx: Tx,
    order_id: UUID,
    method: str,
    rails: Sequence[Rail],
    *,
    maintained: Collection[UUID] = (),
    troubled: Collection[UUID] = (),
    amount_minor: int | None = None,
    now: datetime,
) -> list[Rail]:
    """The rails in the order in which they are to be tried; the decision is kept.

    Args:
        maintained: Rails under maintenance now, or before a buyer would have paid.
        troubled: Rails that are in an incident now: somebody may know of it before the watch of rails does.
        amount_minor: What is to be charged; None is all that is due.
    """
    order = (await orders_by_id(tx, [order_id])).get(order_id)
    if order is None or order.due_minor <= 0:
        return list(rails)
    shop = await shop_by_id(tx, tx.shop_id)
    rules = await active_rules(tx)
    tries = len(await attempts_of(tx, order_id))
    name = f"{order.shop_id}-{order.number}"
    asked_for = order.due_minor if amount_minor is None else amount_minor
    to_pay = ToPay(
        method=method,
        amount_minor=asked_for,
        margin_minor=asked_for * MARGIN_BP // 10_000,
        at=now.astimezone(ZoneInfo(shop.time_zone)),
        draw=draw_of(f"{name}-{tries}" if tries else name),
        bank=METHODS[method].bank,
        again=tries > 0,
    )
    candidates = await _candidates(
        tx,
        rails,
        to_pay.amount_minor,
        maintained,
        troubled,
        fees=await fees_on(tx, local_date(now, shop.time_zone)),
    )
    made = decided(order_id, to_pay, candidates, rules, shut=await _shut(tx, method, rails))
    await decisions.keep(tx, [made], now=now)
    by_id = {str(rail.id): rail for rail in rails}
    return [by_id[ranked["id"]] for ranked in made.outcome["rails"]]


def decided(
    order_id: UUID,
    to_pay: ToPay,
    candidates: Sequence[Candidate],
    rules: RulesVersion | None,
    *,
    shut: Sequence[Mapping[str, str]] = (),
) -> Decision:
    """The choice among these rails, with everything it was made from.

    Args:
        shut: Rails that were not to be chosen from.
    """
    followed = rules.rules if rules else ()
    choice = choose(to_pay, candidates, followed)
    inputs = _inputs(to_pay, candidates, followed, rules.version if rules else None)
    return Decision(
        subject_id=order_id,
        kind=ROUTING,
        rule=ROUTING_RULE,
        inputs=inputs | ({"shut": list(shut)} if shut else {}),
        outcome=plain_choice(choice),
        reasons=reasons(choice),
    )


def reroute(inputs: Mapping[str, Any], rules: Sequence[Rule] | None = None) -> Replayed:
    """What today's rule chooses from the inputs of a choice.

    Args:
        rules: The operator's, instead of those that were followed then.
    """
    candidates = read_candidates(inputs["rails"])
    followed = read_rules(inputs["rules"]) if rules is None else rules
    choice = choose(read_to_pay(inputs["to_pay"]), candidates, followed)
    return Replayed(ROUTING_RULE, plain_choice(choice), reasons(choice))


def reasons(choice: Choice) -> list[str]:
    """Why the first rail is the first, as codes."""
    return [str(choice.approach), *(str(because) for because in choice.rails[0].because)]


async def _shut(tx: Tx, method: str, offered: Sequence[Rail]) -> list[dict[str, str]]:
    """Rails of the method that were not to be chosen from, as somebody closed them for a while."""
    there = {rail.id for rail in offered}
    return [
        {"id": str(rail.id), "gateway": rail.gateway, "state": rail.state}
        for rail in await rails_there(tx)
        if rail.method == method and rail.id not in there
    ]


async def _candidates(
    tx: Tx,
    rails: Sequence[Rail],
    amount_minor: int,
    maintained: Collection[UUID],
    troubled: Collection[UUID],
    *,
    fees: Mapping[UUID, Any],
) -> list[Candidate]:
    watched = await watches(tx)
    found = []
    for rail in rails:
        watch = watched.get(rail.id)
        standing = Standing(watch.word) if watch else Standing.WELL
        if standing is Standing.WELL and rail.id in troubled:
            standing = Standing.DEGRADED
        found.append(
            Candidate(
                id=str(rail.id),
                gateway=rail.gateway,
                rank=rail.rank,
                fee_minor=sum(fees[rail.id].of(amount_minor)) if rail.id in fees else 0,
                success=round(watch.success, 4) if watch else SUCCESS,
                paid=round(watch.paid, 4) if watch else 1.0,
                standing=standing,
                maintenance=rail.id in maintained,
            )
        )
    return found


def _inputs(
    to_pay: ToPay, rails: Sequence[Candidate], rules: Sequence[Rule], version: int | None
) -> dict[str, Any]:
    return {
        "to_pay": asdict(to_pay) | {"at": to_pay.at.isoformat()},
        "rails": [asdict(rail) | {"standing": str(rail.standing)} for rail in rails],
        "rules": plain_rules(rules),
        "version": version,
    }
