"""The list of areas in memory: look one up, go down from it, or up.

92 thousand areas take about 15 MB and a fifth of a second to read, once a process and only when
somebody asks. That is cheaper than a query for every keystroke in an address form, and lets the
entry checks be pure.
"""

import csv
import gzip
import io
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files


class Level(IntEnum):
    """How deep an area lies, as in the ministry's own table."""

    PROVINCE = 1
    CITY = 2  # kabupaten and kota alike
    DISTRICT = 3  # kecamatan
    VILLAGE = 4  # kelurahan and desa alike


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """One area: its code (31.74.07.1001), and its name as the ministry writes it."""

    code: str
    name: str

    @property
    def level(self) -> Level:
        return Level(self.code.count(".") + 1)

    @property
    def parent_code(self) -> str | None:
        """Code of the area it lies in, None for a province."""
        return self.code.rpartition(".")[0] or None


@dataclass(frozen=True, slots=True)
class Place:
    """A village with everything it lies in; the four always agree."""

    province: Region
    city: Region
    district: Region
    village: Region

    @property
    def code(self) -> str:
        return self.village.code

    def written(self) -> str:
        """As on a parcel, the smallest area first, without the postcode."""
        return f"{self.village.name}, {self.district.name}, {self.city.name}, {self.province.name}"


class Atlas:
    """Every area, in code order. A position is the place of an area in that order."""

    def __init__(self, areas: Iterable[tuple[str, str]]) -> None:
        pairs = sorted(areas)
        self.codes = [code for code, _ in pairs]
        self.names = [name for _, name in pairs]
        self.parents = array("i", (self._position(code.rpartition(".")[0]) for code in self.codes))
        # Positions by level: the children of an area are one run of the level below it.
        self._levels = {
            level: [code for code in self.codes if code.count(".") == level - 1] for level in Level
        }

    def _position(self, code: str) -> int:
        at = bisect_left(self.codes, code)
        return at if at < len(self.codes) and self.codes[at] == code else -1

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self._position(code) >= 0

    def at(self, position: int) -> Region:
        return Region(self.codes[position], self.names[position])

    def get(self, code: str) -> Region | None:
        """The area of this code, None when there is none."""
        position = self._position(code)
        return None if position < 0 else self.at(position)

    def children(self, code: str | None = None) -> tuple[Region, ...]:
        """What lies directly in an area, by code; the provinces for None; empty for a village."""
        if code is None:
            return tuple(self.at(self._position(child)) for child in self._levels[Level.PROVINCE])
        if code not in self or code.count(".") + 1 == Level.VILLAGE:
            return ()
        below = self._levels[Level(code.count(".") + 2)]
        # "/" is the character after ".", so the run ends before it.
        run = below[bisect_left(below, f"{code}.") : bisect_left(below, f"{code}/")]
        return tuple(self.at(self._position(child)) for child in run)

    def lineage(self, code: str) -> tuple[Region, ...]:
        """The area and everything it lies in, province first; empty for an unknown code."""
        line: list[Region] = []
        position = self._position(code)
        while position >= 0:
            line.append(self.at(position))
            position = self.parents[position]
        return tuple(reversed(line))

    def place(self, village_code: str) -> Place | None:
        """The place of a village code; None for an unknown code, or one that is no village's."""
        line = self.lineage(village_code)
        return Place(*line) if len(line) == Level.VILLAGE else None

    def villages(self) -> list[str]:
        """Codes of all villages, in order."""
        return list(self._levels[Level.VILLAGE])


def list_shipped() -> bytes:
    """The list of areas as it is packed."""
    return files(__package__).joinpath("areas.csv.gz").read_bytes()


@cache
def atlas() -> Atlas:
    """The areas shipped with the product."""
    rows = csv.reader(io.StringIO(gzip.decompress(list_shipped()).decode("utf-8")))
    next(rows)
    return Atlas((code, name) for code, name in rows)
