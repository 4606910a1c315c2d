"""Addresses of ours that are given to others: an order's pay page, signed, and where partners call us."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.kit.tickets import read_ticket, write_ticket

PURPOSE: Final = "pay"
STOPPING: Final = "stop"
DOOR: Final = "door"
LIVES: Final = timedelta(days=180)
"""Longer than any payment may take; a link found later shows nothing any more."""


@dataclass(frozen=True, slots=True)
class PayLinks:
    """Addresses under the one that people see."""

    base_url: str
    keyring: Keyring

    def pay_page(self, shop_id: int, order_id: UUID, *, now: datetime) -> str:
        return f"{self.base_url}/pay/{self.ticket(shop_id, order_id, now=now)}"

    def way_back(self, shop_id: int, order_id: UUID, *, now: datetime) -> str:
        """Where a gateway sends the buyer's browser afterwards."""
        return f"{self.pay_page(shop_id, order_id, now=now)}/back"

    def word_page(self, shop_id: int, token: str) -> str:
        """Where a buyer says whether they mean their order; short, since it goes into an SMS."""
        return f"{self.base_url}/ya/{shop_id}-{token}"

    def door_page(self, shop_id: int, door_id: UUID, *, now: datetime) -> str:
        """Where a buyer says what is to be done with a parcel nobody took; whoever has the letter may."""
        return f"{self.base_url}/door/{self.door_ticket(shop_id, door_id, now=now)}"

    def door_ticket(self, shop_id: int, door_id: UUID, *, now: datetime) -> str:
        says = {"s": shop_id, "d": door_id.hex}
        return write_ticket(self.keyring.secret(DOOR), DOOR, says, until=now + LIVES)

    def door_of(self, ticket: str, *, now: datetime) -> tuple[int, UUID] | None:
        """Shop and door of such a link; None when it is not ours, changed, or too old."""
        says = read_ticket(self.keyring.secret(DOOR), DOOR, ticket, now=now)
        return None if says is None else (int(says["s"]), UUID(hex=says["d"]))

    def notifications(self, shop_id: int, account_id: UUID) -> str:
        return f"{self.base_url}/notices/{shop_id}/{to_text('gwa', account_id)}"

    def stop_page(self, shop_id: int, person_id: UUID, channel: str, *, now: datetime) -> str:
        """Where a person ends letters of a channel; whoever has the letter may."""
        says = {"s": shop_id, "p": person_id.hex, "c": channel}
        ticket = write_ticket(self.keyring.secret(STOPPING), STOPPING, says, until=now + LIVES)
        return f"{self.base_url}/stop/{ticket}"

    def stopping(self, ticket: str, *, now: datetime) -> tuple[int, UUID, str] | None:
        """Shop, person and channel of such a link; None when it is not ours, changed, or too old."""
        says = read_ticket(self.keyring.secret(STOPPING), STOPPING, ticket, now=now)
        return None if says is None else (int(says["s"]), UUID(hex=says["p"]), str(says["c"]))

    def reach_news(self, shop_id: int, account_id: UUID) -> str:
        """Where a provider of messages or calls sends word."""
        return f"{self.base_url}/news/{shop_id}/{to_text('rch', account_id)}"

    def reach_asks(self, shop_id: int, account_id: UUID) -> str:
        """Where a telephone provider asks what to say."""
        return f"{self.base_url}/asks/{shop_id}/{to_text('rch', account_id)}"

    def courier_news(self, shop_id: int, account_id: UUID) -> str:
        """Where a courier sends word."""
        return f"{self.base_url}/tracking/{shop_id}/{to_text('cra', account_id)}"

    def ticket(self, shop_id: int, order_id: UUID, *, now: datetime) -> str:
        return write_ticket(
            self.keyring.secret(PURPOSE), PURPOSE, {"s": shop_id, "o": order_id.hex}, until=now + LIVES
        )

    def order_of(self, ticket: str, *, now: datetime) -> tuple[int, UUID] | None:
        """Shop and order of a link; None when it is not ours, changed, or too old."""
        says = read_ticket(self.keyring.secret(PURPOSE), PURPOSE, ticket, now=now)
        return None if says is None else (int(says["s"]), UUID(hex=says["o"]))
