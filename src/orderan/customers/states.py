"""Life of a customer record.

    active --merge--> merged    another record of the same person took over; orders stay here
           --erase--> erased    the key is destroyed; what was bought stays, who bought it is gone

Both ends are final: a record that came back from a merge would split a history that was told as
one, and a destroyed key cannot be made again. The parts of a merged person are emptied when the
survivor is erased, and stay merged, so that the totals still add up.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class CustomerState(StrEnum):
    ACTIVE = auto()
    MERGED = auto()
    ERASED = auto()


class CustomerEvent(StrEnum):
    MERGE = auto()
    ERASE = auto()


CUSTOMER = Machine(
    name="customer",
    initial=CustomerState.ACTIVE,
    moves={
        (CustomerState.ACTIVE, CustomerEvent.MERGE): CustomerState.MERGED,
        (CustomerState.ACTIVE, CustomerEvent.ERASE): CustomerState.ERASED,
    },
)
