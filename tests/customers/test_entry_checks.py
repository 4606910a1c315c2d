"""Slips of the finger are caught at entry, explained, and never mended in silence."""

import pytest

from orderan.customers.entry import (
    Complaint,
    Doubt,
    Email,
    Phone,
    PhoneKind,
    check_email,
    check_name,
    check_phone,
)
from orderan.customers.masking import mask_email, mask_line, mask_name, mask_phone

MOBILE = Phone("+6281234567890", PhoneKind.MOBILE)


@pytest.mark.parametrize(
    "typed",
    [
        "0812-3456-7890",
        "0812 3456 7890",
        "(0812) 3456.7890",
        "081234567890",
        "+62 812-3456-7890",
        "6281234567890",
        "62 0812 3456 7890",
        "0062 812 3456 7890",
        "０８１２３４５６７８９０",
    ],
)
def test_one_number_is_one_number_however_it_is_written(typed: str) -> None:
    assert check_phone(typed) == MOBILE


def test_a_landline_is_taken_and_known_for_one() -> None:
    assert check_phone("(021) 570 1234") == Phone("+62215701234", PhoneKind.FIXED)


def test_a_number_of_another_country_is_taken_with_its_code() -> None:
    assert check_phone("+65 9123 4567") == Phone("+6591234567", PhoneKind.MOBILE)


@pytest.mark.parametrize(
    ("typed", "doubt", "suggestion"),
    [
        ("", Doubt.MISSING, None),
        ("0812 3456 789O", Doubt.LETTERS_IN_NUMBER, "0812-3456-7890"),
        ("O812-3456-7890", Doubt.LETTERS_IN_NUMBER, "0812-3456-7890"),
        ("nomor budi", Doubt.NOT_A_NUMBER, None),
        ("+626281234567890", Doubt.COUNTRY_CODE_DOUBLED, "0812-3456-7890"),
        ("+62 +62 812 3456 7890", Doubt.COUNTRY_CODE_DOUBLED, "0812-3456-7890"),
        ("62 62 0812 3456 7890", Doubt.COUNTRY_CODE_DOUBLED, "0812-3456-7890"),
        ("81234567890", Doubt.LEADING_ZERO_MISSING, "0812-3456-7890"),
        ("0081234567890", Doubt.DIGITS_TOO_MANY, "0812-3456-7890"),
        ("08123456", Doubt.DIGITS_MISSING, None),
        ("081234567", Doubt.DIGITS_MISSING, None),
        ("0812345678901234", Doubt.DIGITS_TOO_MANY, None),
        ("0842-1234-5678", Doubt.UNKNOWN_PREFIX, None),
        ("1" * 500, Doubt.DIGITS_TOO_MANY, None),
    ],
)
def test_a_slip_in_a_number_is_explained(typed: str, doubt: Doubt, suggestion: str | None) -> None:
    assert check_phone(typed) == Complaint("phone", doubt, suggestion)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("budi@gmail.com", "budi@gmail.com"),
        (" Budi.S@Gmail.COM ", "Budi.S@gmail.com"),
        ("budi+toko@perusahaan.co.id", "budi+toko@perusahaan.co.id"),
        ("budi@mail.com", "budi@mail.com"),
        ("budi@ymail.com", "budi@ymail.com"),
        ("budi@univ.ac.id", "budi@univ.ac.id"),
    ],
)
def test_an_address_that_looks_right_is_taken(typed: str, address: str) -> None:
    assert check_email(typed) == Email(address)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("budi@gmial.com", "budi@gmail.com"),
        ("budi@gmai.com", "budi@gmail.com"),
        ("budi@gmail.con", "budi@gmail.com"),
        ("budi@gmail.co", "budi@gmail.com"),
        ("budi@yaho.co.id", "budi@yahoo.co.id"),
        ("budi@hotmial.com", "budi@hotmail.com"),
        ("budi@toko.con", "budi@toko.com"),
    ],
)
def test_a_domain_like_a_common_one_is_asked_about_and_taken_when_insisted_on(
    typed: str, suggestion: str
) -> None:
    assert check_email(typed) == Complaint("email", Doubt.DOMAIN_LIKE_ANOTHER, suggestion, firm=False)
    assert check_email(typed, insisted=True) == Email(typed)


@pytest.mark.parametrize(
    ("typed", "doubt", "suggestion"),
    [
        ("", Doubt.MISSING, None),
        ("budi", Doubt.AT_SIGN_MISSING, None),
        ("budigmail.com", Doubt.AT_SIGN_MISSING, "budi@gmail.com"),
        ("budi.gmail.com", Doubt.AT_SIGN_MISSING, "budi@gmail.com"),
        ("budi@gmail", Doubt.NOT_AN_ADDRESS, "budi@gmail.com"),
        ("budi@gmailcom", Doubt.NOT_AN_ADDRESS, "budi@gmail.com"),
        ("budi@gmail,com", Doubt.NOT_AN_ADDRESS, "budi@gmail.com"),
        ("budi@@gmail.com", Doubt.NOT_AN_ADDRESS, "budi@gmail.com"),
        ("bu di@gmail.com", Doubt.NOT_AN_ADDRESS, "budi@gmail.com"),
        ("budi..s@gmail.com", Doubt.NOT_AN_ADDRESS, "budi.s@gmail.com"),
        ("budi@-toko.com", Doubt.NOT_AN_ADDRESS, None),
        ("b" * 250 + "@gmail.com", Doubt.TOO_LONG, None),
    ],
)
def test_what_is_no_address_is_refused_even_when_insisted_on(
    typed: str, doubt: Doubt, suggestion: str | None
) -> None:
    assert check_email(typed) == Complaint("email", doubt, suggestion)
    assert check_email(typed, insisted=True) == Complaint("email", doubt, suggestion)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("  Siti   Nurhaliza ", "Siti Nurhaliza"),
        ("Ny. O", "Ny. O"),
        ("", Complaint("name", Doubt.MISSING)),
        ("0812-3456", Complaint("name", Doubt.NO_LETTERS)),
        ("a" * 121, Complaint("name", Doubt.TOO_LONG)),
    ],
)
def test_a_name_has_letters_and_single_blanks(typed: str, answer: str | Complaint) -> None:
    assert check_name(typed) == answer


def test_masks_show_enough_to_recognise_and_no_more() -> None:
    assert mask_phone("+6281234567890") == "0812-****-7890"
    assert mask_phone("+6591234567") == "+65****4567"
    assert mask_email("budi@gmail.com") == "b***@gmail.com"
    assert mask_name("Budi Santoso Wijaya") == "Budi S. W."
    assert mask_line("Jalan Melawai Raya 12") == "Jalan ***"
