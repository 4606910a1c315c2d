"""Books kept by hand beside the product: plain sums, no rules borrowed from it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orderan.payments import MoneyEvent

PRICES = {"kopi": 10_000, "gula": 7_777, "teh": 12_345, "paket": 29_999}
PARTS = {"paket": Counter({"kopi": 2, "gula": 1})}
HOLD = timedelta(hours=24)
FIRST_KG, NEXT_KG, WEIGHT_G = 9_000, 7_000, 500
"""What bringing goods costs, and what a unit of anything that is sold weighs."""
CLOSED = {"cancelled", "expired", "completed"}


def goods(sku: str, units: int) -> Counter[str]:
    """What is taken from the shelf for units of a sku."""
    return Counter({part: each * units for part, each in PARTS.get(sku, Counter({sku: 1})).items()})


@dataclass
class LineBook:
    sku: str
    quantity: int
    off: int = 0
    off_for: int = 0
    cancelled: int = 0
    returned: int = 0
    shipped: Counter[str] = field(default_factory=Counter)

    @property
    def stands(self) -> int:
        return self.quantity - self.cancelled

    @property
    def net(self) -> int:
        """What the buyer pays: a discount goes with the units it was given for, half a rupiah up."""
        off = self.off
        if self.stands < self.off_for:
            off = (2 * self.off * self.stands + self.off_for) // (2 * self.off_for)
        return PRICES[self.sku] * self.stands - off

    @property
    def owed(self) -> Counter[str]:
        """Goods promised and still in the building."""
        return goods(self.sku, self.stands) - self.shipped


@dataclass
class OrderBook:
    id: str
    lines: dict[int, LineBook]
    terms: str
    placed_at: datetime
    commercial: str
    sent: bool = False
    paid: int = 0
    refunded: int = 0
    holds: int = 0

    @property
    def total(self) -> int:
        return sum(line.net for line in self.lines.values()) + self.shipping

    @property
    def shipping(self) -> int:
        grams = WEIGHT_G * sum(line.stands for line in self.lines.values())
        return FIRST_KG + NEXT_KG * (-(-grams // 1000) - 1) if self.sent and grams else 0

    @property
    def hold_until(self) -> datetime:
        return self.placed_at + HOLD

    @property
    def owed(self) -> Counter[str]:
        return sum((line.owed for line in self.lines.values()), Counter[str]())

    def follow_money(self) -> None:
        """Whoever has paid everything is accepted."""
        if self.commercial == "awaiting_payment" and self.paid - self.refunded >= self.total:
            self.commercial = "accepted"


@dataclass
class Books:
    """Units per sku, money per order, where parcels are; each as it was answered."""

    on_hand: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)
    travelling: Counter[str] = field(default_factory=Counter)
    orders: dict[str, OrderBook] = field(default_factory=dict)
    parcels: dict[str, str] = field(default_factory=dict)
    transfers: dict[str, MoneyEvent] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)

    def promised(self, commercial: str) -> Counter[str]:
        standing = (order.owed for order in self.orders.values() if order.commercial == commercial)
        return sum(standing, Counter[str]())

    @property
    def free(self) -> Counter[str]:
        free = Counter(self.on_hand)
        free.subtract(self.promised("awaiting_payment"))
        free.subtract(self.promised("accepted"))
        return free

    def expire(self, now: datetime) -> int:
        due = [
            order
            for order in self.orders.values()
            if order.commercial == "awaiting_payment" and order.hold_until <= now
        ]
        for order in due:
            order.commercial = "expired"
        return len(due)
