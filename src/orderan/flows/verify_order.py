"""Whether the buyer of a COD order means it, asked before anybody picks it.

    place     the policy decides whom to ask; who is asked waits, and nobody may pick
    try       what is due is written down first, then the buyer is called or written to with no transaction
              open, then what came of it is noted
    answer    see `hear_buyer`
    silence   the same way again, the next way, and at last what the policy says of silence (for a deposit see
              `ask_deposit`); where nobody was ever asked there was none, and a person decides

A try nobody heard of again ends by its own clock, so no case waits for a partner.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from orderan.customers import zone_of
from orderan.flows.ask_deposit import UNDER_WAY, begin_deposit, money_under_way
from orderan.flows.cancel_order import cancel_order
from orderan.flows.never_asked import report_never_asked
from orderan.flows.views_verifying import buyers_of
from orderan.kit import decisions
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.decisions import Decision, Replayed
from orderan.orders import (
    Commercial,
    Order,
    Terms,
    Verification,
    VerificationEvent,
    drop_deposit,
    lock_orders,
    move_verification,
)
from orderan.verification import (
    AnswerUnknown,
    Attempt,
    AttemptEvent,
    AttemptState,
    Begun,
    Buyer,
    Case,
    Decided,
    Next,
    Policy,
    PolicyVersion,
    Silence,
    Verdict,
    Way,
    after_miss,
    begin_attempts,
    cases_due,
    decide,
    go_on,
    lock_attempt,
    lock_cases,
    lock_open_attempts,
    not_before,
    note_answer,
    note_asked,
    open_cases,
    plain,
    policies,
    policy_now,
    read,
    steps_of,
    wants_deposit,
    was_asked,
)

VERIFYING: Final = "verification"
VERIFYING_RULE: Final = "first_rule@1"
WHERE_THEY_LIVE: Final = ("buyer", "area")
"""Where it stands among what a choice was made from; gone once the buyer is erased."""
BATCH: Final = 100
AT_ONCE: Final = 16
"""Calls and messages in flight; a provider that hangs holds up this many of one batch and no more."""
OWN_WORD: Final = 0
"""The version of a shop without any policy: its own people ask every buyer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A provider took the call or the message.

    Attributes:
        sure: False when it may have been taken: the request was sent and no answer came.
    """

    provider: str
    provider_id: str | None
    sure: bool = True


class NotAsked(Exception):
    """Nothing reached the buyer."""

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(why)
        self.provider = provider


class Asks(Protocol):
    """A way to reach a buyer; never called with a transaction open."""

    async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
        """Call or write to the buyer of an attempt.

        Raises:
            NotAsked: Nothing reached them.
        """


async def begin_verification(tx: Tx, orders: Sequence[Order], *, now: datetime) -> None:
    """Decide of orders just placed whose buyers are asked; nobody is by rule where the policy says so.

    Those whose score says that they are to be asked wait already, whatever the policy's rules.

    Args:
        orders: Made or locked in this transaction.
    """
    asked = [
        order
        for order in orders
        if order.terms == Terms.COD and order.verification == Verification.NOT_NEEDED
    ]
    told = [order for order in orders if order.verification == Verification.WAITING]
    policy = await followed_now(tx, now=now)
    if not policy.policy.asks:
        asked = []
    if not (asked or told):
        return
    buyers = await buyers_of(tx, [order.id for order in (*asked, *told)])
    found = {order.id: decide(policy.policy, buyers[order.id]) for order in asked}
    kept = [choice_of(order, buyers[order.id], policy, found[order.id]) for order in asked]
    await decisions.keep(tx, kept, now=now)
    await move_verification(tx, asked, VerificationEvent.ASK, now=now)
    waiting = [*told, *(order for order in asked if found[order.id].verdict is Verdict.ASK)]
    await open_cases(tx, {order.id: zone_of(buyers[order.id].area) for order in waiting}, policy, now=now)
    waived: dict[str | None, list[Order]] = {}
    for order in asked:
        if found[order.id].verdict is Verdict.WAIVE:
            waived.setdefault(found[order.id].rule, []).append(order)
    for rule, some in waived.items():
        locked = await lock_orders(tx, [order.id for order in some])
        await move_verification(tx, list(locked.values()), VerificationEvent.WAIVE, reason=rule, now=now)


async def followed_now(tx: Tx, *, now: datetime) -> PolicyVersion:
    """The policy for orders to come; where there is none, the shop's own people ask everybody."""
    return await policy_now(tx) or PolicyVersion(OWN_WORD, Policy(), "system", now)


async def plans_of(tx: Tx, versions: Collection[int]) -> dict[int, Policy]:
    """What these versions say."""
    known = await policies(tx, versions)
    return {OWN_WORD: Policy()} | {version: kept.policy for version, kept in known.items()}


def choice_of(order: Order, buyer: Buyer, policy: PolicyVersion, found: Decided) -> Decision:
    """The choice with everything it was made from; nothing of a person stands in it."""
    return Decision(
        subject_id=order.id,
        kind=VERIFYING,
        rule=VERIFYING_RULE,
        inputs={"buyer": asdict(buyer), "version": policy.version, "followed": plain(policy.policy)},
        outcome={"verdict": str(found.verdict)},
        reasons=_reasons(found),
    )


def _reasons(found: Decided) -> list[str]:
    return [f"rule:{found.rule}" if found.rule else "no_rule"]


def decide_again(inputs: Mapping[str, Any]) -> Replayed | None:
    """What the policy that was followed makes of what was known of a buyer; None once they were erased."""
    if "area" not in inputs["buyer"]:
        return None
    found = decide(read(inputs["followed"]), Buyer(**inputs["buyer"]))
    return Replayed(VERIFYING_RULE, {"verdict": str(found.verdict)}, _reasons(found))


@dataclass
class Verifier:
    """Works off what is due of one shop's cases."""

    db: Database
    clock: Clock
    ways: Mapping[Way, Asks]

    async def work_due(self, caller: Caller) -> int:
        """Make the tries that are due and end those nobody answered; returns how many cases moved."""
        now = self.clock.now()
        due = await self.db.run(caller, lambda tx: cases_due(tx, now=now, limit=BATCH))
        if not due:
            return 0
        begun = await self.db.run(caller, lambda tx: advance_cases(tx, due, self.ways, now=self.clock.now()))
        turns = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(
            *(self._ask(caller, one, turns) for one in begun if one.attempt.way in self.ways)
        )
        return len(due)

    async def _ask(self, caller: Caller, begun: Begun, turns: asyncio.Semaphore) -> None:
        attempt = begun.attempt
        async with turns:
            try:
                asked = await self.ways[attempt.way].ask(caller, attempt, begun.token)
            except NotAsked as failed:
                provider = failed.provider
                await self.db.run(
                    caller, lambda tx: self._noted(tx, attempt, provider, None, AttemptEvent.FAIL)
                )
                return
        event = AttemptEvent.ASK if asked.sure else AttemptEvent.LOSE
        await self.db.run(
            caller, lambda tx: self._noted(tx, attempt, asked.provider, asked.provider_id, event)
        )

    async def _noted(
        self, tx: Tx, attempt: Attempt, provider: str, provider_id: str | None, event: AttemptEvent
    ) -> None:
        now = self.clock.now()
        orders = await lock_orders(tx, [attempt.order_id])
        cases = await lock_cases(tx, orders)
        locked = await lock_attempt(tx, attempt.id)
        if locked is None:
            raise AnswerUnknown
        after = await note_asked(tx, locked, event, provider=provider, provider_id=provider_id, now=now)
        case = cases[attempt.order_id]
        if case.closed_at is not None:
            return
        if after.state is AttemptState.FAILED:
            await after_missed(tx, orders[attempt.order_id], case, now=now)
        elif after.state in {AttemptState.ASKED, AttemptState.UNKNOWN}:
            await go_on(tx, case, Next(case.step, case.tries, attempt.until), now=now)


async def advance_cases(tx: Tx, due: Sequence[UUID], ways: Collection[Way], *, now: datetime) -> list[Begun]:
    """Let each case that is still due go a step on; what is to be asked outside is returned.

    Args:
        ways: Those the shop has, besides its agents.
    """
    orders = await lock_orders(tx, due)
    cases = await lock_cases(tx, orders)
    left = await lock_open_attempts(tx, orders)
    plans = await plans_of(tx, {case.policy_version for case in cases.values()})
    buyers = await buyers_of(tx, orders)
    ready = []
    for order_id, case in cases.items():
        if case.next_at is None or case.next_at > now:
            continue
        policy, zone = plans[case.policy_version], zone_of(buyers[order_id].area)
        attempt = left.get(order_id)
        if attempt is not None and attempt.until > now and attempt.way is not Way.AGENT:
            # Sent, or perhaps sent, by somebody who died before they could say so.
            await go_on(tx, case, Next(case.step, case.tries, attempt.until), now=now)
            continue
        if attempt is not None:
            await note_answer(tx, attempt, AttemptEvent.MISS, now=now)
            await _after_miss(tx, orders[order_id], case, policy, zone, now=now)
            continue
        if case.deadline <= now:
            await _silent(tx, orders[order_id], case, policy, now=now)
            continue
        at = not_before(policy, case, now=now, zone=zone)
        if at > now:
            # Planned for an hour that is over: whoever was to make the try comes to it late.
            await go_on(tx, case, Next(case.step, case.tries, at), now=now)
            continue
        step = steps_of(policy)[case.step]
        if step.way is Way.AGENT or step.way in ways:
            ready.append(case)
        else:
            # The shop has no such way any more: as if it had been tried in vain.
            tried = Next(case.step, step.tries, now)
            await _after_miss(
                tx, orders[order_id], await go_on(tx, case, tried, now=now), policy, zone, now=now
            )
    return await begin_attempts(tx, ready, plans, now=now)


async def after_missed(tx: Tx, order: Order, case: Case, *, now: datetime) -> None:
    """The open try of a locked case reached nobody."""
    policy = (await plans_of(tx, [case.policy_version]))[case.policy_version]
    zone = zone_of((await buyers_of(tx, [order.id]))[order.id].area)
    await _after_miss(tx, order, case, policy, zone, now=now)


async def _after_miss(tx: Tx, order: Order, case: Case, policy: Policy, zone: str, *, now: datetime) -> None:
    due = after_miss(policy, case, now=now, zone=zone)
    if due.step is not None:
        await go_on(tx, case, due, now=now)
    elif due.at > now and await _asked_ever(tx, case, policy):
        await go_on(tx, case, Next(case.step, case.tries, due.at), now=now)
    else:
        await _silent(tx, order, case, policy, now=now)


async def _silent(tx: Tx, order: Order, case: Case, policy: Policy, *, now: datetime) -> None:
    """Nobody answered in any way; who was never asked did not keep silent, so their order is only held."""
    if wants_deposit(policy, case):
        await _unpaid(tx, order, case, policy, now=now)
        return
    await go_on(tx, case, Next(None, case.tries, now), now=now)
    if order.verification != Verification.WAITING or order.commercial != Commercial.ACCEPTED:
        return
    asked = await _asked_ever(tx, case, policy)
    reason = "silence" if asked else "never_asked"
    await move_verification(tx, [order], VerificationEvent.GIVE_UP, reason=reason, now=now)
    if not asked:
        await report_never_asked(tx, order, now=now)
    elif policy.silence is Silence.CANCEL:
        await cancel_order(tx, order.id, reason="buyer_unreachable", now=now)
    else:
        await begin_deposit(tx, order, case, policy, now=now)


async def _unpaid(tx: Tx, order: Order, case: Case, policy: Policy, *, now: datetime) -> None:
    """The deposit's time is over; of whoever was told of none it was not asked, so their order is only held."""
    if order.wants_deposit and await money_under_way(tx, order):
        await go_on(tx, case, Next(case.step, case.tries, now + UNDER_WAY), now=now)
        return
    await go_on(tx, case, Next(None, case.tries, now), now=now)
    if not order.wants_deposit:
        return
    if await _asked_ever(tx, case, policy):
        await cancel_order(tx, order.id, reason="deposit_unpaid", now=now)
        return
    await drop_deposit(tx, order)
    await report_never_asked(tx, order, now=now)


async def _asked_ever(tx: Tx, case: Case, policy: Policy) -> bool:
    """Whether the buyer was asked since the asking for a word, or for a deposit, began the last time it did."""
    hours = policy.deposit_hours if wants_deposit(policy, case) else policy.deadline_hours
    return await was_asked(tx, case.order_id, since=case.deadline - timedelta(hours=hours))
