"""Every form of the dashboard sent with one field wrong: it comes back with a 4xx and the right ones in it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pytest

from access.conftest import House, hire, house, password_hash, send
from access.routes import routes_of
from conftest import ShopFloor
from fulfilment.working import an_order, delivered, packed, pay
from given import World
from orderan.flows.collect_cod import Cash, collect_cod
from orderan.flows.pay_out import agree_payout, begin_payout, make_link, type_account
from orderan.flows.pick_task import start_picking
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.settle_return import ask_return, decide_return, inspect_goods, receive_goods_back
from orderan.kit.crypto import Keyring
from orderan.kit.ids import from_text, to_text
from orderan.orders import Terms
from orderan.promotions import make_promotion
from orderan.returns import Inspected, ReturnEvent, Wanted
from promotions.promoting import a_discount
from settlements.furnishing import settlements
from web.test_forms_sent_twice import Shop, shop

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash", "shop"]


@dataclass(frozen=True)
class Sends:
    """A form as it is filled in.

    Attributes:
        wrong: The field that is refused, and what is typed there.
        right: The others, which come back.
    """

    address: str
    wrong: dict[str, str]
    right: dict[str, str]


FORMS: Final = {
    "/fleet/setup/{location_id:str}/{what:str}": Sends(
        "/fleet/setup/{jkt}/van",
        {"kilograms": "tiga kuintal"},
        {"name": "Blind Van", "parcels": "40", "cash": "1.000.000", "per_km": "2.500", "active": "yes"},
    ),
    "/fleet/parcels/{parcel:str}": Sends(
        "/fleet/parcels/{coming}", {"point": "dekat masjid"}, {"opens": "09:00", "closes": "12:00"}
    ),
    "/account/password": Sends("/account/password", {"old": "salah"}, {}),
    "/customers/new": Sends(
        "/customers/new", {"phone": "dua"}, {"name": "Budi Santosa", "email": "budi@gmail.com"}
    ),
    "/customers/{customer_id:str}/edit": Sends(
        "/customers/{customer}/edit", {"phone": "dua"}, {"name": "Budi Santosa", "email": "budi@gmail.com"}
    ),
    "/customers/{customer_id:str}/addresses/new": Sends(
        "/customers/{customer}/addresses/new",
        {"postcode": "1"},
        {"step": "save", "label": "Kantor", "recipient": "Budi Santosa", "line": "Jl. Melati 9"},
    ),
    "/inbox/{entry_id:str}/close": Sends("/inbox/{entry}/close", {"note": " "}, {}),
    "/settings/transfers": Sends(
        "/settings/transfers", {"number": "12"}, {"bank": "014", "holder": "Toko Nusantara"}
    ),
    "/settings/gateways": Sends(
        "/settings/gateways",
        {"base_url": "http://gateway.test"},
        {"gateway": "duitku", "name": "Duitku kedua"},
    ),
    "/settings/couriers": Sends(
        "/settings/couriers",
        {"base_url": "http://kurir.test"},
        {"provider": "biteship", "name": "Biteship kedua", "field-webhook_header": "x-toko"},
    ),
    "/settings/couriers/{account:str}": Sends(
        "/settings/couriers/{courier}",
        {"field-cost_minor": "banyak"},
        {"name": "Kurir baru", "field-cities": "Depok"},
    ),
    "/settings/couriers/senders": Sends(
        "/settings/couriers/senders",
        {"postcode": "1"},
        {"location": "{jkt}", "name": "Gudang baru", "phone": "+6281299998888"},
    ),
    "/warehouse/tasks/{task_id:str}/book": Sends("/warehouse/tasks/{packed}/book", {"weight": "berat"}, {}),
    "/settings/reach": Sends(
        "/settings/reach",
        {"base_url": "http://sms.test"},
        {"provider": "zenziva", "name": "Zenziva kedua", "field-userkey": "toko"},
    ),
    "/settings/reach/{account:str}": Sends(
        "/settings/reach/{reach}", {"base_url": "ftp://x"}, {"name": "SMS baru", "field-sender": "TOKO"}
    ),
    "/settings/gateways/{account:str}": Sends(
        "/settings/gateways/{account}", {"base_url": "ftp://x"}, {"name": "Nama baru"}
    ),
    "/settings/gateways/{account:str}/rails/{rail:str}/fee": Sends(
        "/settings/gateways/{account}/rails/{rail}/fee", {"rate": "banyak"}, {"fixed": "4.500"}
    ),
    "/incidents/new": Sends(
        "/incidents/new",
        {"since": "2099-01-01T00:00"},
        {"rail": "{rail}", "kind": "slow", "severity": "minor", "note": "Lima gagal"},
    ),
    "/incidents/contacts/{account_id:str}": Sends(
        "/incidents/contacts/{account}", {"phone": ""}, {"name": "Rina", "hours": "09-17"}
    ),
    "/incidents/{incident_id:str}/{verb:str}": Sends(
        "/incidents/{incident}/note",
        {"words": " "},
        {"heard": "no", "who": "Rina", "question": "how_long"},
    ),
    "/payments/gateways/{rail:str}/pause": Sends(
        "/payments/gateways/{rail}/pause", {"until": "2026-01-01T10:00"}, {"reason": "Bank mati"}
    ),
    "/settings/promises": Sends(
        "/settings/promises",
        {"cutoff": "siang"},
        {
            "version": "0",
            "percent": "90",
            "least_parcels": "20",
            "pack_days": "1",
            "city_days": "2",
            "province_days": "3",
            "far_days": "6",
            "days_off": "2027-03-10 Idulfitri",
        },
    ),
    "/settings/returns": Sends(
        "/settings/returns",
        {"days": "999"},
        {"version": "0", "never": "Makanan", "agreed_below": "50.000", "pays_damaged": "shop"},
    ),
    "/settings/verification": Sends(
        "/settings/verification",
        {"step_1_tries": "banyak"},
        {
            "version": "1",
            "rule_1_name": "Langganan",
            "rule_1_delivered_at_least": "2",
            "step_1_way": "agent",
            "step_1_answer_minutes": "61",
            "step_1_spacing_minutes": "62",
            "from_hour": "9",
            "to_hour": "20",
            "deadline_hours": "25",
        },
    ),
    "/verification/{order:str}/{verb:str}": Sends(
        "/verification/{unsaid}/later", {"at": "2020-01-01T10:00"}, {"note": "Sedang rapat"}
    ),
    "/verification/days/{parcel:str}/{verb:str}": Sends(
        "/verification/days/{coming}/later", {"on": "2020-01-01"}, {"note": "Sedang di luar kota"}
    ),
    "/shipping/{parcel:str}/part": Sends("/shipping/{coming}/part", {"units_1": "7"}, {}),
    "/messages/policy": Sends(
        "/messages/policy",
        {"reminder_minutes": "1"},
        {"review_days": "5", "quiet_from": "22:00", "review_link": "https://ulasan.test/{{number}}"},
    ),
    "/messages/templates/{kind:str}": Sends(
        "/messages/templates/pay_now",
        {"body": "{{{{ rahasia }}}}"},
        {"channel": "email", "locale": "id", "verb": "save", "subject": "Halo"},
    ),
    "/maintenance": Sends(
        "/maintenance",
        {"ends": "2026-11-11T10:00"},
        {"account": "{account}", "starts": "2026-11-12T10:00", "title": "Inti"},
    ),
    "/orders/new": Sends(
        "/orders/new",
        {"phone": ""},
        {
            "name": "Budi Santosa",
            "line": "Jl. Melati 9",
            "sku_0": "kopi",
            "units_0": "7",
            "note": "Pagi saja",
            "expected": "70000",
        },
    ),
    "/orders/{order:str}/change": Sends(
        "/orders/{open}/change", {"sku_0": "tidak-ada"}, {"reason": "Diminta pembeli", "new_0": "77"}
    ),
    "/orders/{order:str}/pay": Sends(
        "/orders/{unpaid}/pay", {"amount": "0"}, {"method": "cash", "reference": "BCA-77"}
    ),
    "/orders/{order:str}/refunds": Sends(
        "/orders/{promised}/refunds", {"amount": "99.000.000"}, {"reason": "Telat datang"}
    ),
    "/orders/{order:str}/refunds/{refund:str}/execute": Sends(
        "/orders/{promised}/refunds/{refund}/execute", {"reference": "DIPAKAI"}, {"method": "cash"}
    ),
    "/orders/{order:str}/holds": Sends(
        "/orders/{open}/holds", {"expires_at": "besok"}, {"kind": "stock", "reason": "Opname"}
    ),
    "/orders/{order:str}/cancel": Sends(
        "/orders/{open}/cancel", {"units_1": "99"}, {"reason": "Pembeli berubah pikiran"}
    ),
    "/orders/{order:str}/notes": Sends("/orders/{open}/notes", {"body": "  "}, {}),
    "/orders/{order:str}/tags": Sends("/orders/{open}/tags", {"add": "x" * 130}, {}),
    "/payments/vouchers/new": Sends("/payments/vouchers/new", {"amount": "0"}, {"reason": "Maaf terlambat"}),
    "/payments/cod": Sends("/payments/cod", {"statement": ""}, {"tab": "cod_collected", "parcel": "{cash}"}),
    "/payments/orders/{order_id:str}/confirm": Sends(
        "/payments/orders/{unpaid}/confirm",
        {"amount": "dua"},
        {"method": "cash", "reference": "BCA-77", "note": "Uang pas"},
    ),
    "/payments/orders/{order_id:str}/deposit": Sends(
        "/payments/orders/{unpaid}/deposit", {"amount": "99.000.000"}, {"amount": "99.000.000"}
    ),
    "/payments/orders/{order_id:str}/refund": Sends(
        "/payments/orders/{promised}/refund", {"amount": "99.000.000"}, {"reason": "Telat datang"}
    ),
    "/payments/promotions/new": Sends(
        "/payments/promotions/new",
        {"budget": "banyak"},
        {
            "name": "Hemat",
            "kind": "cashback",
            "rate": "2,5",
            "minimum": "50.000",
            "bank": "bca",
            "share_shop": "100",
        },
    ),
    "/payments/promotions/{promotion_id:str}/edit": Sends(
        "/payments/promotions/{promotion}/edit",
        {"share_shop": "99"},
        {"name": "Hemat", "fixed": "7000", "card_ranges": "411111", "method": "gopay", "who_bank": "BCA"},
    ),
    "/payments/refunds/{refund_id:str}/execute": Sends(
        "/payments/refunds/{refund_row}/execute", {"reference": "DIPAKAI"}, {"method": "cash"}
    ),
    "/payments/routing/rules/new": Sends(
        "/payments/routing/rules/new",
        {"name": " "},
        {
            "revision": "1",
            "at_least": "5.000.000",
            "from_hour": "8",
            "to_hour": "20",
            "weekday": "5",
            "how": "split",
            "parts_midtrans": "70",
            "last": "xendit",
            "firm": "yes",
        },
    ),
    "/payments/routing/rules/{place:int}": Sends(
        "/payments/routing/rules/1",
        {"fee_above": "mahal"},
        {
            "revision": "1",
            "was": "Midtrans dulu",
            "name": "Xendit dulu",
            "how": "prefer",
            "order_xendit": "1",
        },
    ),
    "/payments/routing/trial": Sends("/payments/routing/trial", {"days": "0"}, {"revision": "1"}),
    "/shipping/choice/edit": Sends(
        "/shipping/choice/edit",
        {"rule_1_only": "jnx"},
        {
            "revision": "0",
            "day": "3.000",
            "failure": "15.000",
            "rule_1_name": "Jawa",
            "rule_1_areas": "32, 33",
        },
    ),
    "/stock/sourcing/edit": Sends(
        "/stock/sourcing/edit",
        {"split": "mahal"},
        {
            "revision": "0",
            "way_0": "90.000",
            "way_1": "40.000",
            "way_2": "20.000",
            "way_3": "10.000",
            "way_4": "0",
            "whole_below": "150.000",
            "owners_first": "yes",
        },
    ),
    "/payments/settlements/mappings": Sends(
        "/payments/settlements/mappings",
        {"column_gross": ""},
        {"name": "Bank kami", "kind": "settlement", "decimal_sign": ",", "column_reference": "no"},
    ),
    "/payments/payouts/bank/{line_id:str}": Sends(
        "/payments/payouts/bank/{bank_line}", {"payout": ""}, {"word": "setoran pemilik"}
    ),
    "/payments/settlements/{entry_id:str}/explain": Sends(
        "/payments/settlements/{difference}/explain", {"word": " "}, {}
    ),
    "/payments/refunds/limit": Sends("/payments/refunds/limit", {}, {"above": "banyak"}),
    "/payments/refunds/payouts/{payout_id:str}/account": Sends(
        "/payments/refunds/payouts/{payout}/account",
        {"number": "12"},
        {"bank": "014", "holder": "Budi Santosa"},
    ),
    "/payments/refunds/payouts/{payout_id:str}/step": Sends(
        "/payments/refunds/payouts/{approved_payout}/step", {"step": "paid"}, {"reference": "DIPAKAI"}
    ),
    "/shipping/claims": Sends("/shipping/claims", {"awb": "ENTAH"}, {"kind": "lost"}),
    "/shipping/claims/days": Sends("/shipping/claims/days", {"days": "0"}, {"courier": "jne"}),
    "/shipping/claims/{claim_id:str}/evidence": Sends(
        "/shipping/claims/{claim}/evidence", {"words": " "}, {}
    ),
    "/shipping/claims/{claim_id:str}/step": Sends(
        "/shipping/claims/{claim}/step", {"amount": "dua"}, {"step": "file"}
    ),
    "/payments/chargebacks": Sends(
        "/payments/chargebacks",
        {"amount": "dua"},
        {"order": "{gone_number}", "reason": "Tidak sampai", "deadline": "2026-12-01T10:00"},
    ),
    "/payments/chargebacks/{chargeback_id:str}/evidence": Sends(
        "/payments/chargebacks/{case}/evidence", {"words": "  "}, {"kind": "invoice"}
    ),
    "/payout/{link:str}": Sends(
        "/payout/{link}", {"number": "12"}, {"bank": "014", "holder": "Budi Santosa"}
    ),
    "/products/new": Sends(
        "/products/new",
        {"price": "dua"},
        {"name": "Gula aren", "sku": "gula", "tax_class": "ppn", "unit": "pcs", "description": "Manis"},
    ),
    "/products/price-lists": Sends(
        "/products/price-lists", {"code": "!"}, {"name": "Grosir besar", "rank": "3"}
    ),
    "/products/{product:str}/edit": Sends(
        "/products/{product}/edit", {"name": ""}, {"description": "Digiling halus", "brand": "Nusantara"}
    ),
    "/products/{product:str}/prices": Sends(
        "/products/{product}/prices",
        {"amount": "dua"},
        {"price_list": "{list}", "target": "{kopi}", "min_quantity": "12"},
    ),
    "/products/{product:str}/skus/new": Sends(
        "/products/{product}/skus/new",
        {"sku": ""},
        {"variant": "Besar sekali", "unit": "dus", "gtin": "4006381333931"},
    ),
    "/products/{product:str}/skus/{sku:str}/substitutes": Sends(
        "/products/{product}/skus/{kopi}/substitutes", {"substitutes": "tidak-ada"}, {}
    ),
    "/products/{product:str}/skus/{sku:str}": Sends(
        "/products/{product}/skus/{kopi}", {"gtin": "77"}, {"variant": "Besar sekali", "unit": "dus"}
    ),
    "/returns/new": Sends(
        "/returns/new", {"units_1": "99"}, {"order": "{gone_number}", "reason": "Kemasan sobek"}
    ),
    "/returns/{return_id:str}/resolve": Sends(
        "/returns/{back}/resolve", {"amount": "99.000.000"}, {"note": "Sudah ditelepon"}
    ),
    "/returns/{return_id:str}/step": Sends(
        "/returns/{received}/step",
        {"stock_1": "99"},
        {"step": "inspect", "aside_1": "1", "condition_1": "Tutup penyok", "note": "Foto ada"},
    ),
    "/settings": Sends("/settings", {"name": ""}, {"complete_after_days": "9"}),
    "/settings/channels": Sends(
        "/settings/channels", {"code": "!"}, {"name": "Toko Depok", "kind": "phone", "hold": "61"}
    ),
    "/settings/keys": Sends("/settings/keys", {"name": ""}, {"permission": "orders.read"}),
    "/settings/shipping": Sends("/settings/shipping", {"code": "!"}, {"areas": "32", "name": "Jawa Barat"}),
    "/settings/shipping/{zone:str}/fees": Sends(
        "/settings/shipping/{zone}/fees", {"first_kg": "dua"}, {"service": "kilat", "next_kg": "9100"}
    ),
    "/settings/taxes": Sends(
        "/settings/taxes", {"rate": "dua"}, {"tax_class": "mewah", "valid_from": "2027-01-01"}
    ),
    "/settings/users": Sends("/settings/users", {"email": "dewi"}, {"name": "Dewi Ayu", "role": "warehouse"}),
    "/stock/adjust": Sends(
        "/stock/adjust",
        {"quantity": "-9999"},
        {"verb": "save", "location": "{jkt}", "reason": "Barang hilang", "sku": "kopi"},
    ),
    "/stock/expected": Sends(
        "/stock/expected",
        {"sku": "tidak-ada"},
        {"verb": "save", "location": "{jkt}", "quantity": "44", "supplier": "CV Tani"},
    ),
    "/warehouse/picking/{location_id:str}": Sends(
        "/warehouse/picking/{jkt}", {"slots": "0"}, {"most_units": "77", "waiting_lists": "8"}
    ),
    "/warehouse/picking/{location_id:str}/cutoffs": Sends(
        "/warehouse/picking/{jkt}/cutoffs", {"closes": "25:00"}, {"lead": "61", "services": "kilat"}
    ),
    "/stock/bins/{location_id:str}": Sends(
        "/stock/bins/{jkt}", {"zone": ""}, {"kind": "pick", "aisles": "41", "bays": "42", "levels": "43"}
    ),
    "/stock/put-away/{location_id:str}": Sends(
        "/stock/put-away/{jkt}", {"bin": "tidak-ada"}, {"key": "{kopi_row}", "quantity": "3"}
    ),
    "/stock/locations/new": Sends(
        "/stock/locations/new",
        {"code": "!"},
        {"name": "Bandung Kota", "kind": "warehouse", "time_zone": "Asia/Jakarta", "address": "Jl. Braga 1"},
    ),
    "/stock/locations/{location_id:str}": Sends(
        "/stock/locations/{jkt}", {"name": ""}, {"address": "Jl. Braga 1", "rank": "4"}
    ),
    "/stock/stickers": Sends(
        "/stock/stickers", {"sku": "tidak-ada"}, {"verb": "save", "size": "wide", "quantity": "77"}
    ),
    "/stock/receive": Sends(
        "/stock/receive", {"sku": "tidak-ada"}, {"verb": "save", "location": "{jkt}", "quantity": "77"}
    ),
    "/stock/expiring": Sends(
        "/stock/expiring", {"days": "dua"}, {"channel": "{web}", "percent": "43", "sku": "kopi"}
    ),
    "/stock/takes/new": Sends(
        "/stock/takes/new",
        {"units": "dua"},
        {"location": "{jkt}", "scope": "bins", "named": "A1 B2", "worth": "50.000", "note": "Akhir bulan"},
    ),
    "/stock/transfers/new": Sends(
        "/stock/transfers/new",
        {"quantity": "dua"},
        {"verb": "save", "location": "{jkt}", "to": "{sby}", "sku": "kopi"},
    ),
    "/stock/items/{sku:str}/policy": Sends(
        "/stock/items/{kopi}/policy", {"safety-{jkt}": "dua"}, {"reorder-{jkt}": "44"}
    ),
    "/stock/count": Sends("/stock/count", {"sheet": ""}, {"reason": "Opname akhir bulan"}),
    "/track": Sends("/track", {"digits": "0000"}, {"number": "{gone_number}"}),
    "/login": Sends("/login", {"password": "salah"}, {"email": "pemilik@toko.test"}),
    "/trust/lists": Sends(
        "/trust/lists",
        {"text": "dua"},
        {"verdict": "allow", "kind": "email", "reason": "Pelanggan lama", "until": "2027-01-31"},
    ),
    "/trust/models": Sends("/trust/models", {"capacity": "banyak"}, {}),
    "/trust/rules/edit": Sends(
        "/trust/rules/edit",
        {"points_1": "banyak"},
        {
            "revision": "0",
            "count": "1",
            "acts": "yes",
            "name_1": "Rumah ramai",
            "measure_1": "address_orders_day",
            "at_least_1": "3",
            "ways_1": "cod",
            "cod_hold": "70",
        },
    ),
    "/warehouse/hand-over": Sends(
        "/warehouse/hand-over", {"order": "11"}, {"courier": "jne", "awb": "JP99887766"}
    ),
    "/warehouse/tasks/{task_id:str}/hand-over": Sends(
        "/warehouse/tasks/{packed}/hand-over",
        {"awb_1": "{used_awb}"},
        {"boxes": "1", "courier_1": "sicepat", "weight_1": "1234"},
    ),
    "/warehouse/packing": Sends("/warehouse/packing", {"code": "tidak-ada-di-sini"}, {}),
    "/warehouse/cartons": Sends(
        "/warehouse/cartons",
        {"length_mm": "nol"},
        {"code": "K9", "width_mm": "151", "weight_g": "81", "cost": "1500"},
    ),
    "/warehouse/cartons/policy": Sends(
        "/warehouse/cartons/policy", {"tolerance_g": "satu"}, {"tolerance_bp": "377"}
    ),
    "/warehouse/tasks/{task_id:str}/pick": Sends("/warehouse/tasks/{task}/pick", {"code": "tidak-ada"}, {}),
}

BUTTON: Final = "a button; nothing is typed"
FILE: Final = "a file, which no page can put back"
TRUST: Final = "tests/trust/test_judging_pages.py"
NEVER: Final = "what is typed there is never refused"
OTHERWISE: Final = {
    "/driver/position": "told by a telephone, no form",
    "/driver/runs/{run_id:str}/{verb:str}": "tests/fleet/test_fleet_pages.py",
    "/fleet/plan": "a choice from a list",
    "/fleet/runs/{run_id:str}/{verb:str}": "one field, which is what was wrong",
    "/account/codes": BUTTON,
    "/account/codes/confirm": "a code that holds for half a minute",
    "/account/codes/off": "a code that holds for half a minute",
    "/account/locale": "a choice from a list",
    "/account/sessions/end": BUTTON,
    "/customers/{customer_id:str}/addresses/{address_id:str}/retire": BUTTON,
    "/customers/{customer_id:str}/consents": NEVER,
    "/customers/{customer_id:str}/erase": "the one field that is typed must be typed anew",
    "/customers/{customer_id:str}/merge": BUTTON,
    "/customers/{customer_id:str}/reveal": "a choice from a list",
    "/inbox/bulk": "one note for the ticked rows, each refused for itself",
    "/inbox/{entry_id:str}/resubmit": "tests/importing/test_import_pages.py",
    "/login/code": "a code that holds for half a minute",
    "/login/shop": BUTTON,
    "/logout": BUTTON,
    "/maintenance/{window_id:str}/cancel": BUTTON,
    "/customers/{customer_id:str}/messages": "choices from lists",
    "/messages/{message_id:str}/resend": "a choice from a list",
    "/messages/{message_id:str}/words": BUTTON,
    "/orders/bulk": "the answer is a page of its own, with a result per row",
    "/orders/import": FILE,
    "/orders/import/{upload_id:str}": "tests/importing/test_import_pages.py",
    "/orders/import/{upload_id:str}/forget": BUTTON,
    "/orders/new/buyer": "reads",
    "/orders/new/quote": "reads",
    "/orders/views": NEVER,
    "/orders/views/{view_id:str}/forget": BUTTON,
    "/orders/{order:str}/change/confirm": BUTTON,
    "/orders/{order:str}/change/decline": BUTTON,
    "/orders/{order:str}/complete": BUTTON,
    "/orders/{order:str}/holds/{hold:str}/release": NEVER,
    "/orders/{order:str}/reveal": BUTTON,
    "/account/digest": "a choice from a list",
    "/tracking/{shop_id:int}/{account:str}": "letters of couriers, no form",
    "/news/{shop_id:int}/{account:str}": "letters of providers, no form",
    "/settings/couriers/{account:str}/check": BUTTON,
    "/settings/couriers/{account:str}/first": BUTTON,
    "/warehouse/book": BUTTON,
    "/warehouse/labels": BUTTON,
    "/warehouse/labels/{job_id:str}/again": BUTTON,
    "/warehouse/labels/{job_id:str}/void": BUTTON,
    "/stock/tags": "a choice from a list",
    "/stock/tags/{session_id:str}/{verb:str}": "tests/tagging/test_tags.py",
    "/stock/stickers/bins": BUTTON,
    "/stock/stickers/{job_id:str}/again": BUTTON,
    "/warehouse/tasks/{task_id:str}/bookings/{booking_id:str}/cancel": BUTTON,
    "/warehouse/tasks/{task_id:str}/bookings/{booking_id:str}/settle": "any number does, or none",
    "/settings/reach/{account:str}/first": BUTTON,
    "/stop/{ticket:str}": BUTTON,
    "/notices/{shop_id:int}/{account:str}": "letters of gateways, no form",
    "/pay/{ticket:str}": BUTTON,
    "/pay/{ticket:str}/voucher": "a code is typed anew: what was wrong with it is said beside it",
    "/payments/vouchers/{voucher_id:str}/step": BUTTON,
    "/payments/orders/{order_id:str}/tries/{attempt_id:str}": "tests/paying/test_judging.py",
    "/payments/promotions/{promotion_id:str}/state": BUTTON,
    "/payments/promotions/{promotion_id:str}/uses/{use_id:str}/paid": BUTTON,
    "/payments/refunds/{refund_id:str}/withdraw": NEVER,
    "/payments/routing/discard": BUTTON,
    "/track/order/return/keep": BUTTON,
    "/returns/{return_id:str}/dispute": "tests/returns/test_dispute_pages.py",
    "/returns/{return_id:str}/dispute/decide": "tests/returns/test_dispute_pages.py",
    "/track/order/return": "tests/returns/test_return_portal.py",
    "/shipping/choice/discard": BUTTON,
    "/shipping/choice/versions/{version:int}/restore": BUTTON,
    "/stock/sourcing/discard": BUTTON,
    "/shipping/choice/live": "tests/shipping/test_courier_pages.py",
    "/stock/sourcing/live": "tests/sourcing/test_sourcing_pages.py",
    "/shipping/choice/trial": "tests/shipping/test_courier_pages.py",
    "/stock/sourcing/trial": "tests/sourcing/test_sourcing_pages.py",
    "/stock/sourcing/versions/{version:int}/restore": BUTTON,
    "/payments/routing/live": "tests/routing/test_routing_pages.py",
    "/payments/routing/rules/{place:int}/{edit:str}": BUTTON,
    "/payments/routing/versions/{version:int}/restore": BUTTON,
    "/payments/cod/couriers": FILE,
    "/payments/settlements/files": FILE,
    "/payments/settlements/statements": FILE,
    "/payments/refunds/{refund_id:str}/step": BUTTON,
    "/payments/refunds/payouts/export": BUTTON,
    "/payments/refunds/payouts/{payout_id:str}/reveal": BUTTON,
    "/payments/refunds/payouts/{payout_id:str}/link": BUTTON,
    "/payments/chargebacks/{chargeback_id:str}/step": BUTTON,
    "/verification/{order:str}/take": BUTTON,
    "/door/{ticket:str}": "tests/shipping/test_missed_door.py",
    "/shipping/{parcel:str}/door": BUTTON,
    "/shipping/{parcel:str}/door/words": BUTTON,
    "/ya/{link:str}": BUTTON,
    "/asks/{shop_id:int}/{account:str}": "questions of telephone providers, no form",
    "/preferences": "choices from lists",
    "/products/import": FILE,
    "/products/import/{import_id:str}": BUTTON,
    "/products/{product:str}/pictures": FILE,
    "/products/{product:str}/pictures/arrange": BUTTON,
    "/products/{product:str}/prices/end": BUTTON,
    "/products/{product:str}/skus/{sku:str}/state": BUTTON,
    "/products/{product:str}/state": BUTTON,
    "/trust/denials/{denial_id:str}/appeal": TRUST,
    "/trust/denials/{denial_id:str}/judge": TRUST,
    "/trust/lists/{entry:str}/remove": BUTTON,
    "/trust/reviews/{order:str}": TRUST,
    "/trust/reviews/{order:str}/list": TRUST,
    "/trust/models/{version:int}/silence": BUTTON,
    "/trust/models/{version:int}/speak": BUTTON,
    "/trust/rules/discard": BUTTON,
    "/trust/rules/live": TRUST,
    "/trust/rules/trial": "a choice from a list",
    "/trust/rules/versions/{version:int}/restore": BUTTON,
    "/settings/channels/{channel:str}": "a switch",
    "/payments/gateways/{rail:str}/open": BUTTON,
    "/settings/gateways/{account:str}/rails/{rail:str}/first": BUTTON,
    "/settings/transfers/{account:str}": BUTTON,
    "/settings/keys/{key:str}/revoke": BUTTON,
    "/settings/users/{user:str}": "choices from lists",
    "/settings/users/{user:str}/password": BUTTON,
    "/settings/users/{user:str}/state": BUTTON,
    "/shipping/bulk": BUTTON,
    "/stock/items/{sku:str}/oversell": "one number, which comes back with its row",
    "/stock/bins/{location_id:str}/{bin_id:str}/{verb:str}": "tests/inventory/test_bin_pages.py",
    "/stock/locations/{location_id:str}/{verb:str}": BUTTON,
    "/stock/refills/{location_id:str}/{verb:str}": "tests/inventory/test_refills.py",
    "/stock/takes/{take_id:str}/{verb:str}": BUTTON,
    "/stock/counting/{area_id:str}/{verb:str}": "tests/stocktake/test_pages.py",
    "/stock/transfers/{transfer_id:str}/{verb:str}": "tests/inventory/test_stock_pages.py",
    "/pick/devices": "asked by the pickers' app",
    "/pick/lists/{list_id:str}/back": BUTTON,
    "/pick/lists/{list_id:str}/take": BUTTON,
    "/pick/scans": "told by the pickers' app",
    "/warehouse/packing/{task_id:str}/{verb:str}": "tests/packing/test_pack_pages.py",
    "/warehouse/packing/{task_id:str}/scan": "tests/packing/test_pack_pages.py",
    "/warehouse/manifests": "choices from lists",
    "/warehouse/manifests/{manifest_id:str}/scan": "tests/shipping/test_manifest_pages.py",
    "/warehouse/manifests/{manifest_id:str}/{verb:str}": BUTTON,
    "/warehouse/cartons/{carton_id:str}/use": BUTTON,
    "/warehouse/picking/{location_id:str}/cutoffs/{cutoff_id:str}/drop": BUTTON,
    "/warehouse/waves/new": "choices of a preview, which come back with it",
    "/warehouse/waves/{wave_id:str}/{verb:str}": BUTTON,
    "/warehouse/bulk": BUTTON,
    "/warehouse/tasks/{task_id:str}/elsewhere": "a choice from a list",
    "/warehouse/tasks/{task_id:str}/step": "refused only where the task has moved on, and its form with it",
}
"""Why the other forms have nothing to keep."""


@pytest.fixture
async def filled(shop: Shop, floor: ShopFloor, keyring: Keyring, now: datetime) -> Shop:
    """The shop with one thing of every sort that a form is about."""
    world = shop.world
    unpaid = await an_order(world, keyring, ("kopi", 2), now=now)
    promised = await an_order(world, keyring, ("kopi", 2), now=now)
    await pay(world, promised, reference="MASUK", now=now)
    other = await an_order(world, keyring, ("kopi", 1), now=now)
    await pay(world, other, now=now)
    spent = await floor.run(
        lambda tx: promise_refund(tx, other.id, amount_minor=1_000, reason="Telat", now=now)
    )
    await floor.run(lambda tx: execute_refund(tx, spent.id, method="cash", reference="DIPAKAI", now=now))
    refund = await floor.run(
        lambda tx: promise_refund(tx, promised.id, amount_minor=1_000, reason="Telat", now=now)
    )
    ready = await an_order(world, keyring, ("kopi", 1), now=now)
    await pay(world, ready, now=now)
    task = await packed(world, ready, now=now)
    backs = {}
    place = world.locations["JKT"]
    for name, awb in (("back", "002589984063"), ("received", "002589984071")):
        order = await an_order(world, keyring, ("kopi", 2), now=now)
        await pay(world, order, now=now)
        await delivered(world, order, awb=awb, now=now)
        asked = await floor.run(
            lambda tx, order=order: ask_return(tx, order.id, [Wanted(1, 2)], reason="Rusak", now=now)
        )
        await floor.run(lambda tx, asked=asked: decide_return(tx, asked.id, ReturnEvent.APPROVE, now=now))
        await floor.run(
            lambda tx, asked=asked: receive_goods_back(tx, asked.id, {1: 2}, location_id=place, now=now)
        )
        backs[name] = asked.id
    await floor.run(lambda tx: inspect_goods(tx, backs["back"], [Inspected(1, 2, 0)], now=now))
    cash = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
    await delivered(world, cash, awb="002589984089", now=now)
    await floor.run(lambda tx: collect_cod(tx, "sicepat", [Cash("002589984089")], now=now))
    await floor.run(lambda tx: start_picking(tx, [from_text("tsk", shop.names["task"])], now=now))
    over = await an_order(world, keyring, ("kopi", 1), now=now)
    await pay(world, over, over.total_minor + 5, now=now)
    [entry] = await floor.all("SELECT id FROM exception_entry WHERE kind = 'payment_over'")
    shop.names.update(await settlements(floor, unpaid, now=now))
    promotion = await floor.run(lambda tx: make_promotion(tx, a_discount(now), now=now))
    shop.names["promotion"] = to_text("prm", promotion.id)
    made = {}
    for name in ("payout", "approved_payout"):
        order = await an_order(world, keyring, ("kopi", 1), now=now)
        await pay(world, order, now=now)
        owed = await floor.run(
            lambda tx, order=order: promise_refund(tx, order.id, amount_minor=1_000, reason="Telat", now=now)
        )
        made[name] = (await floor.run(lambda tx, owed=owed: begin_payout(tx, owed.id, now=now))).id
    link = await floor.run(lambda tx: make_link(tx, made["payout"], now=now))
    approved = made["approved_payout"]
    await floor.run(
        lambda tx: type_account(
            tx, keyring, approved, bank="014", number="1234567890", holder="Ani Lestari", now=now
        )
    )
    await floor.db.run(
        replace(floor.caller, actor="staff:finance"),
        lambda tx: agree_payout(tx, approved, looked_twice=False, now=now),
    )
    # The bank's reference of another payment out: typed again it is refused.
    await _spent_reference(world, keyring, now)
    shop.names.update(
        payout=to_text("pto", made["payout"]),
        approved_payout=to_text("pto", approved),
        link=link,
        unpaid=to_text("ord", unpaid.id),
        promised=to_text("ord", promised.id),
        refund=to_text("rfd", refund.id),
        refund_row=to_text("rfd", refund.id),
        packed=to_text("tsk", task),
        back=to_text("ret", backs["back"]),
        received=to_text("ret", backs["received"]),
        entry=to_text("exc", entry.id),
        cash="sicepat:002589984089",
        used_awb="002589984089",
    )
    return shop


async def _spent_reference(world: World, keyring: Keyring, now: datetime) -> None:
    order = await an_order(world, keyring, ("kopi", 1), now=now)
    await pay(world, order, now=now)
    refund = await world.floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=1_000, reason="Telat", now=now)
    )
    await world.floor.run(
        lambda tx: execute_refund(tx, refund.id, method="bank_transfer", reference="DIPAKAI", now=now)
    )


PARTS: Final = 6
"""What is refused changes nothing, so many forms are tried in one shop; in parts, to be shared among processors."""


@pytest.mark.parametrize("part", range(PARTS))
async def test_what_was_right_comes_back_beside_what_was_refused(filled: Shop, part: int) -> None:
    wrong = {
        path: fault for path in sorted(FORMS)[part::PARTS] if (fault := await _lost(filled, FORMS[path]))
    }
    assert wrong == {}


async def _lost(filled: Shop, sends: Sends) -> dict[str, str]:
    """What did not come back of what was typed well; or what came back instead of a refusal."""
    fields = {
        name.format(**filled.names): value.format(**filled.names)
        for name, value in (sends.wrong | sends.right).items()
    }
    kept = {name: fields[name] for name in fields if name not in UNSEEN | sends.wrong.keys()}
    answer = await send(filled.owner, sends.address.format(**filled.names), fields)
    if not 400 <= answer.status_code < 500:
        return {"answered": f"{answer.status_code} {answer.headers.get('location', '')}"}
    return {name: value for name, value in kept.items() if not stands_in(answer.text, name, value)}


UNSEEN: Final = {"verb", "step", "boxes", "expected"}
"""What a button or a hidden field says, which is the same on every page of the form."""


def stands_in(page: str, name: str, value: str) -> bool:
    """Whether a field of this name has this value: in it, chosen of it, ticked of it or between its tags."""
    said, value = re.escape(name), re.escape(html.escape(value))
    typed_into = (
        rf'<input\b(?=[^>]*\bname="{said}(?:_text)?")(?=[^>]*\bvalue="{value}")'
        rf'(?:(?![^>]*\btype="(?:checkbox|radio)")|(?=[^>]*\bchecked))[^>]*>'
    )
    fields = (
        typed_into,
        rf'<textarea\b[^>]*\bname="{said}"[^>]*>{value}</textarea>',
        rf'<select\b[^>]*\bname="{said}"[^>]*>(?:(?!</select>).)*<option value="{value}"[^>]* selected',
    )
    return any(re.search(field, page, re.DOTALL) for field in fields)


UNREADABLE: Final[Sequence[tuple[str, dict[str, str]]]] = (
    ("/returns/{back}/resolve", {"amount": "dua puluh ribu"}),
    ("/returns/{back}/resolve", {"amount": ""}),
    ("/returns/{received}/step", {"step": "inspect", "stock_1": "satu", "aside_1": "2"}),
    ("/returns/new", {"order": "{gone_number}", "reason": "Rusak", "units_1": "1,5"}),
    ("/payments/orders/{unpaid}/confirm", {"method": "cash", "amount": "20rb"}),
    ("/shipping/{coming}/part", {"units_1": "dua"}),
    ("/payments/orders/{unpaid}/deposit", {"amount": "separuh"}),
    ("/payments/orders/{promised}/refund", {"amount": "semua", "reason": "Telat"}),
    (
        "/warehouse/tasks/{packed}/hand-over",
        {"boxes": "1", "courier_1": "jne", "awb_1": "JP99887766", "weight_1": "1,2 kg"},
    ),
)


async def test_what_cannot_be_read_is_never_taken_for_nothing(filled: Shop) -> None:
    before = await filled.world.floor.all(STANDING)
    for address, wrong in UNREADABLE:
        fields = {name: value.format(**filled.names) for name, value in wrong.items()}

        answer = await send(filled.owner, address.format(**filled.names), fields)

        assert answer.status_code in {409, 422}, address
        assert re.search(r"”\s+bukan jumlah (uang|barang)\.", html.unescape(answer.text)), address
        assert await filled.world.floor.all(STANDING) == before, address


STANDING: Final = """
    SELECT 'return' AS what, state, coalesce(refund_id::text, '') AS more FROM goods_return
    UNION ALL SELECT 'refund', state, amount_minor::text FROM refund
    UNION ALL SELECT 'money', kind, amount_minor::text FROM payment_event
    UNION ALL SELECT 'parcel', state, awb FROM parcel
    ORDER BY 1, 2, 3
"""
"""What stands of everything these forms are about."""


async def test_every_form_is_here_or_says_why_it_has_nothing_to_keep(house: House) -> None:
    posts = {route.path for route in routes_of(house.app) if route.method == "POST" and not route.is_api}
    assert not FORMS.keys() & OTHERWISE.keys()
    assert posts == FORMS.keys() | OTHERWISE.keys()
