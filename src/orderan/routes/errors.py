"""Refusals of routing."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


class SolverNotInstalled(Refusal):
    """The library that solves routes is not installed on this machine."""

    code = "route_solver_not_installed"
    kind = Kind.CONFLICT
    sentence = N_("Pustaka penghitung rute belum terpasang di mesin ini. Pasang orderan[ml].")


@dataclass(eq=False)
class ProblemUnusable(Refusal):
    """The problem contradicts itself: a place that is in no matrix, loads of another number of dimensions.

    Attributes:
        where: The stop, vehicle or matrix.
    """

    where: str
    reason: str

    code = "route_problem_unusable"
    kind = Kind.INVALID
    sentence = N_("Soal rute tidak bisa dihitung: {where}: {reason}.")


@dataclass(eq=False)
class NothingFits(Refusal):
    """No solution that keeps every rule was found in the time that was given."""

    stops: int
    seconds: float

    code = "route_nothing_fits"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada rute yang memenuhi semua syarat untuk {stops} titik antar ini.")
