"""Change sets: what can be changed of an order, and the fold from an order and actions to what it becomes.

The fold is pure. What comes out is a function of quantities, granted discounts, address and
service alone, never of the road there: changing something back gives the order as it was, to
the minor unit. Three rules make it so, and cancelling follows them too: a line keeps its own price
and tax, a discount keeps the amount it was granted for as many units as it was granted for and
goes with those that go, and shipping moves by the difference of the fees before and after.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from orderan.kit.money import split_minor
from orderan.orders import rules
from orderan.orders.errors import AlreadyOnItsWay, LineNotFound, NothingLeft, TooMany, UnitsNotOpen
from orderan.orders.models import (
    Action,
    AddLine,
    Line,
    Order,
    SetAddress,
    SetDiscount,
    SetQuantity,
    SetShipping,
)
from orderan.orders.rules import Spec, Sums, Tax
from orderan.pricing import DiscountTooLarge

_KINDS: dict[str, type[Action]] = {
    "add_line": AddLine,
    "set_quantity": SetQuantity,
    "set_address": SetAddress,
    "set_discount": SetDiscount,
    "set_shipping": SetShipping,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_plain(action: Action) -> dict[str, Any]:
    """An action as it is stored."""
    values = {name: getattr(action, name) for name in type(action).__slots__}
    return {"action": _NAMES[type(action)]} | {
        name: str(value) if isinstance(value, UUID) else value for name, value in values.items()
    }


def from_plain(stored: Mapping[str, Any]) -> Action:
    """A stored action read back."""
    values = {name: value for name, value in stored.items() if name != "action"}
    if "address_id" in values:
        values["address_id"] = UUID(values["address_id"])
    return _KINDS[stored["action"]](**values)


@dataclass(frozen=True, slots=True)
class Article:
    """What adding a line must know of a sku."""

    sku_id: UUID
    code: str
    title: str
    unit_price_minor: int
    tax_class: str
    tax: Tax


@dataclass(frozen=True, slots=True)
class Shop:
    """What the fold may ask the world, looked up beforehand.

    Attributes:
        article: A sku code and a quantity to what is sold.
        fee: (service, address, weight) to a fee; raises NoShippingFee.
        weight_g: Weight of one unit per sku id.
    """

    article: Callable[[str, int], Article]
    fee: Callable[[str | None, UUID | None, int], int]
    weight_g: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Becomes:
    """What an order becomes.

    Attributes:
        lines: All lines; quantities of lines with fewer units are not cut yet.
        fewer: Units to let go per line.
        more: Units to take per line, new lines included.
    """

    lines: tuple[Line, ...]
    new: frozenset[int]
    fewer: Mapping[int, int]
    more: Mapping[int, int]
    address_id: UUID | None
    shipping_service: str | None
    sums: Sums
    difference_minor: int


class _Draft:
    """An order being folded."""

    def __init__(self, order: Order, lines: Sequence[Line]) -> None:
        self.lines = {line.line_no: line for line in lines}
        self.units = {line.line_no: rules.owed(line) for line in lines}
        self.specs = {line.line_no: rules.specs_of(line) for line in lines}
        self.new: set[int] = set()
        self.address_id = order.address_id
        self.service = order.shipping_service

    def has(self, line_no: int) -> None:
        if line_no not in self.lines:
            raise LineNotFound(line_no)


def fold(order: Order, lines: Sequence[Line], actions: Sequence[Action], shop: Shop) -> Becomes:
    """What the order becomes when the actions are done to it, one after the other.

    Raises:
        LineNotFound: An action names a line that is not there.
        UnitsNotOpen: A line would have fewer units than were shipped.
        AlreadyOnItsWay: Address or service of an order of which something was shipped.
        NothingLeft: No unit would stand.
        DiscountTooLarge: A discount exceeds what it is for.
        UnknownSkus, NoPrice, NoShippingFee: From `shop`.
    """
    draft = _Draft(order, lines)
    for action in actions:
        _apply(draft, action, shop)
    if not any(draft.units.values()):
        raise NothingLeft
    moved = (draft.address_id, draft.service) != (order.address_id, order.shipping_service)
    if moved and (shipped := sum(line.shipped for line in lines)):
        raise AlreadyOnItsWay(shipped)
    after = tuple(_priced(draft, order, line_no) for line_no in sorted(draft.lines))
    before = {line.line_no: rules.owed(line) for line in lines}
    sums = rules.summed(
        after,
        shipping_minor=_shipping(order, lines, draft, shop),
        rounding_minor=order.rounding_minor,
        tax_included=order.tax_included,
    )
    sums = replace(sums, units=sum(draft.units.values()))
    return Becomes(
        lines=after,
        new=frozenset(draft.new),
        fewer={no: before[no] - units for no, units in draft.units.items() if units < before.get(no, 0)},
        more={
            no: units - before.get(no, 0) for no, units in draft.units.items() if units > before.get(no, 0)
        },
        address_id=draft.address_id,
        shipping_service=draft.service,
        sums=sums,
        difference_minor=sums.total_minor - order.total_minor,
    )


def _apply(draft: _Draft, action: Action, shop: Shop) -> None:
    match action:
        case AddLine():
            _add(draft, action, shop)
        case SetQuantity():
            draft.has(action.line_no)
            line = draft.lines[action.line_no]
            if action.quantity < line.shipped:
                asked = draft.units[action.line_no] - action.quantity
                raise UnitsNotOpen((TooMany(line.line_no, asked, rules.unshipped(line), line.shipped),))
            draft.units[action.line_no] = action.quantity
        case SetDiscount():
            _discount(draft, action)
        case SetAddress():
            draft.address_id = action.address_id
        case SetShipping():
            draft.service = action.service


def _add(draft: _Draft, action: AddLine, shop: Shop) -> None:
    article = shop.article(action.sku, action.quantity)
    number = max(draft.lines, default=0) + 1
    draft.lines[number] = Line(
        order_id=next(iter(draft.lines.values())).order_id,
        line_no=number,
        sku_id=article.sku_id,
        sku_code=article.code,
        title=article.title,
        unit_price_minor=article.unit_price_minor,
        quantity=action.quantity,
        goods_minor=0,
        discount_minor=0,
        tax_minor=0,
        tax_class=article.tax_class,
        tax_rate_bp=article.tax.rate_bp,
        tax_base_numerator=article.tax.numerator,
        tax_base_denominator=article.tax.denominator,
    )
    draft.units[number] = action.quantity
    draft.specs[number] = []
    draft.new.add(number)


def _discount(draft: _Draft, action: SetDiscount) -> None:
    if action.line_no is not None:
        draft.has(action.line_no)
    targets = [action.line_no] if action.line_no is not None else sorted(draft.lines)
    for number in targets:
        draft.specs[number] = [spec for spec in draft.specs[number] if spec.code != action.code]
    room = {
        number: max(
            0,
            draft.lines[number].unit_price_minor * draft.units[number]
            - sum(spec.of(draft.units[number]) for spec in draft.specs[number]),
        )
        for number in targets
    }
    if action.amount_minor > sum(room.values()):
        raise DiscountTooLarge(action.code)
    if not action.amount_minor:
        return
    for number, part in zip(targets, split_minor(action.amount_minor, list(room.values())), strict=True):
        if part:
            draft.specs[number].append(Spec(action.code, action.payer, part, draft.units[number]))


def _priced(draft: _Draft, order: Order, line_no: int) -> Line:
    line, units, specs = draft.lines[line_no], draft.units[line_no], draft.specs[line_no]
    if line_no not in draft.new and units == rules.owed(line) and specs == rules.specs_of(line):
        return line
    return rules.repriced(line, units, specs, included=order.tax_included)


def _shipping(order: Order, lines: Sequence[Line], draft: _Draft, shop: Shop) -> int:
    before = rules.weight(lines, {line.line_no: rules.owed(line) for line in lines}, shop.weight_g)
    after = rules.weight(draft.lines.values(), draft.units, shop.weight_g)
    if (draft.service, draft.address_id, after) == (order.shipping_service, order.address_id, before):
        return order.shipping_minor
    change = shop.fee(draft.service, draft.address_id, after) - shop.fee(
        order.shipping_service, order.address_id, before
    )
    return max(0, order.shipping_minor + change)
