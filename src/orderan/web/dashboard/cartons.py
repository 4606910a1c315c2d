"""What the shop asks of a parcel before it leaves, and the cartons it packs in."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, new_id, to_text
from orderan.packing import (
    CARTON_PREFIX,
    Carton,
    CartonTwice,
    PackingPolicy,
    add_carton,
    cartons,
    packing_policy,
    set_packing_policy,
    use_carton,
)
from orderan.web.dashboard.desk import Visit, told
from orderan.web.dashboard.stock import whole
from orderan.web.forms import amount_of, one, posted
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

HOME: Final = "/warehouse/cartons"
READ: Final = {"needs": Permission.FULFILMENT_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
POLICY: Final = ("tolerance_g", "tolerance_bp")
MEASURES: Final = ("length_mm", "width_mm", "height_mm", "weight_g", "carries_g")
EMPTY: Final[Mapping[str, str]] = {}


@get(HOME, opt=READ, include_in_schema=False)
async def cartons_page(visit: NamedDependency[Visit]) -> Response[str]:
    """Both on one page."""
    return await _cartons(visit)


async def _cartons(
    visit: Visit,
    *,
    policy_typed: Mapping[str, str] = EMPTY,
    typed: Mapping[str, str] = EMPTY,
    errors: Mapping[str, str] = EMPTY,
    general: str = "",
) -> Response[str]:
    async def read(tx: Tx) -> tuple[PackingPolicy, list[Carton]]:
        return await packing_policy(tx), await cartons(tx)

    policy, kinds = await visit.db.run(visit.caller, read)
    kept = {name: str(getattr(policy, name)) for name in POLICY}
    kept |= {name: "yes" if getattr(policy, name) else "" for name in ("required", "weigh", "photo")}
    return page(
        visit.request,
        "warehouse/cartons.html",
        status_code=422 if errors or general else 200,
        policy=policy,
        kept={name: policy_typed.get(name, "") for name in kept} if policy_typed else kept,
        cartons=[(to_text(CARTON_PREFIX, kind.id), kind) for kind in kinds],
        typed=dict.fromkeys((*MEASURES, "code", "cost"), "") | dict(typed),
        errors=dict(errors),
        general=general,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
    )


@post(HOME + "/policy", opt=WRITE, include_in_schema=False, status_code=200)
async def policy_typed(visit: NamedDependency[Visit]) -> Response[Any]:
    """Keep what is asked of a parcel."""
    form = await posted(visit.request)
    words = place_of(visit.request).words
    names = (*POLICY, "required", "weigh", "photo")
    values = {name: one(form, name) for name in names}
    counts = {name: whole(values[name], least=0) for name in POLICY}
    errors = {
        name: words.gettext(N_("Isi bilangan bulat dari 0 sampai %(most)s."), most=most)
        for name, most in zip(POLICY, (10_000, 5_000), strict=True)
        if counts[name] is None or not 0 <= (counts[name] or 0) <= most
    }
    if errors:
        return await _cartons(visit, policy_typed=values, errors=errors)
    policy = PackingPolicy(
        required=values["required"] == "yes",
        weigh=values["weigh"] == "yes",
        photo=values["photo"] == "yes",
        tolerance_g=counts["tolerance_g"] or 0,
        tolerance_bp=counts["tolerance_bp"] or 0,
    )
    await visit.db.run(visit.caller, lambda tx: set_packing_policy(tx, policy, now=visit.now))
    return Redirect(HOME, status_code=303)


@post(HOME, opt=WRITE, include_in_schema=False, status_code=200)
async def carton_typed(visit: NamedDependency[Visit]) -> Response[Any]:
    """The shop packs in another carton."""
    form = await posted(visit.request)
    words = place_of(visit.request).words
    values = {name: one(form, name).strip() for name in (*MEASURES, "code", "cost")}
    counts = {name: whole(values[name], least=0 if name == "weight_g" else 1) for name in MEASURES}
    errors = {}
    if not 0 < len(values["code"]) <= 40:
        errors["code"] = words.gettext(N_("Isi kode, paling banyak 40 huruf."))
    for name in MEASURES:
        most = 1_000_000 if name.endswith("_g") else 5_000
        if counts[name] is None or (counts[name] or 0) > most:
            errors[name] = words.gettext(N_("Isi bilangan bulat sampai %(most)s."), most=most)
    cost = amount_of(values["cost"], "IDR") if values["cost"] else 0
    if cost is None or cost > 100_000_000:
        errors["cost"] = words.gettext(N_("Isi jumlah uang."))
    if errors:
        return await _cartons(visit, typed=values, errors=errors)
    kind = Carton(
        id=new_id(),
        code=values["code"],
        length_mm=counts["length_mm"] or 0,
        width_mm=counts["width_mm"] or 0,
        height_mm=counts["height_mm"] or 0,
        weight_g=counts["weight_g"] or 0,
        carries_g=counts["carries_g"] or 0,
        cost_minor=cost or 0,
    )

    async def command(tx: Tx) -> str:
        await add_carton(tx, kind, now=visit.now)
        return HOME

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except CartonTwice as refusal:
        return await _cartons(visit, typed=values, errors={"code": told(refusal, words)})
    except Refusal as refusal:
        return await _cartons(visit, typed=values, general=told(refusal, words))


@post(HOME + "/{carton_id:str}/use", opt=WRITE, include_in_schema=False, status_code=200)
async def carton_used(visit: NamedDependency[Visit], carton_id: FromPath[str]) -> Response[Any]:
    """Pack in it again, or not any more."""
    form = await posted(visit.request)
    active = one(form, "active") == "yes"
    wanted = from_text(CARTON_PREFIX, carton_id)
    await visit.db.run(visit.caller, lambda tx: use_carton(tx, wanted, active=active, now=visit.now))
    return Redirect(HOME, status_code=303)


handlers = [cartons_page, policy_typed, carton_typed, carton_used]
