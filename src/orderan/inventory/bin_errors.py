"""Refusals of shelves."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class UnknownBin(Refusal):
    """The location has no such bin, or it is closed."""

    bin: str

    code = "unknown_bin"
    kind = Kind.NOT_FOUND
    sentence = N_("Rak “{bin}” tidak ada di lokasi ini.")


@dataclass(eq=False)
class BinBlocked(Refusal):
    """Nothing goes in or out until somebody has looked."""

    bin: str
    why: str

    code = "bin_blocked"
    kind = Kind.CONFLICT
    sentence = N_("Rak “{bin}” sedang diblokir: {why}")


@dataclass(eq=False)
class BinShort(Refusal):
    """The bin holds fewer units than were said to be taken out of it; nothing was moved."""

    bin: str
    asked: int
    there: int

    code = "bin_short"
    kind = Kind.CONFLICT
    sentence = N_("Rak “{bin}” hanya berisi {there} unit, bukan {asked}.")


@dataclass(eq=False)
class NothingToPutAway(Refusal):
    """Fewer units lie outside the bins, and in no picker's hands, than were said to be put away; nothing was moved."""

    asked: int
    there: int

    code = "nothing_to_put_away"
    kind = Kind.CONFLICT
    sentence = N_("Hanya {there} unit yang belum di rak, bukan {asked}.")


@dataclass(eq=False)
class BinHoldsGoods(Refusal):
    """A bin that still holds goods cannot be closed."""

    bin: str
    units: int

    code = "bin_holds_goods"
    kind = Kind.CONFLICT
    sentence = N_("Rak “{bin}” masih berisi {units} unit; pindahkan dulu.")
