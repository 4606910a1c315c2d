"""Verification: whether the buyer of a COD order means it, asked before it costs a shipment.

Owns     verification_policy, verification_case, verification_attempt, verification_call
Promises at most one attempt of an order is open at a time; a case that is not closed has something due, or
         an attempt that ends by itself; a token is given out once and kept as a digest; a late answer is kept
         and never lost; nobody is called outside the hours of their own day
Speaks   verification.buyer_asked.v1, verification.buyer_answered.v1
Ignores  what a telephone or a message is, and what becomes of the order: flows join them
"""

from orderan.verification.commands.ask import (
    Begun,
    begin_attempts,
    close_case,
    digest_of,
    go_on,
    note_answer,
    note_asked,
    note_by_hand,
    open_cases,
    overtake_attempts,
    take_case,
)
from orderan.verification.commands.policy import keep_policy
from orderan.verification.errors import (
    AnswerUnknown,
    BuyerTaken,
    LaterThanDeadline,
    NotBeingAsked,
    NotOnTheList,
    PolicyMovedOn,
    PolicyNotUsable,
    WhyMissing,
)
from orderan.verification.models import (
    TAKEN_FOR,
    Attempt,
    Buyer,
    CallThread,
    Case,
    Decided,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
)
from orderan.verification.reading import plain, read
from orderan.verification.rules import Next, after_miss, decide, faults, holds, may_ask_at, not_before
from orderan.verification.states import ATTEMPT, OPEN, AttemptEvent, AttemptState
from orderan.verification.store import (
    as_attempt,
    attempt_by_digest,
    attempts_named,
    attempts_of_provider,
    cases_due,
    forget_words,
    lock_attempt,
    lock_cases,
    lock_open_attempts,
    note_phone,
)
from orderan.verification.store_calls import (
    begin_thread,
    lock_thread,
    note_costs,
    save_thread,
    thread_of_call,
    threads_to_look_up,
)
from orderan.verification.views import PolicyVersion, attempts_of, case_of, policies, policy_now, was_asked

__all__ = [
    "ATTEMPT",
    "OPEN",
    "TAKEN_FOR",
    "AnswerUnknown",
    "Attempt",
    "AttemptEvent",
    "AttemptState",
    "Begun",
    "Buyer",
    "BuyerTaken",
    "CallThread",
    "Case",
    "Decided",
    "LaterThanDeadline",
    "Next",
    "NotBeingAsked",
    "NotOnTheList",
    "Policy",
    "PolicyMovedOn",
    "PolicyNotUsable",
    "PolicyVersion",
    "Rule",
    "Silence",
    "Step",
    "Verdict",
    "Way",
    "When",
    "WhyMissing",
    "after_miss",
    "as_attempt",
    "attempt_by_digest",
    "attempts_named",
    "attempts_of",
    "attempts_of_provider",
    "begin_attempts",
    "begin_thread",
    "case_of",
    "cases_due",
    "close_case",
    "decide",
    "digest_of",
    "faults",
    "forget_words",
    "go_on",
    "holds",
    "keep_policy",
    "lock_attempt",
    "lock_cases",
    "lock_open_attempts",
    "lock_thread",
    "may_ask_at",
    "not_before",
    "note_answer",
    "note_asked",
    "note_by_hand",
    "note_costs",
    "note_phone",
    "open_cases",
    "overtake_attempts",
    "plain",
    "policies",
    "policy_now",
    "read",
    "save_thread",
    "take_case",
    "thread_of_call",
    "threads_to_look_up",
    "was_asked",
]
