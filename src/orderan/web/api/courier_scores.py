"""How couriers do, over the API: the worst first, everywhere and by province."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.views_couriers import CourierScore, courier_scores, worst_first
from orderan.kit.db import Caller, Database
from orderan.web.api.answering import READ
from orderan.web.api.shapes import Told
from orderan.web.principal import require_whole_shop


class CourierScoreTold(Told):
    """What a courier did; shares go from 0 to 1 and are null where nothing of them is known."""

    courier: str
    area: str | None = Field(description="Code of the province; null is everywhere, `?` is unknown")
    sent: int
    ended: int
    delivered: int
    refused: int
    returned: int
    lost: int
    damaged: int
    on_time_share: float | None = Field(description="By the day its parcel was promised for")
    first_try_share: float | None = Field(description="Without those their buyers refused")
    days_p50: float | None
    days_p90: float | None
    cod_late_share: float | None = Field(description="Not paid to us within a week; everywhere only")
    cost_each: int | None
    quoted: int = Field(description="Carrying, of parcels where both are known")
    charged: int


class CourierScoresTold(Told):
    """The worst first."""

    data: list[CourierScoreTold]


@get(
    "/",
    summary="How couriers do",
    opt={"needs": Permission.SHIPPING_READ},
    responses=READ,
)
async def courier_scores_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    days: Annotated[int, QueryParameter(ge=1, le=365)] = 90,
) -> CourierScoresTold:
    """Of parcels handed over in the last days."""
    require_whole_shop(principal, Permission.SHIPPING_READ)
    scores = await db.run(caller, lambda tx: courier_scores(tx, since=now - timedelta(days=days), now=now))
    return CourierScoresTold(data=[_score(one) for one in worst_first(scores)])


def _score(one: CourierScore) -> CourierScoreTold:
    return CourierScoreTold(
        courier=one.courier,
        area=one.area or None,
        sent=one.sent,
        ended=one.ended,
        delivered=one.delivered,
        refused=one.refused,
        returned=one.returned,
        lost=one.lost,
        damaged=one.damaged,
        on_time_share=one.kept_share,
        first_try_share=one.first_share,
        days_p50=one.half_days,
        days_p90=one.most_days,
        cod_late_share=one.cash_late_share,
        cost_each=one.each_minor,
        quoted=one.quoted_minor,
        charged=one.charged_minor,
    )


handlers = [Router("/api/v1/courier-scores", route_handlers=[courier_scores_read], tags=["parcels"])]
