"""People who order cash on delivery: those who mean it, and those who do not.

What they do when they are asked, and at the door, are assumptions, written down here and nowhere else; the
figures of `months.py` are about them. Three orders in ten are not meant, which is what sellers tell of COD in
Indonesia at its worst.

HONEST      seven in ten; three in ten of them were never seen before
FORGETFUL   one in ten of the honest: mean it, and are hard to reach
PRANK       somebody else's telephone; whoever it belongs to knows of no order
PROBER      one telephone that orders under eight invented numbers in an hour, to addresses nobody finds
REFUSER     says yes to whoever asks and sends the parcel back at the door; comes again, now and then with
            another number to the same house
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final

from orderan.customers import Buyer, BuyerAddress
from orderan.flows.score_orders import Origin
from orderan.verification import AttemptEvent, Way


class Kind(StrEnum):
    """What somebody is like."""

    HONEST = auto()
    FORGETFUL = auto()
    PRANK = auto()
    PROBER = auto()
    REFUSER = auto()


MEANT: Final = frozenset({Kind.HONEST, Kind.FORGETFUL})


@dataclass(frozen=True, slots=True)
class Habit:
    """What people of a kind do, as shares.

    Attributes:
        answers: Of attempts by each way that are answered at all.
        says_no: Of answers; the others say yes.
        takes: Of parcels at the door.
    """

    answers: dict[Way, float]
    says_no: float
    takes: float


def _answers(chat: float, call: float, agent: float) -> dict[Way, float]:
    return {Way.WHATSAPP: chat, Way.SMS: chat / 2, Way.CALL: call, Way.AGENT: agent}


HABITS: Final = {
    Kind.HONEST: Habit(_answers(0.70, 0.65, 0.75), 0.003, 0.98),
    Kind.FORGETFUL: Habit(_answers(0.25, 0.35, 0.65), 0.003, 0.95),
    Kind.PRANK: Habit(_answers(0.35, 0.60, 0.70), 0.95, 0.0),
    Kind.PROBER: Habit(_answers(0.02, 0.05, 0.05), 0.50, 0.0),
    Kind.REFUSER: Habit(_answers(0.70, 0.65, 0.75), 0.05, 0.0),
}
_SLOWEST: Final = {
    Way.WHATSAPP: timedelta(minutes=100),
    Way.SMS: timedelta(minutes=100),
    Way.CALL: timedelta(minutes=2),
    Way.AGENT: timedelta(minutes=4),
}
VILLAGES: Final = (
    ("31.71.01.1001", "10110", "Gambir, Jakarta Pusat"),
    ("32.73.02.1001", "40135", "Coblong, Bandung"),
    ("35.78.05.1001", "60271", "Genteng, Surabaya"),
    ("33.74.06.1001", "50135", "Semarang Tengah, Semarang"),
    ("12.71.01.1001", "20112", "Medan Kota, Medan"),
    ("73.71.01.1001", "90111", "Ujung Pandang, Makassar"),
)
STREETS: Final = ("Mawar", "Melati", "Diponegoro", "Sudirman", "Kenanga", "Cempaka", "Gajah Mada", "Anggrek")
NAMES: Final = ("Budi", "Siti", "Agus", "Dewi", "Rina", "Joko", "Putri", "Wawan", "Lestari", "Hendra")
FIRST_TIME: Final = 0.3
FORGET: Final = 0.1
FAKE: Final = 0.3
PROBED_AT_ONCE: Final = 8
REFUSERS: Final = 60
ANOTHER_NUMBER: Final = 0.2
HOURS: Final = (1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 8, 8, 7, 7, 7, 8, 9, 11, 12, 10, 6, 3)
"""How busy each hour of the day is, from midnight on."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who orders."""

    kind: Kind
    buyer: Buyer
    origin: Origin

    @property
    def means_it(self) -> bool:
        return self.kind in MEANT


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back to an attempt, and how long after it; None is nothing at all."""

    event: AttemptEvent
    after: timedelta


class Neighbourhood:
    """The same seed gives the same people, orders and answers."""

    def __init__(self, seed: int, *, known: int = 400) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a seed, not a secret
        self._serial = 0
        self._known = [self._honest() for _ in range(known)]
        self._refusers = [self._stranger(Kind.REFUSER) for _ in range(REFUSERS)]

    def day(self, midnight: datetime, orders: int) -> list[tuple[datetime, Person]]:
        """Who orders on a day and when, in order of time."""
        fakes = round(orders * FAKE)
        people = [self._meant() for _ in range(orders - fakes)]
        people += [self._refuser() for _ in range(fakes * 2 // 5)]
        left = fakes - fakes * 2 // 5
        asked: list[tuple[datetime, Person]] = []
        while left >= PROBED_AT_ONCE and len(asked) < fakes * 3 // 10:
            began = self._moment(midnight)
            asked += [(began + timedelta(minutes=6 * n), one) for n, one in enumerate(self._probers())]
            left -= PROBED_AT_ONCE
        people += self._pranks(left)
        asked += [(self._moment(midnight), one) for one in people]
        return sorted(asked, key=lambda entry: entry[0])

    def answers(self, person: Person, way: Way) -> Answer | None:
        """What somebody does when they are asked."""
        habit = HABITS[person.kind]
        if self._chance.random() >= habit.answers[way]:
            return None
        no = self._chance.random() < habit.says_no
        after = _SLOWEST[way] * self._chance.uniform(0.1, 1.0)
        return Answer(AttemptEvent.REFUSE if no else AttemptEvent.CONFIRM, after)

    def takes(self, person: Person) -> bool:
        """Whether somebody takes the parcel and pays."""
        return self._chance.random() < HABITS[person.kind].takes

    def _moment(self, midnight: datetime) -> datetime:
        [hour] = self._chance.choices(range(24), HOURS)
        return midnight + timedelta(hours=hour, seconds=self._chance.randrange(3_000))

    def _meant(self) -> Person:
        if self._chance.random() >= FIRST_TIME:
            return self._chance.choice(self._known)
        self._known.append(self._honest())
        return self._known[-1]

    def _honest(self) -> Person:
        return self._stranger(Kind.FORGETFUL if self._chance.random() < FORGET else Kind.HONEST)

    def _refuser(self) -> Person:
        number = self._chance.randrange(len(self._refusers))
        if self._chance.random() < ANOTHER_NUMBER:
            one = self._refusers[number]
            self._refusers[number] = replace(one, buyer=replace(one.buyer, phone=self._phone()))
        return self._refusers[number]

    def _pranks(self, count: int) -> Iterator[Person]:
        while count > 0:
            origin = self._stranger(Kind.PRANK).origin
            for _ in range(min(count, self._chance.choice((1, 1, 2, 3)))):
                yield replace(self._stranger(Kind.PRANK), origin=origin)
                count -= 1

    def _probers(self) -> list[Person]:
        origin = self._stranger(Kind.PROBER).origin
        found = []
        for _ in range(PROBED_AT_ONCE):
            one = self._stranger(Kind.PROBER)
            address = one.buyer.address
            assert address is not None
            vague = replace(address, line=self._chance.choice(("dekat masjid", "jalan besar", "rumah hijau")))
            found.append(Person(Kind.PROBER, replace(one.buyer, address=vague), origin))
        return found

    def _stranger(self, kind: Kind) -> Person:
        chance = self._chance
        village, postcode, area = chance.choice(VILLAGES)
        line = f"Jl. {chance.choice(STREETS)} No. {chance.randrange(1, 400)} RT {chance.randrange(1, 20):03}"
        device = f"device-{chance.randrange(10**9)}"
        network = f"36.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        buyer = Buyer(chance.choice(NAMES), self._phone(), None, BuyerAddress(line, village, postcode, area))
        return Person(kind, buyer, Origin(device=device, ip=network, ip_area=village[:2]))

    def _phone(self) -> str:
        self._serial += 1
        return f"+62812{self._serial:08}"
