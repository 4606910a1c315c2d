"""A mapping is strict, and says everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing.given import MAPPING_TEXT, a_mapping
from orderan.importing.errors import MappingRefused
from orderan.importing.mapping import load, parse, preset, presets


def test_every_shipped_preset_is_a_valid_mapping_of_its_own_name() -> None:
    assert presets() == ("online-retail",)
    assert [preset(name).name for name in presets()] == ["online-retail"]


def test_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(MappingRefused) as refused:
        preset("offline-retail")
    assert [str(problem) for problem in refused.value.problems] == ["preset: unknown; there is online-retail"]


def test_everything_wrong_with_a_mapping_is_told_at_once() -> None:
    text = (
        MAPPING_TEXT.replace('sku = "sku"\n', "")
        .replace('currency = "GBP"', 'currency = "XXX"')
        .replace("Europe/London", "Europe/Londres")
        .replace("[codes]", "[codes]\nspelling = true")
    )
    with pytest.raises(MappingRefused) as refused:
        parse(text, source="mine.toml")
    assert sorted(problem.where for problem in refused.value.problems) == [
        "codes.spelling",
        "columns.sku",
        "money.currency",
        "time.zone",
    ]


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ('currency = "GBP"', "", "give either money.currency or columns.currency"),
        ('invoice_prefix = "C"', 'kinds = ["x"]', "cancellation.kinds and columns.kind need each other"),
        ('invoice_prefix = "C"', 'invoice_prefix = "C"\nnegative_quantity = true', "choose one of"),
        ('discounts = ["D"]', 'discounts = ["POST"]', "listed more than once: POST"),
        ('currency = "GBP"', 'currency = "GBP"\ngrouping_sign = "."', "are the same"),
        ('zone = "Europe/London"', 'zone = "UTC"\nformats = ["%H:%M"]', "needs a day and a year"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(written: str, instead: str, told: str) -> None:
    with pytest.raises(MappingRefused, match=told):
        parse(MAPPING_TEXT.replace(written, instead, 1), source="mine.toml")


def test_a_file_that_is_no_toml_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("name = ")
    with pytest.raises(MappingRefused, match=r"broken\.toml: toml"):
        load(tmp_path / "broken.toml")
    with pytest.raises(MappingRefused, match=r"none\.toml: file"):
        load(tmp_path / "none.toml")


def test_a_star_stands_for_any_ending_and_other_signs_for_themselves() -> None:
    codes = a_mapping().codes
    assert [codes.role(sku) for sku in ("LAMP", "POST", "POSTER", "D", "FEE", "FEE7")] == [
        "goods", "charge", "goods", "discount", "not_a_sale", "not_a_sale",
    ]  # fmt: skip
