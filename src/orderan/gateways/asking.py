"""What every client asks of a charge and a refund before it calls, and of a charge that was made before."""

from typing import Final

from orderan.gateways.errors import Fault, GatewayFailed, GatewayRefused, MethodNotOffered, OutcomeUnknown
from orderan.gateways.models import ChargeAsked, Charged, RefundAsked
from orderan.gateways.ports import Gateway, Offer

CURRENCY: Final = "IDR"


def offer_for(gateway: Gateway, asked: ChargeAsked) -> Offer:
    """The method a charge is asked for, in rupiah.

    Raises:
        MethodNotOffered: The gateway has no such method.
        GatewayRefused: It is in another currency.
    """
    offer = gateway.offers.get(asked.method)
    if offer is None:
        raise MethodNotOffered(asked.method)
    if asked.currency != CURRENCY:
        raise GatewayRefused(gateway.name, "currency", asked.currency)
    return offer


def require_refundable(gateway: Gateway, asked: RefundAsked) -> None:
    """The gateway pays back what was paid by this method.

    Raises:
        MethodNotOffered: The gateway has no such method.
        GatewayRefused: A person pays it back.
    """
    offer = gateway.offers.get(asked.method)
    if offer is None:
        raise MethodNotOffered(asked.method)
    if not offer.refundable:
        raise GatewayRefused(gateway.name, "not_refundable", asked.method)


async def charged_before(gateway: Gateway, asked: ChargeAsked) -> Charged:
    """What became of the charge the gateway has under this reference, where its answer tells no more than that.

    It names neither the method nor what the buyer pays with, so a charge that still waits comes back
    without an instrument; the amount is the only thing there is to compare.

    Raises:
        GatewayRefused: It is of another amount.
        OutcomeUnknown: It could not be looked up, or the gateway contradicts itself.
    """
    try:
        truth = await gateway.look_up(reference=asked.reference, gateway_id=None, method=asked.method)
    except (GatewayFailed, GatewayRefused) as fault:
        raise OutcomeUnknown(gateway.name, "duplicate", fault.code, fault=Fault.SERVER) from fault
    if truth.gateway_id is None:
        raise OutcomeUnknown(gateway.name, "duplicate", fault=Fault.GARBLED)
    if truth.amount_minor != asked.amount_minor:
        raise GatewayRefused(gateway.name, "duplicate", "another amount")
    return Charged(truth.gateway_id, truth.outcome, None, truth.raw)
