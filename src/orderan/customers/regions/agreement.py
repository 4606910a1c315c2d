"""Do the four areas of an address agree, and if not, what was probably meant?

A village code settles everything above it. Names given beside it must match; names given without
it are followed down from the province, and a name that fits two areas is settled by those below
it, as far as they can.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from orderan.customers.closeness import distance, slips_allowed
from orderan.customers.regions.atlas import Atlas, Level, Place, Region, atlas
from orderan.customers.regions.postcodes import POSTCODE, postcode_suits
from orderan.customers.regions.spelling import said_kind, spellings

_FIELD = {
    Level.PROVINCE: "province",
    Level.CITY: "city",
    Level.DISTRICT: "district",
    Level.VILLAGE: "village",
}
_SUGGESTED_AT_MOST = 5


class AreaDoubt(StrEnum):
    """What is wrong with an area as typed."""

    MISSING = auto()
    UNKNOWN_CODE = auto()
    NOT_A_VILLAGE = auto()
    UNKNOWN_NAME = auto()
    AMBIGUOUS = auto()
    DISAGREES = auto()
    NOT_A_POSTCODE = auto()
    POSTCODE_ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class AreaComplaint:
    """A field of an address that cannot stand as typed.

    `suggestions` are areas that may have been meant, likeliest first; `expected` is the value that
    would agree, where there is exactly one.
    """

    field: str
    doubt: AreaDoubt
    suggestions: tuple[Region, ...] = ()
    expected: str | None = None


def check_code(
    village_code: str,
    *,
    province: str = "",
    city: str = "",
    district: str = "",
    village: str = "",
    areas: Atlas | None = None,
) -> Place | tuple[AreaComplaint, ...]:
    """The place of a village code, or every name given beside it that contradicts it.

    Empty names are not compared; "Jaksel" agrees with Kota Administrasi Jakarta Selatan.
    """
    areas = areas or atlas()
    place = areas.place(village_code.strip())
    if place is None:
        known = village_code.strip() in areas
        doubt = AreaDoubt.NOT_A_VILLAGE if known else AreaDoubt.UNKNOWN_CODE
        return (AreaComplaint("village_code", doubt),)
    typed = (province, city, district, village)
    line = (place.province, place.city, place.district, place.village)
    complaints = tuple(
        AreaComplaint(_FIELD[region.level], AreaDoubt.DISAGREES, (region,), region.name)
        for name, region in zip(typed, line, strict=True)
        if name.strip() and not _is_named(region, name)
    )
    return complaints or place


def check_names(
    *, province: str = "", city: str, district: str, village: str, areas: Atlas | None = None
) -> Place | AreaComplaint:
    """The one place these names speak of, or the first level at which they speak of none or many.

    The province may be left out: names of cities are nearly unique.
    """
    areas = areas or atlas()
    standing: Sequence[Region] = areas.children()
    if province.strip():
        standing = _named(standing, province)
        if not standing:
            return _unknown(Level.PROVINCE, areas.children(), province)
    for level, name in ((Level.CITY, city), (Level.DISTRICT, district), (Level.VILLAGE, village)):
        if not name.strip():
            return AreaComplaint(_FIELD[level], AreaDoubt.MISSING)
        below = [child for region in standing for child in areas.children(region.code)]
        standing = _named(below, name)
        if not standing:
            return _unknown(level, below, name)
    if len(standing) > 1:
        return _ambiguous(areas, standing)
    place = areas.place(standing[0].code)
    assert place is not None
    return place


def check_postcode(postcode: str, village_code: str, *, of_village: str | None = None) -> str | AreaComplaint:
    """The postcode, or why it cannot belong to the village.

    `of_village` is the village's own postcode where the shop has a list of them; without one only
    the province is compared.
    """
    typed = postcode.strip()
    if not POSTCODE.fullmatch(typed):
        return AreaComplaint("postcode", AreaDoubt.NOT_A_POSTCODE, expected=of_village)
    agrees = typed == of_village if of_village else postcode_suits(typed, village_code)
    if not agrees:
        return AreaComplaint("postcode", AreaDoubt.POSTCODE_ELSEWHERE, expected=of_village)
    return typed


def check_destination(
    village_code: str | None, postcode: str | None, *, of_village: str | None = None
) -> tuple[AreaComplaint, ...]:
    """Everything impossible about a village code and a postcode as an order came with them.

    Either may be missing: a marketplace often knows the area in words only.
    """
    place = check_code(village_code) if village_code else ()
    complaints = () if isinstance(place, Place) else place
    if not postcode:
        return complaints
    if isinstance(place, Place):
        agrees = check_postcode(postcode, place.code, of_village=of_village)
        return (agrees,) if isinstance(agrees, AreaComplaint) else ()
    if not POSTCODE.fullmatch(postcode):
        complaints = (*complaints, AreaComplaint("postcode", AreaDoubt.NOT_A_POSTCODE))
    return complaints


def _is_named(region: Region, name: str) -> bool:
    return bool(_named((region,), name))


def _named(regions: Sequence[Region], name: str) -> list[Region]:
    """Those whose name is the typed one, blanks and short forms aside; the kind is heeded."""
    kind = said_kind(name)
    same = [
        region for region in regions if spellings(name, region.level) & spellings(region.name, region.level)
    ]
    of_kind = [region for region in same if kind and region.name.casefold().startswith(kind)]
    return of_kind if kind and same and same[0].level is Level.CITY else same


def _unknown(level: Level, among: Sequence[Region], name: str) -> AreaComplaint:
    near = _nearest_named(among, name)
    expected = near[0].name if len(near) == 1 else None
    return AreaComplaint(_FIELD[level], AreaDoubt.UNKNOWN_NAME, near, expected)


def _nearest_named(among: Sequence[Region], name: str) -> tuple[Region, ...]:
    if not among:
        return ()
    typed = spellings(name, among[0].level)
    near = [(slips, region) for region in among if (slips := _slips(typed, region)) is not None]
    near.sort()
    return tuple(region for _, region in near[:_SUGGESTED_AT_MOST])


def _slips(typed: frozenset[str], region: Region) -> int | None:
    """Fewest slips between a spelling typed and one of the region's; None when too many."""
    fewest: int | None = None
    for one in typed:
        allowed = max(slips_allowed(one), 1)
        for other in spellings(region.name, region.level):
            slips = distance(one, other, at_most=allowed)
            if slips <= allowed and (fewest is None or slips < fewest):
                fewest = slips
    return fewest


def _ambiguous(areas: Atlas, standing: Sequence[Region]) -> AreaComplaint:
    """Complain of the highest level at which the remaining places part ways."""
    lines = [areas.lineage(region.code) for region in standing]
    at: Callable[[int], set[str]] = lambda depth: {line[depth].code for line in lines}  # noqa: E731
    depth = next(depth for depth in range(len(Level)) if len(at(depth)) > 1)
    choices = {line[depth].code: line[depth] for line in lines}
    options = tuple(choices[code] for code in sorted(choices))[:_SUGGESTED_AT_MOST]
    return AreaComplaint(_FIELD[Level(depth + 1)], AreaDoubt.AMBIGUOUS, options)
