"""The living style guide: every macro with sample data, for whoever builds or judges a page.

Mounted only in development; nothing here reads or writes a shop.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Request, Response, get

from orderan.web.pages import page

NOW: Final = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
_STATES: Final = ("awaiting_payment", "accepted", "processing", "packed", "shipped", "completed")
_BUYERS: Final = (
    ("Siti Rahmawati", "+6281234567890", "Jakarta Selatan"),
    ("Budi Santoso", "+6281398765432", "Surabaya"),
    ("Maria Sihombing", "+6285212345678", "Makassar"),
    ("Agus Wijaya", "+6287812341234", "Bandung"),
)


class Rupiah:
    """Money enough for samples; the kit's own has the same two attributes."""

    currency = "IDR"

    def __init__(self, minor: int) -> None:
        self.minor = minor


def sample_orders(count: int = 12) -> list[dict[str, Any]]:
    """Orders as a list page shows them."""
    made = []
    for at in range(count):
        buyer, phone, city = _BUYERS[at % len(_BUYERS)]
        made.append(
            {
                "id": f"ord_{at}",
                "number": f"{2611210017 + at * 13}",
                "buyer": buyer,
                "phone": phone,
                "city": city,
                "headline": _STATES[at % len(_STATES)],
                "money": ("unpaid", "paid", "cod_due", "partly_paid")[at % 4],
                "total": Rupiah(185_000 + at * 127_500),
                "placed_at": NOW - timedelta(minutes=7 + at * 43),
                "items": 1 + at % 4,
            }
        )
    return made


@get("/styleguide", name="styleguide", opt={"public": True}, include_in_schema=False)
async def styleguide(request: Request[Any, Any, Any]) -> Response[str]:
    days = [(NOW - timedelta(days=29 - at)).date() for at in range(30)]
    orders = [96 + (at * 37) % 41 + at for at in range(30)]
    return page(
        request,
        "styleguide/index.html",
        now=NOW,
        orders=sample_orders(),
        days=days,
        counts=orders,
        revenue=[one * 184_500 for one in orders],
        Rupiah=Rupiah,
        deadline=NOW + timedelta(hours=5),
        timedelta=timedelta,
    )
