"""What really lies where: goods in a warehouse as hands move them, whatever the book says of it.

Bins are known by their ids and the floor of a place by the place's; what somebody carries is with the task it is for.
Goods are known by what the book knows them by: sku, place, owner, lot.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from orderan.inventory import StockKey


@dataclass
class Hall:
    """Goods of all places.

    Attributes:
        lies: Units by (bin or floor, goods).
        hands: Units somebody took off a shelf, by (task, goods).
        out: Units that left the building, by (task, goods).
        gone: Units nobody will ever see again.
        came: Units that were ever carried in from suppliers.
        unpacked: Tasks whose goods came back.
    """

    lies: Counter[tuple[UUID, StockKey]] = field(default_factory=Counter)
    hands: Counter[tuple[UUID, StockKey]] = field(default_factory=Counter)
    out: Counter[tuple[UUID, StockKey]] = field(default_factory=Counter)
    gone: Counter[StockKey] = field(default_factory=Counter)
    came: Counter[StockKey] = field(default_factory=Counter)
    unpacked: set[UUID] = field(default_factory=set)

    def arrive(self, key: StockKey, units: int) -> None:
        self.came[key] += units
        self.lies[key.location_id, key] += units

    def shift(self, key: StockKey, origin: UUID, goal: UUID, units: int) -> int:
        """Carry units from one spot to another: as many as there are."""
        found = min(units, self.lies[origin, key])
        self.lies[origin, key] -= found
        self.lies[goal, key] += found
        return found

    def take(self, key: StockKey, spot: UUID, units: int) -> int:
        """Take units off a spot: as many as there are."""
        found = min(units, self.lies[spot, key])
        self.lies[spot, key] -= found
        return found

    def vanish(self, key: StockKey, spot: UUID, units: int) -> None:
        self.gone[key] += self.take(key, spot, units)

    def hold(self, task: UUID, key: StockKey, units: int) -> None:
        self.hands[task, key] += units

    def lay_down(self, task: UUID) -> None:
        """What was taken for a task goes onto the floor of its place."""
        for key, units in self._of(self.hands, task):
            self.lies[key.location_id, key] += units
            del self.hands[task, key]

    def leave(self, task: UUID) -> None:
        """The parcel of a task is given away."""
        for key, units in self._of(self.hands, task):
            self.out[task, key] += units
            del self.hands[task, key]

    def come_back(self, task: UUID) -> None:
        """The parcel of a task is on the floor again, unpacked."""
        self.unpacked.add(task)
        for key, units in self._of(self.out, task):
            self.lies[key.location_id, key] += units
            del self.out[task, key]

    def inside(self) -> Counter[StockKey]:
        """Units in the building, carried ones included."""
        found: Counter[StockKey] = Counter()
        for (_, key), units in (*self.lies.items(), *self.hands.items()):
            found[key] += units
        return found

    def sent(self) -> Counter[StockKey]:
        found: Counter[StockKey] = Counter()
        for (_, key), units in self.out.items():
            found[key] += units
        return found

    def tidy(self, place: UUID, book: Counter[tuple[UUID, StockKey]], bins: set[UUID]) -> None:
        """Everything is carried to where the book has it; what the book has in no bin lies on the floor."""
        there: Counter[StockKey] = Counter()
        for spot, key in list(self.lies):
            if spot == place or spot in bins:
                there[key] += self.lies.pop((spot, key))
        for (bin_id, key), units in book.items():
            if key.location_id == place:
                self.lies[bin_id, key] = min(units, there[key])
                there[key] -= self.lies[bin_id, key]
        for key, units in there.items():
            self.lies[place, key] += units

    @staticmethod
    def _of(held: Counter[tuple[UUID, StockKey]], task: UUID) -> Iterator[tuple[StockKey, int]]:
        return iter([(key, units) for (one, key), units in held.items() if one == task])
