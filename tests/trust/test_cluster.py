"""One house has one key, however it is written; two houses have two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderan.trust import house_key, is_vague, mailbox, skeleton

VILLAGE, AREA = "31.71.01.1001", "Gambir, Gambir, Jakarta Pusat"

HOUSES = {
    "31.71.01.1001|3 mwr|12": (
        "Jl. Mawar III No. 12 RT 03/RW 05",
        "jalan mawar 3 nomor 12",
        "Jln Mawar III no.12, RT.003 RW.005",
        "JL MAWAR III/12",
        "Jalan Mawar 3 No 012 (depan masjid Al Ikhlas)",
        "jl.mawr 3 #12",
    ),
    "31.71.01.1001|3 gg mlt|5a": (
        "Gg. Melati 3 No. 5A, RT 01 RW 02",
        "gang melati 3 no 5 a",
        "Gang Melati III No. 5a (pagar hijau)",
        "gg melati 3 nomor 5A rt1/rw2",
        "Gg Melati III No.5-A",
    ),
    "31.71.01.1001|asr gr|b/2/12": (
        "Perum Griya Asri Blok B2 No. 12",
        "Perumahan Griya Asri Blk B-2/12",
        "griya asri blok b2 no 12 rt 5 rw 6",
        "Komplek Griya Asri B2 No.12",
        "Griya Asri, Blok B 2 Nomor 12",
    ),
    "31.71.01.1001|ht skrn|45": (
        "Jl. Soekarno Hatta No. 45",
        "jalan sukarno hatta 45",
        "Jln. Soekarno-Hatta no 45",
        "JL SUKARNO HATA NO.45",
        "Jl Soekarno Hatta 45, Kel. Gambir, Kec. Gambir, Jakarta Pusat 10110",
    ),
    "31.71.01.1001|br|rt4rw9": (
        "Kp. Baru RT 04 RW 09",
        "kampung baru rt04/rw09",
        "Kp Baru, RT.4/RW.9",
        "kampung baru rt 004 rw 009",
        "KP BARU RT4 RW9, sebelah warung Bu Tini",
    ),
    "31.71.01.1001|jrk kbn r|8": (
        "Jl Kebon Jeruk Raya 8",
        "Jalan Kebun Jeruk Raya No 8",
        "Jl. Kebon Jeruk Raya Nomor 8, dekat Indomaret",
        "jln kebon jeruk raya no.08",
        "Jl.Kebon Jeruk Raya #8",
    ),
}


@pytest.mark.parametrize("key", HOUSES)
def test_a_house_written_five_ways_is_one_house(key: str) -> None:
    assert {line: house_key(line, place=VILLAGE, area=AREA) for line in HOUSES[key]} == dict.fromkeys(
        HOUSES[key], key
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jl Mawar 12", "Jl Mawar 13"),
        ("Jl Mawar 12", "Jl Melati 12"),
        ("Jl Mawar III No 12", "Jl Mawar IV No 12"),
        ("Jl Mawar 12", "Gg Mawar 12"),
        ("Jl Mawar 12", "Jl Mawar 12A"),
        ("Griya Asri Blok B2 No 12", "Griya Asri Blok B21 No 2"),
        ("Kp Baru RT 4 RW 9", "Kp Baru RT 9 RW 4"),
    ],
)
def test_neighbours_are_two_houses(one: str, other: str) -> None:
    assert house_key(one, place=VILLAGE) != house_key(other, place=VILLAGE)


def test_the_same_street_and_number_elsewhere_is_another_house() -> None:
    assert house_key("Jl Mawar 12", place=VILLAGE) != house_key("Jl Mawar 12", place="32.73.01.1001")


@pytest.mark.parametrize("line", ["", "rumah", "Jl. Mawar", "dekat pasar", "No. 12", "RT 3 RW 5", "((("])
def test_what_names_no_house_ties_nobody_to_anybody(line: str) -> None:
    assert house_key(line, place=VILLAGE) is None


@pytest.mark.parametrize(
    ("line", "vague"),
    [
        ("Jl. Mawar 12", False),
        ("Kp Baru RT 4 RW 9", False),
        ("Jl. Mawar", True),
        ("rumah", True),
        ("123", True),
        ("dekat pasar", True),
    ],
)
def test_a_vague_address_is_one_a_courier_would_not_find(line: str, *, vague: bool) -> None:
    assert is_vague(line) is vague


STREETS = st.sampled_from(
    ["Mawar", "Kebon Jeruk", "Soekarno Hatta", "Diponegoro", "Cendrawasih", "Teuku Umar"]
)
STREET_WORDS = st.sampled_from(["Jl. ", "jln ", "JALAN ", "Jl ", "jalan ", ""])
NUMBER_WORDS = st.sampled_from([" No. ", " no ", " Nomor ", " no.", " #", " NO ", " "])
REMARKS = st.sampled_from(
    [
        "",
        ", RT 03/RW 05",
        " rt.3 rw.5",
        " (pagar hijau)",
        ", dekat masjid",
        ", Kel. Gambir, Jakarta Pusat",
        " 10110",
    ]
)
CASES = st.sampled_from([str.lower, str.upper, str.title])


@given(
    STREETS,
    st.integers(1, 999),
    st.lists(st.tuples(STREET_WORDS, NUMBER_WORDS, REMARKS, CASES, st.booleans()), min_size=2, max_size=5),
)
def test_however_a_house_is_written_it_has_one_key(
    street: str, number: int, ways: list[tuple[str, str, str, object, bool]]
) -> None:
    written = {
        case(f"{road}{street}{marked}{f'{number:03}' if padded else number}{remark}")  # type: ignore[operator]
        for road, marked, remark, case, padded in ways
    }

    keys = {house_key(line, place=VILLAGE, area=AREA) for line in written}

    assert len(keys) == 1
    assert None not in keys


@given(STREETS, st.integers(1, 9999), st.integers(1, 9999))
def test_two_numbers_of_a_street_are_two_houses(street: str, one: int, other: int) -> None:
    keys = {house_key(f"Jl {street} No {number}", place=VILLAGE) for number in (one, other)}

    assert len(keys) == (1 if one == other else 2)


@settings(max_examples=300)
@given(st.text(max_size=80), st.text(max_size=30))
def test_whatever_is_typed_gives_a_key_or_none_and_the_same_each_time(line: str, area: str) -> None:
    key = house_key(line, place=VILLAGE, area=area)

    assert key is None or key.startswith(f"{VILLAGE}|")
    assert house_key(line, place=VILLAGE, area=area) == key
    assert house_key(f"  {line} ", place=VILLAGE, area=area) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [("soekarno", "sukarno"), ("djakarta", "jakarta"), ("tjokroaminoto", "cokroaminoto"), ("mawar", "mawr")],
)
def test_slips_and_old_spelling_sound_the_same(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("typed", "box"),
    [
        ("Budi.Santoso+toko@Gmail.com", "budisantoso@gmail.com"),
        ("b.u.d.i@googlemail.com", "budi@gmail.com"),
        ("budi.santoso+1@yahoo.co.id", "budi.santoso@yahoo.co.id"),
    ],
)
def test_a_mailbox_is_one_whatever_is_put_into_its_name(typed: str, box: str) -> None:
    assert mailbox(typed) == box
