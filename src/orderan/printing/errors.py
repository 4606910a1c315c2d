"""Every reason something is not printed."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class CodeUnprintable(Refusal):
    """A scanner would not read it back: signs no label has, or more of them than fit."""

    text: str

    code = "code_unprintable"
    kind = Kind.INVALID
    sentence = N_("“{text}” tidak bisa dicetak sebagai barcode.")


@dataclass(eq=False)
class PrintJobNotFound(Refusal):
    """The shop printed no such labels, or some of them are outside the caller's scope."""

    job: str

    code = "print_job_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Cetakan “{job}” tidak ditemukan.")


@dataclass(eq=False)
class NothingToPrint(Refusal):
    """Nothing of what was asked for can be printed."""

    code = "nothing_to_print"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada label yang bisa dicetak.")


@dataclass(eq=False)
class TooManyStickers(Refusal):
    """More at once than one document holds."""

    wanted: int
    most: int

    code = "too_many_stickers"
    kind = Kind.INVALID
    sentence = N_("Paling banyak {most} label sekali cetak; yang diminta {wanted}.")
