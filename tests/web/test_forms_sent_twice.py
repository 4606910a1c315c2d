"""Every form of the dashboard that adds or books something, sent twice with one id: it is done once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final, LiteralString

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from access.routes import routes_of
from catalog.test_pictures import png
from conftest import ShopFloor
from fulfilment.working import delivered, shipped, the_task
from given import JAKARTA, SURABAYA, World, a_buyer, a_shop, asked, place
from incidents.troubled import a_gateway
from orderan.customers import find_customers
from orderan.fleet import keep_depot
from orderan.flows.claim_parcels import claim_by_hand
from orderan.flows.contest_chargeback import report_chargeback
from orderan.flows.open_stock_take import TakeAsked, open_stock_take
from orderan.flows.payment_incident import open_incident
from orderan.flows.pick_task import release_tasks
from orderan.flows.place_order import Placed
from orderan.flows.verify_order import advance_cases
from orderan.incidents import Kind, Severity
from orderan.inventory import (
    BinAsked,
    PutAway,
    StockKey,
    Travel,
    dispatch_transfer,
    draw_bins,
    open_transfer,
    put_away,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, to_text
from orderan.orders import Order, Terms
from orderan.pricing import put_zone
from orderan.reach import open_reach
from orderan.routes import Point
from orderan.routing import change_draft
from orderan.sandbox.keys import MESSENGERS
from orderan.shipping import CLAIM_PREFIX, open_courier_account
from orderan.shops import list_channels
from orderan.stocktake import Scope as CountScope
from orderan.stocktake import areas_of
from orderan.verification import Policy, Rule, Verdict, When, keep_policy

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


ASKS_ABOVE: Final = Policy(rules=(Rule("kecil", When(at_most_minor=25_000), Verdict.WAIVE),))


@dataclass(frozen=True)
class Sends:
    """A form as it is filled in, and what it does.

    Attributes:
        address: With names of the shop in braces.
        done: A statement that counts the effect.
        effect: What it counts more after the form was sent.
    """

    address: str
    fields: dict[str, str]
    done: LiteralString
    effect: int = 1


ORDER_TAGS: Final = "SELECT count(*) FROM event WHERE kind = 'orders.tagged.v1'"
ON_HAND: Final = "SELECT coalesce(sum(on_hand), 0) FROM stock"

SOURCED: Final = {"revision": "0", "split": "70.000"} | {
    f"way_{level}": f"{60 - 10 * level}.000" for level in range(5)
}
FORMS: Final = {
    "/customers/new": Sends(
        "/customers/new", {"name": "Budi", "phone": "0812 9999 8888"}, "SELECT count(*) FROM customer"
    ),
    "/customers/{customer_id:str}/consents": Sends(
        "/customers/{customer}/consents",
        {"purpose": "profiling", "granted": "yes", "source": "kasir"},
        "SELECT count(*) FROM consent",
    ),
    "/settings/gateways": Sends(
        "/settings/gateways",
        {
            "gateway": "midtrans",
            "name": "Midtrans kedua",
            "base_url": "https://api.midtrans.com",
            "secret-server_key": "k",
            "secret-merchant_id": "m",
            "method": "qris",
        },
        "SELECT count(*) FROM gateway_account",
    ),
    "/settings/transfers": Sends(
        "/settings/transfers",
        {"bank": "014", "number": "1234567890", "holder": "Toko Nusantara"},
        "SELECT count(*) FROM transfer_account",
    ),
    "/settings/couriers": Sends(
        "/settings/couriers",
        {
            "provider": "own",
            "name": "Kurir kedua",
            "field-cities": "Depok",
            "field-cost_minor": "9000",
            "field-days": "1",
        },
        "SELECT count(*) FROM courier_account",
    ),
    "/settings/reach": Sends(
        "/settings/reach",
        {
            "provider": "zenziva",
            "name": "Zenziva",
            "base_url": "https://console.zenziva.net",
            "field-userkey": "u",
            "field-passkey": "p",
        },
        "SELECT count(*) FROM reach_account",
    ),
    "/incidents/new": Sends(
        "/incidents/new",
        {"rail": "{rail}", "kind": "down", "severity": "major"},
        "SELECT coalesce(sum(jsonb_array_length(evidence)), 0) + count(*) FROM incident",
    ),
    "/incidents/contacts/{account_id:str}": Sends(
        "/incidents/contacts/{account}",
        {"name": "Meja bantuan", "phone": "1500"},
        "SELECT count(*) FROM gateway_contact",
    ),
    "/incidents/{incident_id:str}/{verb:str}": Sends(
        "/incidents/{incident}/note",
        {"heard": "yes", "words": "Setengah jam."},
        "SELECT count(*) FROM incident_note",
    ),
    "/payments/routing/rules/new": Sends(
        "/payments/routing/rules/new",
        {"revision": "1", "name": "Termurah", "how": "cheapest"},
        "SELECT count(*) FROM routing_draft",
    ),
    "/payments/routing/trial": Sends(
        "/payments/routing/trial", {"revision": "1", "days": "1"}, "SELECT count(*) FROM routing_trial"
    ),
    "/shipping/choice/edit": Sends(
        "/shipping/choice/edit",
        {"revision": "0", "day": "3.000", "failure": "15.000", "rule_1_name": "Jawa", "rule_1_only": "jne"},
        "SELECT count(*) FROM carry_draft",
    ),
    "/shipping/choice/trial": Sends(
        "/shipping/choice/trial", {"revision": "0", "days": "1"}, "SELECT count(*) FROM carry_trial"
    ),
    "/stock/sourcing/edit": Sends("/stock/sourcing/edit", SOURCED, "SELECT count(*) FROM sourcing_draft"),
    "/stock/sourcing/trial": Sends(
        "/stock/sourcing/trial", {"revision": "0", "days": "1"}, "SELECT count(*) FROM sourcing_trial"
    ),
    "/payments/gateways/{rail:str}/pause": Sends(
        "/payments/gateways/{rail}/pause", {"reason": "Bank mati"}, "SELECT count(*) FROM rail_pause"
    ),
    "/settings/promises": Sends(
        "/settings/promises",
        {
            "version": "0",
            "percent": "90",
            "least_parcels": "20",
            "pack_days": "1",
            "cutoff": "14:00",
            "city_days": "2",
            "province_days": "3",
            "far_days": "6",
            "packs_1": "yes",
            "carries_1": "yes",
            "days_off": "2027-03-10 Idulfitri",
        },
        "SELECT count(*) FROM promise_terms",
    ),
    "/settings/returns": Sends(
        "/settings/returns",
        {"version": "0", "days": "9", "pays_damaged": "shop"},
        "SELECT count(*) FROM return_policy",
    ),
    "/settings/verification": Sends(
        "/settings/verification",
        {
            "version": "2",
            "step_1_way": "agent",
            "step_1_tries": "2",
            "step_1_answer_minutes": "60",
            "step_1_spacing_minutes": "60",
            "from_hour": "9",
            "to_hour": "20",
            "deadline_hours": "24",
            "silence": "hold",
        },
        "SELECT count(*) FROM verification_policy",
    ),
    "/verification/{order:str}/{verb:str}": Sends(
        "/verification/{unsaid}/missed",
        {"note": "tidak diangkat"},
        "SELECT count(*) FROM verification_attempt WHERE state = 'missed'",
    ),
    "/verification/days/{parcel:str}/{verb:str}": Sends(
        "/verification/days/{coming}/home", {"note": "di rumah"}, "SELECT count(*) FROM delivery_day"
    ),
    "/shipping/{parcel:str}/part": Sends(
        "/shipping/{coming}/part",
        {"units_1": "1"},
        "SELECT count(*) FROM goods_return WHERE parcel_id IS NOT NULL",
    ),
    "/orders/bulk": Sends(
        "/orders/bulk",
        {"verb": "hold", "reason": "Opname", "kind": "stock", "order_id": "{open}"},
        "SELECT count(*) FROM order_hold",
    ),
    "/payments/promotions/new": Sends(
        "/payments/promotions/new",
        {"name": "Hemat", "kind": "discount", "fixed": "5000", "share_shop": "100"},
        "SELECT count(*) FROM payment_promotion",
    ),
    "/trust/lists": Sends(
        "/trust/lists",
        {"verdict": "block", "kind": "phone", "text": "0812 7777 6666", "reason": "Menipu"},
        "SELECT count(*) FROM trust_entry",
    ),
    "/trust/models": Sends("/trust/models", {"capacity": "20"}, "SELECT count(*) FROM trust_model"),
    "/warehouse/waves/new": Sends(
        "/warehouse/waves/new",
        {"place": "{jkt}", "method": "cluster", "most": "1", "task": "{ready_task}"},
        "SELECT count(*) FROM wave",
    ),
    "/warehouse/picking/{location_id:str}/cutoffs": Sends(
        "/warehouse/picking/{jkt}/cutoffs",
        {"courier": "jnt", "closes": "16:00", "lead": "60", "day": "1"},
        "SELECT count(*) FROM courier_cutoff",
    ),
    "/warehouse/cartons": Sends(
        "/warehouse/cartons",
        {
            "code": "K1",
            "length_mm": "200",
            "width_mm": "150",
            "height_mm": "100",
            "weight_g": "80",
            "carries_g": "2000",
            "cost": "1500",
        },
        "SELECT count(*) FROM carton",
    ),
    "/warehouse/tasks/{task_id:str}/pick": Sends(
        "/warehouse/tasks/{task}/pick", {"code": "kopi"}, "SELECT coalesce(sum(picked), 0) FROM task_line"
    ),
    "/orders/views": Sends(
        "/orders/views", {"name": "COD", "query": "terms=cod"}, "SELECT count(*) FROM saved_view"
    ),
    "/orders/{order:str}/holds": Sends(
        "/orders/{open}/holds", {"kind": "stock", "reason": "Opname"}, "SELECT count(*) FROM order_hold"
    ),
    "/orders/{order:str}/notes": Sends(
        "/orders/{open}/notes", {"body": "Telepon dulu"}, "SELECT count(*) FROM order_note"
    ),
    "/orders/{order:str}/tags": Sends("/orders/{open}/tags", {"add": "vip"}, ORDER_TAGS),
    "/orders/{order:str}/cancel": Sends(
        "/orders/{open}/cancel", {"reason": "Kurang", "units_1": "1"}, "SELECT sum(cancelled) FROM order_line"
    ),
    "/payments/vouchers/new": Sends(
        "/payments/vouchers/new",
        {"amount": "5.000", "reason": "Maaf", "customer": "{customer}"},
        "SELECT count(*) FROM voucher",
    ),
    "/shipping/claims": Sends(
        "/shipping/claims", {"awb": "002589984097", "kind": "damaged"}, "SELECT count(*) FROM parcel_claim"
    ),
    "/shipping/claims/days": Sends(
        "/shipping/claims/days", {"courier": "jne", "days": "5"}, "SELECT count(*) FROM claim_days"
    ),
    "/shipping/claims/{claim_id:str}/evidence": Sends(
        "/shipping/claims/{claim}/evidence", {"words": "Foto"}, "SELECT count(*) FROM claim_evidence"
    ),
    "/payments/chargebacks": Sends(
        "/payments/chargebacks",
        {"order": "{gone_number}", "amount": "5.000", "reason": "Tidak sampai"},
        "SELECT count(*) FROM chargeback",
    ),
    "/payments/chargebacks/{chargeback_id:str}/evidence": Sends(
        "/payments/chargebacks/{case}/evidence",
        {"kind": "note", "words": "Diterima sendiri"},
        "SELECT count(*) FROM chargeback_evidence",
    ),
    "/products/new": Sends(
        "/products/new",
        {
            "name": "Gula",
            "sku": "gula",
            "tax_class": "ppn",
            "unit": "pcs",
            "price": "5000",
            "stocked": "yes",
        },
        "SELECT count(*) FROM product",
    ),
    "/products/price-lists": Sends(
        "/products/price-lists", {"code": "grosir", "name": "Grosir"}, "SELECT count(*) FROM price_list"
    ),
    "/products/{product:str}/prices": Sends(
        "/products/{product}/prices",
        {"price_list": "{list}", "amount": "9000", "replacing": "yes", "target": "{kopi}"},
        "SELECT count(*) FROM audit_entry WHERE action LIKE 'price%%'",
    ),
    "/products/{product:str}/skus/new": Sends(
        "/products/{product}/skus/new",
        {"sku": "kopi-2", "variant": "Besar", "unit": "pcs", "stocked": "yes"},
        "SELECT count(*) FROM sku",
    ),
    "/returns/new": Sends(
        "/returns/new",
        {"order": "{gone_number}", "units_1": "1", "reason": "Rusak"},
        "SELECT count(*) FROM goods_return",
    ),
    "/settings/channels": Sends(
        "/settings/channels",
        {"code": "toko", "name": "Toko", "kind": "pos", "hold": "60"},
        "SELECT count(*) FROM channel",
    ),
    "/settings/keys": Sends(
        "/settings/keys", {"name": "Situs", "permission": "orders.read"}, "SELECT count(*) FROM api_key"
    ),
    "/settings/shipping": Sends(
        "/settings/shipping",
        {"code": "jawa", "name": "Jawa", "areas": "31"},
        "SELECT count(*) FROM shipping_zone",
    ),
    "/settings/shipping/{zone:str}/fees": Sends(
        "/settings/shipping/{zone}/fees",
        {"service": "reguler", "first_kg": "9000", "next_kg": "9000"},
        "SELECT count(*) FROM audit_entry WHERE action = 'fee.set'",
    ),
    "/settings/users": Sends(
        "/settings/users",
        {"email": "dewi@toko.test", "name": "Dewi", "role": "warehouse"},
        "SELECT count(*) FROM staff",
    ),
    "/stock/adjust": Sends(
        "/stock/adjust",
        {"verb": "save", "location": "{jkt}", "reason": "Hilang", "sku": "kopi", "quantity": "-3"},
        ON_HAND,
        -3,
    ),
    "/stock/bins/{location_id:str}": Sends(
        "/stock/bins/{jkt}",
        {"zone": "Z", "kind": "pick", "aisles": "1", "bays": "1", "levels": "1"},
        "SELECT count(*) FROM audit_entry WHERE action = 'bin.draw' AND after ->> 'code' = 'Z1-01-1'",
    ),
    "/stock/bins/{location_id:str}/{bin_id:str}/{verb:str}": Sends(
        "/stock/bins/{jkt}/{bin}/move",
        {"key": "{jkt}/{kopi_row}", "quantity": "1", "to": "B-2"},
        "SELECT coalesce(sum(change), 0) FROM bin_move WHERE kind = 'shift' AND change > 0",
    ),
    "/stock/put-away/{location_id:str}": Sends(
        "/stock/put-away/{jkt}",
        {"key": "{kopi_row}", "quantity": "2", "bin": "B-1"},
        "SELECT coalesce(sum(change), 0) FROM bin_move WHERE kind = 'put_away'",
        2,
    ),
    "/fleet/setup/{location_id:str}/{what:str}": Sends(
        "/fleet/setup/{jkt}/van",
        {"name": "Blind Van", "kilograms": "300", "parcels": "40", "cash": "1.000", "active": "yes"},
        "SELECT count(*) FROM fleet_van",
    ),
    "/fleet/plan": Sends(
        "/fleet/plan", {"location": "{jkt}", "weather": "clear"}, "SELECT count(*) FROM fleet_planning"
    ),
    "/stock/expected": Sends(
        "/stock/expected",
        {"verb": "save", "location": "{jkt}", "sku": "kopi", "quantity": "4"},
        "SELECT coalesce(sum(expected), 0) FROM (SELECT sum(quantity) AS expected FROM movement WHERE kind = 'expect') AS made",
        4,
    ),
    "/stock/locations/new": Sends(
        "/stock/locations/new",
        {"code": "BDG", "name": "Bandung", "kind": "warehouse", "time_zone": "Asia/Jakarta"},
        "SELECT count(*) FROM location",
    ),
    "/stock/tags": Sends(
        "/stock/tags", {"purpose": "receipt", "target": "{jkt}"}, "SELECT count(*) FROM tag_session"
    ),
    "/stock/stickers": Sends(
        "/stock/stickers",
        {"verb": "save", "sku": "kopi", "quantity": "2", "size": "small"},
        "SELECT coalesce(sum(copies), 0) FROM sticker_print",
        2,
    ),
    "/stock/stickers/bins": Sends(
        "/stock/stickers/bins",
        {"location": "{jkt}", "bin": "{bin}"},
        "SELECT count(*) FROM sticker_print",
    ),
    "/stock/receive": Sends(
        "/stock/receive",
        {"verb": "save", "location": "{jkt}", "sku": "kopi", "quantity": "7"},
        ON_HAND,
        7,
    ),
    "/stock/expiring": Sends(
        "/stock/expiring",
        {"channel": "{web}", "days": "14", "percent": "0"},
        "SELECT count(*) FROM audit_entry WHERE action = 'stock.shelf_life'",
    ),
    "/stock/refills/{location_id:str}/{verb:str}": Sends(
        "/stock/refills/{jkt}/hold",
        {"bin": "B-1", "sku": "kopi", "least": "2", "most": "5"},
        "SELECT count(*) FROM audit_entry WHERE action = 'bin.hold_ready'",
    ),
    "/stock/takes/new": Sends(
        "/stock/takes/new",
        {"location": "{jkt}", "scope": "bins", "named": "B-3", "units": "0"},
        "SELECT count(*) FROM stock_take",
    ),
    "/stock/takes/{take_id:str}/{verb:str}": Sends(
        "/stock/takes/{take}/skip",
        {"area": "{count_spare}"},
        "SELECT count(*) FROM audit_entry WHERE action = 'stock_take.skip'",
    ),
    "/stock/counting/{area_id:str}/{verb:str}": Sends(
        "/stock/counting/{count_area}/begin",
        {},
        "SELECT count(*) FROM stock_take_area WHERE state = 'counting'",
    ),
    "/stock/transfers/new": Sends(
        "/stock/transfers/new",
        {"verb": "save", "location": "{jkt}", "to": "{sby}", "sku": "kopi", "quantity": "2"},
        "SELECT count(*) FROM transfer",
    ),
    "/stock/transfers/{transfer_id:str}/{verb:str}": Sends(
        "/stock/transfers/{transfer}/receive",
        {"received-1": "2"},
        "SELECT coalesce(sum(received), 0) FROM transfer_line",
        2,
    ),
}

SAME_AGAIN: Final = "says how something stands; saying it again changes nothing"
ON: Final = "moves something on from where it stands; from where it then stands it does not move so"
SEEN: Final = "says which edit it was made from; from another one it changes nothing"
MONEY: Final = "tests/payments"
OWN: Final = "one's own session"

UPLOADS: Final[dict[str, tuple[str, str | bytes, dict[str, str], LiteralString]]] = {
    "/products/import": ("file", "/products/export.csv", {}, "SELECT count(*) FROM catalog_import"),
    "/products/{product:str}/pictures": (
        "picture", png(), {}, "SELECT coalesce(sum(jsonb_array_length(images)), 0) FROM product",
    ),
    "/stock/count": (
        "sheet", b"sku,location,on_hand\nkopi,JKT,400\n", {"reason": "Opname"},
        "SELECT count(*) FROM movement WHERE kind = 'adjust'",
    ),
}  # fmt: skip
"""The field of the file, the file or where it is had, the other fields, a count of the effect."""

OTHERWISE: Final = {
    "/driver/position": "the last place counts",
    "/driver/runs/{run_id:str}/{verb:str}": "answered as the first time: tests/fleet/test_fleet_pages.py",
    "/fleet/parcels/{parcel:str}": SAME_AGAIN,
    "/fleet/runs/{run_id:str}/{verb:str}": ON,
    "/account/codes": OWN,
    "/account/codes/confirm": OWN,
    "/account/codes/off": OWN,
    "/account/locale": OWN,
    "/account/password": OWN,
    "/account/sessions/end": OWN,
    "/customers/{customer_id:str}/addresses/new": "the same address again is the same address",
    "/customers/{customer_id:str}/addresses/{address_id:str}/retire": SAME_AGAIN,
    "/customers/{customer_id:str}/edit": SAME_AGAIN,
    "/customers/{customer_id:str}/erase": ON,
    "/customers/{customer_id:str}/merge": ON,
    "/customers/{customer_id:str}/reveal": "reads; each reading is logged",
    "/inbox/bulk": ON,
    "/inbox/{entry_id:str}/close": ON,
    "/customers/{customer_id:str}/messages": SAME_AGAIN,
    "/messages/policy": SAME_AGAIN,
    "/messages/templates/{kind:str}": "the same words again are no new version",
    "/messages/{message_id:str}/resend": "while a try of it is in the air, no other begins",
    "/messages/{message_id:str}/words": "reads; each reading is logged",
    "/login": OWN,
    "/maintenance": "two windows of the same time are refused",
    "/maintenance/{window_id:str}/cancel": ON,
    "/login/code": OWN,
    "/login/shop": OWN,
    "/logout": OWN,
    "/orders/new": "by its cart: tests/orders/test_order_pages.py",
    "/orders/new/buyer": "reads",
    "/orders/new/quote": "reads",
    "/orders/views/{view_id:str}/forget": SAME_AGAIN,
    "/orders/{order:str}/change": "one change stands open for an order",
    "/orders/{order:str}/change/confirm": ON,
    "/orders/{order:str}/change/decline": ON,
    "/orders/{order:str}/complete": ON,
    "/orders/{order:str}/holds/{hold:str}/release": ON,
    "/orders/{order:str}/pay": MONEY,
    "/orders/{order:str}/refunds": MONEY,
    "/orders/{order:str}/refunds/{refund:str}/execute": MONEY,
    "/orders/{order:str}/reveal": "reads; each reading is logged",
    "/payments/cod": MONEY,
    "/payments/orders/{order_id:str}/confirm": MONEY,
    "/payments/orders/{order_id:str}/deposit": "agreed on again it is the same deposit",
    "/payments/orders/{order_id:str}/refund": MONEY,
    "/payments/orders/{order_id:str}/tries/{attempt_id:str}": ON,
    "/payments/promotions/{promotion_id:str}/edit": SAME_AGAIN,
    "/payments/promotions/{promotion_id:str}/state": ON,
    "/payments/promotions/{promotion_id:str}/uses/{use_id:str}/paid": ON,
    "/payments/refunds/{refund_id:str}/execute": MONEY,
    "/payments/refunds/{refund_id:str}/withdraw": MONEY,
    "/payments/routing/discard": SEEN,
    "/shipping/choice/discard": SEEN,
    "/shipping/choice/live": ON,
    "/shipping/choice/versions/{version:int}/restore": SEEN,
    "/stock/sourcing/discard": SEEN,
    "/stock/sourcing/live": ON,
    "/stock/sourcing/versions/{version:int}/restore": SEEN,
    "/payments/routing/live": ON,
    "/payments/routing/rules/{place:int}": SEEN,
    "/payments/routing/rules/{place:int}/{edit:str}": SEEN,
    "/payments/routing/versions/{version:int}/restore": SEEN,
    "/payments/cod/couriers": "a file is known by what is in it, and so is each of its rows",
    "/payments/settlements/files": "a file is known by what is in it: the same one again changes nothing",
    "/payments/settlements/mappings": SAME_AGAIN,
    "/payments/settlements/statements": "a file is known by what is in it: the same one again changes nothing",
    "/payments/payouts/bank/{line_id:str}": ON,
    "/payments/settlements/{entry_id:str}/explain": ON,
    "/payments/refunds/payouts/export": "a payout stands in one file only: tests/flows/test_pay_out.py",
    "/payments/refunds/payouts/{payout_id:str}/account": SAME_AGAIN,
    "/payments/refunds/payouts/{payout_id:str}/reveal": "reads",
    "/payments/refunds/payouts/{payout_id:str}/link": "each sending makes a link, and the last one shown is good",
    "/payments/refunds/payouts/{payout_id:str}/step": ON,
    "/payments/chargebacks/{chargeback_id:str}/step": ON,
    "/shipping/claims/{claim_id:str}/step": ON,
    "/payments/refunds/limit": SAME_AGAIN,
    "/payments/vouchers/{voucher_id:str}/step": ON,
    "/payments/refunds/{refund_id:str}/step": ON,
    "/verification/{order:str}/take": "reads; a buyer taken again is in the same hands",
    "/door/{ticket:str}": "the first word counts: tests/shipping/test_missed_door.py",
    "/shipping/{parcel:str}/door": ON,
    "/shipping/{parcel:str}/door/words": "shows what was said: tests/shipping/test_missed_door.py",
    "/ya/{link:str}": "the first word counts: tests/verification/test_asking_pages.py",
    "/asks/{shop_id:int}/{account:str}": "questions of telephone providers, no form",
    "/payout/{link:str}": "a link is good once: tests/flows/test_pay_out.py",
    "/preferences": SAME_AGAIN,
    "/products/{product:str}/edit": SAME_AGAIN,
    "/products/{product:str}/pictures/arrange": SAME_AGAIN,
    "/products/{product:str}/prices/end": ON,
    "/products/{product:str}/skus/{sku:str}": SAME_AGAIN,
    "/products/{product:str}/skus/{sku:str}/state": SAME_AGAIN,
    "/products/{product:str}/skus/{sku:str}/substitutes": SAME_AGAIN,
    "/products/{product:str}/state": SAME_AGAIN,
    "/products/import/{import_id:str}": ON,
    "/returns/{return_id:str}/dispute": "tests/returns/test_dispute_pages.py",
    "/returns/{return_id:str}/dispute/decide": ON,
    "/returns/{return_id:str}/resolve": ON,
    "/returns/{return_id:str}/step": ON,
    "/settings": SAME_AGAIN,
    "/settings/channels/{channel:str}": SAME_AGAIN,
    "/settings/gateways/{account:str}": SAME_AGAIN,
    "/settings/transfers/{account:str}": SAME_AGAIN,
    "/settings/couriers/senders": SAME_AGAIN,
    "/settings/couriers/{account:str}": SAME_AGAIN,
    "/settings/couriers/{account:str}/check": "a question, which changes nothing",
    "/settings/couriers/{account:str}/first": SAME_AGAIN,
    "/settings/reach/{account:str}": SAME_AGAIN,
    "/settings/reach/{account:str}/first": SAME_AGAIN,
    "/account/digest": SAME_AGAIN,
    "/stop/{ticket:str}": SAME_AGAIN,
    "/tracking/{shop_id:int}/{account:str}": "letters of couriers: tests/shipping/test_following.py",
    "/news/{shop_id:int}/{account:str}": "letters of providers: tests/reach/test_telling_by_accounts.py",
    "/payments/gateways/{rail:str}/open": ON,
    "/settings/gateways/{account:str}/rails/{rail:str}/fee": SAME_AGAIN,
    "/settings/gateways/{account:str}/rails/{rail:str}/first": SAME_AGAIN,
    "/settings/keys/{key:str}/revoke": SAME_AGAIN,
    "/settings/taxes": SAME_AGAIN,
    "/trust/denials/{denial_id:str}/appeal": ON,
    "/trust/denials/{denial_id:str}/judge": ON,
    "/trust/lists/{entry:str}/remove": ON,
    "/trust/models/{version:int}/silence": ON,
    "/trust/models/{version:int}/speak": ON,
    "/trust/reviews/{order:str}": ON,
    "/trust/reviews/{order:str}/list": "what stands on a list goes on none a second time",
    "/trust/rules/discard": SEEN,
    "/trust/rules/edit": SEEN,
    "/trust/rules/live": ON,
    "/trust/rules/trial": SAME_AGAIN,
    "/trust/rules/versions/{version:int}/restore": SEEN,
    "/settings/users/{user:str}": SAME_AGAIN,
    "/settings/users/{user:str}/password": "each sending makes a password, and the last one shown counts",
    "/settings/users/{user:str}/state": SAME_AGAIN,
    "/shipping/bulk": ON,
    "/stock/items/{sku:str}/oversell": SAME_AGAIN,
    "/stock/items/{sku:str}/policy": SAME_AGAIN,
    "/stock/locations/{location_id:str}": SAME_AGAIN,
    "/stock/locations/{location_id:str}/{verb:str}": SAME_AGAIN,
    "/notices/{shop_id:int}/{account:str}": "letters of gateways: tests/paying/test_notices.py",
    "/pay/{ticket:str}/voucher": "answered as the first time: tests/paying/test_pay_with_voucher.py",
    "/pay/{ticket:str}": "what was offered is offered again: tests/paying/test_pay_page.py",
    "/pick/devices": "each asking makes a phone, of which nothing was heard",
    "/pick/lists/{list_id:str}/back": ON,
    "/pick/lists/{list_id:str}/take": SAME_AGAIN,
    "/pick/scans": "by their numbers: tests/picking/test_phones.py",
    "/warehouse/packing": "answered as the first time: tests/packing/test_pack_pages.py",
    "/warehouse/packing/{task_id:str}/scan": "a scan counts once: tests/packing/test_pack_pages.py",
    "/warehouse/packing/{task_id:str}/{verb:str}": "answered as the first time: tests/packing/test_pack_pages.py",
    "/warehouse/manifests": "one per courier and place: tests/shipping/test_manifest_pages.py",
    "/warehouse/manifests/{manifest_id:str}/scan": "a label counts once: tests/shipping/test_manifest_pages.py",
    "/warehouse/manifests/{manifest_id:str}/{verb:str}": "answered as the first time: tests/shipping/test_manifest_pages.py",
    "/warehouse/cartons/policy": SAME_AGAIN,
    "/warehouse/cartons/{carton_id:str}/use": SAME_AGAIN,
    "/warehouse/picking/{location_id:str}": SAME_AGAIN,
    "/warehouse/picking/{location_id:str}/cutoffs/{cutoff_id:str}/drop": SAME_AGAIN,
    "/warehouse/waves/{wave_id:str}/{verb:str}": ON,
    "/track": "reads",
    "/track/order/return/keep": "tests/returns/test_return_portal.py",
    "/track/order/return": "tests/returns/test_return_portal.py",
    "/orders/import": "a file is known by what is in it: the same one again is the same upload",
    "/orders/import/{upload_id:str}": ON,
    "/orders/import/{upload_id:str}/forget": ON,
    "/inbox/{entry_id:str}/resubmit": ON,
    "/warehouse/book": ON,
    "/warehouse/labels": "by the id of the form: tests/printing/test_pages.py",
    "/warehouse/labels/{job_id:str}/again": "by the id of the form: tests/printing/test_pages.py",
    "/warehouse/labels/{job_id:str}/void": ON,
    "/stock/tags/{session_id:str}/{verb:str}": "a tag counts once: tests/tagging/test_tags.py",
    "/stock/stickers/{job_id:str}/again": "by the id of the form: tests/printing/test_stickers.py",
    "/warehouse/tasks/{task_id:str}/book": "a task has one booking: tests/flows/test_book_courier.py",
    "/warehouse/tasks/{task_id:str}/bookings/{booking_id:str}/cancel": ON,
    "/warehouse/tasks/{task_id:str}/bookings/{booking_id:str}/settle": ON,
    "/warehouse/bulk": ON,
    "/warehouse/hand-over": ON,
    "/warehouse/tasks/{task_id:str}/hand-over": ON,
    "/warehouse/tasks/{task_id:str}/elsewhere": ON,
    "/warehouse/tasks/{task_id:str}/step": ON,
}
"""Why the other forms need no id."""


DRAFTED: Final = {"name": "Midtrans dulu", "prefer": ["midtrans"]}
"""The one rule of the draft of routing."""


@dataclass(frozen=True)
class Shop:
    world: World
    owner: AsyncClient
    names: dict[str, str]


@pytest.fixture
async def shop(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime
) -> AsyncIterator[Shop]:
    world = await a_shop(floor, now, stock={"kopi": 500}, places={"JKT": JAKARTA, "SBY": SURABAYA})

    async def an_order() -> Order:
        [placed] = await place(world, keyring, asked(("kopi", 3), buyer=a_buyer(), terms=Terms.COD), now=now)
        assert isinstance(placed, Placed)
        return placed.order

    open_, gone, picked = await an_order(), await an_order(), await an_order()
    task = await the_task(world, picked)
    await floor.run(lambda tx: release_tasks(tx, [task], now=now))
    await delivered(world, gone, now=now)
    transfer = await floor.run(
        lambda tx: open_transfer(
            tx,
            from_location=world.locations["JKT"],
            to_location=world.locations["SBY"],
            goods=[Travel(world.skus["kopi"], 9)],
            now=now,
        )
    )
    await floor.run(lambda tx: dispatch_transfer(tx, transfer.id, now=now))
    case = await floor.run(
        lambda tx: report_chargeback(
            tx, gone.id, attempt_id=None, amount_minor=1_000, reason="Rusak", deadline=now, now=now
        )
    )
    claim = await floor.run(lambda tx: claim_by_hand(tx, "002589984055", "damaged", now=now))
    [customer] = await floor.run(lambda tx: find_customers(tx, keyring, "+6281234567890", limit=1))
    [product] = await floor.all("SELECT id FROM product")
    [price_list] = await floor.all("SELECT id FROM price_list")
    account, rail = await a_gateway(floor, now)
    _, other = await a_gateway(floor, now, "Xendit")
    reached = await floor.run(
        lambda tx: open_reach(
            tx,
            keyring,
            provider="twilio_sms",
            name="SMS toko",
            base_url="https://sms.test",
            fields=MESSENGERS["twilio_sms"],
            now=now,
        )
    )
    riders = {"cities": "Jakarta", "cost_minor": "9000"}
    carrier = await floor.run(
        lambda tx: open_courier_account(
            tx, keyring, provider="own", name="Kurir toko", base_url="", fields=riders, now=now
        )
    )
    incident = await floor.run(
        lambda tx: open_incident(tx, [other.id], kind=Kind.DOWN, severity=Severity.MAJOR, since=now, now=now)
    )
    [coming] = await shipped(world, await an_order(), awb="002589984097", now=now)
    walked = await an_order()
    [ready] = await floor.all("SELECT id FROM task WHERE order_id = %(order)s", order=walked.id)
    await floor.run(lambda tx: change_draft(tx, [DRAFTED], expected=0, now=now))
    await floor.run(lambda tx: keep_policy(tx, ASKS_ABOVE, expected=1, now=now))
    unsaid = await an_order()
    await floor.run(lambda tx: advance_cases(tx, [unsaid.id], (), now=now))
    await floor.run(
        lambda tx: keep_depot(
            tx,
            world.locations["JKT"],
            Point(-6.2, 106.8),
            opens=time(8),
            closes=time(20),
            service_s=60,
            now=now,
        )
    )
    jkt, kopi = world.locations["JKT"], StockKey(world.skus["kopi"], world.locations["JKT"], NIL, NIL)
    shelves = [BinAsked("B-1"), BinAsked("B-2"), BinAsked("B-3")]
    shelf, *_ = await floor.run(lambda tx: draw_bins(tx, jkt, shelves, now=now))
    await floor.run(lambda tx: put_away(tx, [PutAway(shelf.id, kopi, 4)], in_hand={}, now=now))
    asked_take = TakeAsked(jkt, CountScope.BINS, ("B-1",))
    take = await floor.run(lambda tx: open_stock_take(tx, asked_take, now=now))
    areas = await floor.run(lambda tx: areas_of(tx, take.id))
    spare = await floor.run(
        lambda tx: open_stock_take(tx, TakeAsked(jkt, CountScope.BINS, ("B-2",)), now=now)
    )
    [spare_area] = await floor.run(lambda tx: areas_of(tx, spare.id))
    web = next(one for one in await floor.run(list_channels) if one.code == "web")
    names = {
        "web": to_text("chn", web.id),
        "take": to_text("opn", spare.id),
        "count_spare": to_text("opa", spare_area.id),
        "count_area": to_text("opa", areas[0].id),
        "bin": to_text("bin", shelf.id),
        "kopi_row": ".".join((to_text("sku", kopi.sku_id), to_text("own", NIL), to_text("lot", NIL))),
        "account": to_text("gwa", account.id),
        "rail": to_text("ral", rail.id),
        "reach": to_text("rch", reached.id),
        "courier": to_text("cra", carrier.id),
        "incident": to_text("inc", incident.incident.id),
        "customer": to_text("cus", customer.id),
        "open": to_text("ord", open_.id),
        "unsaid": to_text("ord", unsaid.id),
        "coming": to_text("pcl", coming.id),
        "gone_number": str(gone.number),
        "case": to_text("cbk", case.id),
        "claim": to_text(CLAIM_PREFIX, claim.id),
        "product": to_text("prd", product.id),
        "list": to_text("pls", price_list.id),
        "kopi": to_text("sku", world.skus["kopi"]),
        "jkt": to_text("loc", world.locations["JKT"]),
        "sby": to_text("loc", world.locations["SBY"]),
        "task": to_text("tsk", task),
        "ready_task": to_text("tsk", ready.id),
        "transfer": to_text("trf", transfer.id),
        "zone": to_text("zon", await floor.run(lambda tx: a_zone(tx, now))),
    }
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Shop(world, owner, names)


async def a_zone(tx: Tx, now: datetime) -> Any:
    return await put_zone(tx, None, code="bali", name="Bali", areas=["51"], now=now)


async def _send(shop: Shop, sends: Sends, form_id: str) -> Any:
    fields = {name: value.format(**shop.names) for name, value in sends.fields.items()}
    return await send(shop.owner, sends.address.format(**shop.names), {**fields, "_once": form_id})


async def _count(shop: Shop, sends: Sends) -> int:
    return int(await shop.world.floor.value(sends.done))


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_that_is_sent_twice_is_done_once(shop: Shop, path: str) -> None:
    sends = FORMS[path]
    before = await _count(shop, sends)

    first = await _send(shop, sends, "satu")
    once = await _count(shop, sends)
    again = await _send(shop, sends, "satu")

    assert first.status_code in {200, 303}
    assert once == before + sends.effect
    assert await _count(shop, sends) == once
    if again.status_code == 303:
        assert again.headers["location"] == first.headers["location"]
    else:
        assert again.status_code in {409, 422}
        assert "Formulir ini sudah terkirim" in again.text


async def test_every_form_is_here_or_says_why_it_need_not_be(house: House) -> None:
    posts = {route.path for route in routes_of(house.app) if route.method == "POST" and not route.is_api}
    assert not FORMS.keys() & OTHERWISE.keys()
    assert posts == FORMS.keys() | OTHERWISE.keys() | UPLOADS.keys()


@pytest.mark.parametrize("path", UPLOADS)
async def test_a_file_that_is_sent_twice_is_taken_once(shop: Shop, path: str) -> None:
    name, made, more, done = UPLOADS[path]
    await shop.owner.get("/account")
    content = (await shop.owner.get(made)).content if isinstance(made, str) else made
    fields = {"_once": "satu", "_csrf_token": shop.owner.cookies["orderan_csrf"], **more}
    before = await shop.world.floor.value(done)

    answers = [
        await shop.owner.post(
            path.replace("{product:str}", shop.names["product"]), data=fields, files={name: ("f", content)}
        )
        for _ in range(2)
    ]

    assert answers[0].status_code in {200, 303}
    assert "Formulir ini sudah terkirim" in answers[1].text
    assert await shop.world.floor.value(done) == before + 1


@pytest.mark.parametrize(
    "path",
    [
        "/customers/{customer_id:str}/consents",
        "/orders/bulk",
        "/orders/views",
        "/settings/keys",
        "/stock/receive",
        "/stock/transfers/{transfer_id:str}/{verb:str}",
    ],
)
async def test_control_two_forms_with_ids_of_their_own_are_done_each(shop: Shop, path: str) -> None:
    sends = FORMS[path]
    before = await _count(shop, sends)

    await _send(shop, sends, "satu")
    await _send(shop, sends, "dua")

    assert await _count(shop, sends) == before + 2 * sends.effect
