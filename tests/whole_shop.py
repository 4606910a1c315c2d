"""A shop with something on every page, and which addresses show every page of the route table.

`furnish` brings orders, tasks, parcels, returns, money, goods, people and files to every stage they can
stand at. `PAGES` names for each route the addresses worth a look, with what `furnish` made in the place
of the parameters. A GET route that answers with no page of its own stands in `NO_PAGES` with the reason;
a new page stands in neither, and `pages_of` refuses until it does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import pyotp
from litestar import Litestar

from access.routes import Route, routes_of
from catalog.test_pictures import png
from conftest import ShopFloor
from fleet.driving import on_the_road
from fulfilment.working import an_order, delivered, money, packed, pay, shipped, the_task
from given import JAKARTA, SURABAYA, World, a_shop
from importing.test_unseen_files import sale, text_file
from incidents.troubled import a_gateway
from notifications.telling import Post, a_policy
from orderan import sourcing
from orderan.access import (
    Permission,
    Role,
    add_staff,
    begin_onetime_codes,
    confirm_onetime_codes,
    hashed,
    make_key,
    open_session,
)
from orderan.catalog import ProductFields, SkuFields, add_product, check_sheet, set_tax_rate
from orderan.customers import Purpose, Typed, TypedAddress, add_address, give_consent, register
from orderan.flows import offer_promotion, try_sourcing
from orderan.flows.accept_part import accept_part
from orderan.flows.ask_on_the_day import advance_days
from orderan.flows.bulk_orders import Verb, start, work_off
from orderan.flows.cancel_order import cancel_order
from orderan.flows.change_order import confirm, open_change
from orderan.flows.chargeback_files import Brought, add_file_to_chargeback
from orderan.flows.complete_orders import complete_order
from orderan.flows.contest_chargeback import add_to_chargeback, report_chargeback
from orderan.flows.count_stock_take import GoodsCounted, begin_counting, count_goods
from orderan.flows.deliver import move_on
from orderan.flows.dispute_return import note_in_dispute, send_with
from orderan.flows.hear_buyer import answer_by_hand
from orderan.flows.hear_day import answer_day_by_hand
from orderan.flows.hold_order import hold_order
from orderan.flows.manifest import scan_labels
from orderan.flows.missed_door import wish_at_door
from orderan.flows.open_stock_take import TakeAsked, open_stock_take
from orderan.flows.pack_goods import finish_packing, photograph, scan_into_parcel
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_out import begin_payout, make_link, type_account
from orderan.flows.payment_incident import close, open_incident, recover
from orderan.flows.pick_task import pick, release_tasks, run_short, start_picking
from orderan.flows.print_stickers import GoodsToLabel, print_goods_stickers
from orderan.flows.read_tags import book_tags, read_tags_for, told_of_carton
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.release_wave import release_wave
from orderan.flows.route_payment import route_payment
from orderan.flows.send_messages import Messenger
from orderan.flows.settle_payment import settle_payment
from orderan.flows.settle_return import (
    ask_return,
    decide_return,
    inspect_goods,
    receive_goods_back,
    resolve_return,
)
from orderan.flows.tell_buyer import teller
from orderan.flows.try_routing import try_draft
from orderan.flows.verify_order import advance_cases
from orderan.flows.views_waves import Criteria
from orderan.flows.watch_limits import watch_limits
from orderan.fulfilment import Pick
from orderan.gateways import Charged, Instrument, InstrumentKind, Outcome
from orderan.importing import Upload, UploadFolder, ask_for_import, check_source, keep_upload, preset
from orderan.importing import start as import_now
from orderan.incidents import Kind, Severity, add_note, announce, keep_contact, plan_maintenance
from orderan.inventory import (
    BinAsked,
    Goods,
    PutAway,
    Receipt,
    StockKey,
    Travel,
    block_bin,
    dispatch_transfer,
    draw_bins,
    expect_stock,
    open_transfer,
    put_away,
    receive_stock,
    set_policy,
)
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Tx
from orderan.kit.events import consume, sequence
from orderan.kit.ids import NIL, from_text, new_id, to_text
from orderan.marks import Read, tag_of_container, to_hex
from orderan.notifications import Sender
from orderan.notifications import set_policy as set_message_policy
from orderan.orders import EVERYTHING, Order, SetQuantity, Terms, insert_view, lock_orders, tag_orders
from orderan.packing import Carton, add_carton, add_parcel, choose_carton, take_out, weigh_parcel
from orderan.payments import (
    EvidenceKind,
    add_transfer_account,
    begin_attempt,
    issue_voucher,
    note_charged,
    open_account,
    pause_rail,
    rails,
)
from orderan.picking import Cutoff, PickingPolicy, add_cutoff, lists_of
from orderan.pricing import put_zone, set_fee
from orderan.promotions import (
    Months,
    Payer,
    PayerKind,
    PromotionEvent,
    PromotionKind,
    confirm_use,
    make_promotion,
    move_promotion,
)
from orderan.promotions import Terms as PromotionTerms
from orderan.reach import PROVIDER_NAMES, Verdict, keep_letters, open_reach, sealed_letter
from orderan.returns import Extra, Inspected, ReturnEvent, Seen, Wanted
from orderan.routing import change_draft, put_live
from orderan.sandbox.keys import MESSENGERS, PHONES
from orderan.shipping import (
    CLAIM_PREFIX,
    MANIFEST_PREFIX,
    DoorWish,
    Parcel,
    ParcelEvent,
    open_courier_account,
    open_manifest,
    set_sender,
)
from orderan.shipping import Sender as ParcelSender
from orderan.shops import open_shop
from orderan.stocktake import Scope as CountScope
from orderan.stocktake import areas_of
from orderan.tagging import TAG_SESSION, TagPurpose, hear_tags
from orderan.verification import AttemptEvent, DayPolicy, Policy, Step, Way, days_due, keep_policy
from printing.booked import labelled
from settlements.furnishing import settlements
from trust.doubted import doubted

PASSWORD: Final = "kuda-laut-berenang"
BAD_SHEET: Final = "sku,produk,gtin,satuan\nTEH,Teh Hijau,8992761002010,karung\nGULA,Gula Aren,,kg\n"
STRANGE_FILE: Final = "Nomor;Kode;Jumlah;Tanggal;Harga satuan\n1;KOPI;2;25/11/2026 08:10;12.500\n"

PAGES: Final[dict[str, tuple[str, ...]]] = {
    "/": ("/",),
    "/account": ("/account",),
    "/account/codes": ("/account/codes",),
    "/customers": ("/customers", "/customers?q=santoso", "/customers?q=zzz"),
    "/customers/new": ("/customers/new",),
    "/customers/{customer_id:str}": ("{customer}",),
    "/customers/{customer_id:str}/addresses/new": ("{customer}/addresses/new",),
    "/customers/{customer_id:str}/edit": ("{customer}/edit",),
    "/customers/{customer_id:str}/erase": ("{customer}/erase",),
    "/customers/{customer_id:str}/merge": ("{customer}/merge", "{customer}/merge?q=santoso"),
    "/driver": ("/driver",),
    "/fleet": ("/fleet", "/fleet?location={location}"),
    "/fleet/parcels/{parcel:str}": ("/fleet/parcels/{fleet_waiting}",),
    "/fleet/runs/{run_id:str}": ("/fleet/runs/{fleet_run}",),
    "/fleet/setup": ("/fleet/setup", "/fleet/setup?location={location}"),
    "/inbox": ("/inbox", "/inbox?by=deadline&kind=parcel_waiting", "/inbox?kind=zzz", "/inbox?tab=closed"),
    "/inbox/{entry_id:str}": ("/inbox/{entry_over}", "/inbox/{entry_lines}"),
    "/incidents": ("/incidents",),
    "/incidents/contacts/{account_id:str}": ("/incidents/contacts/{gateway}",),
    "/incidents/new": ("/incidents/new",),
    "/incidents/{incident_id:str}": (
        "/incidents/{incident_suspected}",
        "/incidents/{incident_open}",
        "/incidents/{incident_recovered}",
        "/incidents/{incident_closed}",
    ),
    "/login": ("/login",),
    "/maintenance": ("/maintenance",),
    "/messages": ("/messages", "/messages?tab=told&kind=pay_now&channel=whatsapp", "/messages?tab=untold"),
    "/messages/policy": ("/messages/policy",),
    "/messages/templates": ("/messages/templates",),
    "/messages/templates/{kind:str}": (
        "/messages/templates/pay_now?channel=email&locale=en",
        "/messages/templates/shipped",
    ),
    "/messages/{message_id:str}": ("/messages/{message_told}", "/messages/{message_untold}"),
    "/orders": (
        "/orders",
        "/orders?status=accepted&terms=cod&sort=oldest",
        "/orders?q=zzz",
        "/orders?tag=VIP",
        "/orders?returns=open",
        "/orders?late=1",
    ),
    "/orders/bulk/{bulk_id:str}": ("/orders/bulk/{bulk}",),
    "/orders/import": ("/orders/import",),
    "/orders/import/runs/{run_id:str}": ("/orders/import/runs/{run}",),
    "/orders/import/{upload_id:str}": ("/orders/import/{upload_strange}", "/orders/import/{upload_waiting}"),
    "/orders/new": ("/orders/new",),
    "/orders/print": ("/orders/print?order_id={order_paid}&order_id={order_waiting}",),
    "/orders/{order:str}": (
        "/orders/{order_waiting}",
        "/orders/{order_planned}",
        "/orders/{order_short}",
        "/orders/{order_held}",
        "/orders/{order_road}",
        "/orders/{order_cash}",
        "/orders/{order_paid}",
        "/orders/{order_returned}",
        "/orders/{order_changed}",
        "/orders/{order_changing}",
        "/orders/{order_cancelled}",
        "/orders/{order_finished}",
        "/orders/{order_unsaid}",
    ),
    "/orders/{order:str}/change": ("/orders/{order_waiting}/change", "/orders/{order_changing}/change"),
    "/orders/{order:str}/versions/{version:int}": ("/orders/{order_changed}/versions/1",),
    "/payments": ("/payments", "/payments?q=zzz"),
    "/payments/ageing": ("/payments/ageing",),
    "/payments/fees": ("/payments/fees",),
    "/payments/received": (
        "/payments/received",
        "/payments/received?method=va_bca&settled=no",
        "/payments/received?q=zzz",
    ),
    "/payments/banks": ("/payments/banks", "/payments/banks?hours=1"),
    "/payments/gateways": ("/payments/gateways", "/payments/gateways?hours=1"),
    "/payments/gateways/{rail:str}": ("/payments/gateways/{rail}", "/payments/gateways/{rail_paused}"),
    "/trust": ("/trust",),
    "/trust/denials": ("/trust/denials", "/trust/denials?tab=appealed", "/trust/denials?tab=upheld"),
    "/trust/denials/{denial_id:str}": ("/trust/denials/{denial}", "/trust/denials/{denial_appealed}"),
    "/trust/lists": ("/trust/lists",),
    "/trust/models": ("/trust/models",),
    "/trust/reviews/{order:str}": ("/trust/reviews/{review}", "/trust/reviews/{review_over}"),
    "/trust/rules": ("/trust/rules",),
    "/trust/rules/edit": ("/trust/rules/edit",),
    "/verification": ("/verification", "/verification?tab=wait", "/verification?tab=unreachable"),
    "/verification/{order:str}": (
        "/verification/{order_unsaid}",
        "/verification/{order_unsaid}?language=en",
        "/verification/{order_unreachable}",
        "/verification/{order_paid}",
    ),
    "/verification/days": (
        "/verification/days",
        "/verification/days?tab=door",
        "/verification/days?tab=asked",
        "/verification/days?tab=said",
    ),
    "/verification/days/{parcel:str}": (
        "/verification/days/{parcel_coming}",
        "/verification/days/{parcel_unreached}",
        "/verification/days/{parcel_said}",
        "/verification/days/{parcel_kept}",
    ),
    "/reports/cod": ("/reports/cod", "/reports/cod?days=7&trip=45.000"),
    "/door/{ticket:str}": ("/door/{door_ticket}", "/door/{door_ticket_said}"),
    "/ya/{link:str}": ("/ya/{word_link}", "/ya/{day_link}", "/ya/{day_link_said}"),
    "/payments/scorecard": ("/payments/scorecard", "/payments/scorecard?days=7"),
    "/payments/payouts": ("/payments/payouts", "/payments/payouts?tab=arrived", "/payments/payouts?tab=bank"),
    "/payments/payouts/bank/{line_id:str}": ("/payments/payouts/bank/{bank_line}",),
    "/payments/settlements": (
        "/payments/settlements",
        "/payments/settlements?reason=unknown_payment&gateway=midtrans&least=1.000",
        "/payments/settlements?tab=explained",
    ),
    "/payments/cod/couriers": (
        "/payments/cod/couriers",
        "/payments/cod/couriers?booked=2&known=1&waiting=1&short=1",
    ),
    "/payments/settlements/files": ("/payments/settlements/files",),
    "/payments/settlements/files/{file_id:str}": (
        "/payments/settlements/files/{settlement_file}",
        "/payments/settlements/files/{settlement_file}?again=1",
    ),
    "/payments/cod": ("/payments/cod", "/payments/cod?tab=cod_collected"),
    "/payments/orders/{order_id:str}": ("/payments/orders/{order_paid}", "/payments/orders/{order_waiting}"),
    "/payments/promotions": ("/payments/promotions", "/payments/promotions?tab=ended"),
    "/payments/promotions/new": ("/payments/promotions/new",),
    "/payments/promotions/{promotion_id:str}": (
        "/payments/promotions/{promotion}",
        "/payments/promotions/{promotion_draft}",
    ),
    "/payments/promotions/{promotion_id:str}/edit": ("/payments/promotions/{promotion}/edit",),
    "/payments/vouchers": ("/payments/vouchers", "/payments/vouchers?tab=blocked"),
    "/payments/vouchers/new": ("/payments/vouchers/new", "/payments/vouchers/new?customer={voucher_holder}"),
    "/payments/vouchers/{voucher_id:str}": (
        "/payments/vouchers/{voucher}",
        "/payments/vouchers/{voucher_code}",
    ),
    "/payments/routing": ("/payments/routing",),
    "/shipping/choice": ("/shipping/choice",),
    "/shipping/choice/edit": ("/shipping/choice/edit",),
    "/shipping/couriers": ("/shipping/couriers", "/shipping/couriers?days=30"),
    "/shipping/costs": ("/shipping/costs",),
    "/shipping/claims": ("/shipping/claims", "/shipping/claims?tab=paid"),
    "/shipping/claims/{claim_id:str}": ("/shipping/claims/{claim}",),
    "/stock/sourcing": ("/stock/sourcing",),
    "/stock/sourcing/edit": ("/stock/sourcing/edit",),
    "/payments/routing/rules/new": ("/payments/routing/rules/new",),
    "/payments/routing/rules/{place:int}": ("/payments/routing/rules/1", "/payments/routing/rules/2"),
    "/payments/chargebacks": ("/payments/chargebacks", "/payments/chargebacks?tab=won"),
    "/payments/chargebacks/{chargeback_id:str}": ("/payments/chargebacks/{chargeback}",),
    "/payments/refunds/payouts": ("/payments/refunds/payouts", "/payments/refunds/payouts?tab=paid"),
    "/payments/refunds/payouts/{payout_id:str}": (
        "/payments/refunds/payouts/{payout_waiting}",
        "/payments/refunds/payouts/{payout_entered}",
    ),
    "/payments/refunds/limit": ("/payments/refunds/limit",),
    "/payments/refunds/{refund_id:str}": (
        "/payments/refunds/{refund_open}",
        "/payments/refunds/{refund_waiting}",
    ),
    "/payout/{link:str}": ("/payout/{payout_link}",),
    "/payments/refunds": ("/payments/refunds", "/payments/refunds?tab=executed"),
    "/products": ("/products", "/products?q=gayo&category=Kopi", "/products?view=archived"),
    "/products/import": ("/products/import",),
    "/products/import/{import_id:str}": ("/products/import/{sheet}",),
    "/products/new": ("/products/new",),
    "/products/price-lists": ("/products/price-lists",),
    "/products/{product:str}": ("/products/{product}", "/products/{product_plain}"),
    "/products/{product:str}/edit": ("/products/{product}/edit",),
    "/products/{product:str}/prices": ("/products/{product}/prices",),
    "/products/{product:str}/skus/new": (
        "/products/{product}/skus/new",
        "/products/{product}/skus/new?kind=bundle",
    ),
    "/products/{product:str}/skus/{sku:str}": (
        "/products/{product}/skus/{sku}",
        "/products/{product}/skus/{bundle}",
    ),
    "/returns": ("/returns", "/returns?tab=received", "/returns?tab=rejected"),
    "/returns/reasons": ("/returns/reasons", "/returns/reasons?days=7"),
    "/returns/new": ("/returns/new", "/returns/new?order={number_paid}"),
    "/returns/{return_id:str}": (
        "/returns/{ret_requested}",
        "/returns/{ret_approved}",
        "/returns/{ret_received}",
        "/returns/{ret_inspected}",
        "/returns/{ret_resolved}",
        "/returns/{ret_disputed}",
    ),
    "/settings": ("/settings",),
    "/settings/audit": ("/settings/audit", "/settings/audit?who=zzz"),
    "/settings/channels": ("/settings/channels",),
    "/settings/keys": ("/settings/keys",),
    "/settings/keys/new": ("/settings/keys/new",),
    "/settings/shipping": ("/settings/shipping",),
    "/settings/taxes": ("/settings/taxes",),
    "/settings/verification": ("/settings/verification",),
    "/returns/{return_id:str}/dispute": ("/returns/{ret_disputed}/dispute",),
    "/settings/promises": ("/settings/promises",),
    "/settings/returns": ("/settings/returns",),
    "/settings/users": ("/settings/users",),
    "/settings/users/new": ("/settings/users/new",),
    "/settings/users/{user:str}": ("/settings/users/{staff_viewer}", "/settings/users/{staff_owner}"),
    "/shipping": ("/shipping", "/shipping?tab=failed", "/shipping?tab=delivered"),
    "/shipping/{parcel:str}/door": ("/shipping/{parcel_missed}/door", "/shipping/{parcel_missed_said}/door"),
    "/shipping/{parcel:str}/part": ("/shipping/{parcel_coming}/part", "/shipping/{parcel_kept}/part"),
    "/status": ("/status",),
    "/stock": ("/stock", "/stock?low=yes", "/stock?q=zzz"),
    "/stock/adjust": ("/stock/adjust", "/stock/adjust?sku=kopi"),
    "/stock/bins": ("/stock/bins", "/stock/bins?location={location}"),
    "/stock/bins/{location_id:str}/{bin_id:str}": ("/stock/bins/{location}/{bin}",),
    "/stock/count": ("/stock/count",),
    "/stock/expected": ("/stock/expected",),
    "/stock/items/{sku:str}": ("/stock/items/{sku}",),
    "/stock/locations": ("/stock/locations",),
    "/stock/locations/new": ("/stock/locations/new",),
    "/stock/locations/{location_id:str}": ("/stock/locations/{location}",),
    "/stock/movements": (
        "/stock/movements",
        "/stock/movements?q=kopi&kind=receive",
        "/stock/movements?q=zzz",
    ),
    "/stock/put-away": ("/stock/put-away", "/stock/put-away?location={location}"),
    "/stock/receive": ("/stock/receive", "/stock/receive?sku=kopi"),
    "/stock/refills": ("/stock/refills", "/stock/refills?location={location}"),
    "/stock/expiring": ("/stock/expiring", "/stock/expiring?days=0"),
    "/stock/stickers": ("/stock/stickers", "/stock/stickers?sku=kopi"),
    "/stock/stickers/{job_id:str}": ("/stock/stickers/{stickers}",),
    "/stock/tags": ("/stock/tags",),
    "/stock/tags/{session_id:str}": ("/stock/tags/{tags_read}", "/stock/tags/{tags_booked}"),
    "/stock/takes": ("/stock/takes",),
    "/stock/takes/new": ("/stock/takes/new",),
    "/stock/takes/{take_id:str}": ("/stock/takes/{take}", "/stock/takes/{take_counted}"),
    "/stock/counting": ("/stock/counting",),
    "/stock/counting/{area_id:str}": ("/stock/counting/{count_area}", "/stock/counting/{count_mine}"),
    "/stock/transfers": ("/stock/transfers",),
    "/stock/transfers/new": ("/stock/transfers/new",),
    "/stock/transfers/{transfer_id:str}": (
        "/stock/transfers/{transfer_draft}",
        "/stock/transfers/{transfer_road}",
    ),
    "/pick": ("/pick",),
    "/pick/lists/{list_id:str}": ("/pick/lists/{pick_list}",),
    "/warehouse/packing": ("/warehouse/packing",),
    "/warehouse/packing/{task_id:str}": (
        "/warehouse/packing/{task_packing}",
        "/warehouse/packing/{task_boxed}",
        "/warehouse/packing/{task_packed}",
        "/warehouse/packing/{task_planned}",
    ),
    "/warehouse/manifests": ("/warehouse/manifests",),
    "/warehouse/manifests/{manifest_id:str}": ("/warehouse/manifests/{manifest}",),
    "/warehouse/cartons": ("/warehouse/cartons",),
    "/warehouse/pickers": ("/warehouse/pickers",),
    "/warehouse/picking": ("/warehouse/picking",),
    "/warehouse/labels": ("/warehouse/labels",),
    "/warehouse/labels/{job_id:str}": ("/warehouse/labels/{label_job}",),
    "/warehouse/waves": ("/warehouse/waves",),
    "/warehouse/waves/new": ("/warehouse/waves/new", "/warehouse/waves/new?method=zone&most=5"),
    "/warehouse/waves/{wave_id:str}": ("/warehouse/waves/{wave}",),
    "/pay/{ticket:str}": (
        "/pay/{pay_waiting}",
        "/pay/{pay_numbered}",
        "/pay/{pay_cancelled}",
        "/pay/{pay_paid}",
    ),
    "/settings/couriers": ("/settings/couriers", "/settings/couriers?provider=biteship"),
    "/settings/couriers/{account:str}": (
        "/settings/couriers/{courier_account}",
        "/settings/couriers/{courier_own}",
    ),
    "/warehouse/tasks/{task_id:str}/couriers": ("/warehouse/tasks/{task_packed}/couriers",),
    "/settings/reach": ("/settings/reach", "/settings/reach?provider=smtp"),
    "/settings/reach/{account:str}": ("/settings/reach/{reach_sms}", "/settings/reach/{reach_voice}"),
    "/stop/{ticket:str}": ("/stop/{stop}",),
    "/settings/gateways": ("/settings/gateways", "/settings/gateways?gateway=xendit"),
    "/settings/transfers": ("/settings/transfers",),
    "/settings/gateways/{account:str}": ("/settings/gateways/{gateway_account}",),
    "/track": ("/track",),
    "/warehouse": (
        "/warehouse",
        "/warehouse?tab=planned",
        "/warehouse?tab=released",
        "/warehouse?tab=picking",
        "/warehouse?tab=packed",
    ),
    "/warehouse/hand-over": ("/warehouse/hand-over",),
    "/warehouse/tasks/{task_id:str}": (
        "/warehouse/tasks/{task_planned}",
        "/warehouse/tasks/{task_released}",
        "/warehouse/tasks/{task_picking}",
        "/warehouse/tasks/{task_held}",
        "/warehouse/tasks/{task_short}",
        "/warehouse/tasks/{task_packed}?boxes=2",
        "/warehouse/tasks/{task_road}",
    ),
}

NO_PAGES: Final[dict[str, str]] = {
    "/account/codes.svg": "a picture of /account/codes",
    "/api": "leads to the documents",
    "/api/docs": "other people's page, with a test of its own in test_access_pages",
    "/api/openapi.json": "a document for programs",
    "/api/{path:str}": "a problem document for programs",
    "/asks/{shop_id:int}/{account:str}": "for telephone providers",
    "/customers/regions": "a part of the address form",
    "/fleet/stops/{stop_id:str}/photo": "a picture",
    "/health/live": "for machines",
    "/health/ready": "for machines",
    "/images/{name:str}": "a picture",
    "/login/code": "reached in the midst of signing in, see test_every_page",
    "/login/shop": "reached in the midst of signing in, see test_every_page",
    "/metrics": "for machines",
    "/news/{shop_id:int}/{account:str}": "for providers of messages and calls",
    "/orders/whole": "a part of the bulk dialog",
    "/orders/bulk/{bulk_id:str}/refused.csv": "a file",
    "/orders/export.csv": "a file",
    "/returns/reasons/export.csv": "a file",
    "/returns/{return_id:str}/photos/{number:int}": "a picture",
    "/orders/import/runs/{run_id:str}/lines.csv": "a file",
    "/orders/skus": "rows of a search box",
    "/payments/ageing/export.csv": "a file",
    "/payments/fees/export.csv": "a file",
    "/payments/chargebacks/export.csv": "a file",
    "/payments/chargebacks/{chargeback_id:str}/files/{evidence_id:str}": "a file",
    "/payments/payouts/export.csv": "a file",
    "/payments/refunds/export.csv": "a file",
    "/payments/received/export.csv": "a file",
    "/payments/scorecard/export.csv": "a file",
    "/payments/cod/couriers/export.csv": "a file",
    "/shipping/couriers/export.csv": "a file",
    "/shipping/costs/export.csv": "a file",
    "/shipping/claims/export.csv": "a file",
    "/payments/settlements/export.csv": "a file",
    "/payments/promotions/{promotion_id:str}/shares.csv": "a file",
    "/warehouse/packing/{task_id:str}/pictures/{number:int}": "a picture",
    "/pick/lists/{list_id:str}/sheet": "for the pickers' app",
    "/pick/manifest.webmanifest": "for phones that install the pickers' app",
    "/pick/worker.js": "a script",
    "/products/export.csv": "a file",
    "/products/import/{import_id:str}/refused.csv": "a file",
    "/products/look-up": "rows of a search box",
    "/search": "leads to an order or the list",
    "/static/{tree:str}/{path:path}": "a file",
    "/stock/count.csv": "a file",
    "/stock/lookup": "rows of a search box",
    "/stock/stream": "news without an end",
    "/pay/{ticket:str}/back": "leads to the pay page",
    "/pay/{ticket:str}/standing": "asked by the pay page",
    "/track/order": "opened by a form, see test_every_page",
    "/track/order/return": "opened by a form, see tests/returns/test_return_portal.py",
    "/warehouse/labels/{job_id:str}/labels.pdf": "a file",
    "/warehouse/labels/{job_id:str}/labels.zpl": "a file",
    "/stock/stickers/{job_id:str}/stickers.pdf": "a file",
    "/stock/stickers/{job_id:str}/stickers.zpl": "a file",
    "/orders/{order:str}/invoice.pdf": "a file",
    "/pay/{ticket:str}/invoice.pdf": "a file",
    "/track/order/invoice.pdf": "a file",
    "/warehouse/tasks/{task_id:str}/packing-slip.pdf": "a file",
    "/warehouse/tasks/{task_id:str}/delivery-note.pdf": "a file",
    "/warehouse/scan": "leads to a task",
}


@dataclass(frozen=True)
class Whole:
    """What stands in the shop.

    Attributes:
        named: What takes the place of parameters in `PAGES`.
        numbers: Order numbers by the name of their stage.
        tokens: A session of a person of every role.
        secret: The one-time secret of `totp@toko.test`.
    """

    world: World
    named: dict[str, str]
    numbers: dict[str, int]
    tokens: dict[Role, str]
    secret: str

    def pages(self, app: Litestar) -> Iterator[tuple[Route, str]]:
        """Every page with its route, filled in."""
        for route in pages_of(app):
            for address in PAGES[route.path]:
                yield route, address.format(**self.named)


def pages_of(app: Litestar) -> list[Route]:
    """Routes that answer with a page; refuses when the route table and `PAGES` are not of one mind."""
    there = {route.path: route for route in routes_of(app) if route.method == "GET" and not route.is_api}
    known = PAGES.keys() | NO_PAGES.keys()
    assert there.keys() - known == set(), "say in PAGES how to see these pages"
    assert known - there.keys() == set(), "these routes are no more"
    assert PAGES.keys() & NO_PAGES.keys() == set()
    return [there[path] for path in sorted(PAGES)]


async def furnish(floor: ShopFloor, keyring: Keyring, now: datetime, data_dir: Path) -> Whole:
    """Fill a shop that was just opened; its orders are of four days ago, so that limits have passed."""
    world = await a_shop(
        floor,
        now,
        stock={"kopi": 199, "teko": 99},
        bundles={"set": {"kopi": 2, "teko": 1}},
        places={"JKT": JAKARTA, "SBY": SURABAYA},
        services=("kado",),
    )
    then = now - timedelta(days=4)
    named: dict[str, str] = {}
    orders = await orders_at_every_stage(world, keyring, then)
    orders |= await _unusual_orders(world, keyring, then)
    named |= {f"order_{name}": to_text("ord", order.id) for name, order in orders.items()}
    named |= {f"number_{name}": str(order.number) for name, order in orders.items()}
    for name in ("planned", "released", "picking", "short", "held", "packed", "road"):
        named[f"task_{name}"] = to_text("tsk", await the_task(world, orders[name]))
    named |= await returns_at_every_stage(world, keyring, orders["paid"], then)
    named |= await _money_out(world, keyring, orders, then, now)
    named["ret_resolved"] = await _return_promised(world, orders["returned"], then)
    named |= await _troubles(floor, now)
    named |= await _promotions(floor, orders["waiting"], now)
    named |= await _vouchers(floor, orders["waiting"], now)
    named |= await _goods(world, now)
    named |= await _wares(world, now)
    named |= await _customers(world, keyring, now)
    named |= await _files(world, orders, data_dir, now)
    named |= await settlements(floor, orders["waiting"], now=now)
    people, tokens, secret = await _people(floor, keyring, now)
    named |= people
    named |= await _pay_pages(world, keyring, orders, now)
    await _routing(floor, orders["waiting"], now)
    await _sourcing(world, now)
    named |= await _told(world, keyring, now)
    named |= await _own_van(world, keyring, now)
    named |= await _wave(world, keyring, now)
    named |= await _packing(world, keyring, now)
    named |= await _labels(world, keyring, now)
    named["claim"] = await _claim(world, keyring, then)
    named |= await _tags(world, now)
    named |= await _missed_doors(world, keyring, then, now)
    named |= await _unsaid(world, keyring, now)
    # From here on scores act.
    named |= await doubted(world, keyring, now)
    await floor.run(lambda tx: watch_limits(tx, now=now))
    named["entry_over"] = await _entry(floor, "payment_over")
    named["entry_lines"] = await _entry(floor, "import_lines")
    return Whole(world, named, {name: order.number for name, order in orders.items()}, tokens, secret)


async def _own_van(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """A van that is out, with a door behind it and one ahead, and a parcel that waits for another."""
    orders = [await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD) for _ in range(3)]
    place = world.locations["JKT"]
    road = await on_the_road(world, keyring, place, orders, van="Blind Van", photo=png(), now=now)
    return {"fleet_run": to_text("run", road.run), "fleet_waiting": to_text("pcl", road.waiting)}


async def _wave(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """Two orders that are walked together."""
    made = [await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD) for _ in range(2)]
    ready = Criteria(only=[await the_task(world, order) for order in made])

    async def release(tx: Tx) -> tuple[UUID, UUID]:
        place, policy = world.locations["JKT"], PickingPolicy()
        wave = await release_wave(tx, EVERYTHING, place, ready, policy, now=now)
        cutoff = Cutoff(new_id(), place, "jnt", ("reguler",), 16 * 60, 180, (1, 2, 3, 4, 5, 6))
        await add_cutoff(tx, cutoff, now=now)
        return wave.id, (await lists_of(tx, wave.id))[0].id

    wave, one = await world.floor.run(release)
    return {"wave": to_text("wav", wave), "pick_list": to_text("pkl", one)}


async def _packing(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """An order on the packing table in two parcels, of which something is wrong, and one that was closed there."""
    floor = world.floor
    kind = Carton(new_id(), "SEDANG", 300, 200, 150, weight_g=120, carries_g=5_000, cost_minor=2_500)
    await floor.run(lambda tx: add_carton(tx, kind, now=now))
    named = {}
    for name in ("packing", "boxed"):
        order = await an_order(world, keyring, ("kopi", 3), now=now, terms=Terms.COD)
        task = await packed(world, order, now=now)
        named[f"task_{name}"] = to_text("tsk", task)
        for code in ("kopi", "kopi", "bukan-ini"):
            await floor.run(lambda tx, t=task, c=code: scan_into_parcel(tx, t, c, now=now))
        await floor.run(lambda tx, t=task: weigh_parcel(tx, t, 1, 1_070))
        await floor.run(lambda tx, t=task: choose_carton(tx, t, 1, kind.id))
        await floor.run(lambda tx, t=task: photograph(tx, keyring, t, 1, png()))
        await floor.run(lambda tx, t=task: add_parcel(tx, t))
        await floor.run(lambda tx, t=task: scan_into_parcel(tx, t, "kopi", now=now))
    await floor.run(lambda tx: finish_packing(tx, task, now=now))
    van = await floor.run(lambda tx: open_manifest(tx, world.locations["JKT"], "sicepat", now=now))
    await floor.run(lambda tx: scan_labels(tx, van.id, ["SALAH-1"], now=now))
    named["manifest"] = to_text(MANIFEST_PREFIX, van.id)
    open_one = from_text("tsk", named["task_packing"])
    await floor.run(lambda tx: take_out(tx, open_one, world.skus["kopi"], sku="kopi", parcel_no=1, now=now))
    return named


async def _labels(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """A packed order whose label was printed, and labels of goods."""
    order = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    task = await packed(world, order, now=now)
    job = await labelled(world, keyring, world.locations["JKT"], task, now)
    goods = [GoodsToLabel("kopi", 2)]
    stickers = await world.floor.run(lambda tx: print_goods_stickers(tx, goods, now=now))
    return {"label_job": to_text("prn", job.id), "stickers": to_text("prn", stickers.id)}


async def _tags(world: World, now: datetime) -> dict[str, str]:
    """Tags that were read and wait, and a carton that was received by its tag."""

    async def read(tx: Tx) -> dict[str, str]:
        carton = tag_of_container("106141412345678908", company_digits=7)
        await told_of_carton(tx, "106141412345678908", [Goods("kopi", 1)], now=now)
        made = {}
        for name, epc in (("tags_read", "3034257BF7194E4000001A85"), ("tags_booked", to_hex(carton))):
            session = await read_tags_for(tx, TagPurpose.RECEIPT, world.locations["JKT"], now=now)
            await hear_tags(tx, session.id, [Read(epc, 1, now)])
            made[name] = session.id
        await book_tags(tx, made["tags_booked"], now=now)
        return {name: to_text(TAG_SESSION, made[name]) for name in made}

    named: dict[str, str] = await world.floor.run(read)
    return named


async def _unsaid(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """COD orders whose buyers have not given their word: one on the agents' list, one nobody reached."""
    floor = world.floor
    on_the_road = await _cash_on_the_road(world, keyring, now)
    by_agent = (Step(Way.AGENT),)
    policy = Policy(steps=by_agent, on_the_day=DayPolicy(steps=by_agent, from_hour=0, to_hour=24))
    await floor.run(lambda tx: keep_policy(tx, policy, expected=1, now=now))
    unsaid = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    gone = await an_order(world, keyring, ("kopi", 1), now=now, terms=Terms.COD)
    begun = await floor.run(lambda tx: advance_cases(tx, [unsaid.id, gone.id], (), now=now))
    await floor.run(lambda tx: answer_by_hand(tx, gone.id, AttemptEvent.MISS, note="tidak diangkat", now=now))
    [token] = [one.token for one in begun if one.attempt.order_id == unsaid.id]
    return {
        "order_unsaid": to_text("ord", unsaid.id),
        "order_unreachable": to_text("ord", gone.id),
        "word_link": f"{floor.shop.shop_id}-{token}",
    } | await _days(world, on_the_road, now)


async def _cash_on_the_road(world: World, keyring: Keyring, now: datetime) -> dict[str, Parcel]:
    """Parcels of COD orders that nobody was asked about."""
    found = {}
    for turn, name in enumerate(("coming", "unreached", "said", "kept")):
        order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.COD)
        [found[name]] = await shipped(world, order, awb=f"00258998503{turn}", now=now)
    return found


async def _days(world: World, parcels: dict[str, Parcel], now: datetime) -> dict[str, str]:
    """Each goes out for delivery: one buyer is to be called, one was not reached, one wants another day, one keeps a part."""
    floor = world.floor
    ids = [parcel.id for parcel in parcels.values()]
    await floor.run(lambda tx: move_on(tx, ids, ParcelEvent.GO_OUT, now=now))
    due = await floor.run(lambda tx: days_due(tx, now=now, limit=9))
    begun = await floor.run(lambda tx: advance_days(tx, due, (), now=now))
    tokens = {one.attempt.order_id: f"{floor.shop.shop_id}-{one.token}" for one in begun}
    answers = {"unreached": AttemptEvent.MISS, "said": AttemptEvent.PUT_OFF}
    for name, event in answers.items():
        await floor.run(
            lambda tx, name=name, event=event: answer_day_by_hand(tx, parcels[name].id, event, now=now)
        )
    await floor.run(lambda tx: accept_part(tx, parcels["kept"].id, {1: 1}, now=now))
    return {f"parcel_{name}": to_text("pcl", parcel.id) for name, parcel in parcels.items()} | {
        "day_link": tokens[parcels["coming"].order_id],
        "day_link_said": tokens[parcels["said"].order_id],
    }


async def _pay_pages(
    world: World, keyring: Keyring, orders: dict[str, Order], now: datetime
) -> dict[str, str]:
    """`pay_<stage>` for the pages of buyers: to choose, with a number, paid, closed."""
    floor = world.floor
    numbered = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.PREPAID)
    account = await floor.run(
        lambda tx: open_account(
            tx,
            keyring,
            gateway="midtrans",
            name="Midtrans utama",
            base_url="http://127.0.0.1:1",
            credentials={"server_key": "SB-Mid-server-x", "merchant_id": "G-1"},
            methods=["va_bca", "va_mandiri", "qris", "ovo", "card", "alfamart"],
            now=now,
        )
    )

    own = await floor.run(
        lambda tx: add_transfer_account(tx, bank="014", number="1234567890", holder="Toko Nusantara", now=now)
    )
    carried = {rail.method: rail for rail in await floor.run(rails) if rail.account_id == account.id}
    await floor.run(lambda tx: pause_rail(tx, carried["alfamart"].id, reason="Kode ditolak kasir", now=now))

    async def number(tx: Tx) -> None:
        rail = next(rail for rail in await rails(tx) if rail.method == "va_bca")
        attempt = await begin_attempt(
            tx,
            numbered.id,
            rail,
            number=numbered.number,
            amount_minor=numbered.due_minor,
            currency="IDR",
            expires_at=now + timedelta(days=1),
            now=now,
        )
        given = Instrument(InstrumentKind.VIRTUAL_ACCOUNT, number="8808123412341234")
        await note_charged(tx, attempt, Charged("m-1", Outcome.PENDING, given, b"{}"), now=now)

    await floor.run(number)
    links = PayLinks("", keyring)
    pages = {"waiting": orders["waiting"], "numbered": numbered}
    pages |= {"cancelled": orders["cancelled"], "paid": orders["paid"]}
    tickets = {f"pay_{name}": links.ticket(1, order.id, now=now) for name, order in pages.items()}
    return tickets | {
        **await _reached(world, keyring, numbered, links, now),
        **await _couriers(world, keyring, now),
        "gateway_account": to_text("gwa", account.id),
        "transfer_account": to_text("tac", own),
        "rail": to_text("ral", carried["va_bca"].id),
        "rail_paused": to_text("ral", carried["alfamart"].id),
    }


async def _couriers(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """An account at a courier that cannot be reached, own riders, and who sends from the first location."""
    told = {
        "biteship": {"api_key": "biteship_test.k", "webhook_secret": "s"},
        "own": {"cities": "Jakarta Pusat, Kota Adm. Jakarta Pusat", "cost_minor": "9000"},
    }
    made = {}
    for provider, fields in told.items():
        made[provider] = await world.floor.run(
            lambda tx, provider=provider, fields=fields: open_courier_account(
                tx,
                keyring,
                provider=provider,
                name=provider.capitalize(),
                base_url="http://127.0.0.1:1" if provider != "own" else "",
                fields=fields,
                now=now,
            )
        )
    sender = ParcelSender(next(iter(world.locations.values())), "Gudang", "+622150001000", "10110")
    await world.floor.run(lambda tx: set_sender(tx, sender, now=now))
    return {
        "courier_account": to_text("cra", made["biteship"].id),
        "courier_own": to_text("cra", made["own"].id),
    }


async def _reached(
    world: World, keyring: Keyring, order: Order, links: PayLinks, now: datetime
) -> dict[str, str]:
    """An account whose provider sent word, one of calls, and the way out of a letter."""
    made = {}
    for provider, more in (("twilio_sms", {}), ("exotel", {"caller_id": "+622150001234"})):
        told = {**MESSENGERS, **PHONES}[provider]
        made[provider] = await world.floor.run(
            lambda tx, provider=provider, told=told, more=more: open_reach(
                tx,
                keyring,
                provider=provider,
                name=PROVIDER_NAMES[provider],
                base_url="http://127.0.0.1:1",
                fields={**told, **more},
                now=now,
            )
        )
    account = made["twilio_sms"]
    key = keyring.unwrap(1, account.id, account.wrapped_key)
    letters = [
        sealed_letter(
            1, account.id, key, verdict, method="POST", url="", headers={}, body=str(verdict).encode()
        )
        for verdict in Verdict
    ]
    await world.floor.run(lambda tx: keep_letters(tx, letters, now=now))
    assert order.customer_id is not None
    return {
        "reach_sms": to_text("rch", account.id),
        "reach_voice": to_text("rch", made["exotel"].id),
        "stop": links.stop_page(1, order.customer_id, "email", now=now).rpartition("/")[2],
    }


async def _promotions(floor: ShopFloor, order: Order, now: datetime) -> dict[str, str]:
    """One that runs, with a use that waits for its money, and one nobody started."""
    payers = (Payer(PayerKind.BANK, "BCA", 6_000), Payer(PayerKind.SHOP, "Toko Uji", 4_000))
    terms = PromotionTerms(
        name="Hemat BCA",
        kind=PromotionKind.CASHBACK,
        currency="IDR",
        valid_from=now - timedelta(days=5),
        payers=payers,
        banks=("bca",),
        card_ranges=("411111",),
        rate_bp=1_000,
        cap_minor=5_000,
        budget_minor=100_000,
    )
    plan = replace(
        terms,
        name="Cicilan",
        kind=PromotionKind.INSTALMENT,
        rate_bp=0,
        cap_minor=None,
        budget_minor=None,
        months=(Months(3, 250),),
    )

    async def work(tx: Tx) -> dict[str, str]:
        made = await make_promotion(tx, terms, now=now)
        draft = await make_promotion(tx, plan, now=now)
        await move_promotion(tx, made.id, PromotionEvent.START, now=now)
        locked = (await lock_orders(tx, [order.id]))[order.id]
        use = await offer_promotion.reserve(tx, locked, "va_bca", made.id, now=now)
        await confirm_use(tx, use, now=now)
        return {"promotion": to_text("prm", made.id), "promotion_draft": to_text("prm", draft.id)}

    made: dict[str, str] = await floor.run(work)
    return made


async def _vouchers(floor: ShopFloor, order: Order, now: datetime) -> dict[str, str]:
    """One of a buyer, and a code of whoever brings it."""
    assert order.customer_id is not None
    holder = order.customer_id

    async def work(tx: Tx) -> dict[str, str]:
        held, _ = await issue_voucher(
            tx, amount_minor=25_000, currency="IDR", customer_id=holder, reason="Terlambat", now=now
        )
        code, _ = await issue_voucher(
            tx, amount_minor=10_000, currency="IDR", customer_id=None, reason="Hadiah", now=now
        )
        return {
            "voucher": to_text("vch", held.id),
            "voucher_code": to_text("vch", code.id),
            "voucher_holder": to_text("cus", holder),
        }

    made: dict[str, str] = await floor.run(work)
    return made


async def _routing(floor: ShopFloor, order: Order, now: datetime) -> None:
    """A payment whose rail was chosen, rules that are followed, and a draft that was tried."""
    split = [{"gateway": "midtrans", "parts": 70}, {"gateway": "duitku", "parts": 30}]
    hours = {"methods": ["va_bca"], "at_least_minor": 5_000_000, "from_hour": 8, "to_hour": 20}
    first = {"name": "BCA", "when": hours, "split": split}
    second = {
        "name": "Malam",
        "when": {"from_hour": 22, "to_hour": 6, "weekdays": [6, 7]},
        "prefer": ["duitku"],
    }

    async def command(tx: Tx) -> None:
        for_bca = [rail for rail in await rails(tx) if rail.method == "va_bca"]
        await route_payment(tx, order.id, "va_bca", for_bca, now=now)
        await change_draft(tx, [first], expected=0, now=now)
        await try_draft(tx, 1, days=7, now=now)
        await put_live(tx, expected=1, note="BCA besar dibagi", now=now)
        rest = {"name": "Sisanya", "prefer": ["duitku"], "last": ["midtrans"]}
        await change_draft(tx, [first, second, rest], expected=1, now=now)
        await try_draft(tx, 2, days=7, now=now)

    await floor.run(command)


async def _sourcing(world: World, now: datetime) -> None:
    """Rules of where goods come from that are followed, and a draft that was tried."""
    place = next(iter(world.locations.values()))

    async def command(tx: Tx) -> None:
        plain = {"split_minor": 50_000, "places": {str(place): {"order_minor": 2_000}}}
        await sourcing.change_draft(tx, plain, expected=0, now=now)
        await try_sourcing.try_draft(tx, 1, days=7, now=now)
        await sourcing.put_live(tx, expected=1, note="Paket kedua mahal", now=now)
        await sourcing.change_draft(tx, plain | {"owners_first": True}, expected=1, now=now)
        await try_sourcing.try_draft(tx, 2, days=7, now=now)

    await world.floor.run(command)


async def orders_at_every_stage(world: World, keyring: Keyring, then: datetime) -> dict[str, Order]:
    """An order at each stage, by name."""
    floor = world.floor
    orders: dict[str, Order] = {}

    async def placed(name: str, *lines: tuple[str, int], terms: Terms = Terms.COD) -> Order:
        orders[name] = await an_order(world, keyring, *lines, now=then, terms=terms)
        return orders[name]

    await placed("waiting", ("kopi", 2), terms=Terms.PREPAID)
    await placed("planned", ("kopi", 1))
    for name in ("released", "picking", "short", "held"):
        order = await placed(name, ("set", 2), ("kopi", 1))
        task = await the_task(world, order)
        await floor.run(lambda tx, t=task: release_tasks(tx, [t], now=then))
        if name == "held":
            await floor.run(lambda tx, o=order: hold_order(tx, o.id, "fraud", reason="Rumah 12", now=then))
        if name in {"picking", "short"}:
            await floor.run(lambda tx, t=task: start_picking(tx, [t], now=then))
            await floor.run(lambda tx, t=task: pick(tx, t, [Pick(world.skus["kopi"], 3)], now=then))
        if name == "short":
            await floor.run(lambda tx, t=task: run_short(tx, t, note="Rak A3", now=then))
    await packed(world, await placed("packed", ("set", 1)), now=then)
    await shipped(world, await placed("road", ("kopi", 2)), awb="002589984001", now=then)
    [failed] = await shipped(world, await placed("failed", ("kopi", 2)), awb="002589984002", now=then)
    await floor.run(lambda tx: move_on(tx, [failed.id], ParcelEvent.FAIL, now=then))
    paid = await placed("paid", ("kopi", 3), terms=Terms.PREPAID)
    await floor.run(lambda tx: settle_payment(tx, money(paid, 35_000, reference="BCA-77"), now=then))
    await delivered(world, paid, awb="002589984003", now=then)
    await floor.run(lambda tx: promise_refund(tx, paid.id, amount_minor=4_000, reason="Penyok", now=then))
    return orders


async def _told(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """A message that was told, and one that reached nobody."""
    floor, post, clock = world.floor, Post("whatsapp"), SetClock(now)

    async def senders(_: Tx) -> Mapping[str, Sender]:
        return {"whatsapp": post}

    await floor.run(sequence)
    await floor.run(lambda tx: set_message_policy(tx, a_policy("whatsapp"), now=now))
    messenger = Messenger(floor.db, clock, keyring, PayLinks("https://toko.test", keyring), senders)
    consumer = teller(clock)
    for how in ("ok", "for_good"):
        post.how = how
        await an_order(world, keyring, ("kopi", 1), now=now)
        await floor.run(sequence)
        while await floor.run(lambda tx: consume(tx, consumer)):
            pass
        await messenger.send_due(floor.caller, "whatsapp")
    rows = await floor.all("SELECT id, state FROM message WHERE state IN ('told', 'untold')")
    return {f"message_{row.state}": to_text("msg", row.id) for row in rows}


async def _troubles(floor: ShopFloor, now: datetime) -> dict[str, str]:
    """An incident at each stage, a contact, and maintenance ahead."""
    named, hour = {}, timedelta(hours=1)
    for turn, state in enumerate(("suspected", "open", "recovered", "closed")):
        account, rail = await a_gateway(floor, now, f"Gateway {turn}")
        followed = await floor.run(
            lambda tx, rail=rail, state=state: open_incident(
                tx,
                [rail.id],
                kind=Kind.DOWN,
                severity=Severity.MAJOR,
                since=now - hour,
                evidence={"gagal": 5},
                suspected=state == "suspected",
                now=now,
            )
        )
        found = followed.incident
        named[f"incident_{state}"] = to_text("inc", found.id)
        named["gateway"] = to_text("gwa", account.id)
        if state == "suspected":
            continue
        await floor.run(
            lambda tx, found=found: announce(
                tx, found.id, words_id=found.words_id, words_en=found.words_en, publish=True, now=now
            )
        )
        await floor.run(
            lambda tx, found=found: add_note(tx, found.id, heard=True, who="Rina", words="Sebentar.", now=now)
        )
        if state != "open":
            await floor.run(lambda tx, found=found: recover(tx, found.id, now=now))
        if state == "closed":
            await floor.run(lambda tx, found=found: close(tx, found.id, review="Pindah jalur.", now=now))
    await floor.run(
        lambda tx: keep_contact(
            tx,
            account.id,
            name="Meja bantuan",
            phone="1500",
            email="l1@gateway.test",
            hours="24 jam",
            now=now,
        )
    )
    await floor.run(
        lambda tx: plan_maintenance(
            tx,
            account.id,
            ["va_bca"],
            starts_at=now + hour,
            ends_at=now + 2 * hour,
            title="Pemeliharaan inti",
            now=now,
        )
    )
    return named


async def returns_at_every_stage(
    world: World, keyring: Keyring, paid: Order, then: datetime
) -> dict[str, str]:
    """`ret_<stage>` for each; the first is of an order that was delivered."""
    named = {}
    for turn, name in enumerate(("requested", "approved", "received", "inspected", "disputed")):
        order = paid
        if turn:
            order = await an_order(world, keyring, ("kopi", 2), now=then)
            await pay(world, order, now=then)
            await delivered(world, order, awb=f"00258998501{turn}", now=then)
        made = await world.floor.run(lambda tx, o=order, n=name: _return(tx, world, o, n, then))
        named[f"ret_{name}"] = to_text("ret", made)
    return named


async def _unusual_orders(world: World, keyring: Keyring, then: datetime) -> dict[str, Order]:
    """Orders that something more happened to."""
    floor = world.floor
    names = ("cash", "changed", "changing", "cancelled", "finished", "returned")
    orders = {}
    for name in names:
        terms = Terms.COD if name == "cash" else Terms.PREPAID
        orders[name] = await an_order(world, keyring, ("kopi", 2), ("kado", 1), now=then, terms=terms)
        if name != "cash":
            await pay(world, orders[name], now=then)
    for turn, name in enumerate(("cash", "finished", "returned")):
        await delivered(world, orders[name], awb=f"00258998502{turn}", now=then)

    async def more(tx: Tx) -> None:
        changed, changing = orders["changed"], orders["changing"]
        made = await open_change(tx, changed.id, [SetQuantity(1, 1)], reason="Kurang satu", now=then)
        await confirm(tx, changed.id, made.id, now=then)
        await open_change(tx, changing.id, [SetQuantity(1, 3)], reason="Titip lagi", now=then)
        await cancel_order(tx, orders["cancelled"].id, reason="Berubah niat", now=then)
        promised = await promise_refund(
            tx, orders["finished"].id, amount_minor=5_000, reason="Penyok", now=then
        )
        await execute_refund(tx, promised.id, method="bank_transfer", reference="OUT-1", now=then)
        await tag_orders(tx, [orders["finished"]], add=["VIP"], now=then)
        await insert_view(tx, page="orders", staff_id=None, name="COD", query="terms=cod", now=then)

    await floor.run(more)
    await floor.run(lambda tx: complete_order(tx, orders["finished"].id, now=then))
    return orders


async def _return(tx: Tx, world: World, order: Order, until: str, then: datetime) -> UUID:
    made = await ask_return(tx, order.id, [Wanted(1, 1)], reason="Salah warna", now=then)
    if until != "requested":
        await decide_return(tx, made.id, ReturnEvent.APPROVE, now=then)
    if until == "disputed":
        await send_with(tx, made.id, courier="jnt", awb="JX1234567890", now=then)
        other = Seen("JX1234567891", 400, "Bandung", extras=[Extra("Sendok", 1)])
        place = world.locations["JKT"]
        await receive_goods_back(tx, made.id, {1: 1}, location_id=place, seen=other, now=then)
        await note_in_dispute(tx, made.id, "Foto label ada di berkas", now=then)
    if until in {"received", "inspected"}:
        await receive_goods_back(tx, made.id, {1: 1}, location_id=world.locations["JKT"], now=then)
    if until == "inspected":
        await inspect_goods(tx, made.id, [Inspected(1, 1, 0, "A1")], now=then)
    return made.id


async def _money_out(
    world: World, keyring: Keyring, orders: dict[str, Order], then: datetime, now: datetime
) -> dict[str, str]:
    """Refunds with their payouts, and a chargeback."""
    floor, named = world.floor, {}

    async def more(tx: Tx) -> None:
        for turn, name in enumerate(("waiting", "entered")):
            refund = await promise_refund(
                tx, orders["changing"].id, amount_minor=1_000 + turn, reason="Telat", now=then
            )
            payout = await begin_payout(tx, refund.id, now=then)
            named[f"refund_{name}"] = to_text("rfd", refund.id)
            named[f"payout_{name}"] = to_text("pto", payout.id)
            if name == "waiting":
                named["payout_link"] = await make_link(tx, payout.id, now=now)
            else:
                await type_account(
                    tx, keyring, payout.id, bank="014", number="1234567890", holder="Siti Aminah", now=then
                )
        still = await promise_refund(
            tx, orders["changing"].id, amount_minor=900, reason="Kurang ramah", now=then
        )
        named["refund_open"] = to_text("rfd", still.id)
        case = await report_chargeback(
            tx,
            orders["finished"].id,
            attempt_id=None,
            amount_minor=7_000,
            reason="Tidak sampai",
            deadline=now,
            now=then,
        )
        named["chargeback"] = to_text("cbk", case.id)
        await add_to_chargeback(tx, case.id, EvidenceKind.NOTE, "Diterima sendiri", now=then)
        signed = Brought("surat jalan.png", png())
        await add_file_to_chargeback(tx, keyring, case.id, EvidenceKind.DELIVERY, "", signed, now=then)

    await floor.run(more)
    return named


async def _missed_doors(world: World, keyring: Keyring, then: datetime, now: datetime) -> dict[str, str]:
    """Parcels nobody took, of one of which the buyer said where it is to be brought."""
    links, named = PayLinks("", keyring), {}
    for name, awb in (("", "002589985051"), ("_said", "002589985069")):
        order = await an_order(world, keyring, ("kopi", 1), now=then)
        await pay(world, order, now=then)
        [parcel] = await shipped(world, order, awb=awb, now=then)
        await world.floor.run(lambda tx, p=parcel: move_on(tx, [p.id], ParcelEvent.GO_OUT, now=then))
        await world.floor.run(lambda tx, p=parcel: move_on(tx, [p.id], ParcelEvent.FAIL, now=then))
        [door] = await world.floor.all("SELECT id FROM missed_door WHERE parcel_id = %(id)s", id=parcel.id)
        named[f"parcel_missed{name}"] = to_text("pcl", parcel.id)
        named[f"door_ticket{name}"] = links.door_ticket(world.floor.shop.shop_id, door.id, now=now)
    await world.floor.run(
        lambda tx: wish_at_door(
            tx, keyring, door.id, DoorWish.OTHER_ADDRESS, words="Jl. Melati 9, pagar biru", now=then
        )
    )
    return named


async def _claim(world: World, keyring: Keyring, then: datetime) -> str:
    """A claim to a courier that lost a parcel, its deadline near."""
    order = await an_order(world, keyring, ("kopi", 2), now=then)
    await pay(world, order, now=then)
    [parcel] = await shipped(world, order, awb="002589985044", now=then)
    await world.floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.LOSE, reason="Hilang", now=then))
    [row] = await world.floor.all("SELECT id FROM parcel_claim WHERE parcel_id = %(id)s", id=parcel.id)
    return to_text(CLAIM_PREFIX, row.id)


async def _return_promised(world: World, order: Order, then: datetime) -> str:
    """A return whose goods are in and whose money is promised."""
    made = await world.floor.run(lambda tx: _return(tx, world, order, "inspected", then))
    await world.floor.run(lambda tx: resolve_return(tx, made, amount_minor=10_000, now=then))
    return to_text("ret", made)


async def _takes(tx: Tx, place: UUID, now: datetime) -> dict[str, str]:
    """A stock-take somebody counts, and one that was counted with a difference."""
    running = await open_stock_take(tx, TakeAsked(place, CountScope.SKUS, ("teko",)), now=now)
    counted = await open_stock_take(tx, TakeAsked(place, CountScope.BINS, ("A1-01-1", "A1-01-2")), now=now)
    mine, _ = await areas_of(tx, counted.id)
    await begin_counting(tx, mine.id, now=now)
    await count_goods(tx, mine.id, [GoodsCounted("kopi", 3)], add=True, now=now)
    [open_area] = await areas_of(tx, running.id)
    return {
        "take": to_text("opn", running.id),
        "take_counted": to_text("opn", counted.id),
        "count_area": to_text("opa", open_area.id),
        "count_mine": to_text("opa", mine.id),
    }


async def _goods(world: World, now: datetime) -> dict[str, str]:
    """Goods at two places, some promised, some on the road, some running low."""
    there = [Receipt(world.skus[sku], world.locations["SBY"], 9) for sku in ("kopi", "teko")]

    async def bring(tx: Tx) -> tuple[UUID, UUID, UUID, dict[str, str]]:
        await receive_stock(tx, there, now=now)
        place, kopi = world.locations["SBY"], StockKey(world.skus["kopi"], world.locations["SBY"], NIL, NIL)
        shelf, full = await draw_bins(tx, place, [BinAsked("A1-01-1"), BinAsked("A1-01-2")], now=now)
        await put_away(tx, [PutAway(shelf.id, kopi, 4), PutAway(full.id, kopi, 1)], in_hand={}, now=now)
        await block_bin(tx, place, full.id, why="Audit", now=now)
        takes = await _takes(tx, place, now)
        late = (now - timedelta(days=3)).date()
        await expect_stock(tx, there, supplier="Kopi Gayo Makmur", due_on=late, now=now)
        await set_policy(tx, world.skus["teko"], world.locations["SBY"], safety=2, reorder_point=50, now=now)
        ends = {"from_location": world.locations["JKT"], "to_location": world.locations["SBY"]}
        draft = await open_transfer(tx, **ends, goods=[Travel(world.skus["kopi"], 2)], note="", now=now)
        road = await open_transfer(tx, **ends, goods=[Travel(world.skus["kopi"], 3)], note="Truk", now=now)
        await dispatch_transfer(tx, road.id, now=now)
        return draft.id, road.id, shelf.id, takes

    draft, road, shelf, takes = await world.floor.run(bring)
    named: dict[str, str] = takes
    return named | {
        "transfer_draft": to_text("trf", draft),
        "transfer_road": to_text("trf", road),
        "location": to_text("loc", world.locations["SBY"]),
        "bin": to_text("bin", shelf),
        "sku": to_text("sku", world.skus["kopi"]),
        "bundle": to_text("sku", world.skus["set"]),
    }


async def _wares(world: World, now: datetime) -> dict[str, str]:
    """The product of everything sold, one that never was, and a sheet that was checked."""

    async def command(tx: Tx) -> tuple[UUID, UUID]:
        fields = ProductFields("Kopi Gayo", category="Kopi")
        plain, _ = await add_product(tx, fields, [SkuFields("GAYO", weight_g=250)], now=now)
        sheet = await check_sheet(tx, "produk-baru.csv", BAD_SHEET.encode(), currency="IDR", now=now)
        zone = await put_zone(tx, None, code="jawa", name="Jawa", areas=["31", "32"], now=now)
        await set_fee(tx, zone, service="reguler", first_kg_minor=9_000, next_kg_minor=7_000, now=now)
        later = now.date() + timedelta(days=60)
        await set_tax_rate(
            tx, tax_class="ppn", valid_from=later, rate_bp=1200, base_numerator=1, base_denominator=1, now=now
        )
        return plain.id, sheet.id

    plain, sheet = await world.floor.run(command)
    sold = await world.floor.value("SELECT product_id FROM sku WHERE shop_id = %(shop)s AND code = 'kopi'")
    return {
        "product": to_text("prd", sold),
        "product_plain": to_text("prd", plain),
        "sheet": to_text("imp", sheet),
    }


async def _customers(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """A customer with an address and a consent, and one much like them."""

    async def command(tx: Tx) -> UUID:
        budi = await register(tx, keyring, Typed("Budi Santoso", "081299990000", "budi@gmail.com"), now=now)
        await register(tx, keyring, Typed("B. Santoso", "085711112222", "budi@gmail.com"), now=now)
        home = TypedAddress(
            "Budi", "081299990000", "Jl. Melawai Raya 12", "31.74.07.1001", "12160", label="A1"
        )
        await add_address(tx, keyring, budi, home, now=now)
        await give_consent(tx, budi, Purpose.MARKETING_SMS, source="kasir", now=now)
        return budi

    return {"customer": f"/customers/{to_text('cus', await world.floor.run(command))}"}


async def _files(world: World, orders: dict[str, Order], data_dir: Path, now: datetime) -> dict[str, str]:
    """Order files at every stage, and an action on many orders of which one was refused."""
    floor, folder, clock = world.floor, UploadFolder(data_dir), SetClock(now)
    strange = await _brought(floor, folder, "aneh.csv", STRANGE_FILE, now=now)
    waiting = await _brought(floor, folder, "besok.csv", text_file([sale("540001", "71053")]), now=now)
    mapping = preset("online-retail")
    print_of_it = check_source(folder.path(waiting.stored), mapping)
    await floor.run(lambda tx: ask_for_import(tx, waiting.id, mapping, fingerprint=print_of_it, now=now))
    rows = [sale(), sale(sku="71053", price="3.39"), sale("536367", sku="22745", price="0", customer="")]
    path = data_dir / "toko-lama.csv"
    path.write_text(text_file(rows), encoding="utf-8")
    done = await import_now(floor.db, floor.shop, path, mapping, clock=clock, actor="staff:test")
    chosen = [orders["waiting"].id, orders["cancelled"].id]
    bulk = await floor.run(
        lambda tx: start(tx, Verb.HOLD, {"kind": "other", "reason": "Cek dulu"}, chosen, now=now)
    )
    await work_off(floor.db, floor.caller, bulk, now=now)
    return {
        "upload_strange": to_text("upl", strange.id),
        "upload_waiting": to_text("upl", waiting.id),
        "run": to_text("imr", UUID(done.run_id)),
        "bulk": to_text("blk", bulk),
    }


async def _brought(
    floor: ShopFloor, folder: UploadFolder, name: str, content: str, *, now: datetime
) -> Upload:
    coming = folder.receive(name)
    coming.write(content.encode())
    coming.keep()
    upload, _ = await floor.run(lambda tx: keep_upload(tx, coming, now=now))
    kept: Upload = upload
    return kept


async def _people(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> tuple[dict[str, str], dict[Role, str], str]:
    """Somebody of every role with a session, somebody who needs a code, somebody with two shops."""
    password_hash = await hashed(PASSWORD)

    async def hire(tx: Tx, email: str, *roles: Role) -> UUID:
        staff = await add_staff(
            tx,
            email=email,
            name=email.split("@", maxsplit=1)[0].title(),
            roles=roles or (Role.OWNER,),
            password_hash=password_hash,
            keyring=keyring,
            now=now,
        )
        return staff.id

    async def command(tx: Tx) -> tuple[dict[str, str], dict[Role, str], str]:
        named, tokens = {}, {}
        for role in Role:
            staff_id = await hire(tx, f"{role}@toko.test", role)
            named[f"staff_{role}"] = to_text("stf", staff_id)
            tokens[role] = await open_session(tx, staff_id, address="127.0.0.1", browser="", now=now)
        careful = await hire(tx, "totp@toko.test")
        secret = await begin_onetime_codes(tx, careful, keyring=keyring)
        code = pyotp.TOTP(secret).at(now)
        await confirm_onetime_codes(tx, careful, code, keyring=keyring, now=now)
        await hire(tx, "dua@toko.test")
        await make_key(tx, name="Situs", permissions=[Permission.ORDERS_READ], now=now)
        return named, tokens, secret

    made: tuple[dict[str, str], dict[Role, str], str] = await floor.run(command)
    other = await floor.db.run(
        Caller(ALL_SHOPS, "system:test"), lambda tx: open_shop(tx, code="cabang", name="Cabang", now=now)
    )
    await floor.db.run(Caller(other.shop_id, "staff:test"), lambda tx: hire(tx, "dua@toko.test"))
    return made


async def _entry(floor: ShopFloor, kind: str) -> str:
    """The oldest entry of a kind."""
    found: UUID = await floor.value(
        "SELECT id FROM exception_entry WHERE shop_id = %(shop)s AND kind = %(kind)s ORDER BY id LIMIT 1",
        kind=kind,
    )
    return to_text("exc", found)
