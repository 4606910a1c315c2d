"""Kenapa?, asked again: what would today's rules choose from what was known then?

Nothing is read but the decision, so a replay answers for the rule alone and not for what has
happened to the stock since.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderan.flows.choose_courier import CARRYING, rechoose
from orderan.flows.promise_dates import PROMISING, promise_again
from orderan.flows.route_payment import ROUTING, reroute
from orderan.flows.score_orders import TRUST, rescore
from orderan.flows.solve_runs import PLANNING_KIND
from orderan.flows.substitute_units import SUBSTITUTING, substitute_again
from orderan.flows.verify_order import VERIFYING, decide_again
from orderan.inventory import SOURCING, resource
from orderan.kit.decisions import Replayed
from orderan.routing import Rule
from orderan.sourcing import SourcingRules
from orderan.trust import Policy

REPLAYS: Final[Mapping[str, Callable[[Mapping[str, Any]], Replayed | None]]] = {
    SOURCING: resource,
    ROUTING: lambda inputs: reroute(inputs) if "to_pay" in inputs else None,
    VERIFYING: lambda inputs: decide_again(inputs) if "followed" in inputs else None,
    CARRYING: rechoose,
    PROMISING: promise_again,
    TRUST: lambda inputs: rescore(inputs) if "followed" in inputs else None,
    SUBSTITUTING: substitute_again,
    PLANNING_KIND: lambda _inputs: None,
}
"""How each kind of decision is made again. A plan of routes is a search against a clock: it never is."""


@dataclass(frozen=True, slots=True)
class Today:
    """What today's rules make of an earlier decision.

    Attributes:
        same: They choose the same.
    """

    rule: str
    outcome: Mapping[str, Any]
    reasons: tuple[str, ...]
    same: bool


def replay(
    kind: str,
    inputs: Mapping[str, Any],
    outcome: Mapping[str, Any],
    *,
    rules: Sequence[Rule] | None = None,
    policy: Policy | None = None,
    sourcing: SourcingRules | None = None,
) -> Today | None:
    """Make a decision again; None when too little was kept of it, as before inputs were kept whole.

    Args:
        rules: Of routing, those that are followed today; None: those that were followed then.
        policy: Of scoring, the same.
        sourcing: Of where goods come from, the same.
    """
    again: Replayed | None
    if kind == ROUTING and rules is not None and "to_pay" in inputs:
        again = reroute(inputs, rules)
    elif kind == TRUST and policy is not None and "measures" in inputs:
        again = rescore(inputs, policy)
    elif kind == SOURCING and sourcing is not None:
        again = resource(inputs, sourcing)
    else:
        again = REPLAYS[kind](inputs)
    if again is None:
        return None
    return Today(again.rule, again.outcome, tuple(again.reasons), same=again.outcome == outcome)
