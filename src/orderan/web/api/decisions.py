"""Kenapa? over the API: the automatic choices about an order, and what today's rules would choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan import sourcing
from orderan.access import Permission, Principal
from orderan.flows.replay_decision import replay
from orderan.kit import decisions
from orderan.kit.db import Caller, Database, Tx
from orderan.routing import Rule, active_rules
from orderan.sourcing import SourcingRules
from orderan.trust import Policy, followed
from orderan.web.api.answering import READ
from orderan.web.api.order_told import seen, sees_stock
from orderan.web.api.shapes import Told


class TodayTold(Told):
    """What today's rules choose from the same inputs."""

    rule: str
    same: bool
    outcome: dict[str, Any]
    reasons: list[str]


class DecisionTold(Told):
    """An automatic choice."""

    at: datetime
    kind: str
    rule: str
    inputs: dict[str, Any] | None = Field(
        description="What it was made from; only for a key that sees the stock of every location"
    )
    outcome: dict[str, Any]
    reasons: list[str]
    today: TodayTold | None = Field(
        description="Absent where the decision was made before its inputs were kept whole"
    )


class DecisionsTold(Told):
    """Every choice, the oldest first."""

    data: list[DecisionTold]


@get(
    "/{order_id:str}/decisions",
    summary="Why: the automatic choices about an order",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def decisions_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> DecisionsTold:
    """Each with the rule it followed, its reasons, and whether today's rules would choose the same."""

    async def read(tx: Tx) -> tuple[list[Any], _Followed]:
        found = await decisions.about(tx, await seen(tx, principal, order_id))
        live = await active_rules(tx)
        policy, _ = await followed(tx)
        return found, _Followed(live.rules if live else (), policy, await sourcing.followed(tx))

    whole = sees_stock(principal)
    found, now = await db.run(caller, read)
    return DecisionsTold(data=[_told(made, now, whole=whole) for made in found])


@dataclass(frozen=True, slots=True)
class _Followed:
    """Every kind of rules that is followed now."""

    routing: Sequence[Rule]
    trust: Policy
    sourcing: SourcingRules


def _told(made: Any, now: _Followed, *, whole: bool) -> DecisionTold:
    today = replay(
        made.kind, made.inputs, made.outcome, rules=now.routing, policy=now.trust, sourcing=now.sourcing
    )
    return DecisionTold(
        at=made.decided_at,
        kind=made.kind,
        rule=made.rule,
        inputs=made.inputs if whole else None,
        outcome=made.outcome,
        reasons=made.reasons,
        today=None
        if today is None
        else TodayTold(
            rule=today.rule, same=today.same, outcome=dict(today.outcome), reasons=list(today.reasons)
        ),
    )


routes = [decisions_read]
"""Mounted at /api/v1/orders by orderan.web.api.orders."""
