"""Build the icon sprite from an unpacked @tabler/icons package.

    npm pack @tabler/icons && tar xzf tabler-icons-*.tgz
    python tools/icons.py package/icons/outline

To add an icon, add its name to NAMES and run this again. Pages use `{{ icon("truck") }}`, which
refuses a name that is not in the sprite.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).parent.parent / "src/orderan/web/static/icons.svg"
NAMES_TEXT = """
adjustments-horizontal alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left
arrow-right arrow-up arrows-exchange arrows-split
ban barcode bell bolt box box-multiple packages info-square
building-store building-warehouse calendar camera cash chart-bar chart-line check checkbox
chevron-down chevron-left chevron-right chevron-up circle circle-check circle-dashed circle-dot
circle-x clipboard-check clipboard-list clock columns-3 copy corner-down-left credit-card
currency-dollar device-floppy dots dots-vertical download edit external-link eye eye-off file-text
filter flag hand-stop help-circle history home hourglass id inbox info-circle key keyboard
language link list list-check loader lock lock-open login logout mail map-pin menu-2 message
minus moon note package package-export package-import package-off phone photo pin player-pause
player-play plus point printer qrcode receipt receipt-refund refresh report-money rotate
route scale scan search send settings shield shield-check shopping-bag shopping-cart sort-ascending
sort-descending sparkles star sun sun-moon tag tags test-pipe thumb-up tool transfer trash truck
truck-delivery truck-return upload user user-check user-circle user-plus users versions wallet
world x
"""
NAMES = NAMES_TEXT.split()


def symbol(folder: Path, name: str) -> str:
    """One icon as a <symbol>, without the invisible bounding path Tabler draws first."""
    text = (folder / f"{name}.svg").read_text(encoding="utf-8")
    body = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    inner = body[body.index(">", body.index("<svg")) + 1 : body.rindex("</svg>")]
    paths = [p for p in re.findall(r"<[a-z]+ [^>]*/>", inner) if 'd="M0 0h24v24H0z"' not in p]
    drawn = "".join(" ".join(p.split()).replace(" />", "/>") for p in paths)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>'


def main(folder: Path) -> None:
    symbols = "\n".join(symbol(folder, name) for name in sorted(set(NAMES)))
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', encoding="utf-8")
    print(f"{len(set(NAMES))} icons, {SPRITE.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
