"""Words: only named places stand in them, no gap is left, and HTML says what the text says."""

import pytest

from orderan.notifications import Channel, Kind, Template, ValueMissing, default_template, render
from orderan.notifications.commands.word import checked
from orderan.notifications.errors import PlaceUnknown, TemplateBroken, TemplateEmpty, TemplateTooLong
from orderan.notifications.kinds import ROOM, places_of
from orderan.notifications.wording import check, places


def letter(body: str, channel: str = "whatsapp", subject: str = "") -> Template:
    return Template("pay_now", channel, "id", 1, subject, body)


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_shipped_can_be_used(kind: Kind, channel: Channel, locale: str) -> None:
    template = default_template(kind, channel, locale)
    typed = checked(kind, channel, locale, subject=template.subject, body=template.body)
    assert (typed.subject, typed.body) == (template.subject, template.body)
    assert "shop" in places(template.body) or channel is not Channel.SMS
    words = render(template, dict.fromkeys(places_of(kind), "x"), shop="Toko", locale=locale)
    assert "{{" not in words.text
    assert len(words.text) < ROOM[channel]


@pytest.mark.parametrize(
    "text",
    [
        "{{ buyer.name }}",
        "{{ buyer|upper }}",
        "{{ buyer() }}",
        "{% for x in buyer %}{% endfor %}",
        "{{ buyer ~ shop }}",
        "{{ ''.__class__ }}",
        "{% include 'x' %}",
        "{{ buyer",
        "{{ 1 + 1 }}",
        "{% set x = 1 %}",
    ],
)
def test_anything_but_a_named_place_is_refused(text: str) -> None:
    with pytest.raises(TemplateBroken):
        check(text, {"buyer", "shop"})


def test_where_it_broke_is_told() -> None:
    with pytest.raises(TemplateBroken) as refused:
        check("Halo\n\n{{ buyer|upper }}", {"buyer"})
    assert refused.value.line == 3


def test_a_place_the_kind_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(PlaceUnknown) as refused:
        check("{{ awb }} {{ buyer }} {{ rahasia }}", places_of(Kind.PAY_NOW))
    assert refused.value.names == ("awb", "rahasia")


@pytest.mark.parametrize("missing", ["", None])
def test_a_gap_is_a_refusal_that_names_every_place_and_never_a_blank(missing: str | None) -> None:
    values = {"buyer": "Ani"} | ({} if missing is None else {"amount": missing, "until": missing})
    with pytest.raises(ValueMissing) as refused:
        render(letter("{{ buyer }} {{ amount }} {{ until }}"), values, shop="T", locale="id")
    assert refused.value.names == ("amount", "until")


def test_a_value_is_text_whatever_stands_in_it() -> None:
    words = render(letter("Halo {{ buyer }}"), {"buyer": "{{ link }} {% x %}"}, shop="T", locale="id")
    assert words.text == "Halo {{ link }} {% x %}"


def test_a_subject_is_one_line() -> None:
    template = letter("Halo {{ buyer }}", "email", "Halo {{ buyer }}")
    words = render(template, {"buyer": "Ani\r\nBcc: semua@contoh.id"}, shop="T", locale="id")
    assert words.subject == "Halo Ani Bcc: semua@contoh.id"


def test_only_our_own_links_become_buttons() -> None:
    template = letter("Halo {{ buyer }}\n\nBayar: {{ link }}\n\n{{ shop }}", "email", "x")
    values = {"buyer": "Ani", "link": "https://toko.test/pay/1", "shop": "Hadiah: https://jahat.test"}
    html = render(template, values, shop="T", locale="id").html
    assert html.count("<a ") == 1
    assert '<a href="https://toko.test/pay/1"' in html
    assert "Hadiah: https://jahat.test" in html
    # What is no address of the web is words, whoever gave it.
    strange = render(template, values | {"link": "javascript:alert(1)"}, shop="T", locale="id").html
    assert strange.count("<a ") == 0
    assert "Bayar: javascript:alert(1)" in strange


@pytest.mark.parametrize(
    ("channel", "subject", "body", "refusal"),
    [
        ("email", "", "x", TemplateEmpty),
        ("email", "x", "  ", TemplateEmpty),
        ("sms", "", "x" * 481, TemplateTooLong),
        ("email", "x" * 201, "x", TemplateTooLong),
    ],
)
def test_words_that_cannot_be_sent_are_refused(
    channel: str, subject: str, body: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        checked("pay_now", channel, "id", subject=subject, body=body)
