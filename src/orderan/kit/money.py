"""Money as whole minor units of a currency; nothing is rounded silently, nothing is lost.

Rupiah has no minor unit in use, so one minor unit is one rupiah.
"""

from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = {"IDR": 0, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}
"""Decimals of currencies that do not have two (ISO 4217; IDR as it is used in shops)."""


def digits(currency: str) -> int:
    """Decimals between a currency and its minor unit."""
    return DIGITS.get(currency, 2)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units; amounts of different currencies never mix."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Parts in proportion to weights, adding up to the whole; see `split_minor`."""
        return [Money(part, self.currency) for part in split_minor(self.minor, weights)]

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} do not mix"
            raise ValueError(message)
        return other


def split_minor(whole: int, weights: Sequence[int]) -> list[int]:
    """Split minor units in proportion to weights; the parts add up to the whole.

    Largest remainder: each part is the floor of its share, and the units left over go to the
    largest remainders, the earlier part first among equals. All weights zero means equal
    weights. A negative whole is split as its mirror image.

    Raises:
        ValueError: No weights, or a negative one.
    """
    if not weights or min(weights) < 0:
        message = "weights must be given and not negative"
        raise ValueError(message)
    if whole < 0:
        return [-part for part in split_minor(-whole, weights)]
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    shares = [divmod(whole * weight, total) for weight in weights]
    parts = [share for share, _ in shares]
    left_over = whole - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda index: -shares[index][1])
    for index in by_remainder[:left_over]:
        parts[index] += 1
    return parts


def round_half_up(numerator: int, denominator: int) -> int:
    """Numerator / denominator to the nearest integer, halves away from zero; denominator > 0."""
    if numerator < 0:
        return -round_half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)
