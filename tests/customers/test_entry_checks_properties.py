"""For every input: an answer, no crash, no silent change, and suggestions that hold."""

from hypothesis import example, given
from hypothesis import strategies as st

from orderan.customers.entry import Complaint, Email, Phone, check_email, check_phone
from orderan.customers.entry.email import COMMON, likely_domain
from orderan.customers.masking import mask_email, mask_phone

# Prefixes of the Indonesian mobile networks.
mobiles = st.builds(
    "{}{}".format,
    st.sampled_from(["0811", "0812", "0813", "0821", "0852", "0857", "0878", "0896", "0838", "0881"]),
    st.text("0123456789", min_size=7, max_size=8),
)
keyboard = st.text(st.characters(codec="utf-8"), max_size=60)
typed_numbers = st.text("0123456789+-() .Oo6l", max_size=24)


@given(keyboard | typed_numbers)
@example("62" * 20)
def test_any_text_is_a_number_or_a_complaint_whose_suggestion_is_a_number(text: str) -> None:
    answer = check_phone(text)

    if isinstance(answer, Complaint):
        assert answer.firm
        assert answer.suggestion is None or isinstance(check_phone(answer.suggestion), Phone)
    else:
        assert check_phone(answer.e164) == answer
        assert check_phone(answer.written()) == answer


@given(mobiles, st.sampled_from(["", "-", " ", "."]), st.sampled_from(["0", "+62", "62", "0062"]))
def test_separators_and_country_code_change_nothing(mobile: str, between: str, head: str) -> None:
    digits = head + mobile[1:]
    written = between.join((digits[:5], digits[5:9], digits[9:]))

    assert check_phone(written) == check_phone(mobile)
    assert isinstance(check_phone(written), Phone)


@given(mobiles)
def test_a_doubled_country_code_and_a_lost_zero_are_explained_with_the_number_meant(mobile: str) -> None:
    meant = check_phone(mobile)
    assert isinstance(meant, Phone)

    for slip in ("6262" + mobile[1:], "+6262" + mobile, mobile[1:]):
        answer = check_phone(slip)
        assert isinstance(answer, Complaint)
        assert answer.suggestion == meant.written()


@given(mobiles)
def test_a_mask_keeps_eight_digits_at_most(mobile: str) -> None:
    phone = check_phone(mobile)
    assert isinstance(phone, Phone)

    assert sum(character.isdigit() for character in mask_phone(phone.e164)) == 8


@given(keyboard)
@example("a@b@gmail.con")
def test_any_text_is_an_address_or_a_complaint_whose_suggestion_is_an_address(text: str) -> None:
    answer = check_email(text)

    if isinstance(answer, Complaint):
        assert answer.suggestion is None or isinstance(check_email(answer.suggestion), Email)
    else:
        assert check_email(answer.address) == answer
        assert answer.address.casefold() in text.casefold()


@given(st.sampled_from(COMMON), st.integers(0, 20), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_one_wrong_letter_in_a_common_domain_is_asked_about_or_is_another_real_one(
    domain: str, at: int, letter: str
) -> None:
    at %= domain.index(".")
    mistyped = domain[:at] + letter + domain[at + 1 :]

    answer = check_email(f"budi@{mistyped}")

    if isinstance(answer, Email):
        assert likely_domain(mistyped) is None
    else:
        assert not answer.firm
        assert answer.suggestion is not None
        assert answer.suggestion.rpartition("@")[2] in COMMON


@given(st.from_regex(r"[a-z]{1,20}@[a-z]{3,10}\.id", fullmatch=True))
def test_a_mask_of_an_address_tells_one_letter_of_the_mailbox(address: str) -> None:
    assert mask_email(address) == f"{address[0]}***@{address.partition('@')[2]}"
