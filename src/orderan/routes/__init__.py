"""Routes: which vehicle goes where, in which order, at the least cost.

Owns     nothing that is kept: a problem comes in, a solution goes out
Promises a solution that is handed out was checked by rules that know nothing of the solver
Speaks   nothing
Ignores  shops, orders, parcels, people: a stop has a key, and that is all we know
"""

from orderan.routes.best_known import Best, convention_of, read_best
from orderan.routes.distances import (
    CLEAR,
    HOURS,
    TRAFFIC,
    WEATHER,
    Point,
    Roads,
    great_circle_m,
    pace,
    table,
)
from orderan.routes.errors import NothingFits, ProblemUnusable, SolverNotInstalled
from orderan.routes.instances import Convention, Instance, NotAnInstance, read_instance
from orderan.routes.models import NEVER, Problem, Route, Solution, Stop, Vehicle, Visit
from orderan.routes.osrm import MOST_POINTS, Osrm, TableUnusable
from orderan.routes.rules import best_start, cost_of, on_the_way, timetable
from orderan.routes.rules_check import Fault, check
from orderan.routes.solver import solve

__all__ = [
    "CLEAR",
    "HOURS",
    "MOST_POINTS",
    "NEVER",
    "TRAFFIC",
    "WEATHER",
    "Best",
    "Convention",
    "Fault",
    "Instance",
    "NotAnInstance",
    "NothingFits",
    "Osrm",
    "Point",
    "Problem",
    "ProblemUnusable",
    "Roads",
    "Route",
    "Solution",
    "SolverNotInstalled",
    "Stop",
    "TableUnusable",
    "Vehicle",
    "Visit",
    "best_start",
    "check",
    "convention_of",
    "cost_of",
    "great_circle_m",
    "on_the_way",
    "pace",
    "read_best",
    "read_instance",
    "solve",
    "table",
    "timetable",
]
