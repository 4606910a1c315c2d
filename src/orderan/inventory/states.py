"""Life of a transfer: goods between two of our locations.

    draft       --dispatch--> in_transit   units left their place for the transit account
                --cancel----> cancelled    nothing moved
    in_transit  --arrive----> in_transit   some arrived or were found missing, some are under way
                --complete--> received     every unit arrived or is written off with a reason

What is in transit cannot be cancelled: the goods are somewhere, and only a person who sees them
(or misses them) can say where they ended.
"""

from enum import StrEnum, auto

from orderan.inventory.models import TransferState
from orderan.kit.states import Machine


class TransferEvent(StrEnum):
    """What can happen to a transfer."""

    DISPATCH = auto()
    CANCEL = auto()
    ARRIVE = auto()
    COMPLETE = auto()


TRANSFER = Machine(
    name="transfer",
    initial=TransferState.DRAFT,
    moves={
        (TransferState.DRAFT, TransferEvent.DISPATCH): TransferState.IN_TRANSIT,
        (TransferState.DRAFT, TransferEvent.CANCEL): TransferState.CANCELLED,
        (TransferState.IN_TRANSIT, TransferEvent.ARRIVE): TransferState.IN_TRANSIT,
        (TransferState.IN_TRANSIT, TransferEvent.COMPLETE): TransferState.RECEIVED,
    },
)
