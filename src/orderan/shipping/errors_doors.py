"""Every reason a buyer's wish about a missed door is turned down."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class DoorNotFound(Refusal):
    """Nobody tried in vain to hand this parcel over."""

    door_id: str

    code = "missed_door_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Paket ini tidak punya antaran yang gagal.")


@dataclass(eq=False)
class DoorOver(Refusal):
    """It was answered, or the parcel is somewhere else by now; nothing changed."""

    code = "missed_door_over"
    kind = Kind.CONFLICT
    sentence = N_("Antaran ini sudah dijawab, atau paketnya sudah berlanjut.")


@dataclass(eq=False)
class WishUnusable(Refusal):
    """None of what can be wished for."""

    code = "door_wish_unusable"
    kind = Kind.INVALID
    sentence = N_("Pilih: hari lain, alamat lain, atau tidak jadi.")


@dataclass(eq=False)
class WishDayUnusable(Refusal):
    """Not a day a courier keeps the parcel for."""

    code = "door_wish_day_unusable"
    kind = Kind.INVALID
    sentence = N_("Pilih salah satu hari yang ditawarkan.")


@dataclass(eq=False)
class WishWordsUnusable(Refusal):
    """An address is said in ten to five hundred letters."""

    code = "door_wish_words_unusable"
    kind = Kind.INVALID
    sentence = N_("Tulis alamat atau patokannya dalam 10 sampai 500 huruf.")
