"""Who is limited to channels or locations sees nothing of what is outside: one table of every GET route.

`OUTSIDE` says, per route, where to ask and what of another channel and location stands there when
somebody sees everything. The same is then asked by a person, or a key, with every permission and one
channel, and by one with one location: none of it may be in the answer. `OF_THE_SHOP` are the routes
that show nothing of a channel or a location, with the reason. A route in neither fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any, Final
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, send, sign_in
from access.routes import routes_of
from catalog.test_pictures import png
from conftest import ShopFloor
from fleet.driving import on_the_road
from fulfilment.working import delivered, packed, pay, shipped
from given import JAKARTA, SURABAYA, World, a_buyer, a_shop, asked, place
from orderan.access import Permission, Role, make_key
from orderan.customers import find_customers
from orderan.flows.bulk_orders import Verb, start
from orderan.flows.cancel_order import cancel_order
from orderan.flows.chargeback_files import Brought, add_file_to_chargeback
from orderan.flows.close_entry import close_entries
from orderan.flows.contest_chargeback import report_chargeback
from orderan.flows.deliver import move_on
from orderan.flows.dispute_return import send_with
from orderan.flows.manifest import scan_labels
from orderan.flows.merge_picks import merge_picks
from orderan.flows.open_stock_take import TakeAsked, open_stock_take
from orderan.flows.pack_goods import open_packing, photograph
from orderan.flows.pay_out import begin_payout
from orderan.flows.place_order import Placed
from orderan.flows.print_stickers import print_bin_stickers
from orderan.flows.read_tags import read_tags_for
from orderan.flows.refund_order import promise_refund
from orderan.flows.release_wave import release_wave
from orderan.flows.return_photos import keep_return_photos
from orderan.flows.settle_return import ask_return, decide_return, receive_goods_back
from orderan.flows.verify_order import advance_cases
from orderan.flows.views_waves import Criteria
from orderan.inventory import (
    BinAsked,
    Goods,
    Receipt,
    Travel,
    draw_bins,
    expect_stock,
    hold_ready,
    open_transfer,
    receive_goods,
    receive_stock,
    sellable_units,
)
from orderan.kit import inbox
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.events import sequence
from orderan.kit.i18n import format_number
from orderan.kit.ids import to_text
from orderan.marks import Read
from orderan.orders import EVERYTHING, Order, Terms, Units, set_row
from orderan.payments import EvidenceKind
from orderan.picking import PickingPolicy, Scan, ScanKind, device_key, lists_of, open_device, signed
from orderan.returns import PhotoMoment, ReturnEvent, Seen, Wanted
from orderan.shipping import BOOKING_PREFIX, MANIFEST_PREFIX, ParcelEvent, open_manifest, want_bookings
from orderan.shipping import Wanted as WantedCarried
from orderan.shops import Channel, ChannelKind, add_channel, list_channels
from orderan.stocktake import Scope as CountScope
from orderan.stocktake import areas_of
from orderan.tagging import TAG_SESSION, TagPurpose, hear_tags
from orderan.verification import DayPolicy, Policy, keep_policy
from printing.booked import labelled

pytestmark = pytest.mark.anyio

MEDAN: Final = "12.71.01.1001"
AWB: Final = "002589984099"
COMING_AWB: Final = "002589984081"
MISSED_AWB: Final = "002589984105"
NOTE: Final = "sudah-ditelepon-di-pasar"
TAG: Final = "3034257BF7194E4000001A85"
AT_STAKE: Final = 7_654_321
CHANNEL, LOCATION = "channel", "location"


@dataclass(frozen=True)
class Shows:
    """Where to ask, and what stands there for who sees everything.

    Attributes:
        address: With names of the yard in braces.
        marks: What must not be seen from another channel or location.
        hidden_from: Whom it is hidden from; stock is of locations and of no channel.
    """

    address: str
    marks: tuple[str, ...]
    hidden_from: tuple[str, ...] = (CHANNEL, LOCATION)


def _of(address: str, *marks: str) -> Shows:
    return Shows(address, marks)


def _at(address: str, *marks: str) -> Shows:
    return Shows(address, marks, (LOCATION,))


OUTSIDE: Final[Mapping[str, Shows]] = {
    "/": _of("/", "{at_stake}", "{sold}"),
    "/api/v1/availability": _at("/api/v1/availability", "{sby}"),
    "/api/v1/bookings/{booking_id:str}": _of("/api/v1/bookings/{booking}", '"wanted"'),
    "/api/v1/label-prints/{job_id:str}": _of("/api/v1/label-prints/{label_job}", "{labelled}"),
    "/api/v1/label-prints/{job_id:str}/labels.pdf": _of(
        "/api/v1/label-prints/{label_job}/labels.pdf", "%PDF"
    ),
    "/api/v1/label-prints/{job_id:str}/labels.zpl": _of(
        "/api/v1/label-prints/{label_job}/labels.zpl", "{labelled_number}"
    ),
    "/api/v1/sticker-prints/{job_id:str}": _at("/api/v1/sticker-prints/{stickers}", '"S-1"'),
    "/api/v1/sticker-prints/{job_id:str}/stickers.pdf": _at(
        "/api/v1/sticker-prints/{stickers}/stickers.pdf", "%PDF"
    ),
    "/api/v1/sticker-prints/{job_id:str}/stickers.zpl": _at(
        "/api/v1/sticker-prints/{stickers}/stickers.zpl", "S-1"
    ),
    "/api/v1/tasks/{task_id:str}/bookings": _of("/api/v1/tasks/{task}/bookings", "{booking}"),
    "/api/v1/events": _of("/api/v1/events?limit=500", "{unpaid}"),
    "/api/v1/exceptions": _of("/api/v1/exceptions", "{entry}"),
    "/api/v1/exceptions/{entry_id:str}": _of("/api/v1/exceptions/{entry}", "{waiting_number}"),
    "/api/v1/locations": _at("/api/v1/locations", "{sby}"),
    "/api/v1/locations/{location_id:str}/bins": _at("/api/v1/locations/{sby}/bins", '"S-1"'),
    "/api/v1/locations/{location_id:str}/floor": _at("/api/v1/locations/{sby}/floor", '"gula"'),
    "/api/v1/orders": _of("/api/v1/orders", "{unpaid}", "{waiting}", "{back}"),
    "/api/v1/orders/{order_id:str}": _of("/api/v1/orders/{unpaid}", "{unpaid_number}"),
    "/api/v1/orders/{order_id:str}/decisions": _of("/api/v1/orders/{unpaid}/decisions", "sourcing"),
    "/api/v1/orders/{order_id:str}/money": _of("/api/v1/orders/{back}/money", '"capture'),
    "/api/v1/orders/{order_id:str}/promises": _of("/api/v1/orders/{unpaid}/promises", "data"),
    "/api/v1/orders/{order_id:str}/timeline": _of("/api/v1/orders/{unpaid}/timeline", "orders.placed.v1"),
    "/api/v1/orders/{order_id:str}/versions": _of("/api/v1/orders/{back}/versions", "replaced_by"),
    "/api/v1/orders/{order_id:str}/versions/{version:int}": _of(
        "/api/v1/orders/{back}/versions/1", "replaced_by"
    ),
    "/api/v1/parcels": _of("/api/v1/parcels", "{awb}"),
    "/api/v1/parcels/{parcel_id:str}": _of("/api/v1/parcels/{parcel}", "{awb}"),
    "/api/v1/parcels/{parcel_id:str}/delivery-day": _of("/api/v1/parcels/{coming}/delivery-day", '"waiting"'),
    "/api/v1/pick-lists": _at("/api/v1/pick-lists", "{pick_list}"),
    "/api/v1/pick-lists/{list_id:str}": _at("/api/v1/pick-lists/{pick_list}", '"stops"'),
    "/api/v1/picking/{location_id:str}": _at("/api/v1/picking/{sby}", '"method"'),
    "/api/v1/waves": _at("/api/v1/waves", "{wave}"),
    "/api/v1/waves/{wave_id:str}": _at("/api/v1/waves/{wave}", "{pick_list}"),
    "/api/v1/refunds": _of("/api/v1/refunds", "{back}"),
    "/api/v1/returns": _of("/api/v1/returns", "{goods_return}"),
    "/api/v1/returns/{return_id:str}": _of("/api/v1/returns/{goods_return}", "teh-melati"),
    "/api/v1/stock-expectations": _at("/api/v1/stock-expectations", "{sby}"),
    "/api/v1/stock-movements": _at("/api/v1/stock-movements?limit=200", "{sby}"),
    "/api/v1/locations/{location_id:str}/pick-faces": _at("/api/v1/locations/{sby}/pick-faces", '"S-1"'),
    "/api/v1/locations/{location_id:str}/refills": _at("/api/v1/locations/{sby}/refills", '"data"'),
    "/api/v1/stock-expiring": _at("/api/v1/stock-expiring?days=90", "L-SBY"),
    "/api/v1/stock-takes": _at("/api/v1/stock-takes", "{take}"),
    "/api/v1/stock-takes/{take_id:str}": _at("/api/v1/stock-takes/{take}", '"areas"'),
    "/api/v1/stock-takes/{take_id:str}/areas": _at("/api/v1/stock-takes/{take}/areas", '"S-1"'),
    "/api/v1/stock-takes/{take_id:str}/differences": _at("/api/v1/stock-takes/{take}/differences", '"data"'),
    "/api/v1/stock-transfers": _at("/api/v1/stock-transfers", "{transfer}"),
    "/api/v1/stock-transfers/{transfer_id:str}": _at("/api/v1/stock-transfers/{transfer}", "gula"),
    "/api/v1/verifications": _of("/api/v1/verifications?limit=200", "{unsaid}"),
    "/api/v1/verifications/{order_id:str}": _of("/api/v1/verifications/{unsaid}", '"agent"'),
    "/api/v1/tasks": _of("/api/v1/tasks", "{task}"),
    "/api/v1/tasks/{task_id:str}": _of("/api/v1/tasks/{task}", "teh-melati"),
    "/api/v1/tasks/{task_id:str}/elsewhere": _of("/api/v1/tasks/{task}/elsewhere", '"data"'),
    "/customers/{customer_id:str}": _of("/customers/{customer}", "{back}", "{unpaid}", "{spent}"),
    "/customers/{customer_id:str}/erase": _of("/customers/{customer}/erase", "{spent}"),
    "/inbox": _of("/inbox", "{entry}"),
    "/inbox/{entry_id:str}": _of("/inbox/{entry}", "{waiting}"),
    "/orders": _of("/orders", "{unpaid}", "{waiting}", "{back}", "{unpaid_number}"),
    "/orders/bulk/{bulk_id:str}": _of("/orders/bulk/{bulk}", "{waiting_number}"),
    "/orders/bulk/{bulk_id:str}/refused.csv": _of("/orders/bulk/{bulk}/refused.csv", "{waiting_number}"),
    "/orders/export.csv": _of("/orders/export.csv", "{unpaid_number}", "{waiting_number}"),
    "/orders/whole": _of("/orders/whole", '"{all_orders} pesanan"'),
    "/orders/new": Shows("/orders/new", ('value="pasar"',), (CHANNEL,)),
    "/orders/print": _of("/orders/print?order_id={unpaid}", "{unpaid_number}"),
    "/orders/{order:str}": _of("/orders/{unpaid}", "{unpaid_number}"),
    "/orders/{order:str}/change": _of("/orders/{waiting}/change", "teh-melati"),
    "/orders/{order:str}/versions/{version:int}": _of("/orders/{back}/versions/1", "teh-melati"),
    "/payments": _of("/payments", "{unpaid_number}"),
    "/verification": _of("/verification", "{unsaid_number}"),
    "/verification/days": _of("/verification/days?tab=asked", "{coming}"),
    "/verification/days/{parcel:str}": _of("/verification/days/{coming}", "{coming_awb}"),
    "/shipping/{parcel:str}/door": _of("/shipping/{missed}/door", "{missed_number}", MISSED_AWB),
    "/api/v1/parcels/{parcel_id:str}/missed-door": _of("/api/v1/parcels/{missed}/missed-door", '"waiting"'),
    "/shipping/{parcel:str}/part": _of("/shipping/{coming}/part", "{coming_awb}"),
    "/verification/{order:str}": _of("/verification/{unsaid}", "{unsaid_number}"),
    "/payments/cod": _of("/payments/cod", "{cash_number}"),
    "/payments/orders/{order_id:str}": _of("/payments/orders/{back}", "{back_number}"),
    "/payments/chargebacks": _of("/payments/chargebacks", "{back_number}"),
    "/payments/chargebacks/export.csv": _of("/payments/chargebacks/export.csv", "{back_number}"),
    "/payments/chargebacks/{chargeback_id:str}/files/{evidence_id:str}": _of(
        "/payments/chargebacks/{case}/files/{proof}", "IHDR"
    ),
    "/payments/chargebacks/{chargeback_id:str}": _of("/payments/chargebacks/{case}", "{back_number}"),
    "/payments/refunds/payouts": _of("/payments/refunds/payouts", "{back_number}"),
    "/payments/refunds/payouts/{payout_id:str}": _of("/payments/refunds/payouts/{payout}", "{back_number}"),
    "/payments/refunds/{refund_id:str}": _of("/payments/refunds/{refund}", "{back_number}"),
    "/payments/refunds/export.csv": _of("/payments/refunds/export.csv", "{back_number}"),
    "/payments/refunds": _of("/payments/refunds", "{back_number}"),
    "/products": _at("/products", "{stock_of_product}"),
    "/products/{product:str}": _at("/products/{product}", "{stock_of_gula}"),
    "/returns": _of("/returns?tab=asked", "{goods_return}", "{back_number}"),
    "/returns/reasons": _of("/returns/reasons", "teh-melati"),
    "/returns/reasons/export.csv": _of("/returns/reasons/export.csv", "teh-melati"),
    "/api/v1/return-reasons": _of("/api/v1/return-reasons", "teh-melati"),
    "/returns/new": _of("/returns/new?order={back_number}", 'name="units_1"'),
    "/api/v1/returns/{return_id:str}/dispute": _of("/api/v1/returns/{disputed}/dispute", "JX1234567891"),
    "/returns/{return_id:str}/dispute": _of("/returns/{disputed}/dispute", "{back_number}", "JX1234567891"),
    "/returns/{return_id:str}/photos/{number:int}": _of("/returns/{goods_return}/photos/1", "IHDR"),
    "/returns/{return_id:str}": _of("/returns/{goods_return}", "{back_number}"),
    "/search": _of("/search?q={unpaid_number}", "{unpaid}"),
    "/settings/audit": _of("/settings/audit", NOTE),
    "/shipping": _of("/shipping?q={awb}", "{back_number}"),
    "/fleet": _of("/fleet?location={sby}", "{fleet_waiting_number}"),
    "/fleet/parcels/{parcel:str}": _of("/fleet/parcels/{fleet_waiting}", "{fleet_waiting_number}"),
    "/fleet/runs/{run_id:str}": _of("/fleet/runs/{fleet_run}", "{fleet_number}"),
    "/fleet/setup": _at("/fleet/setup?location={sby}", "Mobil Surabaya"),
    "/fleet/stops/{stop_id:str}/photo": _of("/fleet/stops/{fleet_stop}/photo", "IHDR"),
    "/stock": _at("/stock", "{sby}"),
    "/stock/adjust": _at("/stock/adjust", "{sby}"),
    "/stock/bins": _at("/stock/bins?location={sby}", "S-1"),
    "/stock/bins/{location_id:str}/{bin_id:str}": _at("/stock/bins/{sby}/{bin}", "S-1"),
    "/stock/count.csv": _at("/stock/count.csv", "SBY"),
    "/stock/expected": _at("/stock/expected", "{sby}"),
    "/stock/items/{sku:str}": _of("/stock/items/{teh}", "{waiting}"),
    "/stock/locations": _at("/stock/locations", "{sby}"),
    "/stock/locations/{location_id:str}": _at("/stock/locations/{sby}", "SBY"),
    "/stock/movements": _at("/stock/movements", "SBY"),
    "/stock/put-away": _at("/stock/put-away?location={sby}", ">gula<"),
    "/stock/receive": _at("/stock/receive", "{sby}"),
    "/stock/refills": _at("/stock/refills?location={sby}", "S-1"),
    "/stock/expiring": _at("/stock/expiring?days=90", "L-SBY"),
    "/stock/stickers": _at("/stock/stickers", "{stickers}"),
    "/stock/stickers/{job_id:str}": _at("/stock/stickers/{stickers}", "S-1"),
    "/stock/stickers/{job_id:str}/stickers.pdf": _at("/stock/stickers/{stickers}/stickers.pdf", "%PDF"),
    "/stock/stickers/{job_id:str}/stickers.zpl": _at("/stock/stickers/{stickers}/stickers.zpl", "S-1"),
    "/api/v1/tag-sessions/{session_id:str}": _at("/api/v1/tag-sessions/{tags}", TAG),
    "/stock/tags": _at("/stock/tags", "{tags}"),
    "/stock/tags/{session_id:str}": _at("/stock/tags/{tags}", TAG),
    "/stock/takes": _at("/stock/takes", "{take}"),
    "/stock/takes/{take_id:str}": _at("/stock/takes/{take}", "S-1"),
    "/stock/counting": _at("/stock/counting", "S-1"),
    "/stock/counting/{area_id:str}": _at("/stock/counting/{area}", "S-1"),
    "/stock/transfers": _at("/stock/transfers", "{transfer}"),
    "/stock/transfers/{transfer_id:str}": _at("/stock/transfers/{transfer}", "gula"),
    "/pick": _at("/pick", "{pick_list}"),
    "/pick/lists/{list_id:str}": _at("/pick/lists/{pick_list}", "Daftar 1"),
    "/pick/lists/{list_id:str}/sheet": _at("/pick/lists/{pick_list}/sheet", '"stops"'),
    "/warehouse/picking": _at("/warehouse/picking?place={sby}", "/warehouse/picking/{sby}"),
    "/warehouse/pickers": _at("/warehouse/pickers", "staff:test"),
    "/warehouse/labels": _of("/warehouse/labels", "{label_job}"),
    "/warehouse/labels/{job_id:str}": _of("/warehouse/labels/{label_job}", "{labelled_number}"),
    "/warehouse/labels/{job_id:str}/labels.pdf": _of("/warehouse/labels/{label_job}/labels.pdf", "%PDF"),
    "/warehouse/labels/{job_id:str}/labels.zpl": _of(
        "/warehouse/labels/{label_job}/labels.zpl", "{labelled_number}"
    ),
    "/warehouse/tasks/{task_id:str}/packing-slip.pdf": _of(
        "/warehouse/tasks/{task}/packing-slip.pdf", "%PDF"
    ),
    "/warehouse/tasks/{task_id:str}/delivery-note.pdf": _of(
        "/warehouse/tasks/{task}/delivery-note.pdf", "%PDF"
    ),
    "/orders/{order:str}/invoice.pdf": _of("/orders/{unpaid}/invoice.pdf", "%PDF"),
    "/api/v1/orders/{order_id:str}/invoice.pdf": _of("/api/v1/orders/{unpaid}/invoice.pdf", "%PDF"),
    "/api/v1/tasks/{task_id:str}/packing-slip.pdf": _of("/api/v1/tasks/{task}/packing-slip.pdf", "%PDF"),
    "/api/v1/tasks/{task_id:str}/delivery-note.pdf": _of("/api/v1/tasks/{task}/delivery-note.pdf", "%PDF"),
    "/warehouse/waves": _at("/warehouse/waves", "{wave}"),
    "/warehouse/waves/new": _at("/warehouse/waves/new", "{sby}"),
    "/warehouse/waves/{wave_id:str}": _at("/warehouse/waves/{wave}", "{pick_list}"),
    "/warehouse": _of("/warehouse?tab=planned", "{waiting_number}"),
    "/warehouse/manifests": _of("/warehouse/manifests", "{manifest}"),
    "/warehouse/manifests/{manifest_id:str}": _of("/warehouse/manifests/{manifest}", "ENTAH1"),
    "/api/v1/manifests": _of("/api/v1/manifests", "{manifest}"),
    "/api/v1/manifests/{manifest_id:str}": _of("/api/v1/manifests/{manifest}", "ENTAH1"),
    "/warehouse/packing": _of("/warehouse/packing", "{packed_number}"),
    "/warehouse/packing/{task_id:str}": _of("/warehouse/packing/{packed_task}", "{packed_number}"),
    "/warehouse/packing/{task_id:str}/pictures/{number:int}": _of(
        "/warehouse/packing/{packed_task}/pictures/1", "IHDR"
    ),
    "/api/v1/tasks/{task_id:str}/packing": _of("/api/v1/tasks/{packed_task}/packing", "{packed_number}"),
    "/warehouse/hand-over": _of("/warehouse/hand-over", "{packed_number}"),
    "/warehouse/scan": _of("/warehouse/scan?code={waiting_number}", "{task}"),
    "/warehouse/tasks/{task_id:str}/couriers": _of("/warehouse/tasks/{task}/couriers", "{waiting_number}"),
    "/warehouse/tasks/{task_id:str}": _of("/warehouse/tasks/{task}", "{waiting_number}"),
}

CATALOG: Final = "the catalog and its prices are the shop's"
PEOPLE: Final = "customers are the shop's: whoever calls is known, whatever they bought where"
SETTINGS: Final = "settings are the shop's"
OWN: Final = "one's own account"
NOTHING: Final = "shows nothing that is kept"
STREAM: Final = "has no end; tests/inventory/test_live_stock.py has its scope"

RAILS: Final = "ways to pay are the shop's; an incident shows sums, no order and no buyer"
FINANCE: Final = "closed to whoever is limited to channels or locations: a settlement is of all of them"
MESSAGES: Final = "closed to whoever is limited to channels or locations: what was told is of all of them"
TIED: Final = "closed to whoever is limited to channels or locations: orders are tied across all of them"
PROMOTIONS: Final = "closed to whoever is limited to channels or locations: a budget is spent by all of them"
ROUTES: Final = "rules are the shop's, and so are the sums of a trial; its examples: tests/routing"
IMPORTS: Final = "closed to whoever is limited to channels or locations"
OF_THE_SHOP: Final[Mapping[str, str]] = {
    "/driver": OWN,
    "/account": OWN,
    "/orders/import": IMPORTS,
    "/orders/import/{upload_id:str}": IMPORTS,
    "/orders/import/runs/{run_id:str}": IMPORTS,
    "/orders/import/runs/{run_id:str}/lines.csv": IMPORTS,
    "/account/codes": OWN,
    "/account/codes.svg": OWN,
    "/api/v1/availability/stream": STREAM,
    "/api/v1/shelf-life": SETTINGS,
    "/api/v1/courier-accounts": SETTINGS,
    "/api/v1/couriers": SETTINGS,
    "/api/v1/shipping-rates": "couriers' prices between places; from a location outside the scope it is refused",
    "/api/v1/customers": PEOPLE,
    "/api/v1/customers/{customer_id:str}": PEOPLE,
    "/api/v1/customers/{customer_id:str}/accesses": PEOPLE,
    "/api/v1/customers/{customer_id:str}/duplicates": PEOPLE,
    "/api/v1/customers/{customer_id:str}/personal": PEOPLE,
    "/warehouse/cartons": SETTINGS,
    "/api/v1/price-lists": CATALOG,
    "/api/v1/push-key": SETTINGS,
    "/api/v1/reach-accounts": SETTINGS,
    "/api/v1/prices": CATALOG,
    "/api/v1/products": CATALOG,
    "/api/v1/products/{product_id:str}": CATALOG,
    "/api/v1/regions": SETTINGS,
    "/api/v1/regions/{code:str}": SETTINGS,
    "/api/v1/skus": CATALOG,
    "/api/v1/skus/{sku_id:str}": CATALOG,
    "/api/v1/skus/{sku_id:str}/substitutes": CATALOG,
    "/api/v1/tax-rates": CATALOG,
    "/api/v1/verification-policy": SETTINGS,
    "/customers": PEOPLE,
    "/customers/new": NOTHING,
    "/customers/regions": SETTINGS,
    "/customers/{customer_id:str}/addresses/new": PEOPLE,
    "/customers/{customer_id:str}/edit": PEOPLE,
    "/customers/{customer_id:str}/merge": PEOPLE,
    "/orders/skus": "what can be sold, for whoever places an order: of the shop, and at no place",
    "/incidents": RAILS,
    "/incidents/new": RAILS,
    "/incidents/contacts/{account_id:str}": RAILS,
    "/incidents/{incident_id:str}": RAILS,
    "/maintenance": RAILS,
    "/messages": MESSAGES,
    "/messages/policy": SETTINGS,
    "/messages/templates": SETTINGS,
    "/messages/templates/{kind:str}": MESSAGES,
    "/messages/{message_id:str}": MESSAGES,
    "/settings/couriers": SETTINGS,
    "/settings/couriers/{account:str}": SETTINGS,
    "/settings/reach": SETTINGS,
    "/settings/reach/{account:str}": SETTINGS,
    "/settings/gateways": SETTINGS,
    "/settings/transfers": SETTINGS,
    "/settings/gateways/{account:str}": SETTINGS,
    "/payments/routing": ROUTES,
    "/shipping/choice": ROUTES,
    "/shipping/choice/edit": SETTINGS,
    "/shipping/couriers": FINANCE,
    "/shipping/couriers/export.csv": FINANCE,
    "/shipping/costs": FINANCE,
    "/shipping/claims": FINANCE,
    "/shipping/claims/export.csv": FINANCE,
    "/shipping/claims/{claim_id:str}": FINANCE,
    "/api/v1/courier-claims": FINANCE,
    "/api/v1/courier-claims/{claim_id:str}": FINANCE,
    "/shipping/costs/export.csv": FINANCE,
    "/api/v1/courier-scores": FINANCE,
    "/api/v1/carry-rules": ROUTES,
    "/api/v1/carry-rules/versions/{version:int}": SETTINGS,
    "/stock/sourcing": ROUTES,
    "/stock/sourcing/edit": SETTINGS,
    "/payments/routing/rules/new": SETTINGS,
    "/payments/routing/rules/{place:int}": SETTINGS,
    "/payments/ageing": FINANCE,
    "/payments/ageing/export.csv": FINANCE,
    "/payments/fees": FINANCE,
    "/payments/fees/export.csv": FINANCE,
    "/payments/banks": RAILS,
    "/payments/gateways": RAILS,
    "/payments/gateways/{rail:str}": RAILS,
    "/payments/payouts": FINANCE,
    "/payments/payouts/bank/{line_id:str}": FINANCE,
    "/payments/payouts/export.csv": FINANCE,
    "/payments/received": FINANCE,
    "/payments/received/export.csv": FINANCE,
    "/payments/promotions": PROMOTIONS,
    "/payments/promotions/new": PROMOTIONS,
    "/payments/promotions/{promotion_id:str}": PROMOTIONS,
    "/payments/promotions/{promotion_id:str}/edit": PROMOTIONS,
    "/payments/promotions/{promotion_id:str}/shares.csv": PROMOTIONS,
    "/payments/vouchers": FINANCE,
    "/payments/vouchers/new": FINANCE,
    "/payments/vouchers/{voucher_id:str}": FINANCE,
    "/api/v1/vouchers/{voucher_id:str}": FINANCE,
    "/payments/scorecard": FINANCE,
    "/payments/scorecard/export.csv": FINANCE,
    "/payments/settlements": FINANCE,
    "/payments/cod/couriers": FINANCE,
    "/payments/cod/couriers/export.csv": FINANCE,
    "/payments/settlements/export.csv": FINANCE,
    "/payments/settlements/files": FINANCE,
    "/payments/settlements/files/{file_id:str}": FINANCE,
    "/api/v1/denials": TIED,
    "/api/v1/denials/{denial_id:str}": TIED,
    "/api/v1/reviews": TIED,
    "/api/v1/reviews/{order_id:str}": TIED,
    "/api/v1/routing-rules": ROUTES,
    "/api/v1/sourcing-rules": ROUTES,
    "/api/v1/sourcing-rules/versions/{version:int}": SETTINGS,
    "/api/v1/routing-rules/versions/{version:int}": SETTINGS,
    "/api/v1/trust-entries": TIED,
    "/api/v1/trust-models": TIED,
    "/api/v1/trust-rules": TIED,
    "/trust": TIED,
    "/trust/denials": TIED,
    "/trust/denials/{denial_id:str}": TIED,
    "/trust/lists": TIED,
    "/trust/models": TIED,
    "/trust/reviews/{order:str}": TIED,
    "/trust/rules": TIED,
    "/trust/rules/edit": TIED,
    "/reports/cod": "of the whole shop: whoever is kept to a part may not look",
    "/products/export.csv": CATALOG,
    "/products/import": CATALOG,
    "/products/import/{import_id:str}": CATALOG,
    "/products/import/{import_id:str}/refused.csv": CATALOG,
    "/products/look-up": CATALOG,
    "/products/new": NOTHING,
    "/products/price-lists": CATALOG,
    "/products/{product:str}/edit": CATALOG,
    "/products/{product:str}/prices": CATALOG,
    "/products/{product:str}/skus/new": CATALOG,
    "/products/{product:str}/skus/{sku:str}": CATALOG,
    "/settings": SETTINGS,
    "/settings/channels": SETTINGS,
    "/settings/keys": SETTINGS,
    "/settings/keys/new": SETTINGS,
    "/settings/shipping": SETTINGS,
    "/payments/refunds/limit": SETTINGS,
    "/settings/taxes": SETTINGS,
    "/settings/verification": SETTINGS,
    "/settings/promises": SETTINGS,
    "/api/v1/promise-terms": SETTINGS,
    "/settings/returns": SETTINGS,
    "/api/v1/return-policy": SETTINGS,
    "/settings/users": SETTINGS,
    "/settings/users/new": SETTINGS,
    "/settings/users/{user:str}": SETTINGS,
    "/stock/count": NOTHING,
    "/stock/locations/new": NOTHING,
    "/stock/lookup": CATALOG,
    "/stock/stream": STREAM,
    "/stock/takes/new": "names the places one may see; what is there is not told",
    "/stock/transfers/new": "names where goods may be sent to; what is there is not told",
}


@dataclass(frozen=True)
class Yard:
    """A shop with work in two channels and two places that have nothing in common."""

    world: World
    web: Channel
    names: dict[str, str]
    inside: Order


@pytest.fixture
async def yard(floor: ShopFloor, keyring: Keyring, now: datetime) -> Yard:
    places = {"JKT": JAKARTA, "SBY": SURABAYA, "MDN": MEDAN}
    world = await a_shop(floor, now, stock={"kopi": 50, "teh-melati": 0, "gula": 0}, places=places)
    sby, mdn = world.locations["SBY"], world.locations["MDN"]
    await floor.run(
        lambda tx: receive_stock(
            tx,
            [Receipt(world.skus["teh-melati"], sby, 500), Receipt(world.skus["gula"], sby, 4_321)],
            now=now,
        )
    )
    await floor.run(lambda tx: expect_stock(tx, [Receipt(world.skus["gula"], sby, 9)], now=now))
    await floor.run(
        lambda tx: add_channel(tx, code="pasar", name="Pasar Malam", kind=ChannelKind.WEB, now=now)
    )
    web = next(one for one in await floor.run(list_channels) if one.code == "web")
    [shelf] = await floor.run(lambda tx: draw_bins(tx, sby, [BinAsked("S-1")], now=now))
    stickers = await floor.run(lambda tx: print_bin_stickers(tx, sby, now=now))
    tags = await floor.run(lambda tx: read_tags_for(tx, TagPurpose.RECEIPT, sby, now=now))
    await floor.run(lambda tx: hear_tags(tx, tags.id, [Read(TAG, 1, now)]))
    soon = [Goods("gula", 2, "L-SBY", (now + timedelta(days=60)).date())]
    await floor.run(lambda tx: receive_goods(tx, soon, location_id=sby, now=now))
    held = world.skus["gula"]
    await floor.run(lambda tx: hold_ready(tx, sby, shelf.id, held, least=1, most=2, now=now))
    asked_take = TakeAsked(sby, CountScope.BINS, ("S-1",))
    take = await floor.run(lambda tx: open_stock_take(tx, asked_take, now=now))
    [area] = await floor.run(lambda tx: areas_of(tx, take.id))

    async def of_pasar(units: int, terms: Terms) -> Order:
        wanted = asked(("teh-melati", units), buyer=a_buyer(village=SURABAYA), terms=terms)
        [placed] = await place(world, keyring, replace(wanted, channel="pasar"), now=now)
        assert isinstance(placed, Placed)
        return placed.order

    unpaid = await of_pasar(3, Terms.PREPAID)
    waiting = await of_pasar(5, Terms.COD)
    ready = await of_pasar(7, Terms.COD)
    ready_task = await packed(world, ready, now=now)
    await floor.run(lambda tx: open_packing(tx, ready_task, now=now))
    await floor.run(lambda tx: photograph(tx, keyring, ready_task, 1, png()))
    labelled_order = await of_pasar(1, Terms.COD)
    labelled_task = await packed(world, labelled_order, now=now)
    printed = await labelled(world, keyring, sby, labelled_task, now)
    van = await floor.run(lambda tx: open_manifest(tx, sby, "sicepat", now=now))
    await floor.run(lambda tx: scan_labels(tx, van.id, ["ENTAH1"], now=now))
    cash = await of_pasar(11, Terms.COD)
    await delivered(world, cash, awb="002589984077", now=now)
    walked = await of_pasar(1, Terms.COD)
    wave, pick_list = await _wave(floor, sby, walked, now)
    back = await of_pasar(14, Terms.PREPAID)
    await pay(world, back, now=now)
    await floor.run(lambda tx: cancel_order(tx, back.id, units=[Units(1, 1)], reason="kurang", now=now))
    [parcel] = await delivered(world, back, awb=AWB, now=now)
    goods_return = await floor.run(
        lambda tx: ask_return(tx, back.id, [Wanted(1, 2, "rusak")], reason="rusak", now=now)
    )
    disputed = await floor.run(
        lambda tx: ask_return(tx, back.id, [Wanted(1, 1, "salah")], reason="salah", now=now)
    )
    await floor.run(
        lambda tx: keep_return_photos(tx, keyring, goods_return.id, [png()], PhotoMoment.REQUEST, now=now)
    )
    await floor.run(lambda tx: decide_return(tx, disputed.id, ReturnEvent.APPROVE, now=now))
    await floor.run(lambda tx: send_with(tx, disputed.id, courier="jnt", awb="JX1234567890", now=now))
    await floor.run(
        lambda tx: receive_goods_back(
            tx, disputed.id, {1: 1}, location_id=sby, seen=Seen("JX1234567891"), now=now
        )
    )
    refund = await floor.run(
        lambda tx: promise_refund(tx, back.id, amount_minor=10_000, reason="lebih", now=now)
    )
    payout = await floor.run(lambda tx: begin_payout(tx, refund.id, now=now))
    case = await floor.run(
        lambda tx: report_chargeback(
            tx, back.id, attempt_id=None, amount_minor=1_000, reason="rusak", deadline=now, now=now
        )
    )
    proof = await floor.run(
        lambda tx: add_file_to_chargeback(
            tx, keyring, case.id, EvidenceKind.DELIVERY, "", Brought("surat.png", png()), now=now
        )
    )
    [inside_answer] = await place(
        world, keyring, asked(("kopi", 1), buyer=a_buyer(), terms=Terms.COD), now=now
    )
    assert isinstance(inside_answer, Placed)

    cash_out = await of_pasar(2, Terms.COD)
    [coming] = await shipped(world, cash_out, awb=COMING_AWB, now=now)
    nobody = await of_pasar(2, Terms.COD)
    [missed] = await shipped(world, nobody, awb=MISSED_AWB, now=now)
    for event in (ParcelEvent.GO_OUT, ParcelEvent.FAIL):
        await floor.run(lambda tx, event=event: move_on(tx, [missed.id], event, now=now))
    by_van = [await of_pasar(2, Terms.COD) for _ in range(3)]
    road = await on_the_road(world, keyring, sby, by_van, van="Mobil Surabaya", photo=png(), now=now)
    policy = Policy(on_the_day=DayPolicy())
    await floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=now))
    await floor.run(lambda tx: move_on(tx, [coming.id], ParcelEvent.GO_OUT, now=now))
    unsaid = await of_pasar(2, Terms.COD)
    await floor.run(lambda tx: advance_cases(tx, [unsaid.id], (), now=now))

    entry = await _stuck(floor, waiting, AT_STAKE, now)
    closed = await _stuck(floor, unpaid, 1, now)
    await floor.run(lambda tx: close_entries(tx, EVERYTHING, [closed], state="resolved", note=NOTE, now=now))

    async def refused_bulk(tx: Tx) -> Any:
        bulk_id = await start(tx, Verb.COMPLETE, {"reason": ""}, [waiting.id], now=now)
        await set_row(tx, bulk_id, 1, {"code": "order_not_found", "facts": {"order": "x"}})
        return bulk_id

    bulk = await floor.run(refused_bulk)
    transfer = await floor.run(
        lambda tx: open_transfer(
            tx, from_location=sby, to_location=mdn, goods=[Travel(world.skus["gula"], 20)], now=now
        )
    )
    await floor.run(sequence)
    [customer] = await floor.run(lambda tx: find_customers(tx, keyring, "+6281234567890", limit=1))
    free = await floor.run(lambda tx: sellable_units(tx, world.skus.values(), now=now))
    [task] = await floor.all("SELECT id FROM task WHERE order_id = %(order)s", order=waiting.id)
    [product] = await floor.all("SELECT id FROM product")
    at_stake = await floor.value("SELECT sum(money_minor) FROM exception_entry WHERE state = 'open'")
    wish = WantedCarried(waiting.id, task.id, 500, 10_000, 0)
    [booking] = await floor.run(lambda tx: want_bookings(tx, [wish], now=now))
    names = {
        "label_job": to_text("prn", printed.id),
        "stickers": to_text("prn", stickers.id),
        "tags": to_text(TAG_SESSION, tags.id),
        "labelled": to_text("tsk", labelled_task),
        "labelled_number": str(labelled_order.number),
        "booking": to_text(BOOKING_PREFIX, booking.id),
        "unsaid": to_text("ord", unsaid.id),
        "unsaid_number": str(unsaid.number),
        "unpaid": to_text("ord", unpaid.id),
        "fleet_run": to_text("run", road.run),
        "fleet_stop": to_text("stp", road.handed_over),
        "fleet_waiting": to_text("pcl", road.waiting),
        "fleet_number": str(by_van[0].number),
        "fleet_waiting_number": str(by_van[2].number),
        "unpaid_number": str(unpaid.number),
        "waiting": to_text("ord", waiting.id),
        "waiting_number": str(waiting.number),
        "packed_number": str(ready.number),
        "manifest": to_text(MANIFEST_PREFIX, van.id),
        "packed_task": to_text("tsk", ready_task),
        "cash_number": str(cash.number),
        "back": to_text("ord", back.id),
        "back_number": str(back.number),
        "parcel": to_text("pcl", parcel.id),
        "awb": AWB,
        "coming": to_text("pcl", coming.id),
        "coming_awb": COMING_AWB,
        "missed": to_text("pcl", missed.id),
        "missed_number": str(nobody.number),
        "goods_return": to_text("ret", goods_return.id),
        "disputed": to_text("ret", disputed.id),
        "refund": to_text("rfd", refund.id),
        "payout": to_text("pto", payout.id),
        "case": to_text("cbk", case.id),
        "proof": to_text("evd", proof.id),
        "task": to_text("tsk", task.id),
        "entry": to_text("exc", entry),
        "at_stake": format_number(at_stake, "id"),
        "sold": "540.000",
        "wave": to_text("wav", wave),
        "pick_list": to_text("pkl", pick_list),
        "all_orders": str(await floor.value("SELECT count(*) FROM sales_order")),
        "spent": "160.000",
        "bulk": to_text("blk", bulk),
        "transfer": to_text("trf", transfer.id),
        "customer": to_text("cus", customer.id),
        "sby": to_text("loc", sby),
        "bin": to_text("bin", shelf.id),
        "take": to_text("opn", take.id),
        "area": to_text("opa", area.id),
        "teh": to_text("sku", world.skus["teh-melati"]),
        "product": to_text("prd", product.id),
        "stock_of_product": format_number(sum(free.values()), "id"),
        "stock_of_gula": format_number(free[world.skus["gula"]], "id"),
    }
    return Yard(world, web, names, inside_answer.order)


async def _wave(floor: ShopFloor, place_id: UUID, order: Order, now: datetime) -> tuple[UUID, UUID]:
    """A wave of one order, and a scan of something else on its list."""
    [task] = await floor.all("SELECT id FROM task WHERE order_id = %(order)s", order=order.id)
    ready = Criteria(only=[task.id])
    wave = await floor.run(lambda tx: release_wave(tx, EVERYTHING, place_id, ready, PickingPolicy(), now=now))
    [one] = await floor.run(lambda tx: lists_of(tx, wave.id))
    device = await floor.run(lambda tx: open_device(tx, now=now))
    key = device_key("00" * 32, floor.shop.shop_id, device)
    scan = Scan(1, ScanKind.WRONG, one.id, 1, now.isoformat(), "")
    said = replace(scan, signature=signed(key, device, scan))
    await merge_picks(floor.db, floor.caller, device, [said], key=key, now=now)
    return wave.id, one.id


async def _stuck(floor: ShopFloor, order: Order, minor: int, now: datetime) -> Any:
    stuck = inbox.Stuck(
        kind="order_waiting",
        reason="late",
        subject_kind="order",
        subject_id=order.id,
        dedupe_key=f"uji:{minor}",
        payload={"number": str(order.number)},
        money_minor=minor,
        currency="IDR",
        deadline=now + timedelta(days=1),
        next_step="Telepon pembelinya.",
    )
    await floor.run(lambda tx: inbox.report(tx, [stuck], now=now))
    return await floor.value("SELECT id FROM exception_entry WHERE dedupe_key = %(key)s", key=f"uji:{minor}")


def _paths(house: House) -> set[str]:
    return {route.path for route in routes_of(house.app) if route.method == "GET" and route.needs != "public"}


async def test_every_route_that_shows_something_is_in_the_table(house: House) -> None:
    assert not OUTSIDE.keys() & OF_THE_SHOP.keys()
    assert _paths(house) == OUTSIDE.keys() | OF_THE_SHOP.keys()


async def _seen(client: AsyncClient, shows: Shows, names: dict[str, str]) -> tuple[int, set[str]]:
    """The status, and which of the marks are in the answer or in where it leads."""
    answer = await client.get(shows.address.format(**names))
    text = answer.text + answer.headers.get("location", "")
    return answer.status_code, {mark for mark in shows.marks if mark.format(**names) in text}


async def _asked_by(
    browser: AsyncClient, program: AsyncClient, yard: Yard
) -> dict[str, tuple[int, set[str]]]:
    return {
        path: await _seen(program if path.startswith("/api/") else browser, shows, yard.names)
        for path, shows in OUTSIDE.items()
    }


async def _secret(floor: ShopFloor, now: datetime, **scope: Any) -> str:
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="uji", permissions=list(Permission), now=now, **scope)
    )
    return str(secret)


async def test_who_sees_everything_sees_what_the_table_says(
    floor: ShopFloor, house: House, hire: Hire, yard: Yard
) -> None:
    await hire()
    bearer = f"Bearer {await _secret(floor, house.clock.at)}"
    async with house.browser() as browser, house.browser(authorization=bearer) as program:
        await sign_in(browser)
        seen = await _asked_by(browser, program, yard)
    missing = {
        path: (status, set(OUTSIDE[path].marks) - marks)
        for path, (status, marks) in seen.items()
        if marks != set(OUTSIDE[path].marks)
    }
    assert missing == {}


@pytest.mark.parametrize("scoped_by", [CHANNEL, LOCATION])
async def test_nobody_sees_what_is_outside_their_scope(
    floor: ShopFloor, house: House, hire: Hire, yard: Yard, scoped_by: str
) -> None:
    scope: dict[str, Any] = (
        {"channel_ids": frozenset({yard.web.id})}
        if scoped_by == CHANNEL
        else {"location_ids": frozenset({yard.world.locations["JKT"]})}
    )
    await hire()
    await hire("cabang@toko.test", Role.OWNER, **scope)
    bearer = f"Bearer {await _secret(floor, house.clock.at, **scope)}"
    async with house.browser() as browser, house.browser(authorization=bearer) as program:
        await sign_in(browser, "cabang@toko.test")
        seen = await _asked_by(browser, program, yard)
        own = [
            await browser.get("/orders"),
            await program.get("/api/v1/orders"),
            await program.get("/api/v1/tasks"),
        ]
    leaks = {
        path: marks for path, (_, marks) in seen.items() if marks and scoped_by in OUTSIDE[path].hidden_from
    }
    assert leaks == {}
    assert {path: status for path, (status, _) in seen.items() if status >= 500} == {}
    inside = to_text("ord", yard.inside.id)
    assert [inside in answer.text for answer in own] == [True, True, True]


async def _orders(floor: ShopFloor) -> int:
    return int(await floor.value("SELECT count(*) FROM sales_order"))


async def test_a_clerk_of_one_channel_neither_quotes_nor_places_on_another(
    floor: ShopFloor, house: House, hire: Hire, yard: Yard
) -> None:
    await hire()
    await hire("cabang@toko.test", Role.OWNER, channel_ids=frozenset({yard.web.id}))
    before = await _orders(floor)
    typed = {"cart": "new-1", "channel": "pasar", "sku_0": "kopi", "units_0": "2", "terms": "cod"}
    async with house.browser() as clerk:
        await sign_in(clerk, "cabang@toko.test")
        quoted = await send(clerk, "/orders/new", typed)
        placed = await send(clerk, "/orders/new", typed | {"expected": "20000"})
        assert "20.000" not in quoted.text
        assert (placed.status_code, await _orders(floor)) == (422, before)
        assert "Kanal “pasar” tidak ada atau tidak aktif." in unescape(placed.text)
        own = await send(clerk, "/orders/new", typed | {"channel": "web", "expected": "20000"})
        assert (own.status_code, await _orders(floor)) == (303, before + 1)


async def test_a_cart_of_another_channel_is_refused_and_its_order_not_told(
    floor: ShopFloor, house: House, keyring: Keyring, yard: Yard
) -> None:
    elsewhere = replace(asked(("kopi", 3), terms=Terms.COD, cart_id="keranjang-1"), channel="pasar")
    [placed] = await place(yard.world, keyring, elsewhere, now=house.clock.at)
    assert isinstance(placed, Placed)
    before = await _orders(floor)
    body = {
        "channel": "web",
        "cart_id": "keranjang-1",
        "terms": "cod",
        "lines": [{"sku": "kopi", "quantity": 1}],
    }
    secret = await _secret(floor, house.clock.at, channel_ids=frozenset({yard.web.id}))
    async with house.browser(authorization=f"Bearer {secret}") as program:
        refused = await program.post("/api/v1/orders", json=body, headers={"idempotency-key": "satu"})
        batch = await program.post(
            "/api/v1/orders/batch", json={"orders": [body]}, headers={"idempotency-key": "dua"}
        )
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_taken")
    for answer in (refused, batch):
        assert str(placed.order.number) not in answer.text
        assert to_text("ord", placed.order.id) not in answer.text
    assert "cart_taken" in batch.text
    assert await _orders(floor) == before

    everywhere = await _secret(floor, house.clock.at)
    async with house.browser(authorization=f"Bearer {everywhere}") as program:
        known = await program.post("/api/v1/orders", json=body, headers={"idempotency-key": "tiga"})
    assert to_text("ord", placed.order.id) in known.text
