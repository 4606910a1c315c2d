"""Tags: bits, URIs and keys of GS1 into each other; thousands of reads into things."""

import csv
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.marks import (
    Epc,
    EpcFault,
    EpcUnreadable,
    Read,
    Scheme,
    by_container,
    by_gtin,
    check_digit,
    from_hex,
    from_uri,
    gtin_of,
    hear,
    identity_uri,
    read_epc,
    sscc_of,
    tag_of_container,
    tag_of_unit,
    to_hex,
    to_uri,
)

# Worked examples of the EPC Tag Data Standard.
PUBLISHED = [
    ("3074257BF7194E4000001A85", "urn:epc:tag:sgtin-96:3.0614141.812345.6789", "80614141123458"),
    ("3174257BF4499602D2000000", "urn:epc:tag:sscc-96:3.0614141.1234567890", "106141412345678908"),
    ("3034257BF7194E4000001A85", "urn:epc:tag:sgtin-96:1.0614141.812345.6789", "80614141123458"),
]


@pytest.mark.parametrize(("bits", "uri", "key"), PUBLISHED)
def test_published_tags_read_and_write_both_ways(bits: str, uri: str, key: str) -> None:
    tag = from_hex(bits)
    assert to_uri(tag) == uri
    assert to_hex(from_uri(uri)) == bits
    assert (gtin_of(tag) or sscc_of(tag)) == key


def test_the_vectors_of_the_data_sets() -> None:
    found = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data")) / "gs1" / "epc_vectors.csv"
    if not found.is_file():
        pytest.skip(f"no vectors at {found}")
    with found.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 10
    for row in rows:
        tag = from_hex(row["epc_hex"])
        assert to_uri(tag) == row["tag_uri"]
        assert (gtin_of(tag) or sscc_of(tag)) == row["gtin_or_sscc"]
        assert from_uri(row["tag_uri"]) == tag
        assert from_hex(to_hex(tag)) == tag


def test_a_tag_is_made_from_what_is_known_of_a_unit() -> None:
    unit = tag_of_unit("80614141123458", "6789", company_digits=7, filter_value=3)
    assert to_hex(unit) == PUBLISHED[0][0]
    assert identity_uri(unit) == "urn:epc:id:sgtin:0614141.812345.6789"
    named = tag_of_unit("80614141123458", "SN/1", company_digits=7)
    assert (named.scheme, to_uri(named)) == (
        Scheme.SGTIN_198,
        "urn:epc:tag:sgtin-198:1.0614141.812345.SN%2F1",
    )
    assert read_epc(to_hex(named)) == named
    box = tag_of_container("106141412345678908", company_digits=7, filter_value=3)
    assert to_hex(box) == PUBLISHED[1][0]


REFUSED = [
    ("", EpcFault.NOT_HEX),
    ("30XX", EpcFault.NOT_HEX),
    ("E2801160600002054D5C2D6A", EpcFault.SCHEME),
    ("3074257BF7194E4000001A", EpcFault.LENGTH),
    ("3074257BF7194E4000001A8500000000", EpcFault.LENGTH),
    ("303C257BF7194E4000001A85", EpcFault.PARTITION),
    ("3017FFFFFFFFCE4000001A85", EpcFault.OUT_OF_RANGE),
    ("3174257BF4499602D2000001", EpcFault.PADDING),
    ("3634257BF7194E5B3770E40000000000000000000000000001", EpcFault.PADDING),
    ("3634257BF7194E4000000000000000000000000000000000" + "0000", EpcFault.SERIAL),
    ("urn:epc:tag:sgtin-96:1.0614141.812345", EpcFault.NOT_A_URI),
    ("urn:epc:id:sgtin:0614141.812345.6789", EpcFault.NOT_A_URI),
    ("urn:epc:tag:sgtin-96:8.0614141.812345.6789", EpcFault.FILTER),
    ("urn:epc:tag:sgtin-96:1.06141.81234567.6789", EpcFault.COMPANY),
    ("urn:epc:tag:sgtin-96:1.0614141.8123456.6789", EpcFault.OUT_OF_RANGE),
    ("urn:epc:tag:sgtin-96:1.0614141.812345.06789", EpcFault.SERIAL),
    ("urn:epc:tag:sgtin-96:1.0614141.812345.274877906944", EpcFault.SERIAL),
]


@pytest.mark.parametrize(("text", "fault"), REFUSED)
def test_a_tag_that_is_none_is_refused_with_the_reason(text: str, fault: EpcFault) -> None:
    with pytest.raises(EpcUnreadable) as told:
        read_epc(text)
    assert told.value.fault == fault


SERIALS = st.one_of(
    st.integers(0, 2**38 - 1).map(str), st.text("!\"%&'()*+,-./09:;<=>?AZ_az", min_size=1, max_size=20)
)


@given(
    company=st.integers(6, 12),
    digits=st.text("0123456789", min_size=17, max_size=17),
    filter_value=st.integers(0, 7),
    serial=SERIALS,
)
def test_every_tag_reads_back_as_it_was_made(
    company: int, digits: str, filter_value: int, serial: str
) -> None:
    gtin = digits[:13] + check_digit(digits[:13])
    sscc = digits + check_digit(digits)
    unit = tag_of_unit(gtin, serial, company_digits=company, filter_value=filter_value)
    box = tag_of_container(sscc, company_digits=company, filter_value=filter_value)
    assert (gtin_of(unit), sscc_of(box)) == (gtin, sscc)
    for tag in (unit, box):
        assert from_hex(to_hex(tag)) == tag
        assert from_uri(to_uri(tag)) == tag


AT = datetime(2026, 11, 29, 3, tzinfo=UTC)


def test_a_storm_of_reads_is_counted_once_per_serial() -> None:
    # 40 units of one kind and 25 of another on one pallet, each heard up to 60 times in ten seconds at
    # two antennas, in no order; a neighbour's tag at antenna 9, a weak one, and a blank tag.
    chance = random.Random(4)
    units = [tag_of_unit("80614141123458", str(at), company_digits=7) for at in range(40)]
    units += [tag_of_unit("09506000134352", str(at), company_digits=7) for at in range(25)]
    pallet = tag_of_container("106141412345678908", company_digits=7)
    reads = [
        Read(to_hex(tag).lower() if chance.random() < 0.5 else to_hex(tag), chance.choice((1, 2)),
             AT + timedelta(seconds=10 * chance.random()), -50.0)
        for tag in [*units, pallet] for _ in range(chance.randint(2, 60))
    ]  # fmt: skip
    stray = to_hex(tag_of_unit("80614141123458", "900", company_digits=7))
    weak = to_hex(tag_of_unit("80614141123458", "901", company_digits=7))
    reads += [Read(stray, 9, AT), Read(weak, 1, AT, -85.0), Read("E2801160600002054D5C2D6A", 1, AT)]
    chance.shuffle(reads)

    heard = hear(reads, window=timedelta(seconds=12), antennas={1, 2}, weakest_dbm=-70)

    assert by_gtin(heard.items) == {"09506000134352": 25, "80614141123458": 40}
    assert by_container(heard.items) == {"106141412345678908": {"09506000134352": 25, "80614141123458": 40}}
    assert [sscc_of(one.tag) for one in heard.containers] == ["106141412345678908"]
    assert set(heard.strays) == {stray, weak}
    assert heard.unreadable == (("E2801160600002054D5C2D6A", "scheme"),)
    assert {one.passages for one in heard.items} == {1}


def test_a_silence_longer_than_the_window_makes_two_passages_of_one_unit() -> None:
    epc = to_hex(Epc(Scheme.SGTIN_96, 1, "0614141", "812345", "6789"))
    moments = [0, 1, 2, 20, 21]
    heard = hear([Read(epc, 1, AT + timedelta(seconds=at)) for at in moments], window=timedelta(seconds=5))
    [item] = heard.items
    assert (item.passages, item.reads, item.first_at, item.last_at) == (2, 5, AT, AT + timedelta(seconds=21))
    [alone] = hear([Read(epc, 1, AT + timedelta(seconds=at)) for at in (0, 5)]).items
    assert alone.passages == 1


def test_what_passed_beside_two_containers_is_in_neither() -> None:
    unit = tag_of_unit("80614141123458", "1", company_digits=7)
    boxes = [
        tag_of_container(sscc, company_digits=7) for sscc in ("106141412345678908", "106141412345678915")
    ]
    heard = hear([Read(to_hex(tag), 1, AT) for tag in (unit, *boxes)])
    assert by_container(heard.items) == {None: {"80614141123458": 1}}
    assert hear([Read(to_hex(unit), 1, AT)], fewest=2).strays == (to_hex(unit),)
