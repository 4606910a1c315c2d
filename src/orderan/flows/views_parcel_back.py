"""A return's parcel: what was issued, what was seen of it and in pictures, and the quarrel over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from orderan.kit.db import Tx
from orderan.returns import (
    Dispute,
    DisputeNote,
    ReceivedLine,
    Reception,
    ReturnPhoto,
    ReturnShipment,
    dispute_of,
    notes_of,
    photos_of,
    reception_of,
    shipment_of,
)


@dataclass(frozen=True, slots=True)
class ParcelBack:
    """The records of one parcel, as far as they exist."""

    issued: ReturnShipment | None
    reception: Reception | None
    dispute: Dispute | None
    notes: Sequence[DisputeNote]
    photos: Sequence[ReturnPhoto]

    @property
    def received(self) -> Sequence[ReceivedLine]:
        return self.reception.lines if self.reception else ()


async def parcel_back(tx: Tx, return_id: UUID) -> ParcelBack:
    """All of it, in five statements."""
    dispute = await dispute_of(tx, return_id)
    return ParcelBack(
        await shipment_of(tx, return_id),
        await reception_of(tx, return_id),
        dispute,
        await notes_of(tx, return_id) if dispute else (),
        (await photos_of(tx, [return_id]))[return_id],
    )
