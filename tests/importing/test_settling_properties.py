"""What holds for every file: each line has one outcome, units and money are conserved, and how
the file was cut makes no difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from importing.given import MORNING, a_line, a_mapping
from orderan.importing.models import Outcome, SourceLine
from orderan.importing.report import FileSums, Outcomes, Report
from orderan.importing.settling import Settlement, settle


@st.composite
def _files(draw: st.DrawFn) -> list[SourceLine]:
    """Few values for each column, so that lines meet: in invoices, in keys, as duplicates."""
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["1", "2", "3", "C4", "C5", "C6", "A7"]),
                st.sampled_from(["LAMP", "CUP", "POST", "D", "FEE"]),
                st.integers(-6, 9),
                st.sampled_from(["0", "2.50", "0.005", "0.001", "-1", "3"]),
                st.sampled_from(["ana", "ana", "budi", None]),
                st.integers(0, 30),
                st.sampled_from(["GBP", "GBP", "GBP", "IDR"]),
            ),
            max_size=40,
        )
    )
    return [
        a_line(
            number, invoice=invoice, sku=sku, quantity=quantity, price=price,
            customer=customer, at=MORNING + timedelta(hours=hours), currency=currency,
        )
        for number, (invoice, sku, quantity, price, customer, hours, currency) in enumerate(rows, 1)
    ]  # fmt: skip


def _report(lines: list[SourceLine], settled: Settlement) -> Report:
    sums, outcomes = FileSums(), Outcomes()
    sums.add(lines)
    for verdict in settled.verdicts.values():
        outcomes.add(*verdict)
    return Report("file", "test", sums, outcomes)


@given(_files())
def test_every_line_has_exactly_one_outcome_and_the_sums_are_those_of_the_file(
    lines: list[SourceLine],
) -> None:
    settled = settle(lines, a_mapping())
    assert sorted(settled.verdicts) == [line.number for line in lines]
    assert all((v.reason is None) == (v.outcome is not Outcome.WAITING) for v in settled.verdicts.values())
    report = _report(lines, settled)
    report.check()
    assert sum(row["file_minor"] for row in report.written()["currencies"]) == sum(
        line.minor for line in lines
    )


@given(_files())
def test_a_returned_line_takes_back_all_its_units_and_money_and_no_other_line_any(
    lines: list[SourceLine],
) -> None:
    settled = settle(lines, a_mapping())
    units: Counter[int] = Counter()
    money: Counter[int] = Counter()
    for part in settled.taken:
        assert part.units > 0
        units[part.cancellation] += part.units
        money[part.cancellation] += part.minor
    for line in lines:
        returned = settled.verdicts[line.number].outcome is Outcome.RETURNED
        assert units[line.number] == (-line.quantity if returned else 0)
        assert money[line.number] == (-line.minor if returned else 0)


@given(_files())
def test_never_more_comes_back_than_was_sold_and_only_from_the_same_customer_sku_and_price(
    lines: list[SourceLine],
) -> None:
    settled = settle(lines, a_mapping())
    by_number = {line.number: line for line in lines}
    units: defaultdict[int, int] = defaultdict(int)
    money: defaultdict[int, int] = defaultdict(int)
    for part in settled.taken:
        sale, back = by_number[part.sale], by_number[part.cancellation]
        assert settled.verdicts[sale.number].outcome is Outcome.ORDERED
        assert (sale.sku, sale.price, sale.currency) == (back.sku, back.price, back.currency)
        assert sale.at <= back.at
        units[sale.number] += part.units
        money[sale.number] += part.minor
    assert all(units[number] <= by_number[number].quantity for number in units)
    assert all(money[number] <= by_number[number].minor for number in money)


@given(_files(), st.randoms(use_true_random=False))
def test_the_order_in_which_lines_arrive_makes_no_difference(lines: list[SourceLine], random: object) -> None:
    mixed = list(lines)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = settle(lines, a_mapping()), settle(mixed, a_mapping())
    assert one.verdicts == other.verdicts
    assert sorted(one.taken) == sorted(other.taken)


@given(_files(), st.lists(st.integers(0, 40), max_size=4))
def test_sums_taken_in_parts_are_the_sums_taken_at_once(lines: list[SourceLine], cuts: list[int]) -> None:
    whole, parts = FileSums(), FileSums()
    whole.add(lines)
    edges = [0, *sorted(cuts), len(lines)]
    for start, end in pairwise(edges):
        part = FileSums()
        part.add(lines[start:end])
        for key, tally in part.rows.items():
            parts.put(key, tally)
    assert parts == whole
