"""A whole journey by card, listened to: no card number is asked for, sent on, stored or logged, also none that comes unasked."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from orderan.kit.cards import hide_cards
from orderan.sandbox.models import SimRequest
from paying.conftest import Counter

pytestmark = pytest.mark.anyio

CARD = "4811111111111114"
IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}")
RUNS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


def card_numbers(text: str) -> Iterator[str]:
    """Runs of 13 to 19 digits that pass the Luhn check and begin as cards do, not as our ids and times."""
    for found in RUNS.findall(IDS.sub("id", text)):
        digits = [int(letter) for letter in re.sub(r"[ -]", "", found)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
        if digits[0] in {3, 4, 5, 6} and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0:
            yield found


def test_the_search_finds_a_card_number_however_it_is_written() -> None:
    for text in (CARD, f"x={CARD}&y", "4811 1111 1111 1114", "4811-1111-1111-1114"):
        assert list(card_numbers(text))
    assert list(card_numbers("48111111-1114, 4811111111111115")) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (CARD, "481111******1114"),
        ('{"note": "4811 1111 1111 1114"}', '{"note": "4811 11** **** 1114"}'),
        ("a=4811+1111+1111+1114&b=1", "a=4811+11**+****+1114&b=1"),
        ("a=%204811%201111%201111%201114", "a=%204811%2011**%20****%201114"),
        ("4811111111111115 and 1179000000000001", "4811111111111115 and 1179000000000001"),
        ("01a22e5b-cce3-7141-9391-6221abab0189", "01a22e5b-cce3-7141-9391-6221abab0189"),
        (f"{'0a' * 20}{CARD}{'b1' * 20}", f"{'0a' * 20}{CARD}{'b1' * 20}"),
        ("2026-11-11 04:00:00 Rp150000", "2026-11-11 04:00:00 Rp150000"),
    ],
)
def test_of_a_card_number_the_middle_goes_and_of_other_text_nothing(text: str, kept: str) -> None:
    assert hide_cards(text.encode()).decode() == kept
    assert list(card_numbers(kept)) == []


async def test_a_card_number_somebody_sends_us_unasked_is_kept_nowhere_and_sent_nowhere(
    counter: Counter, capfd: pytest.CaptureFixture[str]
) -> None:
    spaced = "4811 1111 1111 1114"
    sent: list[str] = []
    answer = counter.there.answer

    def chatty(request: SimRequest, **of: Any) -> Any:
        sent.append(f"{request.path} {dict(request.headers)} {request.body!r}")
        reply = answer(request, **of)
        told = json.loads(reply.body) | {"note": CARD, "custom_field1": spaced}
        return replace(reply, body=json.dumps(told).encode())

    counter.there.answer = chatty  # type: ignore[method-assign]
    for form in (
        {"method": CARD},
        {"method": "va_bca", "part": CARD},
        {"method": "va_bca", "promotion": CARD},
    ):
        assert (await counter.choose(form.pop("method"), **form)).status_code == 422
    await counter.choose("card", card_number=CARD, phone=CARD, anew=CARD)
    await counter.buyer.get(f"{counter.page}/back?card={CARD}&number={spaced}")
    await counter.buyer.get(f"{counter.page}?part={CARD}", headers={"referer": f"https://x.test/{CARD}"})
    page = (await counter.buyer.get(counter.page)).text
    charge = counter.there.pick(page.split("redirection/")[1].split('"')[0], now=counter.clock.at)
    counter.there.book.pay(charge, charge.amount, now=counter.clock.at)
    [letter] = counter.there.news(charge, now=counter.clock.at)
    told = json.loads(letter.body) | {"note": CARD, "custom_field1": spaced, "transaction_status": CARD}
    for body in (
        json.dumps(told).encode(),
        json.dumps(told | {"signature_key": "x"}).encode(),
        CARD.encode(),
    ):
        answered = await counter.deliver(replace(letter, body=body), **{"x-note": CARD})
        assert answered.status_code in {200, 403}
    while await counter.work():
        pass
    assert (await counter.row()).money == "paid"

    out, err = capfd.readouterr()
    kept = [out, err, *sent]
    tables = await counter.floor.all(
        """
        SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND relkind = 'r'
        """
    )
    assert len(tables) > 50
    for (name,) in tables:
        rows = await counter.floor.all(f"SELECT to_jsonb(one)::text AS told FROM {name} AS one")
        kept += [row.told for row in rows]
    bodies = await counter.floor.all("SELECT convert_from(body, 'UTF8') AS body FROM gateway_notice")
    assert len(bodies) == 3
    kept += [row.body for row in bodies]
    assert any("481111******1114" in text for text in kept)
    assert [text for text in kept if CARD in re.sub(r"[ +-]|%20", "", text)] == []


async def test_a_payment_by_card_leaves_no_card_number_anywhere(
    counter: Counter, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []
    answer = counter.there.answer

    def listening(request: SimRequest, **of: Any) -> Any:
        reply = answer(request, **of)
        heard.append(f"{request.path} {dict(request.headers)} {request.body!r} {reply.body!r}")
        return reply

    counter.there.answer = listening  # type: ignore[method-assign]
    await counter.choose("card")
    page = await counter.buyer.get(counter.page)
    token = str(re.findall(r"redirection/([0-9a-f-]+)", page.text)[0])
    charge = counter.there.pick(token, now=counter.clock.at)
    # What Midtrans tells of a card: its first eight and last four digits.
    charge.extra["masked_card"] = "48111111-1114"
    counter.there.book.pay(charge, charge.amount, now=counter.clock.at)
    for letter in counter.there.news(charge, now=counter.clock.at):
        heard.append(repr(letter.body))
        assert (await counter.deliver(letter)).status_code == 200
    while await counter.work():
        pass
    assert (await counter.row()).money == "paid"
    assert "card" in await counter.floor.value("SELECT kinds FROM trust_score WHERE shop_id = %(shop)s")

    tables = await counter.floor.all(
        """
        SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND relkind = 'r'
          AND relname IN ('payment_attempt', 'payment_event', 'gateway_notice', 'event', 'decision',
                          'exception_entry', 'audit_entry')
        """
    )
    assert len(tables) == 7
    for (name,) in tables:
        rows = await counter.floor.all(f"SELECT to_jsonb(kept)::text AS kept FROM {name} AS kept")
        heard += [row.kept for row in rows]
    bodies = await counter.floor.all("SELECT convert_from(body, 'UTF8') AS body FROM gateway_notice")
    heard += [row.body for row in bodies]
    out, err = capfd.readouterr()
    assert len(heard) > 10
    assert [found for text in (*heard, page.text, out, err) for found in card_numbers(text)] == []
