"""Refusals of shops."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class UnknownShop(Refusal):
    """No shop has this code or number."""

    shop: str

    code = "unknown_shop"
    kind = Kind.NOT_FOUND
    sentence = N_("Toko “{shop}” tidak ada.")


@dataclass(eq=False)
class UnknownChannel(Refusal):
    """No active channel of the shop has this code."""

    channel: str

    code = "unknown_channel"
    kind = Kind.INVALID
    sentence = N_("Kanal “{channel}” tidak ada atau tidak aktif.")


@dataclass(eq=False)
class CodeTaken(Refusal):
    """Another shop or channel has this code."""

    taken: str

    code = "code_taken"
    kind = Kind.CONFLICT
    sentence = N_("Kode “{taken}” sudah dipakai.")
