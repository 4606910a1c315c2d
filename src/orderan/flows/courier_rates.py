"""What carrying a parcel costs: every account is asked at once, and those that answer in time are in the answer.

    kept     offers of the last hours for the same districts, kilograms, cash and insurance; their account is not asked
    asked    every other open account that quotes, all at once, with no transaction open, for as long as the budget lasts
    late     an account that was silent stands in with what it offered in the last weeks
    table    an account whose numbers are a range, and a shop none of whose accounts said anything, have the shop's own
             table of fees

Each offer says where it comes from and since when it holds.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.couriers import Box, CourierFailed, CourierRefused, Does, Place, Rate, RatesAsked
from orderan.flows.courier_clients import CourierClients, OpenCourier
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx
from orderan.pricing import NoShippingFee, ShippingTable, shipping_fee, shipping_table
from orderan.shipping import COURIERS, KeptRate, Lane, Offer, RateSource, keep_rates, kept_rates, sweep_rates

FRESH: Final = timedelta(hours=6)
"""Couriers change their prices by the month; a promotion of theirs may end at any midnight."""
OLD: Final = timedelta(days=30)
BUDGET_S: Final = 2.5
"""A buyer stands before the page."""
CALM_S: Final = 8.0
"""Nobody does: every account may take the time of a call."""

_log = telemetry.log("orderan.couriers")
_asked = telemetry.counter("courier_rates_asked", "Accounts asked for offers, by how it ended", ["how"])


@dataclass(frozen=True, slots=True)
class RateQuery:
    """A parcel whose price is asked.

    Attributes:
        origin_area, destination_area: Kecamatan codes, or postcodes where no area is known.
        origin_village: Of where it leaves from, as far as it is known.
        village_code: Of the destination, for the shop's own table.
    """

    origin: Place
    destination: Place
    origin_area: str
    destination_area: str
    village_code: str | None
    weight_g: int
    value_minor: int
    cod_minor: int = 0
    insured: bool = False
    origin_village: str = ""

    @property
    def lane(self) -> Lane:
        kilograms = max(1, -(-self.weight_g // 1_000))
        return Lane(self.origin_area, self.destination_area, kilograms, self.cod_minor > 0, self.insured)

    def of(self, couriers: Collection[str]) -> RatesAsked:
        """A question for the whole class of weight, so that its answer holds for others of it."""
        return RatesAsked(
            self.origin,
            self.destination,
            Box(self.lane.weight_kg * 1_000),
            tuple(sorted(couriers)),
            self.value_minor,
            self.cod_minor,
            self.insured,
        )


@dataclass
class RateFinder:
    """Asks a shop's couriers what carrying costs."""

    db: Database
    clock: Clock
    clients: CourierClients

    async def offers(self, caller: Caller, query: RateQuery, *, budget_s: float = BUDGET_S) -> list[Offer]:
        """Who would carry it, the cheapest first; see the module for where the offers come from.

        Couriers that collect no cash are left out where some is to be collected.
        """
        now = self.clock.now()

        async def read(tx: Tx) -> tuple[list[OpenCourier], list[KeptRate], ShippingTable]:
            kept = await kept_rates(tx, query.lane, since=now - OLD)
            return await self.clients.open_ones(tx), kept, await shipping_table(tx)

        accounts, kept, table = await self.db.run(caller, read)
        there = {one.account.id for one in accounts}
        fresh = {one.account_id for one in kept if one.asked_at >= now - FRESH}
        quoting = [one for one in accounts if Does.RATES in one.client.does]
        asked = [one for one in quoting if one.account.id not in fresh]
        answers = await self._ask(asked, query, budget_s)
        if answers:
            await self.db.run(caller, lambda tx: self._keep(tx, query, answers, now=now))
        found = [
            Offer(account_id, rate, RateSource.LIVE, now)
            for account_id, rates in answers.items()
            for rate in rates
        ]
        found += [
            Offer(
                one.account_id,
                one.for_other(value_minor=query.value_minor, cod_minor=query.cod_minor),
                RateSource.CACHED if one.account_id in fresh else RateSource.OLD,
                one.asked_at,
            )
            for one in kept
            if one.account_id in there and one.account_id not in answers
        ]
        found += _ranged(accounts, table, query, now=now)
        if not found:
            found = _of_table(table, query, now=now)
        carried = [one for one in found if one.rate.cod or not query.cod_minor]
        return sorted(carried, key=lambda one: (one.total_minor, one.rate.courier, one.rate.service))

    async def _ask(
        self, asked: Sequence[OpenCourier], query: RateQuery, budget_s: float
    ) -> Mapping[UUID, list[Rate]]:
        tasks = {asyncio.create_task(one.client.rates(query.of(one.client.serves))): one for one in asked}
        if not tasks:
            return {}
        done, late = await asyncio.wait(tasks, timeout=budget_s)
        for task in late:
            task.cancel()
            _asked.labels("late").inc()
        await asyncio.gather(*late, return_exceptions=True)
        answers = {}
        for task in done:
            one = tasks[task]
            try:
                answers[one.account.id] = task.result()
            except (CourierFailed, CourierRefused) as fault:
                _asked.labels("failed").inc()
                _log.info("a courier made no offer", courier=fault.partner, code=fault.code)
            else:
                _asked.labels("answered").inc()
        return answers

    async def _keep(
        self, tx: Tx, query: RateQuery, answers: Mapping[UUID, list[Rate]], *, now: datetime
    ) -> None:
        await keep_rates(
            tx,
            query.lane,
            [(account_id, rate) for account_id, rates in answers.items() for rate in rates],
            answered=set(answers),
            value_minor=query.value_minor,
            cod_minor=query.cod_minor,
            now=now,
        )


async def sweep_old_rates(tx: Tx, now: datetime) -> int:
    """Let go of offers nobody would rely on any more."""
    return await sweep_rates(tx, before=now - OLD)


def _ranged(
    accounts: Sequence[OpenCourier], table: ShippingTable, query: RateQuery, *, now: datetime
) -> list[Offer]:
    """Accounts that book and quote nothing: what the shop's own table has for their courier, else its cheapest."""
    found = []
    for one in accounts:
        if Does.RANGE not in one.client.does:
            continue
        fees = _fees(table, query, now=now)
        for courier in sorted(one.client.serves):
            own = fees.get(courier, min(fees.values(), default=None))
            if own is not None:
                rate = Rate(courier, "reg", own, cod=COURIERS[courier].cod)
                found.append(Offer(one.account.id, rate, RateSource.TABLE))
    return found


def _of_table(table: ShippingTable, query: RateQuery, *, now: datetime) -> list[Offer]:
    return [
        Offer(None, Rate("", service, fee, cod=True), RateSource.TABLE)
        for service, fee in sorted(_fees(table, query, now=now).items())
    ]


def _fees(table: ShippingTable, query: RateQuery, *, now: datetime) -> dict[str, int]:
    """What the shop's table has for a parcel, by service."""
    found = {}
    for service in {name for _, name in table.fees}:
        try:
            found[service] = shipping_fee(
                table, service, village_code=query.village_code, weight_g=query.weight_g, now=now
            )
        except NoShippingFee:
            continue
    return found
