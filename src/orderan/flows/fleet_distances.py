"""How far it is between doors: from a server that knows the roads where there is one, else over the globe."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orderan.kit.calling import PartnerFailed, PartnerRefused
from orderan.routes import Osrm, Point, Roads, table

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Distances:
    """Where distances come from.

    Attributes:
        osrm: None where nobody runs such a server.
    """

    osrm: Osrm | None = None
    roads: Roads = field(default_factory=Roads)

    async def between(self, points: Sequence[Point], *, factor: float) -> tuple[tuple[Matrix, Matrix], str]:
        """Metres and seconds from each point to each, and by what: `osrm`, `globe`, or `globe_osrm_failed`."""
        if self.osrm is None:
            return table(points, self.roads, factor=factor), "globe"
        try:
            return await self.osrm.table(points, factor=factor), "osrm"
        except (PartnerFailed, PartnerRefused):
            # Vans leave whether a server answers or not; the plan says by what it was made.
            return table(points, self.roads, factor=factor), "globe_osrm_failed"
