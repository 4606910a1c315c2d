"""Whatever a settlement says of a payment, every rupiah of it is settled, on its way, or told apart."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from orderan.kit.ids import new_id
from orderan.settlements import Known, Line, judge, still_to_settle, usual_day

money = st.integers(0, 10_000)


@st.composite
def payments(draw: st.DrawFn) -> tuple[Known, list[Line]]:
    captured = draw(money)
    known = Known(
        attempt_id=new_id(),
        order_id=new_id(),
        reference="1-12-1",
        currency="IDR",
        captured_minor=captured,
        returned_minor=draw(st.integers(0, captured)),
        due=draw(st.booleans()),
        return_due=draw(st.booleans()),
        fee_minor=draw(st.none() | money),
    )
    lines = [
        Line(
            new_id(), at, "payment" if gross > 0 else "refund", "1-12-1", None, gross, fee, 0, gross - fee + off,
            "IDR", date(2026, 11, 12), known.attempt_id, known.order_id,
        )
        for at, (gross, fee, off) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.integers(-10_000, 10_000).filter(bool), money, st.sampled_from((0, 0, 99, -5_000))
                    ),
                    max_size=4,
                )
            )
        )
    ]  # fmt: skip
    return known, lines


@given(payments())
def test_what_the_ledger_kept_is_settled_or_on_its_way_or_a_gap(told: tuple[Known, list[Line]]) -> None:
    known, lines = told

    settled = sum(line.gross_minor for line in lines)
    gaps = sum(finding.gap_minor for finding in judge(known, lines))

    assert known.captured_minor - known.returned_minor == settled + still_to_settle(known, lines) + gaps


@given(payments())
def test_a_subject_is_found_once(told: tuple[Known, list[Line]]) -> None:
    subjects = [finding.subject for finding in judge(*told)]
    assert len(subjects) == len(set(subjects))


def test_money_of_a_friday_is_paid_out_on_monday() -> None:
    friday = date(2026, 11, 13)
    assert [usual_day(friday, days) for days in (0, 1, 2)] == [friday, date(2026, 11, 16), date(2026, 11, 17)]
