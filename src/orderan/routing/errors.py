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
