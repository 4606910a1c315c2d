"""Reading what was typed or scanned."""

import re

from orderan.shipping.couriers import COURIERS
from orderan.shipping.errors import AwbMistyped, UnknownCourier
from orderan.shipping.models import Courier


def courier(code: str) -> Courier:
    """Raises UnknownCourier."""
    found = COURIERS.get(code)
    if found is None:
        raise UnknownCourier(code)
    return found


def read_awb(code: str, typed: str) -> str:
    """A courier's tracking number as it is stored: capitals, no spaces.

    Raises:
        UnknownCourier: No courier has this code.
        AwbMistyped: It does not look like one of their numbers.
    """
    carrier = courier(code)
    awb = _bare(typed)
    if not re.fullmatch(carrier.awb_pattern, awb):
        raise AwbMistyped(typed.strip(), carrier.name, couriers_for(typed))
    return awb


def couriers_for(typed: str) -> tuple[str, ...]:
    """Codes of the couriers whose numbers look like this one; own fleet fits nearly anything and is left out."""
    awb = _bare(typed)
    return tuple(
        carrier.code
        for carrier in COURIERS.values()
        if carrier.tracking_link is not None and re.fullmatch(carrier.awb_pattern, awb)
    )


def tracking_link(code: str, awb: str) -> str | None:
    """Where a buyer can follow a parcel, None where there is no public page."""
    carrier = COURIERS.get(code)
    if carrier is None or carrier.tracking_link is None:
        return None
    return carrier.tracking_link.format(awb=awb)


def _bare(typed: str) -> str:
    return re.sub(r"\s+", "", typed).upper()
