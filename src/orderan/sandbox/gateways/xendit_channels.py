"""Channels of the simulated Xendit: what a payment by one has to tell, and what the buyer is shown.

Source: Xendit's API reference (Payment Requests v3, channels of Indonesia).
"""

from collections.abc import Mapping
from typing import Any, Final

from orderan.sandbox.gateways.xendit_answers import opens
from orderan.sandbox.models import SimCharge

BANKS: Final = (
    "BCA",
    "BNI",
    "BRI",
    "MANDIRI",
    "PERMATA",
    "CIMB",
    "BSI",
    "BNC",
    "BSS",
    "BJB",
    "MUAMALAT",
    "HANA",
)
VIRTUAL_ACCOUNTS: Final = frozenset(f"{bank}_VIRTUAL_ACCOUNT" for bank in BANKS)
COUNTERS: Final = frozenset({"INDOMARET", "ALFAMART"})
PAY_LATER: Final = frozenset({"AKULAKU", "KREDIVO", "INDODANA", "ATOME"})
WALLETS: Final = frozenset(
    {"GOPAY", "SHOPEEPAY", "OVO", "DANA", "LINKAJA", "ASTRAPAY", "JENIUSPAY", "NEXCASH"}
)


def wrong_with(channel: object, properties: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """What a channel lacks; None where it has all it needs."""
    if channel == "CARDS":
        return None if "card_details" in properties else "must have required property 'card_details'"
    needs: dict[str, tuple[str, ...]] = {"QRIS": ()} | dict.fromkeys(
        WALLETS | PAY_LATER, ("success_return_url",)
    )
    needs |= dict.fromkeys(VIRTUAL_ACCOUNTS, ("display_name",))
    needs |= dict.fromkeys(COUNTERS, ("payer_name",))
    needs["OVO"] = ("account_mobile_number", "success_return_url")
    if channel not in needs:
        return f"API endpoint and method is not supported for '{channel}' channel code with country 'ID'"
    for name in needs[str(channel)]:
        if not properties.get(name):
            return f"channel_properties must have required property '{name}'"
    if not all(opens(value) for name, value in properties.items() if name.endswith("_return_url")):
        return "Please provide a valid HTTPS URL"
    if channel in PAY_LATER and not (body.get("items") and body.get("customer")):
        return "must have required properties 'items' and 'customer'"
    customer = body.get("customer")
    if customer and not str(customer.get("reference_id")).isalnum():
        return "customer.reference_id must be alphanumeric"
    return None


def actions(charge: SimCharge, number: int) -> list[dict[str, str]]:
    """What the buyer does next; what they type or scan is kept in the charge.

    Args:
        number: One nobody had yet.
    """
    page = f"https://checkout-staging.xendit.co/{charge.id}"
    shown: dict[str, str]
    if charge.method in VIRTUAL_ACCOUNTS:
        kind, shown = "PRESENT_TO_CUSTOMER", {"VIRTUAL_ACCOUNT_NUMBER": f"88089{number:011d}"}
    elif charge.method in COUNTERS:
        kind, shown = "PRESENT_TO_CUSTOMER", {"PAYMENT_CODE": f"XENDIT{number:08d}"}
    elif charge.method == "QRIS":
        kind, shown = (
            "PRESENT_TO_CUSTOMER",
            {"QR_STRING": f"00020101021226570011ID.XENDIT.WWW{number:012d}"},
        )
    elif charge.method == "SHOPEEPAY":
        kind, shown = "REDIRECT_CUSTOMER", {"DEEPLINK_URL": f"shopeeid://{charge.id}"}
    elif charge.method == "GOPAY":
        kind, shown = "REDIRECT_CUSTOMER", {"DEEPLINK_URL": f"gojek://{charge.id}", "WEB_URL": page}
    else:
        kind, shown = "REDIRECT_CUSTOMER", {"WEB_URL": page}
    charge.number = next(iter(shown.values()))
    return [{"type": kind, "descriptor": what, "value": value} for what, value in shown.items()]
