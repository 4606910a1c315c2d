"""Routing: which rail carries a payment, and why.

Owns     the operator's rules as data, the order of rails, the reasons; routing_rules
Promises every rail that could carry the payment is in the answer, once; a rail that is down never comes
         before one that is well, unless a firm rule or a probe says so; the same question has the same
         answer, today and when it is played again
Ignores  orders, gateways, how health is measured; a rail comes in with its standing and its chances
"""

from orderan.routing.commands import follow_rules, write_rules
from orderan.routing.errors import NoSuchRules, RulesNotUsable
from orderan.routing.models import (
    DRAWS,
    PROBE_BP,
    Approach,
    Because,
    Candidate,
    Choice,
    Ranked,
    Rule,
    Standing,
    ToPay,
    Weight,
    When,
)
from orderan.routing.rules import applies, applying, choose, draw_of, worth_minor
from orderan.routing.rules_read import Fault, plain_choice, plain_rules, read_rules
from orderan.routing.store import RulesVersion, active_rules, versions

__all__ = [
    "DRAWS",
    "PROBE_BP",
    "Approach",
    "Because",
    "Candidate",
    "Choice",
    "Fault",
    "NoSuchRules",
    "Ranked",
    "Rule",
    "RulesNotUsable",
    "RulesVersion",
    "Standing",
    "ToPay",
    "Weight",
    "When",
    "active_rules",
    "applies",
    "applying",
    "choose",
    "draw_of",
    "follow_rules",
    "plain_choice",
    "plain_rules",
    "read_rules",
    "versions",
    "worth_minor",
    "write_rules",
]
