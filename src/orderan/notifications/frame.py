"""An e-mail's HTML from its text: tables and inline styles, which every mail program draws alike.

A paragraph `Words: address` becomes a button when the address is one of ours; any other text is text,
whatever a buyer called themselves. No picture, no font and no script is fetched from anywhere.
"""

from collections.abc import Collection
from typing import Final

from jinja2 import Environment, StrictUndefined

_HTML: Final = """\
<!DOCTYPE html>
<html lang="{{ locale }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ subject }}</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6;">
<div style="display:none;max-height:0;overflow:hidden;">{{ preview }}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f6;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;background:#ffffff;border-radius:8px;">
<tr><td style="padding:24px 28px 0 28px;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;color:#4b5563;">{{ shop }}</td></tr>
<tr><td style="padding:4px 28px 8px 28px;font-family:Arial,Helvetica,sans-serif;font-size:20px;line-height:28px;font-weight:bold;color:#111827;">{{ subject }}</td></tr>
{% for block in blocks -%}
{% if block.href -%}
<tr><td style="padding:8px 28px;"><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td style="background:#1d4ed8;border-radius:6px;"><a href="{{ block.href }}" style="display:inline-block;padding:12px 20px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:20px;font-weight:bold;color:#ffffff;text-decoration:none;">{{ block.label }}</a></td></tr></table></td></tr>
{% else -%}
<tr><td style="padding:8px 28px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:24px;color:#111827;">{% for line in block.lines %}{{ line }}{% if not loop.last %}<br>{% endif %}{% endfor %}</td></tr>
{% endif -%}
{% endfor -%}
<tr><td style="padding:0 0 20px 0;font-size:0;line-height:0;">&nbsp;</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""

_FRAME: Final = Environment(autoescape=True, undefined=StrictUndefined).from_string(_HTML)
PREVIEW: Final = 120


def framed(subject: str, text: str, *, links: Collection[str], shop: str, locale: str) -> str:
    """The HTML of an e-mail that says `text`.

    Args:
        links: Addresses that may become buttons.
    """
    blocks = [_block(paragraph, links) for paragraph in text.split("\n\n")]
    preview = " ".join(text.split())[:PREVIEW]
    return _FRAME.render(subject=subject, preview=preview, shop=shop, locale=locale, blocks=blocks)


def _block(paragraph: str, links: Collection[str]) -> dict[str, object]:
    label, colon, address = paragraph.partition(": ")
    if colon and address in links and "\n" not in label:
        return {"href": address, "label": label, "lines": []}
    return {"href": "", "label": "", "lines": paragraph.split("\n")}
