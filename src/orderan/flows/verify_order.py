"""Whether the buyer of a COD order means it, asked before anybody picks it.

    place     the policy decides whom to ask; who is asked waits, and nobody may pick. Where it asks nobody, that is
              written down of each order: one that nothing was decided of is on no pick list either
    try       what is due is written down first, then the buyer is called or written to with no transaction
              open, then what came of it is noted
    answer    see `hear_buyer`
    silence   the same way again, the next way, and at last what the policy says of silence (for a deposit see
              `ask_deposit`); where nobody was ever asked there was none, and a person decides

How it is asked, step after step, is in `asking_steps`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.customers import zone_of
from orderan.flows.ask_deposit import (
    DEMANDED,
    UNDER_WAY,
    begin_deposit,
    count_from_now,
    money_under_way,
    payable_deposits,
    was_told,
)
from orderan.flows.asking_steps import Asks, advance, reach_out
from orderan.flows.cancel_order import cancel_order
from orderan.flows.views_verifying import buyers_of
from orderan.flows.waits_for_person import report_never_asked
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
    orders_by_id,
)
from orderan.verification import (
    AnswerUnknown,
    Attempt,
    AttemptState,
    Begun,
    Buyer,
    Case,
    Decided,
    Next,
    Policy,
    PolicyVersion,
    Reached,
    Silence,
    Verdict,
    Way,
    after_miss,
    begin_attempts,
    cases_due,
    decide,
    deposit_of,
    go_on,
    lock_attempt,
    lock_cases,
    lock_open_attempts,
    note_asked,
    open_cases,
    plain,
    policies,
    policy_now,
    read,
    wants_deposit,
    was_asked,
    wrote_back,
)

NOBODY_IS_ASKED: Final = "nobody_is_asked"
VERIFYING: Final = "verification"
VERIFYING_RULE: Final = "first_rule@1"
WHERE_THEY_LIVE: Final = ("buyer", "area")
"""Where it stands among what a choice was made from; gone once the buyer is erased."""
BATCH: Final = 100
OWN_WORD: Final = 0
"""The version of a shop without any policy: its own people ask every buyer."""


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
        await move_verification(tx, asked, VerificationEvent.WAIVE, reason=NOBODY_IS_ASKED, now=now)
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


async def payable_now(tx: Tx, totals: Mapping[UUID, int], *, now: datetime) -> set[UUID]:
    """Of orders about to be placed, those whose deposit an open rail of the shop takes.

    Args:
        totals: Of each order, in rupiah.
    """
    if not totals:
        return set()
    policy = (await followed_now(tx, now=now)).policy
    wanted = {order_id: deposit_of(policy, total) for order_id, total in totals.items()}
    payable = await payable_deposits(tx, set(wanted.values()))
    return {order_id for order_id, amount in wanted.items() if amount in payable}


async def demand_deposits(tx: Tx, orders: Sequence[Order], *, now: datetime) -> dict[UUID, Order]:
    """Ask for a deposit of orders just written whose score wants one; returns them as they are now.

    Args:
        orders: Those of `payable_now`; nobody was asked about them.
    """
    if not orders:
        return {}
    await move_verification(tx, orders, VerificationEvent.ASK, reason=DEMANDED, now=now)
    ids = [order.id for order in orders]
    waiting = await lock_orders(tx, ids)
    await move_verification(tx, list(waiting.values()), VerificationEvent.GIVE_UP, reason=DEMANDED, now=now)
    policy = await followed_now(tx, now=now)
    buyers = await buyers_of(tx, ids)
    zones = {order_id: zone_of(buyer.area) for order_id, buyer in buyers.items()}
    await open_cases(tx, zones, policy, now=now)
    cases = await lock_cases(tx, ids)
    for order_id, order in waiting.items():
        await begin_deposit(tx, order, cases[order_id], policy.policy, zone=zones[order_id], now=now)
    return await orders_by_id(tx, ids)


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
        await reach_out(self.db, caller, begun, self.ways, self._noted)
        return len(due)

    async def _noted(self, tx: Tx, attempt: Attempt, reached: Reached) -> None:
        now = self.clock.now()
        orders = await lock_orders(tx, [attempt.order_id])
        cases = await lock_cases(tx, orders)
        locked = await lock_attempt(tx, attempt.id)
        if locked is None:
            raise AnswerUnknown
        after = await note_asked(tx, locked, reached, now=now)
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
    zones = {order_id: zone_of(buyer.area) for order_id, buyer in buyers.items()}
    pursuit = _Orders(tx, orders, plans, zones, now)
    cases_left = [(case, left.get(order_id)) for order_id, case in cases.items()]
    ready = [
        await count_from_now(tx, orders[case.order_id], case, pursuit.plan(case), now=now)
        for case in await advance(tx, cases_left, pursuit, ways, now=now)
    ]
    return await begin_attempts(tx, ready, plans, now=now)


@dataclass(frozen=True)
class _Orders:
    """See `Pursuit`: orders whose buyers have to say whether they mean them."""

    tx: Tx
    orders: Mapping[UUID, Order]
    plans: Mapping[int, Policy]
    zones: Mapping[UUID, str]
    now: datetime

    def plan(self, case: Case) -> Policy:
        return self.plans[case.policy_version]

    def zone(self, case: Case) -> str:
        return self.zones[case.order_id]

    async def go_on(self, case: Case, due: Next) -> Case:
        return await go_on(self.tx, case, due, now=self.now)

    async def missed(self, case: Case) -> None:
        order = self.orders[case.order_id]
        await _after_miss(self.tx, order, case, self.plan(case), self.zone(case), now=self.now)

    async def silent(self, case: Case) -> None:
        order = self.orders[case.order_id]
        await _silent(self.tx, order, case, self.plan(case), self.zone(case), now=self.now)


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
        await _silent(tx, order, case, policy, zone, now=now)


async def _silent(tx: Tx, order: Order, case: Case, policy: Policy, zone: str, *, now: datetime) -> None:
    """No answer in any way. Who was never asked, or wrote what a person has to read, was not silent: their order is
    only held.
    """
    if wants_deposit(policy, case):
        await _unpaid(tx, order, case, policy, now=now)
        return
    await go_on(tx, case, Next(None, case.tries, now), now=now)
    if order.verification != Verification.WAITING or order.commercial != Commercial.ACCEPTED:
        return
    asked = await _asked_ever(tx, case, policy)
    wrote = asked and await wrote_back(tx, order.id, since=_since(case, policy))
    reason = "own_words" if wrote else "silence" if asked else "never_asked"
    await move_verification(tx, [order], VerificationEvent.GIVE_UP, reason=reason, now=now)
    if not asked:
        await report_never_asked(tx, order, now=now)
    elif wrote:
        await drop_deposit(tx, order)
    elif policy.silence is Silence.CANCEL:
        await cancel_order(tx, order.id, reason="buyer_unreachable", now=now)
    elif policy.silence is Silence.DEPOSIT:
        await begin_deposit(tx, order, case, policy, zone=zone, now=now)
    else:
        await drop_deposit(tx, order)


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
    if wants_deposit(policy, case):
        return await was_told(tx, case, policy)
    return await was_asked(tx, case.order_id, since=_since(case, policy))


def _since(case: Case, policy: Policy) -> datetime:
    """When the asking for a word began the last time it did."""
    return case.deadline - timedelta(hours=policy.deadline_hours)
