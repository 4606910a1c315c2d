"""What became of an order, over the API: its timeline and its earlier versions."""

from datetime import datetime
from typing import Any, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.kit.db import Caller, Database, Tx
from orderan.orders import Moment, OrderNotFound, timeline, version_of, versions_of
from orderan.web.api.answering import READ
from orderan.web.api.order_told import seen, sees_stock
from orderan.web.api.shapes import Told


class MomentTold(Told):
    """Something that happened: a fact, a move of an axis, a note, a decision of a rule."""

    at: datetime
    kind: str
    actor: str
    reason: str | None
    facts: dict[str, Any]


class TimelineTold(Told):
    """Everything, the newest first."""

    data: list[MomentTold]


class VersionTold(Told):
    """An earlier version."""

    version: int
    replaced_at: datetime
    replaced_by: str
    reason: str


class VersionsTold(Told):
    """Earlier versions, the newest first."""

    data: list[VersionTold]


class VersionWholeTold(VersionTold):
    """An order exactly as it was."""

    order: dict[str, Any]
    lines: list[dict[str, Any]]


@get(
    "/{order_id:str}/timeline",
    summary="What happened to an order",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def timeline_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> TimelineTold:
    """Facts, moves, notes and decisions with who and why, the newest first."""

    async def read(tx: Tx) -> list[Moment]:
        return await timeline(tx, await seen(tx, principal, order_id))

    moments = await db.run(caller, read)
    whole = sees_stock(principal)
    return TimelineTold(
        data=[
            MomentTold(
                at=one.at,
                kind=one.kind,
                actor=one.actor,
                reason=one.reason,
                facts=one.facts if whole else _without_stock(one),
            )
            for one in moments
        ]
    )


def _without_stock(moment: Moment) -> dict[str, Any]:
    if not moment.kind.startswith("decision."):
        return moment.facts
    inputs = moment.facts["inputs"]
    return moment.facts | {"inputs": {"village_code": inputs.get("village_code")}}


@get(
    "/{order_id:str}/versions",
    summary="Earlier versions of an order",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def versions_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
) -> VersionsTold:
    """Every version a change or a cancellation replaced, the newest first."""

    async def read(tx: Tx) -> list[Any]:
        return await versions_of(tx, await seen(tx, principal, order_id))

    return VersionsTold(data=[VersionTold(**row._asdict()) for row in await db.run(caller, read)])


@get(
    "/{order_id:str}/versions/{version:int}",
    summary="An order as it was",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
)
async def version_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    order_id: FromPath[str],
    version: FromPath[int],
) -> VersionWholeTold:
    """Exactly as it was before it was replaced."""

    async def read(tx: Tx) -> Any:
        kept = await version_of(tx, await seen(tx, principal, order_id), min(version, 2**31 - 1))
        if kept is None:
            raise OrderNotFound(f"{order_id} v{version}")
        return kept

    kept = await db.run(caller, read)
    return VersionWholeTold(
        version=kept.version,
        replaced_at=kept.replaced_at,
        replaced_by=kept.replaced_by,
        reason=kept.reason,
        order=kept.snapshot["order"],
        lines=kept.snapshot["lines"],
    )


routes: Final[list[Any]] = [timeline_read, versions_read, version_read]
"""Mounted at /api/v1/orders by orderan.web.api.orders."""
