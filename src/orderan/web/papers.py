"""Papers in words: invoice, packing slip and delivery note of an order, in the reader's language.

An invoice says to the rupiah what the order says: its lines as they stand, and the order's own sums below them.
"""

from collections import defaultdict
from typing import Final

from litestar import Response

from orderan.flows.views_papers import OrderPaper, TaskPaper
from orderan.flows.views_work import SheetLine
from orderan.kit.errors import N_
from orderan.kit.i18n import (
    Words,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    format_phone,
)
from orderan.orders import Line
from orderan.printing import Block, Column, Paper, Sum, paper_pdf
from orderan.shops import Shop

PDF: Final = "application/pdf"
TERMS: Final = {
    "prepaid": N_("Dibayar di muka"),
    "cod": N_("Bayar di tempat (COD)"),
    "invoice": N_("Dibayar setelah faktur"),
}


def invoice(paper: OrderPaper, spoken: Words, zone: str, *, buyer: str = "") -> Paper:
    """What was bought, what it costs, what of it is paid.

    Args:
        buyer: What the buyer is called where their address is not to be read.
    """
    order, say = paper.order, spoken.gettext
    lines = [line for line in paper.lines if line.quantity > line.cancelled]

    def cash(minor: int) -> str:
        return format_money(minor, order.currency, spoken.locale)

    return Paper(
        language=spoken.locale,
        title=say(N_("Faktur")),
        reference=str(order.number),
        sender=_seller(paper.shop, spoken),
        parties=(_buyer(paper, spoken, buyer),),
        facts=(
            (say(N_("Nomor pesanan")), str(order.number)),
            (say(N_("Tanggal")), format_datetime(order.placed_at, zone, spoken.locale)),
            (say(N_("Cara bayar")), say(TERMS[order.terms])),
        ),
        columns=(
            Column(say(N_("Barang")), 6),
            Column(say(N_("Jumlah")), 1, number=True),
            Column(say(N_("Harga satuan")), 2, number=True),
            Column(say(N_("Potongan")), 2, number=True),
            Column(say(N_("Jumlah harga")), 2, number=True),
        ),
        rows=tuple(
            (
                f"{line.title} ({line.sku_code})",
                format_number(line.quantity - line.cancelled, spoken.locale),
                cash(line.unit_price_minor),
                cash(-line.discount_minor) if line.discount_minor else "",
                cash(line.goods_minor - line.discount_minor),
            )
            for line in lines
        ),
        sums=tuple(_sums(paper, lines, spoken)),
        notes=(say(N_("Semua harga sudah termasuk PPN.")),) if order.tax_included and order.tax_minor else (),
    )


def _sums(paper: OrderPaper, lines: list[Line], spoken: Words) -> list[Sum]:
    order, say = paper.order, spoken.gettext

    def row(label: str, minor: int, *, strong: bool = False) -> Sum:
        return Sum(label, format_money(minor, order.currency, spoken.locale), strong)

    found = [row(say(N_("Barang")), order.goods_minor)]
    if order.discount_minor:
        found.append(row(say(N_("Potongan")), -order.discount_minor))
    found.append(row(say(N_("Ongkir")), order.shipping_minor))
    taxes = [row(_tax_label(rate, spoken), minor) for rate, minor in _taxes(lines).items() if minor]
    if not order.tax_included:
        found += taxes
    if order.rounding_minor:
        found.append(row(say(N_("Pembulatan")), order.rounding_minor))
    found.append(row(say(N_("Total")), order.total_minor, strong=True))
    if order.tax_included:
        found += [Sum(say(N_("termasuk %(tax)s"), tax=one.label), one.amount) for one in taxes]
    if order.covered_minor:
        found.append(row(say(N_("Ditanggung promo pembayaran")), -order.covered_minor))
    if order.paid_minor:
        found.append(row(say(N_("Dibayar")), order.paid_minor))
    if order.refunded_minor:
        found.append(row(say(N_("Dikembalikan ke pembeli")), -order.refunded_minor))
    if order.commercial not in {"cancelled", "expired"} and order.due_minor > 0:
        found.append(row(say(N_("Sisa tagihan")), order.due_minor, strong=True))
    return found


def _taxes(lines: list[Line]) -> dict[tuple[int, int, int], int]:
    """Tax by (rate in basis points, part of the price it is on); together the order's."""
    found: dict[tuple[int, int, int], int] = defaultdict(int)
    for line in lines:
        found[line.tax_rate_bp, line.tax_base_numerator, line.tax_base_denominator] += line.tax_minor
    return found


def _tax_label(rate: tuple[int, int, int], spoken: Words) -> str:
    basis_points, numerator, denominator = rate
    percent = format_percent(basis_points / 10_000, spoken.locale)
    if numerator == denominator:
        return spoken.gettext(N_("PPN %(rate)s"), rate=percent)
    part = f"{numerator}/{denominator}"
    return spoken.gettext(N_("PPN %(rate)s dari %(part)s harga"), rate=percent, part=part)


def packing_slip(paper: TaskPaper, spoken: Words, zone: str) -> Paper:
    """What is in the box, without prices and without names: for whoever packs, and for whoever opens it."""
    say = spoken.gettext
    return Paper(
        language=spoken.locale,
        title=say(N_("Slip kemas")),
        reference=str(paper.order.number),
        sender=Block(say(N_("Dari")), paper.shop.name, (paper.task.place,)),
        parties=(),
        facts=_task_facts(paper, spoken, zone),
        columns=(
            Column(say(N_("Barang")), 6),
            Column("SKU", 2),
            Column(say(N_("Lot")), 2),
            Column(say(N_("Jumlah")), 1, number=True),
            Column(say(N_("Cek")), 1),
        ),
        rows=tuple(
            (line.title, line.sku, _lot(paper, turn, spoken), format_number(units, spoken.locale), "☐")
            for turn, line, units in _goods(paper)
        ),
        notes=(paper.order.note,) if paper.order.note else (),
    )


def delivery_note(paper: TaskPaper, spoken: Words, zone: str) -> Paper:
    """What is handed to whom, for the driver's signature and the receiver's."""
    say = spoken.gettext
    goal, sender = paper.destination, paper.sender
    to = Block(say(N_("Kepada")), "–")
    if goal is not None:
        where = f"{goal.area} {goal.postcode or ''}".strip()
        to = Block(say(N_("Kepada")), goal.recipient, (format_phone(goal.phone), goal.line, where))
    return Paper(
        language=spoken.locale,
        title=say(N_("Surat jalan")),
        reference=str(paper.order.number),
        sender=Block(
            say(N_("Dari")),
            sender.name if sender else paper.shop.name,
            (format_phone(sender.phone) if sender else "", paper.place_address or paper.task.place),
        ),
        parties=(to,),
        facts=_task_facts(paper, spoken, zone),
        columns=(
            Column(say(N_("Barang")), 6),
            Column("SKU", 2),
            Column(say(N_("Lot")), 2),
            Column(say(N_("Jumlah")), 1, number=True),
        ),
        rows=tuple(
            (
                line.title,
                line.sku,
                _lot(paper, turn, spoken),
                f"{format_number(units, spoken.locale)} {line.unit}",
            )
            for turn, line, units in _goods(paper)
        ),
        notes=(paper.order.note,) if paper.order.note else (),
        signatures=(say(N_("Pengirim")), say(N_("Sopir atau kurir")), say(N_("Penerima"))),
    )


def _goods(paper: TaskPaper) -> list[tuple[int, SheetLine, int]]:
    """(turn, line, units) of what is packed; before anything is, of what is to be."""
    packed = any(line.packed for line in paper.lines)
    units = [line.packed if packed else line.quantity for line in paper.lines]
    return [
        (turn, line, many) for turn, (line, many) in enumerate(zip(paper.lines, units, strict=True)) if many
    ]


def _lot(paper: TaskPaper, turn: int, spoken: Words) -> str:
    line = paper.lines[turn]
    if line.expires_on is None:
        return line.lot or ""
    return f"{line.lot} · {format_date(line.expires_on, spoken.locale)}"


def _task_facts(paper: TaskPaper, spoken: Words, zone: str) -> tuple[tuple[str, str], ...]:
    say = spoken.gettext
    facts = [
        (say(N_("Nomor pesanan")), str(paper.order.number)),
        (say(N_("Tanggal")), format_datetime(paper.task.moved_at, zone, spoken.locale)),
    ]
    if paper.task.service:
        facts.append((say(N_("Layanan")), paper.task.service))
    return tuple(facts)


def _seller(shop: Shop, spoken: Words) -> Block:
    tax = spoken.gettext(N_("NPWP %(number)s"), number=shop.tax_number) if shop.tax_number else ""
    return Block(spoken.gettext(N_("Penjual")), shop.legal_name or shop.name, (tax,))


def _buyer(paper: OrderPaper, spoken: Words, buyer: str) -> Block:
    heading = spoken.gettext(N_("Pembeli"))
    goal = paper.destination
    if goal is None:
        return Block(heading, buyer or "–")
    return Block(heading, goal.recipient, (goal.line, f"{goal.area} {goal.postcode or ''}".strip()))


async def as_pdf(name: str, paper: Paper) -> Response[bytes]:
    """A document to look at or to save."""
    return Response(
        await paper_pdf([paper]),
        media_type=PDF,
        headers={
            "content-disposition": f'inline; filename="{name}.pdf"',
            "cache-control": "private, no-store",
        },
    )
