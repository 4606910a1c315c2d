"""A buyer's word about their COD order, by whatever way it comes; one about a parcel's day goes on to `hear_day`.

    confirmed   work may begin
    refused     the order is cancelled, its stock is free at once, and the reason is kept
    not heard   the try is over; what comes next, the policy says
    waived      somebody of the shop lets it go without the buyer's word

The first answer decides, early, late or twice; every later one changes nothing and is told so.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.customers import zone_of
from orderan.flows.ask_deposit import DEMANDED
from orderan.flows.asking_words import WHYS
from orderan.flows.cancel_order import cancel_order
from orderan.flows.hear_day import answer_of_day
from orderan.flows.verify_order import after_missed, followed_now
from orderan.flows.views_verifying import asked_somebody_else, buyers_of, waits_because
from orderan.flows.waits_for_person import settle_waits
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import (
    Commercial,
    Order,
    OrderNotFound,
    Verification,
    VerificationEvent,
    drop_deposit,
    lock_orders,
    move_verification,
    orders_by_id,
)
from orderan.verification import (
    OPEN,
    AnswerUnknown,
    Attempt,
    AttemptEvent,
    DayOver,
    DepositDemanded,
    LaterThanDeadline,
    Next,
    NotBeingAsked,
    NotOnTheList,
    Way,
    WhyMissing,
    attempt_by_digest,
    case_of,
    close_case,
    digest_of,
    go_on,
    lock_attempt,
    lock_cases,
    lock_open_attempts,
    note_answer,
    note_by_hand,
    note_why,
    open_cases,
    take_case,
)

VALID: Final = timedelta(hours=48)
"""How long a link or button of an attempt is good at least, and until the time to ask is over where that is later: an
answer is taken long after its attempt was missed."""
OPEN_AXIS: Final = frozenset({Verification.WAITING, Verification.UNREACHABLE})
_ANSWERS: Final = {
    AttemptEvent.CONFIRM: VerificationEvent.CONFIRM,
    AttemptEvent.REFUSE: VerificationEvent.REFUSE,
}


async def asked_by(tx: Tx, token: str, *, now: datetime) -> Attempt:
    """The attempt that gave out a token; not locked.

    Raises:
        AnswerUnknown: Nobody was given this, or long ago, or by a telephone that is the buyer's no more.
    """
    found = await attempt_by_digest(tx, digest_of(token))
    if found is None or not await is_good(tx, found, now=now) or await asked_somebody_else(tx, found.id):
        raise AnswerUnknown
    return found


async def is_good(tx: Tx, attempt: Attempt, *, now: datetime) -> bool:
    """Whether an answer to an attempt is still taken: see `VALID`; a parcel's day is over before."""
    if now < attempt.began_at + VALID:
        return True
    case = None if attempt.day_id else await case_of(tx, attempt.order_id)
    return case is not None and now < case.deadline


async def hear_answer(
    tx: Tx,
    token: str,
    event: AttemptEvent,
    *,
    answer: str | None = None,
    note: str | None = None,
    now: datetime,
) -> Order:
    """A buyer answered by what only they were given; returns their order. The first answer decides.

    Raises:
        AnswerUnknown: As `asked_by` has it.
        NotBeingAsked: The order was answered for, or is closed; nothing changed.
        DayOver: Of a parcel's day, see `answer_of_day`.
    """
    found = await asked_by(tx, token, now=now)
    return await answer_attempt(tx, found.id, found.order_id, event, answer=answer, note=note, now=now)


async def hear_why(tx: Tx, token: str, why: str, *, now: datetime) -> bool:
    """A buyer who said no by what only they were given says why; whether it is kept. Nobody has to.

    Args:
        why: One of `WHYS`; anything else is nothing.

    Raises:
        AnswerUnknown: As `asked_by` has it.
    """
    return await explain(tx, await asked_by(tx, token, now=now), why)


async def explain(tx: Tx, asked: Attempt, why: str) -> bool:
    """A buyer who said no by an attempt says why; whether it is kept.

    Args:
        why: One of `WHYS`; anything else is nothing.
    """
    if why not in WHYS:
        return False
    await _locked(tx, asked.order_id)
    attempt = await lock_attempt(tx, asked.id)
    return attempt is not None and await note_why(tx, attempt, WHYS[why], among=WHYS.values())


async def answer_attempt(
    tx: Tx,
    attempt_id: UUID,
    order_id: UUID,
    event: AttemptEvent,
    *,
    answer: str | None = None,
    note: str | None = None,
    now: datetime,
) -> Order:
    """An attempt of an order ended; returns the order. What a provider tells of a call comes here too.

    Raises:
        AnswerUnknown: No such attempt in this shop.
        NotBeingAsked: The order was answered for, or is closed, or whoever answers has a telephone that is the
            buyer's no more; nothing changed.
        DepositDemanded: It is a yes, and the order's score wants a deposit; nothing changed.
        DayOver: Of a parcel's day, see `answer_of_day`.
    """
    order = await _locked(tx, order_id)
    attempt = await lock_attempt(tx, attempt_id)
    if attempt is None:
        raise AnswerUnknown
    if attempt.day_id is not None:
        if event is not AttemptEvent.MISS and await asked_somebody_else(tx, attempt_id):
            raise DayOver(str(order.number))
        await answer_of_day(tx, order, attempt, event, answer=answer, note=note, now=now)
        return order
    case = (await lock_cases(tx, [order.id]))[order.id]
    _require_open(order)
    if event is AttemptEvent.PUT_OFF or (event in _ANSWERS and await asked_somebody_else(tx, attempt_id)):
        raise NotBeingAsked(str(order.number), order.verification)
    if event is AttemptEvent.CONFIRM and await _demanded(tx, order):
        raise DepositDemanded(str(order.number), order.verification)
    was_open = attempt.state in OPEN
    moved = await note_answer(tx, attempt, event, answer=answer, note=note, now=now)
    if event is AttemptEvent.MISS:
        if moved is not None and was_open:
            await after_missed(tx, order, case, now=now)
        return (await orders_by_id(tx, [order.id]))[order.id]
    if moved is None:
        # The order was changed since, and is another one than this attempt asked about.
        raise NotBeingAsked(str(order.number), order.verification)
    return await _follow(tx, order, event, reason=note or f"{attempt.way}:{answer or event}", now=now)


async def _demanded(tx: Tx, order: Order) -> bool:
    return order.wants_deposit and await waits_because(tx, order.id) == DEMANDED


async def answer_by_hand(tx: Tx, order_id: UUID, event: AttemptEvent, *, note: str, now: datetime) -> Order:
    """Somebody of the shop heard from the buyer: by their list, or however.

    Raises:
        WhyMissing: It is a no, and nobody says why.
        OrderNotFound: No such order in this shop.
        NotBeingAsked: The order was answered for, or is closed; nothing changed.
    """
    if event is AttemptEvent.REFUSE and not note.strip():
        raise WhyMissing
    order = await _locked(tx, order_id)
    _require_open(order)
    case = (await lock_cases(tx, [order_id])).get(order_id)
    if case is None:
        await _open(tx, order_id, now=now)
    attempt = (await lock_open_attempts(tx, [order_id])).get(order_id)
    if attempt is not None and attempt.way is Way.AGENT:
        await note_answer(tx, attempt, event, note=note, by_hand=True, now=now)
    else:
        attempt = None
        await note_by_hand(tx, order_id, event, note=note, now=now)
    if event is AttemptEvent.MISS:
        if case is not None and attempt is not None:
            await after_missed(tx, order, case, now=now)
        return (await orders_by_id(tx, [order_id]))[order_id]
    return await _follow(tx, order, event, reason=note or None, now=now)


async def take_buyer(tx: Tx, order_id: UUID, *, now: datetime) -> Order:
    """Somebody of the shop is about to call this buyer: for a while nobody else does.

    Raises:
        OrderNotFound: No such order in this shop.
        NotBeingAsked: It waits for nobody's word.
        BuyerTaken: A colleague has them in hand.
    """
    order = await _locked(tx, order_id)
    _require_open(order)
    case = (await lock_cases(tx, [order_id])).get(order_id)
    if case is not None:
        await take_case(tx, case, now=now)
    return order


async def call_later(tx: Tx, order_id: UUID, at: datetime, *, note: str, now: datetime) -> Order:
    """The buyer asked to be called at another time: the try is over, and does not count.

    Raises:
        OrderNotFound: No such order in this shop.
        NotBeingAsked: It waits for nobody's word.
        NotOnTheList: No agent is to call them now.
        LaterThanDeadline: The moment is over, or past the time there is to ask.
    """
    order = await _locked(tx, order_id)
    _require_open(order)
    case = (await lock_cases(tx, [order_id])).get(order_id)
    attempt = (await lock_open_attempts(tx, [order_id])).get(order_id)
    if case is None or attempt is None or attempt.way is not Way.AGENT:
        raise NotOnTheList(str(order.number))
    if not now < at < case.deadline:
        raise LaterThanDeadline
    await note_answer(tx, attempt, AttemptEvent.MISS, answer="later", note=note, by_hand=True, now=now)
    await go_on(tx, case, Next(case.step, max(case.tries - 1, 0), at), now=now)
    return order


async def waive_verification(tx: Tx, order_id: UUID, *, reason: str, now: datetime) -> Order:
    """Let an order go without its buyer's word.

    Raises:
        WhyMissing: Nobody says why.
        OrderNotFound: No such order in this shop.
        NotBeingAsked: It waits for nobody's word.
    """
    if not reason.strip():
        raise WhyMissing
    order = await _locked(tx, order_id)
    _require_open(order)
    await move_verification(tx, [order], VerificationEvent.WAIVE, reason=reason, now=now)
    await drop_deposit(tx, order)
    await close_case(tx, order_id, now=now)
    await settle_waits(tx, [order_id], note="buyer waived", now=now)
    return (await orders_by_id(tx, [order_id]))[order_id]


async def ask_again(tx: Tx, order_id: UUID, *, now: datetime) -> Order:
    """Begin anew with a buyer who could not be reached, by the policy as it is now.

    Raises:
        OrderNotFound: No such order in this shop.
        NotBeingAsked: It waits for nobody's word, or is being asked about.
    """
    order = await _locked(tx, order_id)
    if order.verification != Verification.UNREACHABLE:
        raise NotBeingAsked(str(order.number), order.verification)
    _require_open(order)
    await move_verification(tx, [order], VerificationEvent.ASK, now=now)
    # A deposit that is still asked for is not asked for any more.
    await drop_deposit(tx, order)
    await close_case(tx, order_id, now=now)
    await _open(tx, order_id, now=now)
    await settle_waits(tx, [order_id], note="buyer asked again", now=now)
    return (await orders_by_id(tx, [order_id]))[order_id]


async def _open(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """Begin, or begin anew, to ask about a locked order."""
    zone = zone_of((await buyers_of(tx, [order_id]))[order_id].area)
    await open_cases(tx, {order_id: zone}, await followed_now(tx, now=now), now=now)


async def _locked(tx: Tx, order_id: UUID) -> Order:
    order = (await lock_orders(tx, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound(to_text("ord", order_id))
    return order


def _require_open(order: Order) -> None:
    if Verification(order.verification) not in OPEN_AXIS or order.commercial != Commercial.ACCEPTED:
        raise NotBeingAsked(str(order.number), order.verification)


async def _follow(tx: Tx, order: Order, event: AttemptEvent, *, reason: str | None, now: datetime) -> Order:
    """Let a locked order follow its buyer's word."""
    await move_verification(tx, [order], _ANSWERS[event], reason=reason, now=now)
    await drop_deposit(tx, order)
    await close_case(tx, order.id, now=now)
    await settle_waits(tx, [order.id], note="buyer answered", now=now)
    if event is AttemptEvent.REFUSE:
        return await cancel_order(tx, order.id, reason="buyer_refused", now=now)
    return (await orders_by_id(tx, [order.id]))[order.id]
