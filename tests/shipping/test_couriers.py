"""Tracking numbers as people type and scan them."""

import re

import pytest

from orderan.shipping import COURIERS, AwbMistyped, UnknownCourier, couriers_for, read_awb, tracking_link


@pytest.mark.parametrize(
    ("courier", "typed", "awb"),
    [
        ("jne", "cgk1 2345 6789 0", "CGK1234567890"),
        ("jnt", "jp1234567890", "JP1234567890"),
        ("sicepat", " 002589984055\t", "002589984055"),
        ("anteraja", "10001234567890", "10001234567890"),
        ("pos", "P2311110123456", "P2311110123456"),
        ("tiki", "660012345678", "660012345678"),
        ("idexpress", "IDE7012345678", "IDE7012345678"),
        ("lion", "11LP1700000000001", "11LP1700000000001"),
        ("ninja", "NVIDSHOP00123456", "NVIDSHOP00123456"),
        ("gosend", "GK-11-3289048", "GK-11-3289048"),
        ("own", "rit-7", "RIT-7"),
    ],
)
def test_a_number_is_kept_without_spaces_in_capitals(courier: str, typed: str, awb: str) -> None:
    assert read_awb(courier, typed) == awb


@pytest.mark.parametrize(
    ("courier", "typed"),
    [
        ("sicepat", "0812-3456-7890"),
        ("sicepat", ""),
        ("jnt", "JP123456789"),
        ("anteraja", "1000123456789"),
        ("own", "x"),
    ],
)
def test_what_is_not_a_number_of_the_courier_is_refused(courier: str, typed: str) -> None:
    with pytest.raises(AwbMistyped):
        read_awb(courier, typed)


def test_a_number_of_another_courier_is_refused_with_whose_it_may_be() -> None:
    with pytest.raises(AwbMistyped) as refused:
        read_awb("sicepat", "JP1234567890")
    assert "jnt" in refused.value.fits
    assert "jnt" in couriers_for("jp 1234567890")


def test_an_unknown_courier_is_refused() -> None:
    with pytest.raises(UnknownCourier):
        read_awb("elang", "1")


def test_every_courier_has_a_whole_pattern_and_a_link_with_its_number_or_none() -> None:
    wanted = {"jne", "jnt", "sicepat", "anteraja", "ninja", "pos", "tiki", "idexpress", "lion", "own"}
    assert wanted <= set(COURIERS)
    for code, courier in COURIERS.items():
        assert courier.code == code
        re.compile(courier.awb_pattern)
        assert courier.tracking_link is None or courier.tracking_link.count("{awb}") == 1


def test_a_link_holds_the_number() -> None:
    assert tracking_link("anteraja", "10001234567890") == "https://anteraja.id/tracking/10001234567890"
    assert tracking_link("own", "RIT-7") is None
