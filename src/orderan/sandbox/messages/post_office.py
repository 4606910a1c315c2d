"""The simulated providers of messages of one sandbox, with the weather over them and the people they reach.

A message that was taken is sent, delivered and read a step after another, and word of each step goes out;
then whoever holds the phone does what they are like.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from orderan.sandbox.faults import Break, Faults, Weather
from orderan.sandbox.keys import MESSENGERS, Cabinet
from orderan.sandbox.messages.crowd import NOBODY, Crowd, Temper
from orderan.sandbox.messages.mail import MailRoom
from orderan.sandbox.messages.models import MessageState, SimMessage
from orderan.sandbox.messages.ports import MessageSimulator
from orderan.sandbox.messages.twilio_sms import TwilioSmsSimulator
from orderan.sandbox.messages.vonage_sms import VonageSmsSimulator
from orderan.sandbox.messages.whatsapp import WhatsappSimulator
from orderan.sandbox.messages.zenziva import ZenzivaSimulator
from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.postman import Postman

HANGS_S: Final = 30.0
"""Longer than anybody waits."""
STEP_S: Final = 1.0
"""Between two steps of a message; a phone is quicker than a person."""
ARRIVES: Final = (MessageState.SENT, MessageState.DELIVERED)


class Unplayable(Exception):
    """The person cannot do that with this message."""


@dataclass
class PostOffice:
    """All providers of messages of a sandbox.

    Attributes:
        cabinet: Where word is sent that no request says.
        step_s: Seconds between two steps of a message.
    """

    clock: Callable[[], datetime]
    cabinet: Cabinet
    postman: Postman
    weather: Weather = field(default_factory=Weather)
    crowd: Crowd = NOBODY
    step_s: float = STEP_S
    mail: MailRoom = field(init=False)
    providers: dict[str, MessageSimulator] = field(init=False)
    _under_way: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.providers = simulators()
        self.mail = MailRoom(self.clock, self.weather)

    async def answer(self, name: str, request: SimRequest) -> SimReply:
        """A request to a provider, with whatever the weather makes of it."""
        provider = self.providers[name]
        now = self.clock()
        faults = self.weather.over(name, None, now)
        if faults.slow_s:
            # A slow provider is what is played here.
            await asyncio.sleep(faults.slow_s)
        broken = self.weather.draw_break(faults)
        if broken is Break.HANG_BEFORE:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_BEFORE, Break.ERROR_BEFORE}:
            return _unavailable(503)
        sends = provider.sends(request)
        if sends and self.weather.happens(faults.throttled):
            return provider.throttled()
        provider.registered_at(self.cabinet.address(name))
        before = provider.tray.newest()
        reply = provider.answer(request, now=now)
        made = provider.tray.newest()
        if sends and made is not None and made is not before:
            self._begin(provider, made, faults)
        if broken is Break.HANG_AFTER:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_AFTER, Break.ERROR_AFTER}:
            return _unavailable(500)
        if broken is Break.GARBLED:
            return SimReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return reply

    def phones(self) -> list[tuple[str, SimMessage]]:
        """Every number that has messages, and its last one; the newest first."""
        last: dict[str, SimMessage] = {}
        for message in sorted(self._all(), key=lambda one: one.at):
            last[message.phone] = message
        return sorted(last.items(), key=lambda one: one[1].at, reverse=True)

    def on(self, phone: str) -> list[SimMessage]:
        """The messages of a number, oldest first, by whichever provider they came."""
        return sorted((one for one in self._all() if one.phone == phone), key=lambda one: one.at)

    def read(self, phone: str) -> None:
        """Somebody looks at the phone: what had arrived is read, where its provider tells of that."""
        now = self.clock()
        for message in self.on(phone):
            provider = self.providers[message.provider]
            if (
                provider.reads
                and not message.theirs
                and message.state is MessageState.DELIVERED
                and provider.tray.move(message, MessageState.READ, now=now)
            ):
                self._tell(provider, provider.news(message, now=now))

    def tap(self, number: str, payload: str) -> SimMessage:
        """Tap a button of a message.

        Raises:
            Unplayable: There is no such button, it was tapped before, or the message did not arrive.
        """
        found = next(
            (
                (provider, message)
                for provider in self.providers.values()
                if (message := provider.tray.find(number)) is not None
            ),
            None,
        )
        if found is None:
            raise Unplayable(number)
        provider, message = found
        title = dict(message.buttons).get(payload)
        arrived = message.state in {MessageState.DELIVERED, MessageState.READ}
        if title is None or message.answered is not None or not arrived:
            raise Unplayable(payload)
        message.answered = payload
        return self._written(provider, message.phone, title, answered=payload, to=message)

    def write(self, phone: str, text: str, *, provider: str | None = None) -> SimMessage:
        """Write from a number, by the provider of the last message it got where none is named.

        Raises:
            Unplayable: There is nothing written, no such provider, or the number never had a message.
        """
        name = provider or next((one.provider for one in reversed(self.on(phone)) if not one.theirs), None)
        if not text.strip() or name not in self.providers:
            raise Unplayable(phone)
        return self._written(self.providers[name], phone, text, answered=None, to=None)

    async def register(self, name: str, address: str) -> bool:
        """Have a provider send word to an address of this machine.

        Returns:
            False where it asks first whether the address is ours, and the address does not say so.

        Raises:
            NotHere: The address is of another machine, or no address.
        """
        self.cabinet.check(name, address)
        if name == "whatsapp" and not await self._is_ours(address):
            return False
        self.cabinet.register(name, address)
        return True

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await self.mail.close()

    def _all(self) -> Iterator[SimMessage]:
        for provider in self.providers.values():
            yield from provider.tray.all()

    def _begin(self, provider: MessageSimulator, message: SimMessage, faults: Faults) -> None:
        task = asyncio.create_task(self._live(provider, message, faults))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _live(self, provider: MessageSimulator, message: SimMessage, faults: Faults) -> None:
        """The life of a message that was taken."""
        temper = self.crowd.temper(message.phone)
        held: list[Letter] = []
        for state, error in self._way(provider, message, faults, temper):
            # A message takes its time from step to step: that is what is played here.
            await asyncio.sleep(self.step_s)
            now = self.clock()
            if not provider.tray.move(message, state, now=now, error=error):
                continue
            letters = provider.news(message, now=now)
            if faults.shuffled:
                held = [*letters, *held]
            else:
                self._tell(provider, letters, faults)
        self._tell(provider, held, faults)
        if message.state in {MessageState.DELIVERED, MessageState.READ}:
            await self._react(provider, message, temper)

    def _way(
        self, provider: MessageSimulator, message: SimMessage, faults: Faults, temper: Temper
    ) -> Sequence[tuple[MessageState, str | None]]:
        refused = provider.refuses(message, now=self.clock())
        if refused is None and temper is Temper.ABSENT:
            refused = provider.absent
        if refused is not None:
            return [(MessageState.FAILED, refused)]
        if self.weather.happens(faults.failed_later):
            return [(MessageState.SENT, None), (MessageState.FAILED, provider.failing)]
        if temper is Temper.OFF:
            return [(MessageState.SENT, None)]
        arrives: list[tuple[MessageState, str | None]] = [(state, None) for state in ARRIVES]
        if provider.reads and temper is not Temper.PLAYED:
            return [*arrives, (MessageState.READ, None)]
        return arrives

    async def _react(self, provider: MessageSimulator, message: SimMessage, temper: Temper) -> None:
        await asyncio.sleep(self.step_s)
        wanted = {Temper.CONFIRMS: 0, Temper.CANCELS: 1}.get(temper)
        if wanted is not None and message.answered is None:
            if wanted < len(message.buttons):
                self.tap(message.id, message.buttons[wanted][0])
            else:
                self.write(message.phone, ("YA", "BATAL")[wanted], provider=provider.name)
        elif temper is Temper.WRITES:
            self.write(message.phone, "Bisa dikirim besok saja, kak?", provider=provider.name)

    def _written(
        self,
        provider: MessageSimulator,
        phone: str,
        text: str,
        *,
        answered: str | None,
        to: SimMessage | None,
    ) -> SimMessage:
        message = SimMessage(
            provider.name,
            f"in.{provider.name}.{provider.tray.next_number()}",
            phone,
            text.strip(),
            self.clock(),
            theirs=True,
            state=MessageState.DELIVERED,
            answered=answered,
        )
        provider.tray.add(message)
        provider.registered_at(self.cabinet.address(provider.name))
        self._tell(provider, provider.written(message, to=to))
        return message

    def _tell(
        self, provider: MessageSimulator, letters: Sequence[Letter], faults: Faults | None = None
    ) -> None:
        over = faults or self.weather.over(provider.name, None, self.clock())
        # The order is made here: a postman would draw one at random.
        for letter in letters:
            self.postman.send(provider, [letter], over)

    async def _is_ours(self, address: str) -> bool:
        """Ask an address whether it knows our token, as WhatsApp does before it writes there."""
        challenge = str(secrets.randbelow(10**10))
        token = MESSENGERS["whatsapp"]["verify_token"]
        asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
        return await self.postman.ask(f"{address}?{urlencode(asked)}") == challenge.encode()


def simulators() -> dict[str, MessageSimulator]:
    """One of each provider, with nothing sent yet."""
    return {
        "whatsapp": WhatsappSimulator(MESSENGERS["whatsapp"]),
        "zenziva": ZenzivaSimulator(MESSENGERS["zenziva"]),
        "twilio_sms": TwilioSmsSimulator(MESSENGERS["twilio_sms"]),
        "vonage_sms": VonageSmsSimulator(MESSENGERS["vonage_sms"]),
    }


def _unavailable(status: int) -> SimReply:
    return SimReply(status, json.dumps({"message": "Service Unavailable"}).encode())
