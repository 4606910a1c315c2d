"""Refusals of routing."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class RulesNotUsable(Refusal):
    """Routing rules that cannot be followed; every fault is told at once.

    Attributes:
        faults: Each as `place: fault`, such as `2.when.from_hour: not_an_hour`; rules count from 1. The
            faults are those of `orderan.routing.rules_read.Fault`.
    """

    faults: tuple[str, ...]

    code = "routing_rules_not_usable"
    kind = Kind.INVALID
    sentence = N_("Aturan rute pembayaran belum benar: {faults}.")


@dataclass(eq=False)
class NoSuchRules(Refusal):
    """No version of the routing rules has this number."""

    version: int

    code = "no_such_routing_rules"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada aturan rute pembayaran versi {version}.")
