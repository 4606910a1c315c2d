"""A chargeback, from a bank's claim to its end. The caller has locked the order's row; money is the flow's part."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import store_chargebacks as store
from orderan.payments.chargebacks import Chargeback, Evidence, EvidenceKind, KeptFile
from orderan.payments.errors import AmountNotPositive
from orderan.payments.errors_chargebacks import (
    ChargebackNotFound,
    ChargebackOpen,
    EvidenceFileNotFound,
    EvidenceFilesTooMany,
    EvidenceMissing,
)
from orderan.payments.errors_refunds import ReasonMissing
from orderan.payments.states import CHARGEBACK, ChargebackEvent, ChargebackState

MOST_FILES: Final = 20
"""Files of one chargeback: more than a gateway's form takes, and an end to what is kept."""


async def open_chargeback(
    tx: Tx,
    order_id: UUID,
    *,
    attempt_id: UUID | None,
    amount_minor: int,
    currency: str,
    reason: str,
    taken: bool,
    deadline: datetime,
    now: datetime,
) -> Chargeback:
    """A bank claims money for its customer.

    Args:
        taken: Whether the ledger says already that the money is gone.

    Raises:
        AmountNotPositive: Zero or less.
        ReasonMissing: Nobody would know what to answer.
        ChargebackOpen: The payment has one that is not decided.
    """
    if amount_minor <= 0:
        raise AmountNotPositive(amount_minor)
    if not reason.strip():
        raise ReasonMissing
    one = Chargeback(
        id=new_id(),
        order_id=order_id,
        attempt_id=attempt_id,
        amount_minor=amount_minor,
        currency=currency,
        reason=reason.strip(),
        state=CHARGEBACK.initial,
        taken=taken,
        deadline=deadline,
        opened_by=tx.actor,
        opened_at=now,
        moved_at=now,
    )
    try:
        async with tx.savepoint():
            await store.insert_chargeback(tx, one)
    except psycopg.errors.UniqueViolation as taken_already:
        raise ChargebackOpen(to_text("pay", attempt_id or one.id)) from taken_already
    opened = Trace("chargeback.open", "chargeback", to_text("cbk", one.id), None, {"state": one.state})
    await audit.leave(tx, opened, now=now)
    return one


async def find_chargeback(tx: Tx, chargeback_id: UUID) -> Chargeback:
    """Raises ChargebackNotFound."""
    one = await store.chargeback_by_id(tx, chargeback_id)
    if one is None:
        raise ChargebackNotFound(to_text("cbk", chargeback_id))
    return one


async def add_evidence(
    tx: Tx,
    one: Chargeback,
    kind: EvidenceKind,
    words: str,
    *,
    kept: KeptFile | None = None,
    now: datetime,
) -> Evidence:
    """Write down what the bank is to be told, with a file of it or without.

    Raises:
        IllegalMove: The shop has answered, or it is decided.
        EvidenceMissing: Nothing was written, and no file brought.
        EvidenceFilesTooMany: It has as many files as one may have.
    """
    CHARGEBACK.after(ChargebackState(one.state), ChargebackEvent.SEND)
    if not words.strip() and kept is None:
        raise EvidenceMissing
    evidence = Evidence(new_id(), kind, words.strip(), tx.actor, now, kept.file if kept else None)
    if kept is not None:
        there = [said for said in await store.evidence_of(tx, one.id) if said.file is not None]
        if len(there) >= MOST_FILES:
            raise EvidenceFilesTooMany(MOST_FILES)
    await store.insert_evidence(tx, one.id, evidence)
    if kept is not None:
        await store.insert_file(tx, one.id, evidence.id, kept)
    return evidence


async def take_file(tx: Tx, one: Chargeback, evidence_id: UUID, *, now: datetime) -> KeptFile:
    """A file for somebody to keep, which leaves a trace of who took it.

    Raises:
        EvidenceFileNotFound: There is none.
    """
    kept, name = await store.file_of_evidence(tx, one.id, evidence_id), to_text("evd", evidence_id)
    if kept is None:
        raise EvidenceFileNotFound(name)
    taken = Trace("chargeback.take_file", "chargeback", to_text("cbk", one.id), None, {"evidence": name})
    await audit.leave(tx, taken, now=now)
    return kept


async def decide_chargeback(tx: Tx, one: Chargeback, event: ChargebackEvent, *, now: datetime) -> Chargeback:
    """The answer went out, its time is over, or the bank has decided.

    Raises:
        IllegalMove: It was decided before; nothing changed.
        EvidenceMissing: An answer without anything in it.
    """
    becomes = CHARGEBACK.after(ChargebackState(one.state), event)
    if event is ChargebackEvent.SEND and not await store.evidence_of(tx, one.id):
        raise EvidenceMissing
    if not await store.move_chargeback(tx, one, becomes, now=now):
        CHARGEBACK.after(becomes, event)
    before, since = {"state": one.state}, {"state": str(becomes)}
    trace = Trace(f"chargeback.{event}", "chargeback", to_text("cbk", one.id), before, since)
    await audit.leave(tx, trace, now=now)
    return replace(one, state=becomes, moved_at=now)
