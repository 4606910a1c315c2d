"""The shop: its names, its clock, how it counts; taxes and shipping fees."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.catalog import set_tax_rate, tax_rates
from orderan.kit.db import Caller, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.pricing import (
    AreaTaken,
    ZoneCodeTaken,
    put_zone,
    set_fee,
    shipping_zones,
)
from orderan.shops import (
    CodeUnusable,
    DaysOutOfRange,
    NameEmpty,
    Shop,
    TaxNumberWrong,
    ZoneUnknown,
    change_shop,
    clean_code,
    clean_name,
    complete_days,
    shop_by_id,
)
from orderan.web.dashboard.setting_fields import (
    AreaUnreadable,
    PercentUnreadable,
    amount,
    basis_points,
    day,
    region_codes,
)
from orderan.web.forms import AmountUnreadable, DateUnreadable, one, posted, refusals_to, taken_once
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
ZONES: Final = {
    "Asia/Jakarta": "WIB (Jakarta)",
    "Asia/Makassar": "WITA (Makassar)",
    "Asia/Jayapura": "WIT (Jayapura)",
}
SHOP_FIELDS: Final = {
    NameEmpty: "name",
    TaxNumberWrong: "tax_number",
    ZoneUnknown: "time_zone",
    DaysOutOfRange: "complete_after_days",
}
WHOLE: Final = (1, 1)
OTHER_BASE: Final = (11, 12)
"""DPP nilai lain: PMK 131/2024 taxes 11/12 of the price of what is no luxury."""


@get("/settings", name="settings", opt=READ, include_in_schema=False)
async def settings_page(request: Request[Any, Any, Any], caller: Caller, runner: Runner) -> Response[Any]:
    """The shop's own settings."""
    shop = await runner.run(caller, lambda tx: shop_by_id(tx, tx.shop_id))
    typed = {name: getattr(shop, name) for name in SHOP_FIELDS.values()}
    typed |= {
        "legal_name": shop.legal_name,
        "locale": shop.locale,
        "prices_include_tax": shop.prices_include_tax,
    }
    return _shop_form(request, typed, {}, said=request.query_params.get("said") == "saved")


@post("/settings", opt=WRITE, include_in_schema=False)
async def save_settings(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Change the shop."""
    form = await posted(request)
    names = (*SHOP_FIELDS.values(), "legal_name", "locale")
    typed: dict[str, Any] = {name: one(form, name) for name in names}
    typed["prices_include_tax"] = one(form, "prices_include_tax") == "yes"
    with refusals_to(request, SHOP_FIELDS) as refused:
        days = complete_days(typed["complete_after_days"])
        await runner.run(caller, lambda tx: change_shop(tx, **typed | {"complete_after_days": days}, now=now))
        return Redirect("/settings?said=saved", status_code=303)
    return _shop_form(request, typed, refused.errors)


@get("/settings/taxes", opt=READ, include_in_schema=False)
async def taxes(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Tax classes and their rates over time."""
    return await _taxes_page(request, caller, runner, now, {}, {})


@post("/settings/taxes", opt=WRITE, include_in_schema=False)
async def save_tax(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Set the rate of a class from a date on."""
    form = await posted(request)
    typed = {name: one(form, name) for name in ("tax_class", "rate", "base", "valid_from")}
    with refusals_to(
        request, {CodeUnusable: "tax_class", PercentUnreadable: "rate", DateUnreadable: "valid_from"}
    ) as refused:
        tax_class, rate_bp = clean_code(typed["tax_class"]), basis_points(typed["rate"])
        valid_from = day(typed["valid_from"])
        numerator, denominator = OTHER_BASE if typed["base"] == "other" else WHOLE
        await runner.run(
            caller,
            lambda tx: set_tax_rate(
                tx,
                tax_class=tax_class,
                valid_from=valid_from,
                rate_bp=rate_bp,
                base_numerator=numerator,
                base_denominator=denominator,
                now=now,
            ),
        )
        return Redirect("/settings/taxes", status_code=303)
    return await _taxes_page(request, caller, runner, now, typed, refused.errors)


@get("/settings/shipping", opt=READ, include_in_schema=False)
async def shipping(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Zones and what they cost."""
    return await _shipping_page(request, caller, runner, now, {}, {})


@post("/settings/shipping", opt=WRITE, include_in_schema=False)
async def save_zone(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Make a zone or change one."""
    form = await posted(request)
    typed = {name: one(form, name) for name in ("zone", "code", "name", "areas")}
    zone_id = from_text("zon", typed["zone"]) if typed["zone"] else None
    with refusals_to(
        request,
        {
            CodeUnusable: "code",
            ZoneCodeTaken: "code",
            NameEmpty: "name",
            AreaTaken: "areas",
            AreaUnreadable: "areas",
        },
    ) as refused:
        code, name, areas = clean_code(typed["code"]), clean_name(typed["name"]), region_codes(typed["areas"])
        await runner.run(
            caller,
            taken_once(
                form, lambda tx: put_zone(tx, zone_id, code=code, name=name, areas=areas, now=now), now=now
            ),
        )
        return Redirect("/settings/shipping", status_code=303)
    return await _shipping_page(request, caller, runner, now, typed, refused.errors)


@post("/settings/shipping/{zone:str}/fees", opt=WRITE, include_in_schema=False)
async def save_fee(
    request: Request[Any, Any, Any], caller: Caller, runner: Runner, now: datetime, zone: FromPath[str]
) -> Response[Any]:
    """What a service costs to a zone from now on."""
    form = await posted(request)
    typed = {name: one(form, name) for name in ("service", "first_kg", "next_kg")} | {"fee_of": zone}
    with refusals_to(request, {CodeUnusable: "service", AmountUnreadable: "first_kg"}) as refused:
        service, first, then = (
            clean_code(typed["service"]),
            amount(typed["first_kg"]),
            amount(typed["next_kg"]),
        )
        zone_id = from_text("zon", zone)
        await runner.run(
            caller,
            taken_once(
                form,
                lambda tx: set_fee(
                    tx, zone_id, service=service, first_kg_minor=first, next_kg_minor=then, now=now
                ),
                now=now,
            ),
        )
        return Redirect("/settings/shipping", status_code=303)
    return await _shipping_page(request, caller, runner, now, typed, refused.errors)


def _shop_form(
    request: Request[Any, Any, Any], typed: dict[str, Any], errors: dict[str, str], *, said: bool = False
) -> Response[Any]:
    zones = ZONES if typed["time_zone"] in ZONES else ZONES | {typed["time_zone"]: typed["time_zone"]}
    return page(
        request,
        "access/settings.html",
        status_code=422 if errors else 200,
        typed=typed,
        zones=list(zones.items()),
        errors=errors,
        said=said,
    )


async def _taxes_page(
    request: Request[Any, Any, Any],
    caller: Caller,
    runner: Runner,
    now: datetime,
    typed: dict[str, str],
    errors: dict[str, str],
) -> Response[Any]:
    async def read(tx: Tx) -> Any:
        return await tax_rates(tx), await shop_by_id(tx, tx.shop_id)

    rates, shop = await runner.run(caller, read)
    today = now.astimezone(ZoneInfo(shop.time_zone)).date()
    return page(
        request,
        "access/taxes.html",
        status_code=422 if errors else 200,
        rows=[
            {"rate": rate, "share": rate.rate_bp / 10_000, "effective": _effective(rate), "state": state}
            for rate, state in _in_time(rates, today)
        ],
        typed=typed,
        today=today,
        errors=errors,
    )


def _effective(rate: Any) -> float:
    """What the rate comes to on the whole price, for reading; sums are made elsewhere."""
    return float(rate.rate_bp * rate.base_numerator / rate.base_denominator / 10_000)


def _in_time(rates: list[Any], today: date) -> list[tuple[Any, str]]:
    """Rates newest first within a class: `later`, `now`, `past`."""
    told = []
    holding: set[str] = set()
    for rate in sorted(rates, key=lambda rate: (rate.tax_class, -rate.valid_from.toordinal())):
        state = "later" if rate.valid_from > today else ("past" if rate.tax_class in holding else "now")
        if state == "now":
            holding.add(rate.tax_class)
        told.append((rate, state))
    return told


async def _shipping_page(
    request: Request[Any, Any, Any],
    caller: Caller,
    runner: Runner,
    now: datetime,
    typed: dict[str, str],
    errors: dict[str, str],
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[Shop, Sequence[Any]]:
        return await shop_by_id(tx, tx.shop_id), await shipping_zones(tx, now=now)

    shop, zones = await runner.run(caller, read)
    return page(
        request,
        "access/shipping.html",
        status_code=422 if errors else 200,
        rows=[{"id": to_text("zon", zone.id), "zone": zone} for zone in zones],
        typed=typed,
        errors=errors,
        currency=shop.currency,
    )


handlers: list[Any] = [settings_page, save_settings, taxes, save_tax, shipping, save_zone, save_fee]
