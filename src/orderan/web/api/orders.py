"""Orders over the API: placing one, placing a batch."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, post
from litestar.datastructures import State
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from orderan.access import Permission, Principal
from orderan.customers import (
    AreaComplaint,
    Buyer,
    BuyerAddress,
    Complaint,
    Doubt,
    EntryRefused,
    PhoneUnreadable,
    check_destination,
    check_email,
    check_phone,
    e164,
)
from orderan.flows.place_order import Placed, Placement, PlacementLine
from orderan.flows.score_orders import Origin
from orderan.kit.errors import Refusal
from orderan.kit.ids import to_text
from orderan.kit.runner import Answer
from orderan.orders import OrderKind, Terms
from orderan.pricing import Discount
from orderan.web.api import decisions, order_changes, order_past, order_reading, order_steps
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Problem, Told, answers, key_of
from orderan.web.errors import invalid_problem, kept_problem, refusal_problem, request_id_of, words_of
from orderan.web.gather import Gatherer

MOST_LINES = 200
# PostgreSQL keeps no NUL in a text, and one such row would undo a whole batch.
TEXT = r"^[^\x00]*$"
MOST_ORDERS = 500
MOST_MINOR = 10**15


class LineAsked(Asked):
    """A line."""

    sku: Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    may_substitute: bool | None = Field(
        default=None, description="Of this line alone; absent: as the order says"
    )


class AddressAsked(Asked):
    """Where to send it."""

    line: Annotated[str, Field(min_length=1, max_length=300, pattern=TEXT)]
    village_code: Annotated[str | None, Field(pattern=r"^\d\d\.\d\d\.\d\d\.\d{4}$")] = None
    postcode: Annotated[str | None, Field(pattern=r"^\d{5}$")] = None
    area: Annotated[str, Field(max_length=200, pattern=TEXT)] = ""


class BuyerAsked(Asked):
    """Who buys; the phone says who it is."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=TEXT)]
    phone: Annotated[str, Field(min_length=5, max_length=30, pattern=TEXT)]
    email: Annotated[str | None, Field(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")] = (
        None
    )
    address: AddressAsked | None = None


class DiscountAsked(Asked):
    """Money off, and who pays for it."""

    code: Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT)]
    payer: Annotated[str, Field(pattern=r"^(merchant|platform|brand|bank|courier)$")]
    amount: Annotated[int, Field(ge=1, le=MOST_MINOR, description="Minor units of the shop's currency")]
    line: Annotated[
        int | None, Field(ge=1, le=MOST_LINES, description="Line it is for; absent: the order")
    ] = None


class OriginAsked(Asked):
    """Where an order came from, as far as it is known; it is scored with, and kept as keyed hashes only."""

    device: Annotated[str | None, Field(min_length=1, max_length=200, pattern=TEXT)] = None
    ip: Annotated[str | None, Field(min_length=1, max_length=45, pattern=TEXT)] = None
    ip_area: Annotated[
        str | None, Field(pattern=r"^\d\d$", description="Province code of the request's address")
    ] = None
    billing_area: Annotated[
        str | None, Field(pattern=r"^\d\d$", description="Province code of the payer")
    ] = None
    card: Annotated[
        str | None, Field(pattern=r"^\d{6,8}$", description="The first six to eight digits of the card")
    ] = None


class OrderAsked(Asked):
    """An order to place."""

    channel: Annotated[str, Field(min_length=1, max_length=64, pattern=TEXT)]
    lines: Annotated[list[LineAsked], Field(min_length=1, max_length=MOST_LINES)]
    buyer: BuyerAsked | None = None
    kind: OrderKind = OrderKind.B2C
    terms: Terms = Terms.PREPAID
    external_id: Annotated[str | None, Field(min_length=1, max_length=100, pattern=TEXT)] = None
    cart_id: Annotated[str | None, Field(min_length=1, max_length=100, pattern=TEXT)] = None
    discounts: Annotated[tuple[DiscountAsked, ...], Field(max_length=50)] = ()
    shipping_service: Annotated[str | None, Field(min_length=1, max_length=40, pattern=TEXT)] = None
    expected_total: Annotated[int | None, Field(ge=0, le=MOST_MINOR)] = None
    note: Annotated[str | None, Field(max_length=1000, pattern=TEXT)] = None
    origin: OriginAsked | None = None
    may_substitute: bool = Field(
        default=False,
        description="The buyer lets what the shop names as a substitute stand in for what is missing, at no higher price",
    )

    def placement(self, postcodes: Mapping[str, str]) -> Placement:
        """As the flow takes it.

        Args:
            postcodes: By village code, as far as they are known.

        Raises:
            PhoneUnreadable: The phone is no number, and that is all that is wrong.
            EntryRefused: The phone, e-mail or address cannot be; every wrong field is told.
        """
        return Placement(
            channel=self.channel,
            lines=[
                PlacementLine(
                    line.sku,
                    line.quantity,
                    self.may_substitute if line.may_substitute is None else line.may_substitute,
                )
                for line in self.lines
            ],
            buyer=_buyer(self.buyer, postcodes) if self.buyer else None,
            kind=self.kind,
            terms=self.terms,
            external_id=self.external_id,
            cart_id=self.cart_id,
            discounts=[Discount(one.code, one.payer, one.amount, one.line) for one in self.discounts],
            shipping_service=self.shipping_service,
            expected_total_minor=self.expected_total,
            note=self.note,
            origin=Origin(**self.origin.model_dump()) if self.origin else None,
        )


def _buyer(asked: BuyerAsked, postcodes: Mapping[str, str]) -> Buyer:
    """The buyer, unless something about them is impossible.

    What only looks like a slip (gmial.com) passes: nobody sits at a marketplace's end to be asked,
    and the order is worth more than the e-mail.
    """
    address = None
    complaints: list[Complaint | AreaComplaint] = []
    if asked.email:
        email = check_email(asked.email, insisted=True, field="buyer.email")
        if isinstance(email, Complaint):
            complaints.append(email)
    if where := asked.address:
        address = BuyerAddress(where.line, where.village_code, where.postcode, where.area)
        of_village = postcodes.get(where.village_code or "")
        complaints += [
            replace(one, field=f"buyer.address.{one.field}")
            for one in check_destination(where.village_code, where.postcode, of_village=of_village)
        ]
    try:
        phone = e164(asked.phone)
    except PhoneUnreadable:
        if not complaints:
            raise
        wrong = check_phone(asked.phone, field="buyer.phone")
        complaints.insert(
            0, wrong if isinstance(wrong, Complaint) else Complaint("buyer.phone", Doubt.NOT_A_NUMBER)
        )
        raise EntryRefused(tuple(complaints)) from None
    if complaints:
        raise EntryRefused(tuple(complaints))
    return Buyer(asked.name, phone, asked.email, address)


class LineTold(Told):
    """A line as placed."""

    line: int
    sku: str
    title: str
    quantity: int
    unit_price: int
    discount: int
    tax: int


class OrderTold(Told):
    """An order as placed; amounts are minor units of `currency`."""

    id: str
    number: str
    status: str
    money: str
    currency: str
    goods: int
    discount: int
    shipping: int
    tax: int
    tax_included: bool
    total: int
    placed_at: str
    pay_before: str | None
    deposit: Annotated[
        int | None, Field(description="To be paid before it is worked on; its payments tell the page for it")
    ]
    lines: list[LineTold]


def _for_itself(row: Any, shaped: ValidatorFunctionWrapHandler) -> Any:
    """A row as it should be, or what is wrong with its shape: it must not cost the other rows their turn."""
    try:
        return shaped(row)
    except ValidationError as fault:
        return fault


class BatchAsked(Asked):
    """Orders to place, each for itself: one of a wrong shape is answered in its place."""

    orders: Annotated[
        list[Annotated[OrderAsked, WrapValidator(_for_itself)]],
        Field(min_length=1, max_length=MOST_ORDERS),
    ]


class PlacedRowTold(Told):
    """What became of one order of a batch: `order`, or `problem`."""

    index: int
    status: int
    order: OrderTold | None = None
    problem: Problem | None = None


class BatchTold(Told):
    """Results in the order the orders were sent."""

    placed: int
    refused: int
    results: list[PlacedRowTold]


@post(
    "/",
    summary="Place an order",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=201,
    responses={
        200: answers(OrderTold, "This external_id or cart_id became an order before; here it is"),
        **REFUSED,
    },
)
async def place_order(
    request: Request[Any, Any, Any],
    state: State,
    principal: Principal,
    data: OrderAsked,
    idempotency_key: IdempotencyKey,
) -> OrderTold:
    """Place one order: priced, its stock reserved, whole or not at all.

    Requests that arrive together are placed together; each keeps its own answer.
    """
    gatherer: Gatherer = state.gatherer
    request_id = request_id_of(request)
    key = await key_of(request, principal, idempotency_key)
    to_answer = answering(request, request_id)
    placement = data.placement(await state.parts.postcodes.by_village())
    answer = await gatherer.place(principal, key, placement, to_answer, request_id=request_id)
    return as_response(answer)  # type: ignore[return-value]


def answering(
    request: Request[Any, Any, Any], request_id: str | None
) -> Callable[[Placed | Refusal], Answer]:
    """Makes the answer of an outcome for whoever asked."""

    def to_answer(outcome: Placed | Refusal) -> Answer:
        if isinstance(outcome, Placed):
            return Answer(200 if outcome.again else 201, encode(told(outcome)))
        document = refusal_problem(outcome, words_of(request), request_id=request_id)
        return Answer(document["status"], encode(document))

    return to_answer


@post(
    "/batch",
    summary="Place up to 500 orders",
    opt={"needs": Permission.ORDERS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def place_batch(
    request: Request[Any, Any, Any],
    state: State,
    principal: Principal,
    data: BatchAsked,
    idempotency_key: IdempotencyKey,
) -> BatchTold:
    """Place many orders in one transaction; a refused one never hinders the others.

    Results stand in the order the orders were sent, each with the status it would have had alone.
    A misshapen row is told every wrong field; of rows that share a cart or an external id the first
    that can be placed is, and the later ones are answered with it.
    """
    gatherer: Gatherer = state.gatherer
    spoken, request_id = words_of(request), request_id_of(request)
    rows: list[OrderAsked | ValidationError] = list(data.orders)
    postcodes = await state.parts.postcodes.by_village()
    tried = [_placement_or_refusal(row, postcodes) for row in rows if isinstance(row, OrderAsked)]

    def to_answer(outcomes: list[Placed | Refusal]) -> Answer:
        in_turn = iter(outcomes)
        results: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            outcome = row if isinstance(row, ValidationError) else next(in_turn)
            if isinstance(outcome, Placed):
                results.append(
                    {"index": index, "status": 200 if outcome.again else 201, "order": told(outcome)}
                )
            else:
                document = (
                    invalid_problem(outcome, spoken, request_id=request_id)
                    if isinstance(outcome, ValidationError)
                    else kept_problem(outcome, spoken, request_id=request_id)
                )
                results.append({"index": index, "status": document["status"], "problem": document})
        placed = sum(isinstance(outcome, Placed) for outcome in outcomes)
        return Answer(200, encode({"placed": placed, "refused": len(rows) - placed, "results": results}))

    key = await key_of(request, principal, idempotency_key)
    answer = await gatherer.place_batch(principal, key, tried, to_answer, request_id=request_id)
    return as_response(answer)  # type: ignore[return-value]


def _placement_or_refusal(asked: OrderAsked, postcodes: Mapping[str, str]) -> Placement | Refusal:
    try:
        return asked.placement(postcodes)
    except Refusal as refusal:
        return refusal


def told(placed: Placed) -> dict[str, Any]:
    """An order as the API tells it right after it was placed."""
    order = placed.order
    return {
        "id": to_text("ord", order.id),
        "number": str(order.number),
        "status": order.headline,
        "money": order.money,
        "currency": order.currency,
        "goods": order.goods_minor,
        "discount": order.discount_minor,
        "shipping": order.shipping_minor,
        "tax": order.tax_minor,
        "tax_included": order.tax_included,
        "total": order.total_minor,
        "placed_at": order.placed_at.isoformat(),
        "pay_before": order.hold_until.isoformat() if order.hold_until else None,
        "deposit": order.deposit_due_minor if order.wants_deposit else None,
        "lines": [
            {
                "line": line.line_no,
                "sku": line.sku_code,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": line.unit_price_minor,
                "discount": line.discount_minor,
                "tax": line.tax_minor,
            }
            for line in placed.lines
        ],
    }


def encode(document: Any) -> bytes:
    return msgspec.json.encode(document)


def as_response(answer: Answer) -> Response[bytes]:
    media = "application/json" if answer.status < 400 else "application/problem+json"
    return Response(answer.body, status_code=answer.status, media_type=media)


handlers = [
    Router(
        "/api/v1/orders",
        route_handlers=[
            place_order,
            place_batch,
            *order_reading.routes,
            *order_past.routes,
            *decisions.routes,
            *order_steps.routes,
            *order_changes.routes,
        ],
        tags=["orders"],
    )
]
