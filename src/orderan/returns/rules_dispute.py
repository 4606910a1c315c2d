"""Whether what came back is what was issued. Pure."""

from collections.abc import Iterable
from typing import Any, Final

from orderan.returns.models_dispute import Difference, ReceivedLine, ReturnShipment, Seen, What

LEAST_OFF_G: Final = 100
"""Scales of two counters differ by this much: less is no difference, however light the parcel."""
_KINDS: Final = ("kota administrasi ", "kota adm ", "kabupaten ", "kota ", "kab ")


def plain_awb(typed: str) -> str:
    """A number as it is compared: capitals, without what people and scanners put between."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def plain_city(typed: str) -> str:
    """A city as it is compared: without its kind, capitals, dots and double spaces."""
    words = " ".join(typed.casefold().replace(".", " ").split())
    kind = next((known for known in _KINDS if words.startswith(known)), "")
    return words[len(kind) :]


def differences(
    issued: ReturnShipment | None,
    seen: Seen,
    lines: Iterable[ReceivedLine],
    *,
    off_percent: int,
    paid_already: bool,
) -> tuple[Difference, ...]:
    """In what a parcel differs from what was issued; nothing where nothing was issued, or nothing was noted of it.

    Args:
        off_percent: By how much of the expected weight a parcel may be off, beside 100 g that any may.
        paid_already: The refund was granted before anybody saw the goods, so that missing units are money lost.
    """
    found = []
    if issued is not None:
        found += _of_parcel(issued, seen, off_percent=off_percent)
    if paid_already:
        found += [
            Difference(What.MISSING, f"{line.line_no}: {line.expected}", f"{line.line_no}: {line.received}")
            for line in lines
            if line.received < line.expected
        ]
    return tuple(found)


def _of_parcel(issued: ReturnShipment, seen: Seen, *, off_percent: int) -> list[Difference]:
    found = []
    came = plain_awb(seen.awb)
    if came and came != plain_awb(issued.awb):
        off = digits_off(plain_awb(issued.awb), came)
        found.append(Difference(What.AWB, issued.awb, seen.awb, off))
    if seen.weight_g is not None and issued.weight_g:
        allowed = max(issued.weight_g * off_percent // 100, LEAST_OFF_G)
        if abs(seen.weight_g - issued.weight_g) > allowed:
            found.append(Difference(What.WEIGHT, str(issued.weight_g), str(seen.weight_g)))
    if seen.origin and issued.origin and plain_city(seen.origin) != plain_city(issued.origin):
        found.append(Difference(What.ORIGIN, issued.origin, seen.origin))
    return found


def digits_off(issued: str, seen: str) -> int:
    """In how many places two numbers differ; what is longer differs where the other has nothing."""
    same = sum(one == other for one, other in zip(issued, seen, strict=False))
    return max(len(issued), len(seen)) - same


def plain_difference(one: Difference) -> dict[str, Any]:
    """As it is kept."""
    return {"what": str(one.what), "issued": one.issued, "seen": one.seen, "digits": one.digits}


def read_difference(kept: dict[str, Any]) -> Difference:
    """As it was kept."""
    return Difference(What(kept["what"]), kept["issued"], kept["seen"], kept["digits"])
