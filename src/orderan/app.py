"""The web application put together: what it is made of, and nothing else."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Final, Self

from litestar import Litestar, Request, Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp

from orderan import __version__, gateways
from orderan.access import Entrance
from orderan.customers import atlas
from orderan.flows.book_courier import Booker
from orderan.flows.courier_clients import CourierClients
from orderan.flows.execute_refund import Refunder
from orderan.flows.gateway_clients import GatewayClients
from orderan.flows.pay_links import PayLinks
from orderan.flows.pay_online import Cashier
from orderan.flows.reach_clients import ReachClients
from orderan.kit import masterkey
from orderan.kit.clock import Clock, SystemClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database
from orderan.kit.public_network import PublicCaller
from orderan.kit.runner import Runner
from orderan.messaging import Lines
from orderan.settings import Settings
from orderan.web.api.document import ExactJson
from orderan.web.api.idempotency import with_a_key
from orderan.web.api.placing import PlacingDoor
from orderan.web.courier_news import CourierIntake
from orderan.web.dashboard.desk import visit
from orderan.web.dashboard.errors import HANDLERS
from orderan.web.gather import Gatherer
from orderan.web.headers import security_headers
from orderan.web.health import health, metrics
from orderan.web.live_stock import StockWatch
from orderan.web.news import NewsIntake
from orderan.web.notices import Intake
from orderan.web.nul import without_nul
from orderan.web.observing import Observing
from orderan.web.postcodes import PostcodeMemory
from orderan.web.preferences import choose_preferences
from orderan.web.principal import KeyMemory, allowed, identify, principal_of, require_declared
from orderan.web.static import serve_static

MODULES: Final = (
    "orderan.web.api.adjustments",
    "orderan.web.api.availability",
    "orderan.web.api.courier_accounts",
    "orderan.web.api.courier_bookings",
    "orderan.web.api.courier_choice",
    "orderan.web.api.courier_claims",
    "orderan.web.api.courier_scores",
    "orderan.web.api.courier_cash",
    "orderan.web.api.shipping_rates",
    "orderan.web.api.customer_access",
    "orderan.web.api.customer_details",
    "orderan.web.api.customer_wishes",
    "orderan.web.api.customers",
    "orderan.web.api.docs",
    "orderan.web.api.events",
    "orderan.web.api.exceptions",
    "orderan.web.api.expected",
    "orderan.web.api.label_prints",
    "orderan.web.api.locations",
    "orderan.web.api.movements",
    "orderan.web.api.orders",
    "orderan.web.api.papers",
    "orderan.web.api.parcels",
    "orderan.web.api.payments",
    "orderan.web.api.pick_lists",
    "orderan.web.api.picking_rules",
    "orderan.web.api.policies",
    "orderan.web.api.prices",
    "orderan.web.api.products",
    "orderan.web.api.promises",
    "orderan.web.api.quotes",
    "orderan.web.api.reach",
    "orderan.web.api.receipts",
    "orderan.web.api.refunds",
    "orderan.web.api.regions",
    "orderan.web.api.return_policy",
    "orderan.web.api.return_disputes",
    "orderan.web.api.return_reasons",
    "orderan.web.api.returns",
    "orderan.web.api.routing_rules",
    "orderan.web.api.sourcing_rules",
    "orderan.web.api.sku_substitutes",
    "orderan.web.api.skus",
    "orderan.web.api.packing",
    "orderan.web.api.manifests",
    "orderan.web.api.task_boxes",
    "orderan.web.api.task_shortages",
    "orderan.web.api.tasks",
    "orderan.web.api.bins",
    "orderan.web.api.stickers",
    "orderan.web.api.tags",
    "orderan.web.api.stock_takes",
    "orderan.web.api.refills",
    "orderan.web.api.shelf_life",
    "orderan.web.api.transfers",
    "orderan.web.api.trust_denials",
    "orderan.web.api.trust_entries",
    "orderan.web.api.trust_models",
    "orderan.web.api.trust_reviews",
    "orderan.web.api.trust_rules",
    "orderan.web.api.verification",
    "orderan.web.api.verification_policy",
    "orderan.web.api.vouchers",
    "orderan.web.api.waves",
    "orderan.web.api.delivery_days",
    "orderan.web.api.missed_doors",
    "orderan.web.buyer.confirm",
    "orderan.web.buyer.door",
    "orderan.web.buyer.pay",
    "orderan.web.buyer.status",
    "orderan.web.buyer.payout",
    "orderan.web.buyer.stopping",
    "orderan.web.buyer.returning",
    "orderan.web.buyer.tracking",
    "orderan.web.dashboard.account",
    "orderan.web.dashboard.audit",
    "orderan.web.dashboard.board",
    "orderan.web.dashboard.channels",
    "orderan.web.dashboard.chargebacks",
    "orderan.web.dashboard.money_back_files",
    "orderan.web.dashboard.cod_report",
    "orderan.web.dashboard.customer_address",
    "orderan.web.dashboard.customer_merging",
    "orderan.web.dashboard.customer_messages",
    "orderan.web.dashboard.customers",
    "orderan.web.dashboard.driver",
    "orderan.web.dashboard.fleet",
    "orderan.web.dashboard.fleet_door",
    "orderan.web.dashboard.fleet_run",
    "orderan.web.dashboard.fleet_setup",
    "orderan.web.dashboard.stock",
    "orderan.web.dashboard.stock_expected",
    "orderan.web.dashboard.stock_forms",
    "orderan.web.dashboard.stock_stickers",
    "orderan.web.dashboard.stock_tags",
    "orderan.web.dashboard.stock_takes",
    "orderan.web.dashboard.refills",
    "orderan.web.dashboard.stock_expiring",
    "orderan.web.dashboard.stock_counting",
    "orderan.web.dashboard.transfers",
    "orderan.web.dashboard.bins",
    "orderan.web.dashboard.labels",
    "orderan.web.dashboard.locations",
    "orderan.web.dashboard.gateways",
    "orderan.web.dashboard.transfer_accounts",
    "orderan.web.dashboard.handing_over",
    "orderan.web.dashboard.home",
    "orderan.web.dashboard.inbox",
    "orderan.web.dashboard.import_mapping",
    "orderan.web.dashboard.import_runs",
    "orderan.web.dashboard.incident_contacts",
    "orderan.web.dashboard.incidents",
    "orderan.web.dashboard.keys",
    "orderan.web.dashboard.login",
    "orderan.web.dashboard.maintenance",
    "orderan.web.dashboard.message_templates",
    "orderan.web.dashboard.messages",
    "orderan.web.dashboard.order_change",
    "orderan.web.dashboard.order_acts",
    "orderan.web.dashboard.order_bulk",
    "orderan.web.dashboard.order_detail",
    "orderan.web.dashboard.order_export",
    "orderan.web.dashboard.order_money",
    "orderan.web.dashboard.order_imports",
    "orderan.web.dashboard.order_new",
    "orderan.web.dashboard.orders",
    "orderan.web.dashboard.finance",
    "orderan.web.dashboard.finance_bank",
    "orderan.web.dashboard.courier_accounts",
    "orderan.web.dashboard.courier_bookings",
    "orderan.web.dashboard.courier_choice",
    "orderan.web.dashboard.courier_claims",
    "orderan.web.dashboard.missed_door",
    "orderan.web.dashboard.courier_ledger",
    "orderan.web.dashboard.courier_scores",
    "orderan.web.dashboard.finance_files",
    "orderan.web.dashboard.finance_received",
    "orderan.web.dashboard.finance_tables",
    "orderan.web.dashboard.payments",
    "orderan.web.dashboard.vouchers",
    "orderan.web.dashboard.payments_order",
    "orderan.web.dashboard.payments_promotions",
    "orderan.web.dashboard.payments_refunds",
    "orderan.web.dashboard.payouts",
    "orderan.web.dashboard.refund_detail",
    "orderan.web.dashboard.product_prices",
    "orderan.web.dashboard.product_sheets",
    "orderan.web.dashboard.product_skus",
    "orderan.web.dashboard.products",
    "orderan.web.dashboard.promise_terms",
    "orderan.web.dashboard.reach",
    "orderan.web.dashboard.return_policy",
    "orderan.web.dashboard.return_disputes",
    "orderan.web.dashboard.return_photos",
    "orderan.web.dashboard.return_reasons",
    "orderan.web.dashboard.returns",
    "orderan.web.dashboard.routing",
    "orderan.web.dashboard.sourcing",
    "orderan.web.dashboard.routing_rule",
    "orderan.web.dashboard.scorecard",
    "orderan.web.dashboard.search",
    "orderan.web.dashboard.settings",
    "orderan.web.dashboard.shipping",
    "orderan.web.dashboard.trust",
    "orderan.web.dashboard.trust_denial",
    "orderan.web.dashboard.trust_lists",
    "orderan.web.dashboard.trust_models",
    "orderan.web.dashboard.trust_review",
    "orderan.web.dashboard.trust_rules",
    "orderan.web.dashboard.users",
    "orderan.web.dashboard.verification",
    "orderan.web.dashboard.verification_policy",
    "orderan.web.dashboard.delivery_days",
    "orderan.web.dashboard.papers",
    "orderan.web.dashboard.part_taken",
    "orderan.web.dashboard.warehouse",
    "orderan.web.dashboard.waves",
    "orderan.web.dashboard.picking",
    "orderan.web.dashboard.picking_rules",
    "orderan.web.dashboard.pickers",
    "orderan.web.dashboard.packing",
    "orderan.web.dashboard.cartons",
    "orderan.web.dashboard.manifests",
    "orderan.web.calls",
    "orderan.web.courier_news",
    "orderan.web.images",
    "orderan.web.news",
    "orderan.web.notices",
)
"""Modules whose `handlers` are served."""

FORM_BYTES: Final = 12 * 1024 * 1024


def create() -> ASGIApp:
    """What uvicorn serves: the application from the environment, with the hot door before it."""
    settings = Settings.from_environment(os.environ)
    master = masterkey.obtain(
        settings.secrets.master_key_file, given=settings.secrets.master_key, create=False
    )
    app = build(settings, Keyring(master), SystemClock())
    door: ASGIApp = app.state.door
    return door


@dataclass
class Parts:
    """What an application answers with. Whoever needs one of them asks for it at every request.

    Attributes:
        keys, postcodes: What is remembered of each for a while.
    """

    settings: Settings
    keyring: Keyring
    clock: Clock
    db: Database
    keys: KeyMemory
    postcodes: PostcodeMemory
    clients: GatewayClients
    reached: ReachClients
    couriers: CourierClients
    booker: Booker
    intake: Intake
    news_intake: NewsIntake
    courier_intake: CourierIntake
    links: PayLinks
    cashier: Cashier
    refunder: Refunder
    runner: Runner
    entrance: Entrance

    @classmethod
    def of(cls, settings: Settings, keyring: Keyring, clock: Clock) -> Self:
        """Each made from the settings; nothing is connected yet."""
        database = settings.database
        if database.url is None:
            message = "the web application needs a database URL"
            raise ValueError(message)
        db = Database(
            database.url,
            min_size=database.pool_min,
            max_size=database.pool_max,
            timeout_s=database.acquire_timeout_s,
            statement_timeout_s=database.statement_timeout_s,
            lock_timeout_s=database.lock_timeout_s,
        )
        clients = GatewayClients(keyring, clock, reach=gateways.Caller())
        reached = ReachClients(keyring, clock, Lines(clients.reach, PublicCaller()))
        couriers = CourierClients(keyring, clock, clients.reach)
        links = PayLinks(settings.web.address, keyring)
        return cls(
            settings=settings,
            keyring=keyring,
            clock=clock,
            db=db,
            keys=KeyMemory(db, clock),
            postcodes=PostcodeMemory(db),
            clients=clients,
            reached=reached,
            couriers=couriers,
            booker=Booker(db, clock, keyring, couriers),
            intake=Intake(db, clients, clock),
            news_intake=NewsIntake(db, reached, clock),
            courier_intake=CourierIntake(db, couriers, clock),
            links=links,
            cashier=Cashier(db, clock, links, clients.of_rail),
            refunder=Refunder(db, clock, clients.of_rail),
            runner=Runner(db),
            entrance=Entrance(db, keyring),
        )


def build(settings: Settings, keyring: Keyring, clock: Clock) -> Litestar:
    """The application from its parts.

    Raises:
        Undeclared: A route does not say who may call it.
    """
    parts = Parts.of(settings, keyring, clock)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await parts.db.open()
        # The first order with an address must not wait for a fifth of a second of reading.
        warming = asyncio.create_task(asyncio.to_thread(atlas))
        app.state.stock_watch = StockWatch(parts.db, parts.clock)
        app.state.gatherer = door.gatherer = Gatherer(parts.db, parts.keyring, parts.clock)
        yield
        await warming
        await parts.reached.lines.close()
        await parts.db.close()

    app = Litestar(
        [health, metrics, serve_static, choose_preferences, *_handlers()],
        guards=[allowed],
        before_request=with_a_key,
        dependencies=_dependencies(parts),
        exception_handlers=HANDLERS,
        middleware=[Observing, without_nul, security_headers, identify(parts)],
        csrf_config=CSRFConfig(
            secret=keyring.secret("csrf"),
            cookie_name="orderan_csrf",
            cookie_secure=settings.web.secure,
            cookie_httponly=True,
            cookie_samesite="lax",
            exclude=["^/api/", "^/notices/", "^/news/", "^/tracking/", "^/asks/", "^/stop/"],
        ),
        lifespan=[lifespan],
        logging_config=None,
        state=State({"parts": parts}),
        openapi_config=_openapi(),
        request_max_body_size=FORM_BYTES,
    )
    require_declared(app)
    door = PlacingDoor(app, parts)
    app.state.door = Observing(door)
    return app


def _handlers() -> list[Any]:
    return [handler for module in MODULES for handler in import_module(module).handlers]


def _dependencies(parts: Parts) -> dict[str, Provide]:
    async def caller(request: Request[Any, Any, Any]) -> Caller:
        return principal_of(request).caller(request.scope["state"].get("request_id"))

    def now() -> datetime:
        return parts.clock.now()

    return {
        "db": Provide(lambda: parts.db, sync_to_thread=False),
        "runner": Provide(lambda: parts.runner, sync_to_thread=False),
        "keyring": Provide(lambda: parts.keyring, sync_to_thread=False),
        "settings": Provide(lambda: parts.settings, sync_to_thread=False),
        "clients": Provide(lambda: parts.clients, sync_to_thread=False),
        "cashier": Provide(lambda: parts.cashier, sync_to_thread=False),
        "links": Provide(lambda: parts.links, sync_to_thread=False),
        "intake": Provide(lambda: parts.intake, sync_to_thread=False),
        "news_intake": Provide(lambda: parts.news_intake, sync_to_thread=False),
        "couriers": Provide(lambda: parts.couriers, sync_to_thread=False),
        "booker": Provide(lambda: parts.booker, sync_to_thread=False),
        "courier_intake": Provide(lambda: parts.courier_intake, sync_to_thread=False),
        "reached": Provide(lambda: parts.reached, sync_to_thread=False),
        "refunder": Provide(lambda: parts.refunder, sync_to_thread=False),
        "entrance": Provide(lambda: parts.entrance, sync_to_thread=False),
        "now": Provide(now, sync_to_thread=False),
        "principal": Provide(principal_of, sync_to_thread=False),
        "caller": Provide(caller),
        "visit": Provide(visit, sync_to_thread=False),
    }


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Orderan",
        version=__version__,
        description="Orders, stock, payments and parcels of a shop.",
        render_plugins=[ExactJson(path="/openapi.json")],
        openapi_router=Router("/api", route_handlers=[], opt={"public": True}, include_in_schema=False),
        components=Components(
            security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description="An API key")}
        ),
        security=[{"key": []}],
    )
