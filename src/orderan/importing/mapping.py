"""A mapping says how a file of order lines is to be read; a preset is a mapping we ship.

Strict: an unknown key, a zone that does not exist, a date format without a year, a code in two
lists are all refused, and all at once, before a line is read. docs/guides/import.md explains each
key with an example.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from orderan.importing.errors import MappingRefused, Problem
from orderan.importing.money import KNOWN_CURRENCIES


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"no such time zone: {value}")
    return value


def _whole_date(value: str) -> str:
    has_day = "%d" in value or "%j" in value or "%x" in value or "%c" in value
    has_year = any(code in value for code in ("%Y", "%y", "%x", "%c", "%G"))
    if not (has_day and has_year):
        raise ValueError(f"a date format needs a day and a year: {value}")
    return value


def _known_currency(value: str) -> str:
    if value not in KNOWN_CURRENCIES:
        raise ValueError(f"no such currency: {value}")
    return value


Names = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed), Field(min_length=1)
]
"""One column name, or several of which exactly one must be in the file."""


Role = Literal["goods", "charge", "discount", "not_a_sale"]

# Codes repeat a hundredfold in a file; each is looked up once, up to this many.
_ROLES_KEPT = 50_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Columns(_Part):
    """Which column holds what; `description`, `customer`, `country`, `currency`, `kind` may be left out.

    A column named in `optional` is read where a file has it, and missed in none.
    """

    invoice: Names
    sku: Names
    quantity: Names
    time: Names
    price: Names
    description: Names | None = None
    customer: Names | None = None
    country: Names | None = None
    currency: Names | None = None
    kind: Names | None = None
    optional: tuple[Literal["description", "customer", "country", "currency"], ...] = ()

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Our word for each mapped column, to the names it may bear in the file."""
        return {name: names for name, names in dict(self).items() if names is not None and name != "optional"}

    @property
    def needed(self) -> frozenset[str]:
        """Our words for the columns a file must have."""
        return frozenset(self.wanted) - frozenset(self.optional)


class MoneyFormat(_Part):
    """Currency of the prices (constant, unless a column says another) and how decimals are written.

    `decimal_sign = "auto"` is told by the whole file (`reading.habits`), and the other of the two
    signs then groups thousands.
    """

    currency: Annotated[str, AfterValidator(_known_currency)] | None = None
    decimal_sign: Literal["auto", ".", ","] = "."
    grouping_sign: Literal["", ".", ",", " ", "'"] = ""

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if self.decimal_sign == self.grouping_sign:
            raise ValueError("decimal_sign and grouping_sign are the same")
        if self.decimal_sign == "auto" and self.grouping_sign:
            raise ValueError('decimal_sign = "auto" tells the grouping_sign too')
        return self


class TimeFormat(_Part):
    """Zone of times written without one, and how dates that are not ISO 8601 are written.

    `day_order` is for dates in numbers, such as 3/4/2011: with "auto" the whole file tells
    (`reading.habits`), because one date alone cannot. `formats` are tried after that, in order.
    """

    zone: Annotated[str, AfterValidator(_known_zone)]
    day_order: Literal["auto", "dmy", "mdy"] | None = None
    formats: tuple[Annotated[str, AfterValidator(_whole_date)], ...] = ()


class Cancellation(_Part):
    """How the file marks a line that cancels: by invoice prefix, by a word in `kind`, or by sign.

    `quantities` says how a marked line writes its units: "negative" as taken back, or "positive",
    in which case they are negated on reading and the sums of the report are those of the
    negated lines.
    """

    invoice_prefix: Annotated[str, Field(min_length=1)] | None = None
    kinds: tuple[str, ...] = ()
    negative_quantity: bool = False
    quantities: Literal["negative", "positive"] = "negative"

    @model_validator(mode="after")
    def _one_marker(self) -> Self:
        if (self.invoice_prefix is not None) + bool(self.kinds) + self.negative_quantity > 1:
            raise ValueError("choose one of invoice_prefix, kinds and negative_quantity")
        if self.negative_quantity and self.quantities == "positive":
            raise ValueError('negative_quantity and quantities = "positive" contradict each other')
        return self


class Adjustment(_Part):
    """How the file marks an accountant's entry, which is never an order."""

    invoice_prefix: Annotated[str, Field(min_length=1)] | None = None


class Codes(_Part):
    """Codes that are no goods; a `*` at the end stands for any ending."""

    fold_case: bool = False
    charges: tuple[str, ...] = ()
    discounts: tuple[str, ...] = ()
    not_sales: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_code_once(self) -> Self:
        counted = Counter((*self.charges, *self.discounts, *self.not_sales))
        if twice := sorted(code for code, times in counted.items() if times > 1):
            raise ValueError(f"listed more than once: {', '.join(twice)}")
        return self

    _roles: dict[str, Role] = PrivateAttr(default_factory=dict)

    def role(self, sku: str) -> Role:
        """What a code stands for; goods unless listed."""
        known = self._roles.get(sku)
        if known is None:
            if len(self._roles) >= _ROLES_KEPT:
                self._roles.clear()
            known = self._roles[sku] = self._role(sku)
        return known

    def _role(self, sku: str) -> Role:
        if _matches(sku, self.not_sales):
            return "not_a_sale"
        if _matches(sku, self.discounts):
            return "discount"
        return "charge" if _matches(sku, self.charges) else "goods"


class Lines(_Part):
    """What to do with lines that are readable but doubtful."""

    duplicates: Literal["wait", "order"] = "wait"
    missing_customer: Literal["guest", "wait"] = "guest"


class FileFormat(_Part):
    """How a CSV or XLSX file is written; Parquet needs none of it.

    `encoding = "auto"` is UTF-8 when the whole file is valid UTF-8, else Windows-1252. `delimiter =
    "auto"` is the sign under which the heading has most of the mapped columns. Without `sheet`, every
    sheet of a workbook is read, in order.
    """

    encoding: str = "auto"
    delimiter: Annotated[str, Field(pattern=r"^(auto|.|\t)$")] = "auto"
    sheet: str | None = None


class Mapping(_Part):
    """A whole mapping; immutable, so that one run reads every line the same way."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    columns: Columns
    money: MoneyFormat
    time: TimeFormat
    cancellation: Cancellation = Cancellation()
    adjustment: Adjustment = Adjustment()
    codes: Codes = Codes()
    lines: Lines = Lines()
    file: FileFormat = FileFormat()

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if (self.money.currency is None) == ("currency" not in self.columns.needed):
            raise ValueError(
                "give either money.currency or columns.currency, or both and make the column optional"
            )
        if bool(self.cancellation.kinds) != (self.columns.kind is not None):
            raise ValueError("cancellation.kinds and columns.kind need each other")
        return self

    def begins(self, invoice: str, prefix: str | None) -> bool:
        """Whether an invoice number bears a mark in front; c536379 does where codes fold their case."""
        if prefix is None:
            return False
        if self.codes.fold_case:
            return invoice[: len(prefix)].upper() == prefix.upper()
        return invoice.startswith(prefix)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Zone of times written without one."""
        return ZoneInfo(self.time.zone)


def _matches(sku: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(sku, pattern) if pattern.endswith("*") else sku == pattern for pattern in patterns)


def presets() -> tuple[str, ...]:
    """Names of the mappings we ship."""
    shipped = resources.files("orderan.importing") / "presets"
    return tuple(sorted(p.name.removesuffix(".toml") for p in shipped.iterdir() if p.name.endswith(".toml")))


def preset(name: str) -> Mapping:
    """A shipped mapping.

    Raises:
        MappingRefused: There is no preset of this name.
    """
    if name not in presets():
        raise MappingRefused(name, (Problem("preset", f"unknown; there is {', '.join(presets())}"),))
    text = (resources.files("orderan.importing") / "presets" / f"{name}.toml").read_text("utf-8")
    return parse(text, source=name)


def load(path: Path) -> Mapping:
    """A mapping from a TOML file.

    Raises:
        MappingRefused: The file is not there, is no TOML, or says something we cannot follow;
            `problems` lists everything wrong with it.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingRefused(path.name, (Problem("file", str(error)),)) from error
    return parse(text, source=path.name)


def parse(text: str, *, source: str) -> Mapping:
    """A mapping from TOML text; refusals as in `load`."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingRefused(source, (Problem("toml", str(error)),)) from error
    return from_plain(written, source=source)


def from_plain(written: dict[str, object], *, source: str) -> Mapping:
    """A mapping from plain values, as a form gives them; refusals as in `load`."""
    try:
        return Mapping.model_validate(written)
    except ValidationError as error:
        raise MappingRefused(source, tuple(_problem(found) for found in error.errors())) from error


def _problem(found: object) -> Problem:
    assert isinstance(found, dict)
    where = ".".join(str(step) for step in found["loc"]) or "mapping"
    return Problem(where, str(found["msg"]).removeprefix("Value error, "))
