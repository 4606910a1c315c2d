"""Printing: labels and documents on paper, and who printed which label how often.

Owns     print_job, label_print, sticker_print
Promises every code printed is read back as it was written, or is not printed; no text of anybody's is a command to a
         typesetter or a printer; two prints of one label never look the same
Speaks   nothing
Ignores  orders, couriers, stock: a label has a subject, and that is all we know
"""

from orderan.printing.commands.record import record_prints
from orderan.printing.commands.record_stickers import MOST_STICKERS, record_stickers
from orderan.printing.errors import CodeUnprintable, NothingToPrint, PrintJobNotFound, TooManyStickers
from orderan.printing.labels import check_label_code, label_pdf
from orderan.printing.models import (
    JOB_PREFIX,
    Label,
    Party,
    Print,
    PrintJob,
    Sticker,
    StickerJob,
    StickerKind,
    StickerPrint,
    StickerSize,
    Wanted,
)
from orderan.printing.papers import Block, Column, Paper, Sum, paper_pdf
from orderan.printing.stickers import check_sticker, sticker_pdf
from orderan.printing.views import print_job, prints_of, sticker_job, sticker_jobs
from orderan.printing.zpl import label_zpl
from orderan.printing.zpl_stickers import sticker_zpl

__all__ = [
    "JOB_PREFIX",
    "MOST_STICKERS",
    "Block",
    "CodeUnprintable",
    "Column",
    "Label",
    "NothingToPrint",
    "Paper",
    "Party",
    "Print",
    "PrintJob",
    "PrintJobNotFound",
    "Sticker",
    "StickerJob",
    "StickerKind",
    "StickerPrint",
    "StickerSize",
    "Sum",
    "TooManyStickers",
    "Wanted",
    "check_label_code",
    "check_sticker",
    "label_pdf",
    "label_zpl",
    "paper_pdf",
    "print_job",
    "prints_of",
    "record_prints",
    "record_stickers",
    "sticker_job",
    "sticker_jobs",
    "sticker_pdf",
    "sticker_zpl",
]
