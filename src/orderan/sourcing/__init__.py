"""Sourcing: the operator's rules of where orders are served from, and the cheapest places by them.

Owns     sourcing_rules, sourcing_draft, sourcing_trial
Promises the places chosen have everything together; of few places no other set is cheaper; rules are followed
         only after they were tried on past orders
Ignores  what lies where: it is told what each place has
"""

from orderan.sourcing.commands import change_draft, put_live, restore_rules
from orderan.sourcing.errors import (
    DraftIsLive,
    DraftMovedOn,
    DraftNotTried,
    LiveMovedOn,
    NoSuchSourcingRules,
    SourcingRulesNotUsable,
    SourcingTrialTooLong,
    SourcingUnexplained,
)
from orderan.sourcing.models import FIRST_RULES, LEVELS, ORDINARY, PlaceRule, SourcingRules
from orderan.sourcing.rules import Offering, choose, cost_of, searched
from orderan.sourcing.rules_read import MOST_A_DAY, MOST_MINOR, Fault, plain_rules, read_rules
from orderan.sourcing.rules_trial import Changed, Playing, Share, Trial, differences
from orderan.sourcing.store import (
    Draft,
    KeptTrial,
    RulesVersion,
    draft,
    followed,
    keep_trial,
    live,
    require_draft,
    trial_of,
    versions,
)

__all__ = [
    "FIRST_RULES",
    "LEVELS",
    "MOST_A_DAY",
    "MOST_MINOR",
    "ORDINARY",
    "Changed",
    "Draft",
    "DraftIsLive",
    "DraftMovedOn",
    "DraftNotTried",
    "Fault",
    "KeptTrial",
    "LiveMovedOn",
    "NoSuchSourcingRules",
    "Offering",
    "PlaceRule",
    "Playing",
    "RulesVersion",
    "Share",
    "SourcingRules",
    "SourcingRulesNotUsable",
    "SourcingTrialTooLong",
    "SourcingUnexplained",
    "Trial",
    "change_draft",
    "choose",
    "cost_of",
    "differences",
    "draft",
    "followed",
    "keep_trial",
    "live",
    "plain_rules",
    "put_live",
    "read_rules",
    "require_draft",
    "restore_rules",
    "searched",
    "trial_of",
    "versions",
]
