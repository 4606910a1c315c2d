"""Facts about parcels; they are recorded under their order."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class ParcelShipped(Event):
    """A courier took a parcel."""

    kind: ClassVar[str] = "shipping.parcel_shipped.v1"

    parcel_id: UUID
    courier: str
    service: str
    awb: str
    weight_g: int


@dataclass(frozen=True)
class ParcelMoved(Event):
    """A parcel came into another state."""

    kind: ClassVar[str] = "shipping.parcel_moved.v1"

    parcel_id: UUID
    courier: str
    awb: str
    was: str
    state: str
