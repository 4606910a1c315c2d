"""Indonesia's administrative areas: province, regency or city, district, village.

Owns     the list shipped with the product (`SOURCE.md` says where it comes from)
Promises a place is four areas of which each lies in the one before; a typed name is found in
         spite of slips, abbreviations and joined words, and never changed in silence
Ignores  customers, and everything else that has an address
"""

from orderan.customers.regions.agreement import (
    AreaComplaint,
    AreaDoubt,
    check_code,
    check_destination,
    check_names,
    check_postcode,
)
from orderan.customers.regions.atlas import Atlas, Level, Place, Region, atlas
from orderan.customers.regions.districts import district_in
from orderan.customers.regions.finding import Found, find
from orderan.customers.regions.postcodes import (
    PostcodeRowRefused,
    PostcodesRead,
    load_postcodes,
    postcode_suits,
)
from orderan.customers.regions.store import (
    districts_of_postcodes,
    load_regions,
    postcode_of,
    postcodes_by_village,
    regions_are_current,
    save_postcodes,
)

__all__ = [
    "AreaComplaint",
    "AreaDoubt",
    "Atlas",
    "Found",
    "Level",
    "Place",
    "PostcodeRowRefused",
    "PostcodesRead",
    "Region",
    "atlas",
    "check_code",
    "check_destination",
    "check_names",
    "check_postcode",
    "district_in",
    "districts_of_postcodes",
    "find",
    "load_postcodes",
    "load_regions",
    "postcode_of",
    "postcode_suits",
    "postcodes_by_village",
    "regions_are_current",
    "save_postcodes",
]
