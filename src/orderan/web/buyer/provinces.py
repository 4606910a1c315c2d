"""Where the provinces are, for a drawing of a parcel's road: the seat of each, to about a kilometre."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from orderan.routes import Point

SEATS: Final[Mapping[str, Point]] = MappingProxyType(
    {
        "11": Point(5.55, 95.32),
        "12": Point(3.59, 98.67),
        "13": Point(-0.95, 100.35),
        "14": Point(0.51, 101.45),
        "15": Point(-1.61, 103.61),
        "16": Point(-2.98, 104.75),
        "17": Point(-3.80, 102.27),
        "18": Point(-5.43, 105.26),
        "19": Point(-2.13, 106.11),
        "21": Point(0.92, 104.45),
        "31": Point(-6.21, 106.85),
        "32": Point(-6.91, 107.61),
        "33": Point(-6.97, 110.42),
        "34": Point(-7.80, 110.37),
        "35": Point(-7.25, 112.75),
        "36": Point(-6.12, 106.15),
        "51": Point(-8.65, 115.22),
        "52": Point(-8.58, 116.12),
        "53": Point(-10.18, 123.58),
        "61": Point(-0.03, 109.33),
        "62": Point(-2.21, 113.92),
        "63": Point(-3.44, 114.83),
        "64": Point(-0.50, 117.15),
        "65": Point(2.84, 117.37),
        "71": Point(1.49, 124.84),
        "72": Point(-0.90, 119.87),
        "73": Point(-5.14, 119.42),
        "74": Point(-3.97, 122.51),
        "75": Point(0.54, 123.06),
        "76": Point(-2.68, 118.89),
        "81": Point(-3.70, 128.18),
        "82": Point(0.74, 127.57),
        "91": Point(-2.53, 140.72),
        "92": Point(-0.86, 134.06),
        "93": Point(-8.49, 140.40),
        "94": Point(-3.37, 135.50),
        "95": Point(-4.10, 138.95),
        "96": Point(-0.88, 131.26),
    }
)
"""By the code of the province."""
