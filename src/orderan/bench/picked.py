"""Pickers of a simulated warehouse, their phones, and what they do wrong.

A picker takes what lies there, scans it, and carries what the phone says is theirs. They scan the wrong thing, scan
twice, find a bin short, lose the network and send everything late or twice, and walk a list another one walks too.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.bench.hall import Hall
from orderan.flows.merge_picks import Said, merge_picks
from orderan.flows.release_wave import begin_list
from orderan.flows.views_waves import Stop, StopFor, list_sheet
from orderan.inventory import StockKey
from orderan.kit.db import Caller, Database
from orderan.kit.errors import Refusal
from orderan.kit.states import IllegalMove
from orderan.picking import Heard, Outcome, PickList, Scan, ScanKind, device_key, open_device, signed

SECRET: Final = "ab" * 32
ROUNDS: Final = 6
"""So often a list is looked at again after a bin was short."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Units in a picker's basket that the server has not heard of yet."""

    scan: Scan
    spot: UUID
    key: StockKey


@dataclass
class Picker:
    """Somebody with a phone."""

    db: Database
    caller: Caller
    device: UUID
    hall: Hall
    dice: random.Random
    did: Counter[str]
    number: int = 0
    basket: list[Taken] = field(default_factory=list)
    queue: list[Scan] = field(default_factory=list)

    @classmethod
    async def hired(
        cls, db: Database, caller: Caller, hall: Hall, dice: random.Random, did: Counter[str], now: datetime
    ) -> "Picker":
        device = await db.run(caller, lambda tx: open_device(tx, now=now))
        return cls(db, caller, device, hall, dice, did)

    async def begins(self, one: PickList, now: datetime, *, over: bool = False) -> Sequence[Stop]:
        await self.db.run(self.caller, lambda tx: begin_list(tx, one.id, over=over, now=now))
        return await self.stops(one)

    async def stops(self, one: PickList) -> Sequence[Stop]:
        sheet = await self.db.run(self.caller, lambda tx: list_sheet(tx, one.id, one.location_id, one.zone))
        return sheet.stops

    async def walks(self, one: PickList, now: datetime) -> None:
        """A list from its first stop to its last, again as long as there is something left that can be found."""
        stops = await self.begins(one, now)
        for _ in range(ROUNDS):
            if not stops:
                return
            for stop in stops:
                self.stands_at(one, stop, now)
            await self.sends(now)
            stops = await self.stops(one)

    def stands_at(self, one: PickList, stop: Stop, now: datetime) -> None:
        """Take what each order wants of it; say what is not there."""
        key = StockKey(stop.sku_id, one.location_id, stop.owner_id, stop.lot_id)
        spot = stop.bin_id or one.location_id
        for take in stop.takes:
            if self.dice.random() < 0.05:
                self.did["mis-scan"] += 1
                self._says(one, stop, take, ScanKind.WRONG, 1, now)
            found = self.hall.take(key, spot, take.units)
            if found:
                scan = self._says(one, stop, take, ScanKind.PICK, found, now)
                self.basket.append(Taken(scan, spot, key))
            if found < take.units:
                self.did["short bin"] += 1
                self._says(one, stop, take, ScanKind.SHORT, take.units - found, now)

    def _says(
        self, one: PickList, stop: Stop, take: StopFor, kind: ScanKind, units: int, now: datetime
    ) -> Scan:
        self.number += 1
        scan = Scan(
            seq=self.number,
            kind=kind,
            list_id=one.id,
            quantity=units,
            happened_at=now.isoformat(),
            signature="",
            task_id=take.task_id,
            line_no=take.line_no,
            sku_id=stop.sku_id,
            owner_id=stop.owner_id,
            lot_id=stop.lot_id,
            bin_id=stop.bin_id,
            scanned=stop.sku,
        )
        scan = replace(scan, signature=signed(self._key, self.device, scan))
        self.queue.append(scan)
        return scan

    @property
    def _key(self) -> str:
        return device_key(SECRET, self.caller.shop_id, self.device)

    async def sends(self, now: datetime) -> None:
        """Everything that waits, as the network lets it; then do as the phone says."""
        queue, self.queue = self.queue, []
        basket, self.basket = self.basket, []
        if len(queue) > 1 and self.dice.random() < 0.15:
            # The answer to the first half is lost with the network: it is sent again with the rest.
            self.did["lost network"] += 1
            await self._tell(queue[: len(queue) // 2], now)
        heard = await self._tell(queue, now)
        if self.dice.random() < 0.15:
            self.did["double scan"] += 1
            again = await self._tell(queue, now)
            if [_gist(one) for one in again] != [_gist(one) for one in heard]:
                self.did["heard differently"] += 1
        answers = {scan.seq: one for scan, one in zip(queue, heard, strict=False)}
        for taken in basket:
            self._does(taken, answers.get(taken.scan.seq))

    async def _tell(self, scans: Sequence[Scan], now: datetime) -> list[Said]:
        return await merge_picks(self.db, self.caller, self.device, scans, key=self._key, now=now)

    def _does(self, taken: Taken, said: Said | None) -> None:
        """Keep what is theirs, and put the rest back where it was."""
        units = taken.scan.quantity
        kept = 0
        if isinstance(said, Heard):
            kept = units if said.outcome is Outcome.ACCEPTED else int(said.facts.get("taken", 0))
        if kept < units:
            self.did["put back"] += 1
        if kept and taken.scan.task_id is not None:
            self.hall.hold(taken.scan.task_id, taken.key, kept)
        self.hall.lies[taken.spot, taken.key] += units - kept


def _gist(said: Said) -> tuple[object, ...]:
    return (said.code,) if isinstance(said, Refusal) else (said.seq, said.outcome, said.code)


async def both_walk(first: Picker, second: Picker, one: PickList, now: datetime) -> None:
    """Two of them without a network on one list; both send in the same moment."""
    first.did["two on one list"] += 1
    stops = await first.begins(one, now)
    for stop in stops:
        first.stands_at(one, stop, now)
    try:
        same = await second.begins(one, now, over=True)
    except (Refusal, IllegalMove):
        same = []
    for stop in same[:2]:
        second.stands_at(one, stop, now)
    await asyncio.gather(first.sends(now), second.sends(now))
    for _ in range(ROUNDS):
        stops = await second.stops(one)
        if not stops:
            return
        for stop in stops:
            second.stands_at(one, stop, now)
        await second.sends(now)
