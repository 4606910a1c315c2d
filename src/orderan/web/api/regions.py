"""Indonesia's administrative areas over the API: search as typed, or go down level by level."""

from typing import Annotated

from litestar import Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from orderan.customers import Level, Region, atlas, find
from orderan.web.api.shapes import REFUSED, Problem, Told, answers

MOST_FOUND = 50

READ = {
    400: answers(Problem, "Not the shape this document promises; every wrong field at once"),
    401: answers(Problem, "No valid API key"),
    503: REFUSED[503],
}


class RegionTold(Told):
    """An area; `line` names what it lies in, the smallest first, itself included."""

    code: str
    name: str
    level: int
    parent_code: str | None
    line: str


class RegionsTold(Told):
    """Areas, the best fit first."""

    data: list[RegionTold]


@get("/", summary="Search administrative areas", opt={"signed_in": True}, responses=READ, sync_to_thread=True)
def regions_found(
    q: Annotated[str, QueryParameter(max_length=120, description="As typed: kec. kebayoran br, jaksel")] = "",
    level: Annotated[
        int | None, QueryParameter(ge=1, le=4, description="1 province, 2 city, 3 district, 4 village")
    ] = None,
    within: Annotated[str, QueryParameter(max_length=13, description="Only inside this code")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_FOUND)] = 10,
) -> RegionsTold:
    """Tolerates slips, short forms and joined words. Without `q`: what lies directly in `within`."""
    if not q.strip():
        below = atlas().children(within or None)
        return RegionsTold(data=[told(region) for region in below if level in (None, region.level)])
    found = find(q, level=Level(level) if level else None, within=within or None, limit=limit)
    return RegionsTold(data=[told(hit.region) for hit in found])


@get(
    "/{code:str}",
    summary="One administrative area",
    opt={"signed_in": True},
    responses=READ | {404: answers(Problem, "There is no such area")},
    sync_to_thread=True,
)
def region_read(code: FromPath[str]) -> RegionTold:
    """By its code, such as 31.74.07 or 31.74.07.1001."""
    region = atlas().get(code)
    if region is None:
        raise NotFoundException
    return told(region)


def told(region: Region) -> RegionTold:
    """An area as the API tells it."""
    line = ", ".join(one.name for one in reversed(atlas().lineage(region.code)))
    return RegionTold(
        code=region.code,
        name=region.name,
        level=region.level,
        parent_code=region.parent_code,
        line=line,
    )


handlers = [Router("/api/v1/regions", route_handlers=[regions_found, region_read], tags=["regions"])]
