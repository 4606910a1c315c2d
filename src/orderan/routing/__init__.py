"""Routing: which rail carries a payment, and why.

Owns     the operator's rules as data, drafts of them and what those would have done to past payments, the
         order of rails, the reasons; routing_rules, routing_draft, routing_trial
Promises every rail that could carry the payment is in the answer, once; a rail that is down never comes
         before one that is well, unless a firm rule or a probe says so; the same question has the same
         answer, today and when it is played again; what is followed was tried before, and no edit is lost
Ignores  orders, gateways, how health is measured; a rail comes in with its standing and its chances
"""

from orderan.routing.commands import (
    ANYTHING,
    LONGEST_NOTE,
    Edit,
    Known,
    change_draft,
    draft,
    edit_rule,
    follow_rules,
    put_live,
    require_draft,
    restore_rules,
    set_rule,
    write_rules,
)
from orderan.routing.errors import (
    DraftIsLive,
    DraftMovedOn,
    DraftNotTried,
    LiveMovedOn,
    NoSuchRule,
    NoSuchRules,
    RulesNotUsable,
    RulesUnexplained,
    TrialTooLong,
)
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
from orderan.routing.rules_draft import Change, Changed, differences, unreachable
from orderan.routing.rules_read import MOST_RULES, Fault, plain_choice, plain_rules, read_rules
from orderan.routing.rules_trial import (
    EXAMPLES,
    MOST_MOVES,
    Example,
    Move,
    PastPayment,
    Playing,
    Trial,
    plain_trial,
    read_candidates,
    read_to_pay,
    read_trial,
)
from orderan.routing.store import RulesVersion, active_rules, versions
from orderan.routing.store_draft import Draft, KeptTrial, save_trial, trial_of
from orderan.routing.views import past_payments

__all__ = [
    "ANYTHING",
    "DRAWS",
    "EXAMPLES",
    "LONGEST_NOTE",
    "MOST_MOVES",
    "MOST_RULES",
    "PROBE_BP",
    "Approach",
    "Because",
    "Candidate",
    "Change",
    "Changed",
    "Choice",
    "Draft",
    "DraftIsLive",
    "DraftMovedOn",
    "DraftNotTried",
    "Edit",
    "Example",
    "Fault",
    "KeptTrial",
    "Known",
    "LiveMovedOn",
    "Move",
    "NoSuchRule",
    "NoSuchRules",
    "PastPayment",
    "Playing",
    "Ranked",
    "Rule",
    "RulesNotUsable",
    "RulesUnexplained",
    "RulesVersion",
    "Standing",
    "ToPay",
    "Trial",
    "TrialTooLong",
    "Weight",
    "When",
    "active_rules",
    "applies",
    "applying",
    "change_draft",
    "choose",
    "differences",
    "draft",
    "draw_of",
    "edit_rule",
    "follow_rules",
    "past_payments",
    "plain_choice",
    "plain_rules",
    "plain_trial",
    "put_live",
    "read_candidates",
    "read_rules",
    "read_to_pay",
    "read_trial",
    "require_draft",
    "restore_rules",
    "save_trial",
    "set_rule",
    "trial_of",
    "unreachable",
    "versions",
    "worth_minor",
    "write_rules",
]
