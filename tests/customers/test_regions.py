"""Areas are found as people type them, and an address whose parts disagree is not taken."""

import pytest

from orderan.customers.regions import (
    AreaComplaint,
    AreaDoubt,
    Level,
    Place,
    Region,
    atlas,
    check_code,
    check_names,
    check_postcode,
    find,
    load_postcodes,
)
from orderan.customers.regions.postcodes import NotAPostcodeList

MELAWAI = "31.74.07.1001"
KEBAYORAN_BARU = Region("31.74.07", "Kebayoran Baru")


def test_every_area_is_there_and_lies_in_one_of_the_level_above() -> None:
    areas = atlas()
    provinces = areas.children()
    cities = [city for province in provinces for city in areas.children(province.code)]
    districts = [district for city in cities for district in areas.children(city.code)]
    villages = [village for district in districts for village in areas.children(district.code)]

    assert [len(level) for level in (provinces, cities, districts, villages)] == [38, 514, 7285, 83762]
    assert len(areas) == 38 + 514 + 7285 + 83762
    assert {village.level for village in villages} == {Level.VILLAGE}
    assert [village.code for village in villages] == areas.villages()


def test_a_village_code_settles_everything_above_it() -> None:
    place = atlas().place(MELAWAI)

    assert place is not None
    assert place.written() == (
        "Melawai, Kebayoran Baru, Kota Administrasi Jakarta Selatan, Daerah Khusus Ibukota Jakarta"
    )
    assert place.district == KEBAYORAN_BARU
    assert place.district.parent_code == "31.74"


@pytest.mark.parametrize("code", ["", "31.74.07", "31.74.07.9999", "99.99.99.9999", "melawai"])
def test_what_is_no_village_code_is_no_place(code: str) -> None:
    assert atlas().place(code) is None
    assert atlas().children(MELAWAI) == ()
    assert atlas().children("31.7") == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kec. kebayoran br", "31.74.07"),
        ("jaksel", "31.74"),
        ("KEBAYORAN BARU", "31.74.07"),
        ("kebyoran baru", "31.74.07"),
        ("kebayoranbaru", "31.74.07"),
        ("kel melawai jaksel", MELAWAI),
        ("melawai keb baru", MELAWAI),
        ("suka maju cilodong", "32.76.08.1001"),
        ("menten jakpus", "31.71.06"),
        ("kota bogor", "32.71"),
        ("kab. bogor", "32.01"),
        ("surabya", "35.78"),
        ("denpasr sel", "51.71.01"),
        ("dki jakarta", "31"),
        ("D.I. Yogyakarta", "34"),
        ("pondok aren tangsel", "36.74.03"),
        ("kec coblong kota bandung", "32.73.02"),
    ],
)
def test_what_people_type_finds_what_they_mean(typed: str, meant: str) -> None:
    assert find(typed, limit=1)[0].region == atlas().get(meant)


def test_a_real_name_that_is_also_a_slip_finds_both() -> None:
    found = [hit.region.name for hit in find("makasar", limit=5)]

    assert found[0] == "Makasar"
    assert "Kota Makassar" in found


def test_a_search_stays_in_the_level_and_the_area_asked_for() -> None:
    found = find("jaya", level=Level.DISTRICT, within="32", limit=50)

    assert {hit.region.level for hit in found} == {Level.DISTRICT}
    assert {hit.region.code[:2] for hit in found} == {"32"}
    assert find("melawai", within="35.78") == []


@pytest.mark.parametrize("typed", ["", "   ", "...", "xzqwv", "jalan tanpa nama nomor xzqwv"])
def test_what_names_no_area_finds_nothing(typed: str) -> None:
    assert find(typed) == []


def test_names_beside_a_code_may_be_written_the_short_way() -> None:
    place = check_code(
        MELAWAI, province="DKI", city="Jaksel", district="Kec. Kebayoran Br", village="kel. melawai"
    )

    assert isinstance(place, Place)
    assert place.code == MELAWAI


def test_every_name_that_contradicts_the_code_is_told_with_what_would_agree() -> None:
    complaints = check_code(MELAWAI, province="Jawa Barat", city="Jakarta Selatan", district="Menteng")

    assert complaints == (
        AreaComplaint(
            "province",
            AreaDoubt.DISAGREES,
            (Region("31", "Daerah Khusus Ibukota Jakarta"),),
            "Daerah Khusus Ibukota Jakarta",
        ),
        AreaComplaint("district", AreaDoubt.DISAGREES, (KEBAYORAN_BARU,), "Kebayoran Baru"),
    )


@pytest.mark.parametrize(
    ("code", "doubt"),
    [("31.74.07", AreaDoubt.NOT_A_VILLAGE), ("31.74.07.1999", AreaDoubt.UNKNOWN_CODE)],
)
def test_a_code_that_is_no_village_is_refused(code: str, doubt: AreaDoubt) -> None:
    assert check_code(code) == (AreaComplaint("village_code", doubt),)


def test_four_names_that_agree_are_a_place() -> None:
    place = check_names(
        province="DKI Jakarta", city="Jakarta Selatan", district="kebayoran br", village="Melawai"
    )

    assert isinstance(place, Place)
    assert place.code == MELAWAI


def test_a_city_that_shares_its_name_with_a_regency_is_told_by_what_lies_in_it() -> None:
    in_regency = check_names(city="Bogor", district="Cibinong", village="Pakansari")
    in_city = check_names(city="Bogor", district="Bogor Tengah", village="Paledang")

    assert isinstance(in_regency, Place)
    assert in_regency.city.name == "Kabupaten Bogor"
    assert isinstance(in_city, Place)
    assert in_city.city.name == "Kota Bogor"


def test_a_city_typed_with_its_kind_is_held_to_it() -> None:
    refused = check_names(city="Kota Bogor", district="Cibinong", village="Pakansari")

    assert isinstance(refused, AreaComplaint)
    assert (refused.field, refused.doubt) == ("district", AreaDoubt.UNKNOWN_NAME)


@pytest.mark.parametrize(
    ("names", "field", "expected"),
    [
        (("Jawa Brat", "Bandung", "Coblong", "Dago"), "province", "Jawa Barat"),
        (("Jawa Timur", "Surabya", "Gubeng", "Airlangga"), "city", "Kota Surabaya"),
        (("", "Jakarta Selatan", "Kebayoran Bru", "Melawai"), "district", "Kebayoran Baru"),
        (("", "Jakarta Selatan", "Kebayoran Baru", "Mlawai"), "village", "Melawai"),
    ],
)
def test_a_misspelled_name_is_refused_with_the_one_meant(
    names: tuple[str, str, str, str], field: str, expected: str
) -> None:
    province, city, district, village = names
    complaint = check_names(province=province, city=city, district=district, village=village)

    assert isinstance(complaint, AreaComplaint)
    assert (complaint.field, complaint.doubt) == (field, AreaDoubt.UNKNOWN_NAME)
    assert complaint.expected == expected


def test_two_villages_of_one_name_in_one_district_are_asked_about() -> None:
    complaint = check_names(city="Tapanuli Tengah", district="Sorkam", village="Sorkam Kanan")
    assert isinstance(complaint, AreaComplaint)

    assert complaint.field in {"village", "district"}


def test_a_missing_name_is_told() -> None:
    assert check_names(city="", district="", village="") == AreaComplaint("city", AreaDoubt.MISSING)


@pytest.mark.parametrize("postcode", ["1216", "121600", "0216O", "", "02160"])
def test_what_is_no_postcode_is_refused(postcode: str) -> None:
    assert check_postcode(postcode, MELAWAI) == AreaComplaint("postcode", AreaDoubt.NOT_A_POSTCODE)


def test_a_postcode_of_another_island_is_refused() -> None:
    assert check_postcode(" 12160 ", MELAWAI) == "12160"
    assert check_postcode("60286", MELAWAI) == AreaComplaint("postcode", AreaDoubt.POSTCODE_ELSEWHERE)


def test_where_the_village_has_a_postcode_any_other_is_refused_and_it_is_suggested() -> None:
    assert check_postcode("12160", MELAWAI, of_village="12160") == "12160"
    assert check_postcode("12170", MELAWAI, of_village="12160") == AreaComplaint(
        "postcode", AreaDoubt.POSTCODE_ELSEWHERE, expected="12160"
    )


def test_a_shops_postcode_list_is_read_and_each_line_it_cannot_use_is_told() -> None:
    read = load_postcodes(
        "kode;nama;kodepos\n"
        f"{MELAWAI};Melawai;12160\n"
        "31.74.07;Kebayoran Baru;12160\n"
        "31.74.07.9999;Entah;12160\n"
        "31.74.07.1002;Gunung;1212\n"
        "31.74.07.1003;Kramat Pela;60286\n"
        f"{MELAWAI};Melawai;12161\n"
    )

    assert read.by_village == {MELAWAI: "12160"}
    assert [(row.line, row.reason) for row in read.refused] == [
        (3, "not_a_village"),
        (4, "unknown_village"),
        (5, "not_a_postcode"),
        (6, "wrong_province"),
        (7, "village_given_twice"),
    ]


def test_a_file_without_the_needed_columns_is_no_postcode_list() -> None:
    with pytest.raises(NotAPostcodeList):
        load_postcodes("desa,pos\nMelawai,12160\n")
