"""From a template to an answer: the whole page, or the part of it a swap asked for.

    return page(request, "orders/list.html", block="rows", orders=orders)

answers with the whole page to a person and with only the block `rows` to htmx. Inside templates:

    _("Simpan")  ngettext(...)  pgettext(...)          words of the reader's language
    ui.list.table(...)  ui.form.field(...)             the macros of templates/kit, everywhere,
                                                       inside a lone block too
    here.locale here.zone here.path here.viewer        the request
    here.link(status="packed")                         this page with its query changed
    static("app.css")  icon("truck")  csrf_field()
    amount|money  minor|money("IDR")  n|number  p|percent  numbers
    minor|plain_money("GBP")           an amount as a field has it, without its sign
    dt|datetime  dt|date  dt|time  dt|age  phone|phone moments and phones

An undefined name in a template raises: an empty space where a price should be is worse.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import jinja2
from jinja2_fragments import render_block
from litestar import MediaType, Request, Response
from markupsafe import Markup

from orderan.customers import ERASED_NAME
from orderan.kit.i18n import (
    currency_sign,
    format_age,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    format_phone,
    format_time,
    local_date,
)
from orderan.kit.money import digits
from orderan.web import navigation
from orderan.web.here import here, place_of, standing
from orderan.web.once import once_field
from orderan.web.static import FOLDER as STATIC_FOLDER
from orderan.web.static import static

TEMPLATES: Final = Path(__file__).parent / "templates"
ABSENT: Final = "–"


class Amount(Protocol):
    """Money as the kit has it."""

    @property
    def minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


class Kit:
    """The macro files of templates/kit as attributes: `ui.form` is kit/form.html."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._environment.get_template(f"kit/{name}.html").module


def page(
    request: Request[Any, Any, Any],
    template: str,
    block: str | None = None,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response[str]:
    """Answer with a template, or with only `block` of it when htmx asks for a part.

    Going back in history and boosted links get the whole page. `now` in the context, where given,
    is the instant that ages are counted from.

    Raises:
        BlockNotFoundError: The template has no such block.
        UndefinedError: The template uses a name it was not given.
    """
    partial = (
        request.headers.get("hx-request") == "true"
        and "hx-boosted" not in request.headers
        and "hx-history-restore-request" not in request.headers
    )
    now = context.get("now")
    with standing(place_of(request, now=now if isinstance(now, datetime) else None)):
        content = render(template, block if partial else None, **context)
    return Response(
        content,
        media_type=MediaType.HTML,
        status_code=status_code,
        headers={
            # The same address answers with a page or a part, in the reader's language.
            "vary": "hx-request, cookie, accept-language",
            "cache-control": "private, no-cache",
            **(headers or {}),
        },
    )


def render(template: str, block: str | None = None, **context: object) -> str:
    """A template as text, seen from wherever `standing` put us."""
    if block:
        return render_block(environment(), template, block, **context)
    return environment().get_template(template).render(**context)


@cache
def environment() -> jinja2.Environment:
    """The one Jinja environment: escaped, strict, with the words and the macros in it."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    _install_words(made)
    made.globals.update(
        here=_Standpoint(),
        ui=Kit(made),
        static=static,
        icon=icon,
        csrf_field=csrf_field,
        sign_of=lambda currency: currency_sign(currency, here().locale),
        digits_of=digits,
        rail=rail,
        active_entry=active_entry,
        ABSENT=ABSENT,
    )
    filters: dict[str, Callable[..., object]] = {
        "money": money,
        "plain_money": plain_money,
        "number": number,
        "percent": percent,
        "datetime": datetime_text,
        "date": date_text,
        "time": time_text,
        "age": age,
        "person": person,
        "phone": lambda text: format_phone(text) if text else ABSENT,
        "iso": lambda moment: moment.isoformat() if moment else "",
    }
    made.filters.update({name: _for_each_reader(written) for name, written in filters.items()})
    return made


def _for_each_reader(written: Callable[..., object]) -> Callable[..., object]:
    """Keep Jinja from writing `8|number` once, when it compiles, in the first reader's language.

    A filter that takes the context is never folded into a constant; `optimized=False` does not
    stop the folding.
    """

    @jinja2.pass_context
    def filtered(_context: jinja2.runtime.Context, *given: object, **named: object) -> object:
        return written(*given, **named)

    return filtered


class _Standpoint:
    """`here` in templates: the attributes of the current request."""

    def __getattr__(self, name: str) -> Any:
        return getattr(here(), name)


def _install_words(made: jinja2.Environment) -> None:
    """Texts are translated per rendering; parameters are escaped, the text itself is ours."""
    # The ignores below: a text is a literal of a template or of our catalogue, never input.

    def gettext(text: str, /, **params: object) -> Markup:
        found = Markup(here().words.gettext(text))  # noqa: S704
        return found % params if params else found

    def ngettext(singular: str, plural: str, n: int, /, **params: object) -> Markup:
        text = here().words.plural_form(singular, plural, n)
        filled = {"num": format_number(n, here().locale), **params}
        return Markup(text) % filled  # noqa: S704

    def pgettext(context: str, text: str, /, **params: object) -> Markup:
        found = Markup(here().words.pgettext(context, text))  # noqa: S704
        return found % params if params else found

    made.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, pgettext=pgettext)


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite, silent for screen readers unless it has a `label`.

    Raises:
        KeyError: The sprite has no such icon; tools/icons.py adds one.
    """
    if name not in _icons():
        raise KeyError(name)
    address = f"{static('icons.svg')}#{name}"
    if label:
        return Markup('<svg class="o-icon" role="img" aria-label="{}"><use href="{}"/></svg>').format(
            label, address
        )
    return Markup('<svg class="o-icon" aria-hidden="true"><use href="{}"/></svg>').format(address)


@cache
def _icons() -> frozenset[str]:
    text = (STATIC_FOLDER / "icons.svg").read_text(encoding="utf-8")
    return frozenset(part.split('"', 1)[0] for part in text.split('<symbol id="')[1:])


def csrf_field() -> Markup:
    """The hidden fields every form that posts carries: who may send it, and an id it is taken by once."""
    token = Markup('<input type="hidden" name="_csrf_token" value="{}">').format(here().csrf_token)
    return token + once_field()


def rail() -> tuple[navigation.Entry, ...]:
    """The entries of the left rail for whoever is looking."""
    viewer = here().viewer
    if viewer is None:
        return navigation.visible(here().pages, ())
    return navigation.visible(here().pages, viewer.permissions, whole_shop=viewer.sees_whole_shop)


def active_entry() -> str | None:
    """The href of the rail entry this page belongs to."""
    return navigation.current(rail(), here().path)


def person(name: str) -> str:
    """A name as it is; what stands for an erased one is a word of ours."""
    return here().words.gettext(name) if name == ERASED_NAME else name


def money(amount: Amount | int | None, currency: str = "") -> str:
    """A Money, or minor units of a currency; a missing amount is a dash, which is not the same as zero."""
    if amount is None:
        return ABSENT
    if isinstance(amount, int):
        return format_money(amount, currency, here().locale)
    return format_money(amount.minor, amount.currency, here().locale)


def plain_money(minor: int, currency: str) -> str:
    """Minor units as a person types them into a field: `12,50`, `1.250.000`."""
    decimals = digits(currency)
    exact = Decimal(minor).scaleb(-decimals) if decimals else minor
    return format_number(exact, here().locale, decimals=decimals or None)


def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    return ABSENT if value is None else format_number(value, here().locale, decimals=decimals)


def percent(share: float | Decimal | None, decimals: int = 1) -> str:
    return ABSENT if share is None else format_percent(share, here().locale, decimals=decimals)


def datetime_text(moment: datetime | None) -> str:
    return ABSENT if moment is None else format_datetime(moment, here().zone, here().locale)


def date_text(day: date | None) -> str:
    """A day, or the day a moment falls on by the reader's clock."""
    if day is None:
        return ABSENT
    if isinstance(day, datetime):
        day = local_date(day, here().zone)
    return format_date(day, here().locale)


def time_text(moment: datetime | None) -> str:
    return ABSENT if moment is None else format_time(moment, here().zone, here().locale)


def age(moment: datetime | None) -> Markup | str:
    """How long ago, with the exact moment on hover."""
    if moment is None:
        return ABSENT
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(), datetime_text(moment), format_age(moment, here().now, here().locale)
    )
