"""What couriers say of parcels moves them: one road for letters that came and for answers to our questions.

hear      see `hear_couriers`; what does not prove its sender only has the courier asked
note      every step, in the courier's words and in ours, each once; a word nobody knows is shown to a person
move      parcels whose news is later than what was heard before; orders follow as if a person had said it
refuse    nothing goes back from delivered, returned, lost or damaged: a courier that says otherwise is reported

Two workers, a letter sent twice and an answer that overtook a letter all end in the same place: orders and parcels
are locked before anything is looked at, and a step that is known is no news.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.couriers import Status, Step
from orderan.flows.deliver import move_on
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.orders import Order, lock_orders
from orderan.shipping import (
    PARCEL,
    Following,
    Parcel,
    ParcelEvent,
    ParcelState,
    ParcelStep,
    Source,
    add_steps,
    behind,
    counts,
    events_for,
    followings,
    in_order,
    keep_followings,
    lock_parcels,
    next_ask,
)

LONGEST_WORD: Final = 200
CONTRADICTS: Final = "courier_contradicts"
UNKNOWN_WORD: Final = "courier_word"


@dataclass(frozen=True, slots=True)
class Told:
    """What a courier says of a parcel of ours.

    Attributes:
        steps: None of a hint, after which the courier is asked.
    """

    parcel_id: UUID
    steps: tuple[Step, ...] | None
    account_id: UUID
    source: Source
    heard_at: datetime


async def follow(tx: Tx, told: Sequence[Told], *, now: datetime) -> int:
    """Note what couriers say and move their parcels; returns how many steps were news."""
    if not told:
        return 0
    ids = {one.parcel_id for one in told}
    places = await behind(tx, ids)
    orders = await lock_orders(tx, {order_id for order_id, _ in places.values()})
    parcels = await lock_parcels(tx, ids)
    before = await followings(tx, ids)
    steps = [step for one in told if one.parcel_id in parcels for step in _steps(one, now)]
    news = await add_steps(tx, steps, now=now)
    fresh: dict[UUID, list[ParcelStep]] = defaultdict(list)
    for step in in_order(steps):
        if (step.parcel_id, step.at, step.word, step.code) in news:
            news.discard((step.parcel_id, step.at, step.word, step.code))
            fresh[step.parcel_id].append(step)
    roads, odd = _roads(parcels, fresh, before)
    ended = await _walk(tx, parcels, roads, now=now)
    entries = [_contradiction(parcels[step.parcel_id], step, orders) for step in odd]
    entries += [
        _unknown(parcels[step.parcel_id], step)
        for found in fresh.values()
        for step in found
        if step.status is None
    ]
    await inbox.report(tx, list({one.dedupe_key: one for one in entries}.values()), now=now)
    hints = {one.parcel_id for one in told if one.steps is None}
    asked = {one.parcel_id for one in told if one.source is Source.ASKED}
    await keep_followings(
        tx,
        {
            parcel_id: _followed(
                before.get(parcel_id),
                fresh.get(parcel_id, []),
                ended[parcel_id],
                hinted=parcel_id in hints,
                asked=parcel_id in asked,
                now=now,
            )
            for parcel_id in parcels
        },
    )
    return sum(map(len, fresh.values()))


def _steps(told: Told, now: datetime) -> Iterable[ParcelStep]:
    for step in told.steps or ():
        yield ParcelStep(
            parcel_id=told.parcel_id,
            # What a courier's fast clock says of the future happened now.
            at=min(step.at or told.heard_at, now),
            status=step.status,
            word=step.word[:LONGEST_WORD],
            code=step.code[:LONGEST_WORD],
            place=step.place[:LONGEST_WORD],
            refused=step.refused,
            source=told.source,
            account_id=told.account_id,
        )


Roads = dict[UUID, list[tuple[ParcelEvent, str]]]


def _roads(
    parcels: Mapping[UUID, Parcel],
    fresh: Mapping[UUID, Sequence[ParcelStep]],
    before: Mapping[UUID, Following],
) -> tuple[Roads, list[ParcelStep]]:
    """How each parcel moves, with the word it moves by, and the steps that contradict where it stands."""
    roads: Roads = {}
    odd: list[ParcelStep] = []
    for parcel_id, steps in fresh.items():
        state = ParcelState(parcels[parcel_id].state)
        known = before.get(parcel_id)
        latest = known.told_at if known else None
        road: list[tuple[ParcelEvent, str]] = []
        for step in steps:
            if step.status is None or not counts(step, latest):
                continue
            events = events_for(state, step.status)
            if events is None:
                odd.append(step)
                continue
            for event in events:
                state = ParcelState(PARCEL.after(state, event))
                road.append((event, step.word or step.code))
            latest = step.at if latest is None else max(latest, step.at)
        if road:
            roads[parcel_id] = road
    return roads, odd


async def _walk(
    tx: Tx, parcels: Mapping[UUID, Parcel], roads: Roads, *, now: datetime
) -> dict[UUID, ParcelState]:
    """Move parcels along their roads, many at a time; returns where each stands."""
    stands = {parcel_id: ParcelState(parcel.state) for parcel_id, parcel in parcels.items()}
    for turn in range(max(map(len, roads.values()), default=0)):
        steps: dict[ParcelEvent, dict[str, list[UUID]]] = defaultdict(lambda: defaultdict(list))
        for parcel_id, road in roads.items():
            if turn < len(road):
                event, word = road[turn]
                steps[event][word].append(parcel_id)
                stands[parcel_id] = ParcelState(PARCEL.after(stands[parcel_id], event))
        for event, by_word in sorted(steps.items()):
            for word, ids in sorted(by_word.items()):
                await move_on(tx, ids, event, reason=word, now=now)
    return stands


def _followed(
    before: Following | None,
    fresh: Sequence[ParcelStep],
    state: ParcelState,
    *,
    hinted: bool,
    asked: bool,
    now: datetime,
) -> Following:
    asks = 0 if fresh else (before.asks if before else 0) + asked
    happened = [step.at for step in fresh if step.status is not None]
    return Following(
        told_at=max(happened, default=None),
        heard_at=now if fresh else None,
        ask_at=now if hinted and not asked else next_ask(state, asks, now),
        asks=asks,
    )


def _contradiction(parcel: Parcel, step: ParcelStep, orders: Mapping[UUID, Order]) -> Stuck:
    order = orders[parcel.order_id]
    return Stuck(
        kind=CONTRADICTS,
        reason=str(step.status),
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"{CONTRADICTS}:{parcel.id}",
        payload={
            "number": order.number,
            "courier": parcel.courier,
            "awb": parcel.awb,
            "state": parcel.state,
            "word": step.word,
        },
        money_minor=order.total_minor,
        currency=order.currency,
        deadline=None,
        next_step=N_("Tanyakan ke kurir di mana paket ini: kabarnya bertentangan dengan yang sudah tercatat.")
        if step.status is not Status.CANCELLED
        else N_("Kurir membatalkan paket yang sudah diserahkan: minta penjelasan, atau kirim lagi."),
    )


def _unknown(parcel: Parcel, step: ParcelStep) -> Stuck:
    name = f"{step.code} {step.word}".strip()
    return Stuck(
        kind=UNKNOWN_WORD,
        reason="unknown",
        subject_kind="courier_account",
        subject_id=step.account_id,
        dedupe_key=f"{UNKNOWN_WORD}:{step.account_id}:{name.casefold()}"[:300],
        payload={"courier": parcel.courier, "awb": parcel.awb, "word": step.word, "code": step.code},
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=N_("Kata kurir ini belum dikenal, paketnya tidak digeser. Lihat artinya di situs kurir."),
    )
