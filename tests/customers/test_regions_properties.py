"""Whatever village one lives in, its address can be entered, found, and told from the next."""

import csv
import gzip
import io
import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderan.customers.closeness import distance, plain
from orderan.customers.regions import (
    AreaComplaint,
    Place,
    atlas,
    check_code,
    check_names,
    find,
    load_postcodes,
    postcode_suits,
)

# The first look-up of a process builds the index; that is no matter of the example it falls on.
find("jakarta")
villages = st.sampled_from(atlas().villages())


@given(villages)
def test_the_names_of_a_place_agree_with_its_code(code: str) -> None:
    place = atlas().place(code)
    assert place is not None

    assert place == check_code(
        code,
        province=place.province.name,
        city=place.city.name,
        district=place.district.name,
        village=place.village.name,
    )


@given(villages)
def test_the_names_of_a_place_lead_back_to_it_or_to_a_question(code: str) -> None:
    place = atlas().place(code)
    assert place is not None

    answer = check_names(
        province=place.province.name,
        city=place.city.name,
        district=place.district.name,
        village=place.village.name,
    )

    if isinstance(answer, AreaComplaint):  # a district has two villages of one name, rarely
        assert place.village in answer.suggestions or place.district in answer.suggestions
    else:
        assert answer == place


@given(villages, villages)
def test_the_name_of_another_place_never_passes_for_this_one(code: str, other: str) -> None:
    mine, theirs = atlas().place(code), atlas().place(other)
    assert mine is not None
    assert theirs is not None

    answer = check_code(code, district=theirs.district.name, village=theirs.village.name)

    if isinstance(answer, Place):
        squeezed = [plain(place.village.name).replace(" ", "") for place in (mine, theirs)]
        assert squeezed[0] == squeezed[1]


@settings(deadline=None)  # how long a search takes is measured elsewhere, on a quiet machine
@given(villages)
def test_a_village_is_found_by_its_name_and_district(code: str) -> None:
    place = atlas().place(code)
    assert place is not None

    found = find(f"{place.village.name} {place.district.name}", within=place.city.code, limit=50)

    assert place.village in [hit.region for hit in found]


words = st.text("abcde", max_size=7)


@given(words, words, st.integers(0, 8))
def test_distance_is_a_distance_up_to_its_limit(one: str, other: str, limit: int) -> None:
    exact = distance(one, other, at_most=20)

    assert exact == distance(other, one, at_most=20)
    assert (exact == 0) == (one == other)
    assert abs(len(one) - len(other)) <= exact <= max(len(one), len(other))
    assert distance(one, other, at_most=limit) == min(exact, limit + 1)
    assert exact == counted(one, other)


def counted(one: str, other: str) -> int:
    """The definition, read off as it stands: cheapest way letter by letter, nothing skipped."""

    @cache
    def least(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        ways = [
            least(i - 1, j) + 1,
            least(i, j - 1) + 1,
            least(i - 1, j - 1) + (one[i - 1] != other[j - 1]),
        ]
        if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
            ways.append(least(i - 2, j - 2) + 1)
        return min(ways)

    return least(len(one), len(other))


def test_the_public_postcode_list_suits_every_village() -> None:
    source = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data")) / "admin_id" / "kodepos.csv.gz"
    if not source.exists():
        pytest.skip(f"no data set at {source}")
    text = gzip.decompress(source.read_bytes()).decode("utf-8")

    read = load_postcodes(text)

    assert len(read.by_village) == 83762
    assert read.refused == ()
    rows = csv.DictReader(io.StringIO(text))
    assert all(postcode_suits(row["kodepos"], row["kode"]) for row in rows)
