"""Carries what simulated partners write: late, twice, in another order, forged or never, as the weather has it.

A letter that is not taken (no 2xx) is sent again, five times in all, as gateways do.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx2

from orderan.kit import telemetry
from orderan.sandbox.faults import Faults, Weather
from orderan.sandbox.models import Letter

AGAIN_S: Final = (2.0, 10.0, 60.0, 300.0)
TAKES_S: Final = 10.0

_log = telemetry.log("orderan.sandbox")


class Forger(Protocol):
    """Whoever can write a letter with a signature that does not hold."""

    def forged(self, letter: Letter) -> Letter:
        """The same letter, signed wrongly."""


@dataclass
class Postman:
    """Of one sandbox."""

    weather: Weather
    _client: httpx2.AsyncClient = field(
        default_factory=lambda: httpx2.AsyncClient(timeout=TAKES_S, trust_env=False, follow_redirects=False)
    )
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    def send(self, gateway: Forger, letters: Sequence[Letter], faults: Faults) -> None:
        """Begin to carry letters; returns at once."""
        carried = []
        for letter in letters:
            if self.weather.happens(faults.lost):
                continue
            carried += [letter] * (2 if self.weather.happens(faults.doubled) else 1)
        if faults.shuffled:
            self.weather.dice.shuffle(carried)
        for letter in carried:
            forged = self.weather.happens(faults.forged)
            task = asyncio.create_task(
                self._carry(gateway.forged(letter) if forged else letter, faults.late_s)
            )
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def ask(self, url: str) -> bytes | None:
        """A question to one of our addresses: the body of its 200, None for any other answer or none."""
        try:
            answer = await self._client.get(url)
        except httpx2.HTTPError as fault:
            _log.info("a question was not answered", fault=type(fault).__name__)
            return None
        return answer.content if answer.status_code == httpx2.codes.OK else None

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await self._client.aclose()

    async def _carry(self, letter: Letter, late_s: float) -> None:
        for wait in (late_s, *AGAIN_S):
            # The post takes its time: that is what is played here.
            await asyncio.sleep(wait)
            if await self._taken(letter):
                return
        _log.warning("a letter was never taken", gateway=letter.gateway, about=letter.about)

    async def _taken(self, letter: Letter) -> bool:
        try:
            answer = await self._client.post(letter.url, headers=dict(letter.headers), content=letter.body)
        except httpx2.HTTPError as fault:
            _log.info("a letter did not arrive", gateway=letter.gateway, fault=type(fault).__name__)
            return False
        return answer.is_success or answer.status_code == httpx2.codes.FORBIDDEN
