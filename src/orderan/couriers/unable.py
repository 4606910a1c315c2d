"""What a courier's client is before it says what its courier does."""

from collections.abc import Sequence

from orderan.couriers.errors import NoticeForged, NotOffered
from orderan.couriers.models import (
    Acknowledgement,
    Asked,
    Booked,
    Notice,
    Rate,
    RatesAsked,
    Received,
    Track,
)


class Unable:
    """Offers nothing, needs no preparing and takes no letters; see `CourierClient` for what each call means."""

    name: str

    async def check(self) -> None:
        """Nobody is called: what was typed was looked at when it was opened."""

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        del asked
        raise NotOffered(self.name)

    async def prepare(self, asked: Asked) -> str | None:
        del asked
        return None

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        del asked, reference
        raise NotOffered(self.name)

    async def look_up(self, key: str, reference: str | None) -> Booked | None:
        del key, reference
        raise NotOffered(self.name)

    async def cancel(self, booked: Booked, reason: str) -> bool:
        del booked, reason
        raise NotOffered(self.name)

    async def track(self, courier: str, awb: str, *, key: str | None = None, phone: str = "") -> Track:
        del courier, awb, key, phone
        raise NotOffered(self.name)

    def check_notice(self, received: Received) -> None:
        del received
        raise NoticeForged

    def read_notice(self, body: bytes) -> Sequence[Notice]:
        del body
        raise NotOffered(self.name)

    def acknowledgement(self) -> Acknowledgement:
        return Acknowledgement(404, "text/plain", b"")
