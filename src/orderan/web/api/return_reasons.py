"""Why things come back, over the API."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.views_return_reasons import return_reasons
from orderan.kit.db import Caller, Database, Tx
from orderan.returns import CountedBy, Trend
from orderan.web.api.answering import READ, scope_of
from orderan.web.api.shapes import Told

MOST: int = 50


class CauseCountTold(Told):
    """Units asked back for a cause."""

    cause: str = Field(description="Empty where none was given")
    units: int
    units_before: int


class BlamedTold(Told):
    """A product, a courier or a person with what came back of it."""

    by: CountedBy
    key: str = Field(description="Code of the sku or the courier, or the actor")
    label: str
    returned: int
    sent: int
    returned_before: int
    sent_before: int
    trend: Trend = Field(description="Whether its share changed by more than chance makes of it")
    causes: dict[str, int]


class ReturnReasonsTold(Told):
    """What is behind the returns of a time, against the time of equal length before it."""

    since: datetime
    until: datetime
    causes: list[CauseCountTold]
    data: list[BlamedTold]


@get("/", summary="Why things come back", opt={"needs": Permission.RETURNS_READ}, responses=READ)
async def return_reasons_told(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    days: Annotated[int, QueryParameter(ge=1, le=366)] = 30,
) -> ReturnReasonsTold:
    """The worst fifty of each kind, the worst first; a share of few is drawn towards that of all."""
    since = now - timedelta(days=days)

    async def read(tx: Tx) -> ReturnReasonsTold:
        found = await return_reasons(tx, scope_of(principal), since=since, until=now)
        return ReturnReasonsTold(
            since=since,
            until=now,
            causes=[
                CauseCountTold(cause=cause, units=units, units_before=before)
                for cause, (units, before) in found.causes.items()
            ],
            data=[
                BlamedTold(
                    by=one.by,
                    key=one.key,
                    label=one.label,
                    returned=one.now.returned,
                    sent=one.now.sent,
                    returned_before=one.before.returned,
                    sent_before=one.before.sent,
                    trend=one.trend,
                    causes=dict(one.causes),
                )
                for by in CountedBy
                for one in found.found[by][:MOST]
            ],
        )

    return await db.run(caller, read)


handlers = [Router("/api/v1/return-reasons", route_handlers=[return_reasons_told], tags=["returns"])]
