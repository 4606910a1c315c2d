"""Give a customer a further address, its four areas checked against each other."""

from datetime import datetime
from uuid import UUID

from orderan.customers import store
from orderan.customers.commands.lock import lock_active
from orderan.customers.commands.resolve import Buyer, BuyerAddress, digest
from orderan.customers.entry import Complaint, Doubt, Phone, check_name, check_phone, one_line
from orderan.customers.errors import ADDRESS_PREFIX, PREFIX, EntryRefused
from orderan.customers.events import AddressAdded
from orderan.customers.models import TypedAddress
from orderan.customers.regions import AreaComplaint, Place, check_code, check_postcode, postcode_of
from orderan.customers.sealing import ADDRESS, seal_of
from orderan.customers.store import SealedAddress
from orderan.kit import audit, events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text

SHORTEST_LINE = 5
LONGEST_LINE = 300
LONGEST_LABEL = 40


async def add_address(
    tx: Tx, keyring: Keyring, customer_id: UUID, typed: TypedAddress, *, now: datetime
) -> UUID:
    """Keep an address and return its id; the same address again is the same row.

    An empty postcode becomes the village's where a list of postcodes is loaded.

    Raises:
        UnknownCustomer: The shop has no such customer.
        CustomerNotActive: It was merged or erased.
        EntryRefused: Recipient, phone, street, areas or postcode are wrong; every one is told.
    """
    row = await lock_active(tx, customer_id)
    recipient, phone, place, postcode = _checked(
        typed, of_village=await postcode_of(tx, one_line(typed.village_code))
    )
    seal = seal_of(keyring, tx.shop_id, customer_id, row.wrapped)
    line = one_line(typed.line)
    where = BuyerAddress(line, place.code, postcode, place.written())
    address = SealedAddress(
        id=new_id(),
        customer_id=customer_id,
        digest=digest(tx, keyring, Buyer(recipient, phone.e164, None, where), where),
        recipient_enc=seal.shut(ADDRESS, "recipient", recipient),
        phone_enc=seal.shut(ADDRESS, "phone", phone.e164),
        line_enc=seal.shut(ADDRESS, "line", line),
        village_code=place.code,
        postcode=postcode,
        area=where.area,
    )
    address_id = await store.insert_address(tx, address, label=one_line(typed.label)[:LONGEST_LABEL], now=now)
    await events.record(tx, customer_id, AddressAdded(customer_id, address_id), now=now)
    trace = audit.Trace(
        "customer.add_address",
        "customer",
        to_text(PREFIX, customer_id),
        after={"address": to_text(ADDRESS_PREFIX, address_id)},
    )
    await audit.leave(tx, trace, now=now)
    return address_id


def _checked(typed: TypedAddress, *, of_village: str | None) -> tuple[str, Phone, Place, str | None]:
    recipient = check_name(typed.recipient, field="recipient")
    phone = check_phone(typed.phone)
    place = check_code(
        typed.village_code,
        province=typed.province,
        city=typed.city,
        district=typed.district,
        village=typed.village,
    )
    complaints: list[Complaint | AreaComplaint] = [
        answer for answer in (recipient, phone, _line_complaint(typed.line)) if isinstance(answer, Complaint)
    ]
    postcode: str | AreaComplaint | None = of_village
    if not isinstance(place, Place):
        complaints.extend(place)
    elif typed.postcode.strip():
        postcode = check_postcode(typed.postcode, place.code, of_village=of_village)
    if isinstance(postcode, AreaComplaint):
        complaints.append(postcode)
    if complaints:
        raise EntryRefused(tuple(complaints))
    assert isinstance(recipient, str)
    assert isinstance(phone, Phone)
    assert isinstance(place, Place)
    assert not isinstance(postcode, AreaComplaint)
    return recipient, phone, place, postcode


def _line_complaint(line: str) -> Complaint | None:
    length = len(" ".join(line.split()))
    if length < SHORTEST_LINE:
        return Complaint("line", Doubt.MISSING)
    return Complaint("line", Doubt.TOO_LONG) if length > LONGEST_LINE else None
