"""The telephones of one sandbox: they ring, are taken or not, and what is pressed goes to the provider.

    queued --ring--> ringing --pick up----> talking --last word, hang up--> completed
                             --decline----> busy
                             --ring out---> no answer

Whoever is called is a person at the page or a crowd; either way it is `tick` that lets time pass.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from orderan.sandbox.faults import Break, Weather
from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.phones.crowd import KEYS, TAKES, Crowd, Manner
from orderan.sandbox.phones.faults import CALM, PhoneFaults
from orderan.sandbox.phones.models import ENDS, Gather, Line, Said, SimCall, Stage
from orderan.sandbox.phones.ports import Carrier, Registry
from orderan.sandbox.phones.trunk import Trunk
from orderan.sandbox.ports import Registered

HANGS_S: Final = 30.0
"""Longer than anybody waits."""
TICKS_S: Final = 1.0
MOST_TURNS: Final = 20
"""Answers in a row that wait for nothing; a call that goes in circles is ended."""
LETTERS_A_SECOND: Final = 15
"""How fast a voice speaks: silence is only waited for once it has said all."""


class NotNow(Exception):
    """Whoever is called cannot do that as the call stands."""


@dataclass
class Exchange:
    """All providers of a sandbox, and every telephone they call.

    Attributes:
        registry: Where providers ask that are not told with each call.
        crowd: Who takes the calls; None leaves them to people.
    """

    carriers: dict[str, Carrier]
    clock: Callable[[], datetime]
    registry: Registry
    trunk: Trunk = field(default_factory=Trunk)
    weather: Weather = field(default_factory=Weather)
    crowd: Crowd | None = None
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def answer(self, name: str, request: SimRequest) -> SimReply:
        """A request to a provider, with whatever the weather makes of it; a call it makes begins to ring."""
        carrier = self.carriers[name]
        faults = self.faults(name)
        if faults.slow_s:
            # A slow provider is what is played here.
            await asyncio.sleep(faults.slow_s)
        broken = self.weather.draw_break(faults)
        if broken is Break.HANG_BEFORE:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_BEFORE, Break.ERROR_BEFORE}:
            return SimReply(503, b"{}")
        if carrier.calls_somebody(request) and self.weather.happens(faults.too_many):
            return carrier.too_many()
        if isinstance(carrier, Registered):
            carrier.registered_at(self.registry.address(name))
        before = carrier.book.newest()
        open_before = [call for call in carrier.book.all() if not call.over]
        reply = carrier.answer(request, now=self.clock())
        made = carrier.book.newest()
        if made is not None and made is not before:
            self._begin(self._ring(carrier, made))
        for call in open_before:
            if call.over:
                self._begin(self._tell(carrier, call))
        if broken is Break.HANG_AFTER:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_AFTER, Break.ERROR_AFTER}:
            return SimReply(500, b"{}")
        if broken is Break.GARBLED:
            return SimReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return reply

    def find(self, name: str, call_id: str) -> tuple[Carrier, SimCall] | None:
        carrier = self.carriers.get(name)
        call = carrier.book.find(call_id) if carrier else None
        return (carrier, call) if carrier and call else None

    def calls(self) -> list[SimCall]:
        """Of all providers, newest first."""
        found = [call for carrier in self.carriers.values() for call in carrier.book.all()]
        return sorted(found, key=lambda call: call.made_at, reverse=True)

    def faults(self, name: str) -> PhoneFaults:
        """What goes wrong at a provider now."""
        found = self.weather.over(name, None, self.clock())
        return found if isinstance(found, PhoneFaults) else CALM

    async def pick_up(self, call: SimCall, *, machine: bool = False) -> None:
        """The call is taken, by a person or a voicemail.

        Raises:
            NotNow: It does not ring.
        """
        async with self._alone(call):
            self._in(call, Stage.RINGING)
            call.stage, call.machine, call.answered_at = Stage.TALKING, machine, self.clock()
            if machine:
                call.lines.append(Line("note", "machine"))
            carrier = self.carriers[call.provider]
            await self._tell(carrier, call)
            await self._talk(carrier, call, "", None)

    async def decline(self, call: SimCall, stage: Stage = Stage.BUSY) -> None:
        """The call is not taken: busy, not answered, or failed.

        Raises:
            NotNow: It does not ring.
        """
        async with self._alone(call):
            self._in(call, Stage.QUEUED, Stage.RINGING)
            await self._end(self.carriers[call.provider], call, stage)

    async def press(self, call: SimCall, keys: str) -> None:
        """Keys are pressed; as many as are wanted, or the finishing key, which is no key, end the input.

        Raises:
            NotNow: No keys are waited for.
        """
        async with self._alone(call):
            gather = call.waiting
            if gather is None or call.over:
                raise NotNow(call.stage)
            call.typed += keys
            before, finished, _ = (
                call.typed.partition(gather.finish) if gather.finish else (call.typed, "", "")
            )
            if not finished and len(before) < gather.most:
                call.wait_until = self.clock() + timedelta(seconds=gather.wait_s)
                return
            await self._submit(call, gather, before[: gather.most])

    async def let_pass(self, call: SimCall) -> None:
        """Nothing more is pressed until the provider stops to wait.

        Raises:
            NotNow: No keys are waited for.
        """
        async with self._alone(call):
            gather = call.waiting
            if gather is None or call.over:
                raise NotNow(call.stage)
            if call.typed:
                await self._submit(call, gather, call.typed)
                return
            carrier = self.carriers[call.provider]
            call.waiting = None
            if gather.on_silence is None:
                await self._talk(carrier, call, gather.url, "")
            else:
                await self._follow(carrier, call, gather.on_silence)

    async def hang_up(self, call: SimCall) -> None:
        """Whoever is called ends the call.

        Raises:
            NotNow: Nobody talks.
        """
        async with self._alone(call):
            self._in(call, Stage.TALKING)
            await self._end(self.carriers[call.provider], call, Stage.COMPLETED)

    async def tick(self) -> None:
        """Let happen whatever is due by now: rings end, silence is noticed, the crowd acts."""
        for call in reversed(self.calls()):
            for _ in range(MOST_TURNS):
                if not await self._due(call):
                    break

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await self.tick()
            # Time passes: that is what is played here.
            await asyncio.sleep(TICKS_S)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await self.trunk.close()

    async def _submit(self, call: SimCall, gather: Gather, keys: str) -> None:
        carrier = self.carriers[call.provider]
        call.pressed.append(keys)
        call.lines.append(Line("keys", keys))
        call.waiting, call.typed = None, ""
        if self.faults(call.provider).late_digit:
            await self._end(carrier, call, Stage.COMPLETED)
        await self._talk(carrier, call, gather.url, keys)

    async def _due(self, call: SimCall) -> bool:
        """Do the next thing that is due; whether there was one."""
        now = self.clock()
        if call.over or self._alone(call).locked():
            return False
        if call.stage is Stage.RINGING:
            return await self._due_ringing(call, now)
        if call.stage is Stage.TALKING and call.waiting is not None:
            keys = KEYS.get(Manner(call.plan)) if call.plan else None
            if keys and self.crowd is not None and call.plan_at is not None and now >= call.plan_at:
                call.plan_at = self.crowd.then(now)
                await self.press(call, keys)
                return True
            if call.wait_until is not None and now >= call.wait_until:
                await self.let_pass(call)
                return True
        return False

    async def _due_ringing(self, call: SimCall, now: datetime) -> bool:
        if self.crowd is not None and call.plan is None:
            call.plan, call.plan_at = self.crowd.draw(), self.crowd.then(now)
        if self.crowd is not None and call.plan_at is not None and now >= call.plan_at:
            call.plan_at = self.crowd.then(now)
            match call.plan:
                case Manner.BUSY:
                    await self.decline(call)
                    return True
                case Manner.MACHINE:
                    await self.pick_up(call, machine=True)
                    return True
                case plan if plan in TAKES:
                    await self.pick_up(call)
                    return True
        if now >= call.ring_until:
            await self.decline(call, Stage.NO_ANSWER)
            return True
        return False

    async def _ring(self, carrier: Carrier, call: SimCall) -> None:
        async with self._alone(call):
            await self._tell(carrier, call)
            if call.stage is Stage.QUEUED:
                call.stage = Stage.RINGING
                await self._tell(carrier, call)

    async def _talk(self, carrier: Carrier, call: SimCall, url: str, keys: str | None) -> None:
        """Ask what to say, and do it."""
        question = carrier.ask(call, url, keys, self.faults(call.provider), now=self.clock())
        call.extra["asked"] = question.url
        said = carrier.understand(call, await self.trunk.ask(question))
        if not call.over:
            await self._follow(carrier, call, said)

    async def _follow(self, carrier: Carrier, call: SimCall, said: Said) -> None:
        call.extra["turns"] = 0 if said.gather else call.extra.get("turns", 0) + 1
        call.lines += said.lines
        if said.wrong:
            call.lines.append(Line("note", said.wrong))
        elif said.gather is not None:
            spoken = sum(len(line.text) for line in said.lines) / LETTERS_A_SECOND
            call.waiting = said.gather
            call.wait_until = self.clock() + timedelta(seconds=said.gather.wait_s + spoken)
            return
        elif said.more and call.extra["turns"] < MOST_TURNS:
            # A redirect carries no keys; where it leads to is the provider's own business where it has a flow.
            await self._talk(carrier, call, "" if said.more == "flow" else said.more, None)
            return
        await self._end(carrier, call, Stage.COMPLETED)

    async def _end(self, carrier: Carrier, call: SimCall, stage: Stage) -> None:
        call.stage, call.ended_at, call.waiting = stage, self.clock(), None
        await self._tell(carrier, call)

    async def _tell(self, carrier: Carrier, call: SimCall) -> None:
        """News of how a call stands, as the weather lets it through."""
        faults = self.faults(call.provider)
        letters = carrier.news(call, faults, now=self.clock())
        if call.stage in ENDS:
            letters = ([] if faults.no_end else letters) + call.held
            call.held = []
        elif faults.end_first:
            call.held += letters
            return
        sent: list[Letter] = []
        for letter in letters:
            if self.weather.happens(faults.lost):
                continue
            forged = self.weather.happens(faults.forged)
            times = 3 if faults.thrice else 2 if self.weather.happens(faults.doubled) else 1
            sent += [carrier.forged(letter) if forged else letter] * times
        await self.trunk.tell(sent)

    def _alone(self, call: SimCall) -> asyncio.Lock:
        return self._locks.setdefault(f"{call.provider}/{call.id}", asyncio.Lock())

    def _begin(self, deed: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(deed)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _in(self, call: SimCall, *stages: Stage) -> None:
        if call.stage not in stages:
            raise NotNow(call.stage)
