"""Refusals of the catalogue."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class UnknownSkus(Refusal):
    """No active sku has these codes; all of them are named."""

    skus: tuple[str, ...]

    code = "unknown_skus"
    kind = Kind.INVALID
    sentence = N_("SKU tidak dikenal atau tidak dijual lagi: {skus}.")
