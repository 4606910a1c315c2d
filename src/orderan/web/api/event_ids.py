"""Ids inside facts as every other route writes them: `ord_...`, `sku_...`.

A fact is kept with plain ids. Whoever reads it asks other routes about them next.
"""

from typing import Any, Final
from uuid import UUID

from orderan.kit.ids import to_text

ENTITIES: Final = {
    "customers.": "cus",
    "fleet.": "run",
    "fulfilment.": "ord",
    "health.": "ral",
    "importing.finished.": "imr",
    "importing.": "ord",
    "incidents.buyer_told.": "ord",
    "incidents.maintenance_": "mtn",
    "incidents.": "inc",
    "inventory.transfer_": "trf",
    "inventory.": "stk",
    "stocktake.": "opn",
    "orders.": "ord",
    "verification.": "ord",
    "payments.voucher_": "vch",
    "payments.": "ord",
    "promotions.": "ord",
    "returns.": "ord",
    "settlements.file_brought.": "stf",
    "settlements.": "rec",
    "shipping.": "ord",
    "trust.model_moved.": "tmd",
    "trust.review_moved.": "ord",
    "trust.": "dny",
}
"""What facts are about, by how their kind begins; the first that fits. `stk` is a change of stock, which
is an entity of its own and has no route."""

FIELDS: Final = {
    "account_id": "gwa",
    "address_id": "adr",
    "attempt_id": "pay",
    "booking_id": "bkg",
    "cause_id": "cau",
    "channel_id": "chn",
    "claim_id": "clm",
    "customer_id": "cus",
    "door_id": "dor",
    "erased_ids": "cus",
    "from_location": "loc",
    "holder_id": "ord",
    "incident_id": "inc",
    "location_id": "loc",
    "locations": "loc",
    "merged_ids": "cus",
    "parcel_id": "pcl",
    "promise_id": "dlp",
    "promotion_id": "prm",
    "redemption_id": "rdm",
    "refund_id": "rfd",
    "return_id": "ret",
    "sku_id": "sku",
    "skus": "sku",
    "substitution_id": "sbs",
    "stop_id": "stp",
    "survivor_id": "cus",
    "task_id": "tsk",
    "to_location": "loc",
    "van_id": "van",
}
"""Fields of facts that hold ids."""


def entity_told(kind: str, entity_id: UUID) -> str:
    """What a fact is about, as other routes name it."""
    prefix = next(prefix for start, prefix in ENTITIES.items() if kind.startswith(start))
    return to_text(prefix, entity_id)


def data_told(payload: dict[str, Any]) -> dict[str, Any]:
    """What a fact carries, its ids as other routes name them."""
    return {name: _told(FIELDS[name], value) if name in FIELDS else value for name, value in payload.items()}


def _told(prefix: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_told(prefix, one) for one in value]
    return None if value is None else to_text(prefix, UUID(value))
