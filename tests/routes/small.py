"""Problems small enough to be judged by looking."""

from dataclasses import replace

from orderan.routes import Problem, Stop, Vehicle

LINE = (0, 10, 20, 30, 40)
"""Places on a line, a metre a second."""


def on_a_line(
    *stops: Stop, vehicles: tuple[Vehicle, ...] | None = None, dimensions: tuple[str, ...] = ()
) -> Problem:
    between = tuple(tuple(abs(here - there) for there in LINE) for here in LINE)
    vans = vehicles or (Vehicle("van", 0, 0, capacity=(100,) * len(dimensions)),)
    return Problem(dimensions, stops, vans, between, between)


def at(place: int, **others: object) -> Stop:
    return replace(Stop(f"at {place}", place), **others)  # type: ignore[arg-type]


SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2         20

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0          0          0          0        100          0
    1      3          4         10          0         50         10
    2      1          1         10         40         60         10
    3      -3         4         10          0        100         10
"""
VRPLIB = """NAME : tiny
COMMENT : (nobody)
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 20
NODE_COORD_SECTION
1 0 0
2 3 4
3 1 1
4 -3 4
DEMAND_SECTION
1 0
2 10
3 10
4 10
DEPOT_SECTION
1
-1
EOF
"""
