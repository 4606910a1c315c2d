"""The policy of returns: until when what may come back, why, and who pays the way."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.catalog import categories
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.returns import (
    FIRST_POLICY,
    Cause,
    CauseRule,
    Condition,
    Payer,
    PolicyVersion,
    Remedy,
    ReturnPolicy,
    ReturnPolicyMovedOn,
    ReturnPolicyNotUsable,
    TrustedAt,
    keep_return_policy,
    return_policies,
)
from orderan.web.dashboard.desk import Visit, told, whole
from orderan.web.dashboard.names import names_of
from orderan.web.forms import Fields, one, posted, taken_once, typed_in, whole_rupiah
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.return_words import CAUSES, WAYS

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/settings/returns"
PAYERS: Final[Mapping[Payer, str]] = {
    Payer.SHOP: N_("Diterima; toko membayar kirim balik"),
    Payer.BUYER: N_("Diterima; pembeli membayar kirim balik"),
}
CONDITIONS: Final[Mapping[Condition, str]] = {
    Condition.ANY: N_("Apa adanya"),
    Condition.UNUSED: N_("Belum dipakai"),
    Condition.SEALED: N_("Segel belum dibuka"),
}
MOMENTS: Final[Mapping[TrustedAt, str]] = {
    TrustedAt.INSPECTION: N_("Setelah barang diperiksa, untuk semua"),
    TrustedAt.DROP_OFF: N_("Waktu barang diantar ke toko"),
    TrustedAt.SCAN: N_("Waktu kurir memindai paketnya"),
}
FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "days: out_of_range": ("days", N_("Tulis 0 sampai 365 hari.")),
    "agreed_below_minor: not_an_amount": (
        "agreed_below",
        N_("Tulis jumlah rupiah, paling banyak satu miliar."),
    ),
    "trusted_below_minor: not_an_amount": (
        "trusted_below",
        N_("Tulis jumlah rupiah, paling banyak satu miliar."),
    ),
    "trusted_orders: out_of_range": ("trusted_orders", N_("Tulis 1 sampai 1.000 pesanan.")),
    "weight_off_percent: out_of_range": ("weight_off", N_("Tulis 1 sampai 100 persen.")),
    "never: not_categories": (
        "never",
        N_("Paling banyak 200 kategori, masing-masing paling panjang 80 huruf."),
    ),
    "causes: none": ("days", N_("Terima setidaknya satu alasan, atau tulis 0 hari.")),
}


@get(HERE, opt=READ, include_in_schema=False)
async def return_policy_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[str]:
    """What holds now, and what held before."""
    return await _page(visit, said=said)


@post(HERE, opt=WRITE, include_in_schema=False)
async def return_policy_written(visit: NamedDependency[Visit]) -> Response[Any]:
    """Write the next version."""
    form = await posted(visit.request)
    policy, typed = _policy(form), typed_in(form)
    words = place_of(visit.request).words

    async def command(tx: Tx) -> None:
        await keep_return_policy(tx, policy, expected=whole(one(form, "version")) or 0, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except ReturnPolicyNotUsable as refusal:
        errors = {field: words.gettext(text) for fault in refusal.faults for field, text in [FAULTS[fault]]}
        return await _page(visit, typed=typed, errors=errors)
    except ReturnPolicyMovedOn as refusal:
        return await _page(visit, typed=typed, general=told(refusal, words), status_code=409)
    return Redirect(f"{HERE}?said=saved", status_code=303)


def _policy(form: Fields) -> ReturnPolicy:
    """What was typed; a number that is none is one no policy may have, for its fault to be named."""
    days, below = whole(one(form, "days")), one(form, "agreed_below").strip()
    minor = whole_rupiah(below) if below else 0
    rules = []
    for cause in Cause:
        pays = next((known for known in Payer if known == one(form, f"pays_{cause}")), None)
        if pays is not None:
            condition = next(
                (known for known in Condition if known == one(form, f"condition_{cause}")), Condition.ANY
            )
            rules.append(CauseRule(cause, pays, condition, bool(one(form, f"explained_{cause}"))))
    return ReturnPolicy(
        days=-1 if days is None else days,
        never=tuple(line.strip() for line in one(form, "never").splitlines() if line.strip()),
        causes=tuple(rules),
        agreed_below_minor=-1 if minor is None else minor,
        trusted_at=next((at for at in TrustedAt if at == one(form, "trusted_at")), TrustedAt.INSPECTION),
        trusted_below_minor=_minor(one(form, "trusted_below")),
        trusted_orders=_count(one(form, "trusted_orders"), 3),
        weight_off_percent=_count(one(form, "weight_off"), 25),
        ways=tuple(way for way in Remedy if way is Remedy.REFUND or one(form, f"way_{way}")),
    )


def _minor(typed: str) -> int:
    minor = whole_rupiah(typed.strip()) if typed.strip() else 0
    return -1 if minor is None else minor


def _count(typed: str, unsaid: int) -> int:
    """What was typed, or what holds where nothing was; -1 is no number, for its fault to be named."""
    if not typed.strip():
        return unsaid
    found = whole(typed)
    return -1 if found is None else found


def _typed(policy: ReturnPolicy) -> dict[str, str]:
    """A policy as its form shows it."""
    typed = {
        "days": str(policy.days),
        "never": "\n".join(policy.never),
        "agreed_below": f"{policy.agreed_below_minor:,}".replace(",", ".")
        if policy.agreed_below_minor
        else "",
    }
    typed |= {f"way_{way}": "yes" for way in policy.ways}
    typed |= {
        "trusted_at": str(policy.trusted_at),
        "trusted_below": f"{policy.trusted_below_minor:,}".replace(",", ".")
        if policy.trusted_below_minor
        else "",
        "trusted_orders": str(policy.trusted_orders),
        "weight_off": str(policy.weight_off_percent),
    }
    for rule in policy.causes:
        typed |= {
            f"pays_{rule.cause}": str(rule.pays),
            f"condition_{rule.cause}": str(rule.condition),
            f"explained_{rule.cause}": "yes" if rule.explained else "",
        }
    return typed


async def _page(
    visit: Visit,
    *,
    said: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status_code: int = 200,
) -> Response[str]:
    async def read(tx: Tx) -> tuple[list[PolicyVersion], list[str], Any]:
        versions = await return_policies(tx)
        return (
            versions,
            await categories(tx),
            await names_of(tx, sorted({one.made_by for one in versions}), {}),
        )

    versions, known, names = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    holds = versions[0].policy if versions else FIRST_POLICY
    return page(
        visit.request,
        "returns/policy.html",
        status_code=422 if errors else status_code,
        now=visit.now,
        path=HERE,
        said=said == "saved",
        typed=typed if typed is not None else _typed(holds),
        errors=errors or {},
        general=general,
        version=str(versions[0].version) if versions else "0",
        versions=versions,
        who=lambda actor: names.who(actor, words),
        ways=[(str(way), words.gettext(WAYS[way])) for way in Remedy if way is not Remedy.REFUND],
        moments=[(str(at), words.gettext(MOMENTS[at])) for at in TrustedAt],
        causes=[(str(cause), words.gettext(label)) for cause, label in CAUSES.items()],
        payers=[(str(payer), words.gettext(label)) for payer, label in PAYERS.items()],
        conditions=[(str(one), words.gettext(label)) for one, label in CONDITIONS.items()],
        categories=known,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
    )


handlers: list[Any] = [return_policy_page, return_policy_written]
