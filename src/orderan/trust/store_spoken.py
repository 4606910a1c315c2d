"""The model that speaks, read once by each process."""

from uuid import UUID

from orderan.kit import telemetry
from orderan.kit.db import Tx
from orderan.trust.rules_model import Model, ModelUnreadable, Speaking, read_model

_log = telemetry.log("orderan.trust")

_remembered: dict[int, tuple[UUID, Model | None]] = {}
"""The model of each shop that spoke last here. What a training made never changes, so it is read once; a newer one
takes its place."""


async def spoken_model(tx: Tx, training_id: UUID, version: int) -> Speaking | None:
    """The model of a training, None where it cannot be read: then rules score alone, and the page says so."""
    kept = _remembered.get(tx.shop_id)
    if kept is None or kept[0] != training_id:
        kept = _remembered[tx.shop_id] = (training_id, await _read(tx, training_id))
    return None if kept[1] is None else Speaking(version, kept[1])


async def _read(tx: Tx, training_id: UUID) -> Model | None:
    plain = await tx.value(
        "SELECT model FROM trust_model WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": training_id},
    )
    try:
        return read_model(plain)
    except ModelUnreadable as fault:
        _log.warning("a model cannot be read", shop=tx.shop_id, training=str(training_id), fault=str(fault))
        return None
