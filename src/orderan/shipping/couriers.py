"""Couriers as data: adding one is adding a row.

Patterns are what their tracking numbers (AWB) look like; a scanner's line is matched against
them, so that a phone number or a product barcode is not taken for one. Where a courier publishes
no format the pattern is wide: a wrong refusal stops a parcel, a wrong pass only mislabels a link.
Patterns come from public integrations; neither they nor the links are promised by the couriers.
"""

from typing import Final

from orderan.kit.errors import N_
from orderan.shipping.models import Courier

OWN_FLEET: Final = "own"

_ALL = (
    Courier("jne", "JNE", r"[A-Z0-9]{8,25}", "https://www.jne.co.id/id/tracking/trace?awb={awb}", cod=True),
    Courier(
        "jnt", "J&T Express", r"J[A-Z][0-9]{10}|[0-9]{12}", "https://jet.co.id/track?awb={awb}", cod=True
    ),
    Courier("sicepat", "SiCepat", r"00[0-9]{10}", "https://www.sicepat.com/checkAwb?awb={awb}", cod=True),
    Courier("anteraja", "AnterAja", r"1[0-9]{13}", "https://anteraja.id/tracking/{awb}", cod=True),
    Courier(
        "ninja",
        "Ninja Xpress",
        r"N[A-Z0-9]{8,24}|[A-Z0-9]{9,25}",
        "https://www.ninjaxpress.co/id-id/tracking?id={awb}",
        cod=True,
    ),
    Courier(
        "pos",
        "Pos Indonesia",
        r"P[0-9]{13}|[A-Z]{2}[0-9]{9}ID|[0-9]{10,16}",
        "https://www.posindonesia.co.id/id/tracking/{awb}",
        cod=True,
    ),
    Courier("tiki", "TIKI", r"[0-9]{9,14}", "https://www.tiki.id/id/track?awb={awb}", cod=False),
    Courier(
        "idexpress",
        "ID Express",
        r"ID[A-Z0-9]{10,20}",
        "https://idexpress.com/lacak-paket/?actionType=tracking&awb={awb}",
        cod=True,
    ),
    Courier(
        "lion",
        "Lion Parcel",
        r"[0-9]{2}LP[0-9]{10,14}|[A-Z0-9]{10,20}",
        "https://lionparcel.com/track/stt?q={awb}",
        cod=True,
    ),
    Courier(
        "sap",
        "SAP Express",
        r"[A-Z]{3}[0-9]{9,15}|[A-Z0-9]{10,20}",
        "https://www.sap-express.id/layanan/tracking/?track_no={awb}",
        cod=True,
    ),
    Courier("wahana", "Wahana", r"[A-Z0-9]{8,12}", "https://wahana.com/lacak-kiriman?ttk={awb}", cod=False),
    Courier(
        "spx",
        "SPX Express",
        r"SPXID[0-9]{10,16}|ID[0-9]{12}[A-Z]?",
        "https://spx.co.id/track?{awb}",
        cod=True,
    ),
    Courier("gosend", "GoSend", r"GK-[0-9]{1,3}-[0-9]{5,12}", None, cod=False),
    Courier("grab", "GrabExpress", r"IN-[A-Z0-9-]{6,40}|[A-Z0-9-]{10,40}", None, cod=False),
    Courier(OWN_FLEET, N_("Kurir sendiri"), r"[A-Z0-9-]{3,40}", None, cod=True),
)

COURIERS: Final = {courier.code: courier for courier in _ALL}
"""Every courier by code, in the order people should see them."""
