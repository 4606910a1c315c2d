"""Distances by road from a server that speaks OSRM's table service, where a shop runs one.

Source: OSRM HTTP API, "Table service" (v1): `/table/v1/{profile}/{lon,lat;...}?annotations=duration,distance`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, Final

from orderan.kit.calling import Caller, Fault, PartnerFailed, PartnerRefused
from orderan.routes.distances import Point

NAME: Final = "osrm"
MOST_POINTS: Final = 100
"""What a server answers in one table unless it was told otherwise (`--max-table-size`)."""
Matrix = tuple[tuple[int, ...], ...]


class TableUnusable(PartnerFailed):
    """The server answered with something that is no whole table of these points."""


@dataclass(frozen=True, slots=True)
class Osrm:
    """A server.

    Attributes:
        url: Its address, without a slash at the end.
        profile: As whom it drives.
        block: Points of one side of a question: of more of them the table is asked in pieces.
    """

    caller: Caller
    url: str
    profile: str = "driving"
    block: int = MOST_POINTS // 2

    async def table(self, points: Sequence[Point], *, factor: float = 1.0) -> tuple[Matrix, Matrix]:
        """Metres and seconds from each point to each, by road.

        Coordinates are told as six decimals and nothing else is: the server learns of no person.

        Args:
            factor: On driving time; see `pace`.

        Raises:
            PartnerRefused: The server says that this cannot be asked.
            PartnerFailed: No answer.
            TableUnusable: The answer is no table, or has no road to a point.
        """
        metres = [[0] * len(points) for _ in points]
        seconds = [[0] * len(points) for _ in points]
        starts = range(0, len(points), self.block)
        for top in starts:
            for left in starts:
                rows = range(top, min(top + self.block, len(points)))
                columns = range(left, min(left + self.block, len(points)))
                told = await self._piece(points, rows, columns)
                for at, row in enumerate(rows):
                    for to, column in enumerate(columns):
                        metres[row][column] = round(told["distances"][at][to])
                        seconds[row][column] = ceil(told["durations"][at][to] * factor)
        return tuple(map(tuple, metres)), tuple(map(tuple, seconds))

    async def _piece(self, points: Sequence[Point], rows: range, columns: range) -> dict[str, Any]:
        asked = list(dict.fromkeys([*rows, *columns]))
        place = {point: index for index, point in enumerate(asked)}
        where = ";".join(f"{points[index].longitude:.6f},{points[index].latitude:.6f}" for index in asked)
        query = "&".join(
            [
                "annotations=duration,distance",
                "sources=" + ";".join(str(place[row]) for row in rows),
                "destinations=" + ";".join(str(place[column]) for column in columns),
            ]
        )
        url = f"{self.url}/table/v1/{self.profile}/{where}?{query}"
        reply = await self.caller.ask(NAME, url, headers={"accept": "application/json"})
        answer = reply.json()
        if 400 <= reply.status < 500:
            code = answer.get("code") if isinstance(answer, dict) else None
            raise PartnerRefused(NAME, str(code or reply.status))
        if reply.status != 200 or not isinstance(answer, dict) or answer.get("code") != "Ok":
            raise TableUnusable(NAME, f"status_{reply.status}", fault=Fault.SERVER)
        for name in ("distances", "durations"):
            if not _is_table(answer.get(name), len(rows), len(columns)):
                raise TableUnusable(NAME, "no_table", name, fault=Fault.GARBLED)
        return answer


def _is_table(told: Any, rows: int, columns: int) -> bool:
    return (
        isinstance(told, list)
        and len(told) == rows
        and all(
            isinstance(row, list) and len(row) == columns and all(_is_length(one) for one in row)
            for row in told
        )
    )


def _is_length(one: Any) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and isfinite(one) and one >= 0
