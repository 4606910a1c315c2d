"""What people read, letter by letter."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from orderan.kit.i18n import (
    ConflictingTranslation,
    Words,
    format_age,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    format_phone,
    load_catalogue,
    local_date,
)

NOON = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "indonesian", "english"),
    [
        (1_250_000, "IDR", "Rp1.250.000", "Rp1,250,000"),
        (0, "IDR", "Rp0", "Rp0"),
        (-75_500, "IDR", "-Rp75.500", "-Rp75,500"),
        (123_456, "GBP", "£1.234,56", "£1,234.56"),
        (5, "GBP", "£0,05", "£0.05"),
        (-1_250, "USD", "-US$12,50", "-$12.50"),
        (9_800, "JPY", "JP¥9.800", "¥9,800"),
        (1_234_567, "KWD", "KWD 1.234,567", "KWD 1,234.567"),
    ],
)
def test_money_has_the_digits_of_its_currency(
    minor: int, currency: str, indonesian: str, english: str
) -> None:
    assert format_money(minor, currency, "id") == indonesian
    assert format_money(minor, currency, "en") == english


def test_an_amount_past_the_exactness_of_floats_keeps_every_rupiah() -> None:
    assert format_money(9_007_199_254_740_993, "IDR", "id") == "Rp9.007.199.254.740.993"


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (1234567, None, "1.234.567", "1,234,567"),
        (-1200, None, "-1.200", "-1,200"),
        (1234.5, None, "1.234,5", "1,234.5"),
        (Decimal("2.345"), 1, "2,3", "2.3"),
        (7, 2, "7,00", "7.00"),
        (-0.001, 1, "0,0", "0.0"),
    ],
)
def test_numbers_are_grouped_by_thousands(
    value: float | Decimal, decimals: int | None, indonesian: str, english: str
) -> None:
    assert format_number(value, "id", decimals=decimals) == indonesian
    assert format_number(value, "en", decimals=decimals) == english


@pytest.mark.parametrize(
    ("share", "indonesian", "english"),
    [(0.125, "12,5 %", "12.5%"), (1, "100 %", "100%"), (0, "0 %", "0%"), (-0.03, "-3 %", "-3%")],
)
def test_percentages_are_spaced_as_each_language_does(share: float, indonesian: str, english: str) -> None:
    assert format_percent(share, "id") == indonesian
    assert format_percent(share, "en") == english


@pytest.mark.parametrize(
    ("zone", "indonesian", "english"),
    [
        ("Asia/Jakarta", "21 Nov 2026 14.05 WIB", "21 Nov 2026 14:05 WIB"),
        ("Asia/Makassar", "21 Nov 2026 15.05 WITA", "21 Nov 2026 15:05 WITA"),
        ("Asia/Jayapura", "21 Nov 2026 16.05 WIT", "21 Nov 2026 16:05 WIT"),
        ("UTC", "21 Nov 2026 07.05 UTC", "21 Nov 2026 07:05 UTC"),
    ],
)
def test_a_moment_is_told_on_a_named_clock(zone: str, indonesian: str, english: str) -> None:
    assert format_datetime(NOON, zone, "id") == indonesian
    assert format_datetime(NOON, zone, "en") == english


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        format_datetime(NOON.replace(tzinfo=None), "Asia/Jakarta", "id")


def test_months_are_named_in_the_language_of_the_reader() -> None:
    assert format_date(date(2026, 8, 1), "id") == "1 Agu 2026"
    assert format_date(date(2026, 8, 1), "en") == "1 Aug 2026"


def test_the_day_changes_at_midnight_of_the_zone_not_of_utc() -> None:
    late = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    assert local_date(late, "Asia/Jakarta") == date(2026, 11, 22)
    assert local_date(late, "UTC") == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("ago", "indonesian", "english"),
    [
        (timedelta(seconds=59), "baru saja", "just now"),
        (timedelta(minutes=1), "1 menit lalu", "1 minute ago"),
        (timedelta(minutes=59), "59 menit lalu", "59 minutes ago"),
        (timedelta(hours=3), "3 jam lalu", "3 hours ago"),
        (timedelta(days=2, hours=5), "2 hari lalu", "2 days ago"),
        (timedelta(hours=-3), "3 jam lagi", "in 3 hours"),
    ],
)
def test_ages_are_told_in_one_unit(ago: timedelta, indonesian: str, english: str) -> None:
    assert format_age(NOON - ago, NOON, "id") == indonesian
    assert format_age(NOON - ago, NOON, "en") == english


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+6281234567890", "0812-3456-7890"),
        ("+628123456789", "0812-3456-789"),
        ("+62215551234", "(021) 555-1234"),
        ("+622741234567", "(0274) 123-4567"),
        ("+6591234567", "+65 9123 4567"),
        ("0812 tanya ibu", "0812 tanya ibu"),
    ],
)
def test_phone_numbers_are_written_as_people_write_them(number: str, written: str) -> None:
    assert format_phone(number) == written


def po(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    path.write_text(header + body, encoding="utf-8")
    return path


def test_catalogues_of_several_domains_become_one(tmp_path: Path) -> None:
    orders = po(
        tmp_path,
        "orders.po",
        'msgid "%(num)s pesanan"\nmsgid_plural "%(num)s pesanan"\n'
        'msgstr[0] "%(num)s order"\nmsgstr[1] "%(num)s orders"\n',
    )
    stock = po(
        tmp_path,
        "stock.po",
        'msgid "Gudang"\nmsgstr "Warehouse"\n\nmsgctxt "kata kerja"\nmsgid "tahan"\nmsgstr "hold"\n'
        '\nmsgid "Sisa %(n)s"\nmsgstr "%(n)s left"\n',
    )
    words = Words("en", load_catalogue([orders, stock], locale="en"))

    assert words.gettext("Gudang") == "Warehouse"
    assert words.gettext("Sisa %(n)s", n=3) == "3 left"
    assert words.pgettext("kata kerja", "tahan") == "hold"
    assert words.gettext("tahan") == "tahan"
    assert words.ngettext("%(num)s pesanan", "%(num)s pesanan", 1) == "1 order"
    assert words.ngettext("%(num)s pesanan", "%(num)s pesanan", 1200) == "1,200 orders"
    assert Words("id").ngettext("%(num)s pesanan", "%(num)s pesanan", 1200) == "1.200 pesanan"


def test_two_translations_of_one_text_are_refused_by_name(tmp_path: Path) -> None:
    files = [
        po(tmp_path, "a.po", 'msgid "Serah ke kurir"\nmsgstr "Hand over"\n'),
        po(tmp_path, "b.po", 'msgid "Serah ke kurir"\nmsgstr "Give to courier"\n'),
    ]
    with pytest.raises(ConflictingTranslation) as refused:
        load_catalogue(files, locale="en")
    assert str(refused.value) == ("'Serah ke kurir' is translated differently in a.po and b.po")


def test_the_same_translation_twice_is_no_conflict(tmp_path: Path) -> None:
    files = [po(tmp_path, n, 'msgid "Gudang"\nmsgstr "Warehouse"\n') for n in ("a.po", "b.po")]
    assert Words("en", load_catalogue(files, locale="en")).gettext("Gudang") == "Warehouse"
