"""One house has one key, whichever of village, postcode and words its place came with."""

from dataclasses import replace
from typing import Any

import pytest

from conftest import ShopFloor
from orderan.customers import district_in, districts_of_postcodes, load_regions, save_postcodes
from orderan.customers.regions import Atlas
from orderan.kit.crypto import Keyring
from orderan.trust import KeyKind, Traces, keys_of, other_houses

pytestmark = pytest.mark.anyio
KEYRING = Keyring(b"k" * 32)
FEW = Atlas(
    {
        (code[:length], code[:length])
        for code in ("31.71.01.1001", "31.71.01.1002", "31.71.02.1001", "31.74.07.1001")
        for length in (2, 5, 8, 13)
    }
)


def keys(**traces: Any) -> dict[KeyKind, bytes]:
    return keys_of(KEYRING, 1, Traces(**{"line": "Jl. Mawar No. 12"} | traces))


def test_a_house_written_with_a_village_a_postcode_or_words_is_one_house() -> None:
    written = [
        keys(village_code="31.71.01.1001", area="Gambir, Gambir, Jakarta Pusat", postcode="10110"),
        keys(line="jalan mawar 12", postcode="10110", district_code="31.71.01"),
        keys(line="Jln Mawar no.12", area="Gambir, Jakarta Pusat"),
        keys(line="jl mawar #12", area="kec. Gambir, Jakpus"),
    ]
    assert len({one[KeyKind.ADDRESS] for one in written}) == 1
    assert {one[KeyKind.AREA] for one in written} == {b"31.71.01"}
    elsewhere = keys(area="Coblong, Bandung")
    assert elsewhere[KeyKind.ADDRESS] != written[0][KeyKind.ADDRESS]


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ({"village_code": "31.71.01.1001", "postcode": "10110"}, {"postcode": "10110"}),
        ({"area": "Gambir, Jakarta Pusat", "postcode": "10110"}, {"line": "jalan mawar 12, 10110"}),
        ({"line": "Jl. Mawar 12 Gambir 10110", "area": "kec. Gambir, Jakpus"}, {"postcode": "10110"}),
        ({"area": "Kel. Sukamadjoe, Antah", "postcode": "99001"}, {"area": "sukamaju antah"}),
        ({"area": "Kel. Sukamadjoe, Antah", "postcode": "99001"}, {"postcode": "99001"}),
    ],
)
def test_a_house_written_with_a_part_of_its_place_is_the_one_written_with_all_of_it(
    whole: dict[str, Any], part: dict[str, Any]
) -> None:
    written, short = (Traces(**{"line": "Jl. Mawar No. 12"} | traces) for traces in (whole, part))
    every = {keys_of(KEYRING, 1, written)[KeyKind.ADDRESS], *other_houses(KEYRING, 1, written)}
    assert len(every) == 2
    assert keys_of(KEYRING, 1, short)[KeyKind.ADDRESS] in every
    elsewhere = replace(short, line="Jl. Mawar No. 13, 40132", postcode=None, area="")
    assert keys_of(KEYRING, 1, elsewhere)[KeyKind.ADDRESS] not in every


def test_a_house_number_is_no_postcode_and_a_place_without_a_house_has_no_key() -> None:
    assert KeyKind.ADDRESS not in keys(line="Jl. Mawar No. 1234")
    assert KeyKind.ADDRESS not in keys(line="Jl. Mawar No. 012345")
    assert (
        other_houses(KEYRING, 1, Traces(line="di rumah", village_code="31.71.01.1001", postcode="10110"))
        == ()
    )
    assert other_houses(KEYRING, 1, Traces(village_code="31.71.01.1001", postcode="10110")) == ()


def test_a_place_on_no_list_is_still_one_place_however_it_is_spelled() -> None:
    one, other = keys(area="Kel. Soekamadjoe Endah, Kab. Antah"), keys(area="sukamaju endah antah")
    assert one[KeyKind.ADDRESS] == other[KeyKind.ADDRESS]
    assert KeyKind.AREA not in one
    assert keys(postcode="10110")[KeyKind.ADDRESS] != keys(postcode="40132")[KeyKind.ADDRESS]
    assert KeyKind.ADDRESS not in keys()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Gambir, Jakarta Pusat", "31.71.01"),
        ("kec. Gambir, Jakpus", "31.71.01"),
        ("Kel. Petojo Utara, Kec. Gambir, Kota Administrasi Jakarta Pusat, DKI Jakarta", "31.71.01"),
        ("Melawai, Kebayoran Baru, Jakarta Selatan", "31.74.07"),
        ("Kebayoran Br Jaksel", "31.74.07"),
        ("Melawai jaksel", "31.74.07"),
        ("Serang, Kota Serang, Banten", "36.73.01"),
        ("Pasar Baru, Kaur Selatan, Kabupaten Kaur, Bengkulu", "17.04.05"),
        ("Jakarta", None),
        ("Sukamaju", None),
        ("di rumah saja", None),
        ("", None),
    ],
)
def test_the_district_that_is_named(text: str, code: str | None) -> None:
    assert district_in(text) == code


async def test_a_postcode_says_the_district_only_where_it_lies_in_one(floor: ShopFloor) -> None:
    await floor.run(lambda tx: load_regions(tx, areas=FEW))
    codes = {
        "31.71.01.1001": "10110",
        "31.71.01.1002": "10110",
        "31.74.07.1001": "12160",
        "31.71.02.1001": "12160",
    }
    await floor.run(lambda tx: save_postcodes(tx, codes))
    found = await floor.run(lambda tx: districts_of_postcodes(tx, ["10110", "12160", "99999"]))
    assert found == {"10110": "31.71.01"}
