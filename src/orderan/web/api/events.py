"""The feed of facts: everything that happened, in one order, from any point on."""

from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import QueryParameter
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.insights import Feed, event_feed
from orderan.kit.db import Caller, Database
from orderan.kit.events import Recorded
from orderan.web.api.event_ids import data_told, entity_told
from orderan.web.api.shapes import REFUSED, Told

MOST: Final = 500


class EventTold(Told):
    """A fact. Delivered again after a lost answer it has the same `id`: apply each id once."""

    id: str
    position: int = Field(description="Its place in the log of the shop; never changes")
    kind: str = Field(examples=["orders.placed.v1"])
    entity_id: str = Field(
        description="What it is about, as its own route names it; facts of one entity are in order",
        examples=["ord_01k9z8w7m3e5d9v2q4x6b8n0p1"],
    )
    sequence: int = Field(description="Count of the facts of this entity, from 1")
    actor: str
    reason: str | None
    occurred_at: datetime
    data: dict[str, Any]


class EventsTold(Told):
    """A page of the feed."""

    data: list[EventTold]
    next_cursor: str = Field(description="Ask with it next; the same one again when nothing is new")
    has_more: bool = Field(description="Whether more is waiting already")


@get(
    "/",
    summary="What happened, in order",
    opt={"needs": Permission.EVENTS_READ},
    responses={status: REFUSED[status] for status in (400, 401, 403, 503)},
)
async def list_events(
    principal: Principal,
    caller: Caller,
    db: Database,
    cursor: Annotated[
        int,
        QueryParameter(ge=0, le=2**62, description="Facts after this position; 0 is from the beginning"),
    ] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = 100,
    kind: Annotated[
        list[str] | None,
        QueryParameter(description="Only these kinds; may stand several times", max_items=50),
    ] = None,
) -> EventsTold:
    """Facts with a position above the cursor, oldest first.

    A position is given once, after the change was committed, and never changes: a cursor may be
    kept for ever. Filters and scopes leave facts out, yet the cursor still moves past them. A key
    limited to channels or locations sees facts about orders inside its scope and no others.
    """
    seen = principal.scope
    feed: Feed = await db.run(
        caller,
        lambda tx: event_feed(tx, after=cursor, limit=limit, kinds=kind or None, **seen),
    )
    return EventsTold(
        data=[_told(fact) for fact in feed.facts], next_cursor=str(feed.position), has_more=feed.more
    )


def _told(fact: Recorded) -> EventTold:
    return EventTold(
        id=fact.event_id,
        position=fact.position,
        kind=fact.kind,
        entity_id=entity_told(fact.kind, fact.entity_id),
        sequence=fact.seq,
        actor=fact.actor,
        reason=fact.reason,
        occurred_at=fact.occurred_at,
        data=data_told(fact.payload),
    )


handlers: list[Any] = [Router("/api/v1/events", route_handlers=[list_events], tags=["events"])]
