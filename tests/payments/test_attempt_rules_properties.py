"""Whatever a gateway says in whatever order, the ledger holds what it said last, and nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from orderan.gateways import Outcome, Truth
from orderan.kit.ids import NIL
from orderan.payments import ATTEMPT, Attempt, AttemptState, Fee, MoneyKind
from orderan.payments.rules_attempts import booking, moves, next_ask

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
BEGUN = Attempt(
    NIL, NIL, NIL, "va_bca", "midtrans", "1-18-1", 20_000, "IDR", "asking", None, None, None, 0, 0, NOW,
    NOW + timedelta(days=1), NOW, NOW, 0,
)  # fmt: skip
SAID = st.tuples(st.sampled_from(list(Outcome)), st.integers(0, 40_000))
patient = settings(deadline=None, max_examples=300)


def told(outcome: Outcome, paid: int) -> Truth:
    return Truth("1-18-1", "x", outcome, 20_000, "IDR", paid_minor=paid)


def after(attempt: Attempt, truth: Truth) -> Attempt:
    state = AttemptState(attempt.state)
    for event in moves(state, truth.outcome):
        state = ATTEMPT.after(state, event)
    booked = booking(attempt, truth)
    if booked is None:
        return replace(attempt, state=state)
    kind, amount = booked
    assert amount > 0
    if kind is MoneyKind.CAPTURED:
        return replace(attempt, state=state, booked_minor=attempt.booked_minor + amount)
    return replace(attempt, state=state, returned_minor=attempt.returned_minor + amount)


@patient
@given(st.lists(SAID, max_size=12))
def test_news_in_any_order_never_breaks_the_machine_and_heard_twice_books_once(
    said: list[tuple[Outcome, int]],
) -> None:
    attempt = BEGUN
    for outcome, paid in said:
        attempt = after(attempt, told(outcome, paid))
        assert 0 <= attempt.returned_minor <= attempt.booked_minor
        assert after(attempt, told(outcome, paid)).booked_minor == attempt.booked_minor
        assert after(attempt, told(outcome, paid)).returned_minor == attempt.returned_minor


@patient
@given(st.lists(SAID, max_size=8), st.integers(1, 40_000))
def test_what_stands_in_the_ledger_is_at_least_what_the_gateway_last_said_it_has(
    said: list[tuple[Outcome, int]], paid: int
) -> None:
    attempt = BEGUN
    for outcome, amount in said:
        attempt = after(attempt, told(outcome, amount))
    most = max([amount for _, amount in said] + [paid])

    attempt = after(attempt, told(Outcome.SUCCEEDED, paid))

    assert paid <= attempt.booked_minor - attempt.returned_minor <= most
    assert after(attempt, told(Outcome.REVERSED, paid)).returned_minor == attempt.booked_minor


@patient
@given(st.sampled_from(list(AttemptState)), st.integers(0, 100))
def test_a_try_of_which_something_may_come_is_asked_about_and_no_other(
    state: AttemptState, asked: int
) -> None:
    at = next_ask(state, asked, expires_at=BEGUN.expires_at, now=NOW)

    if state in {"asking", "unknown", "offered", "held"} or (state == "paid" and asked < 2):
        assert at is not None
        assert NOW < at <= NOW + timedelta(days=1, minutes=1)
    else:
        assert at is None


@patient
@given(st.integers(1, 10**9), st.integers(0, 10_000), st.integers(0, 500), st.integers(0, 9_000))
def test_a_fee_is_at_least_its_least_and_its_tax_is_on_the_fee(
    amount: int, fixed: int, rate: int, least: int
) -> None:
    fee, tax = Fee(NOW.date(), fixed, rate, least, 1100).of(amount)

    assert fee >= max(least, fixed)
    assert abs(fee - max(least, fixed + amount * rate / 10_000)) <= 0.5
    assert abs(tax - fee * 0.11) <= 0.5


def test_a_published_fee_is_what_its_page_works_out() -> None:
    """4,000 and 11 % PPN make 4,440 (Midtrans, virtual account)."""
    assert Fee(NOW.date(), fixed_minor=4_000, tax_bp=1_100).of(150_000) == (4_000, 440)
    assert Fee(NOW.date(), rate_bp=70).of(100_000) == (700, 0)
