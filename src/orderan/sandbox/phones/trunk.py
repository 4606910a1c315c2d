"""Carries what simulated providers ask and write to us, over HTTP.

A question has one answer, in time or not at all. A piece of news that is not taken is sent again, twice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx2

from orderan.kit import telemetry
from orderan.sandbox.models import Letter
from orderan.sandbox.phones.models import Ask, Told

ANSWERS_S: Final = 10.0
"""A caller hears silence meanwhile; no provider waits longer."""
AGAIN_S: Final = (2.0, 10.0)

_log = telemetry.log("orderan.sandbox")


@dataclass
class Trunk:
    """Of one sandbox."""

    _client: httpx2.AsyncClient = field(
        default_factory=lambda: httpx2.AsyncClient(timeout=ANSWERS_S, trust_env=False, follow_redirects=False)
    )
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    async def ask(self, question: Ask) -> Told:
        """What we say to a question."""
        try:
            answer = await self._client.request(
                question.method,
                question.url,
                headers=dict(question.headers),
                content=question.body or None,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            _log.info("a question was not answered", fault=type(fault).__name__)
            return Told(0, "", type(fault).__name__.encode())
        return Told(answer.status_code, answer.headers.get("content-type", ""), answer.content)

    async def tell(self, letters: Sequence[Letter]) -> None:
        """Send news, one piece after the other; what is not taken is sent again in the background."""
        for letter in letters:
            if not await self._taken(letter):
                task = asyncio.create_task(self._again(letter))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await self._client.aclose()

    async def _again(self, letter: Letter) -> None:
        for wait in AGAIN_S:
            # A provider lets some time go by: that is what is played here.
            await asyncio.sleep(wait)
            if await self._taken(letter):
                return
        _log.warning("news of a call was never taken", provider=letter.gateway, about=letter.about)

    async def _taken(self, letter: Letter) -> bool:
        try:
            answer = await self._client.post(letter.url, headers=dict(letter.headers), content=letter.body)
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            _log.info("news of a call did not arrive", provider=letter.gateway, fault=type(fault).__name__)
            return False
        return answer.is_success or answer.status_code == httpx2.codes.FORBIDDEN
