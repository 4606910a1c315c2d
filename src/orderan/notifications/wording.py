"""Templates: text with named places, and nothing else. A place without a value is refused, never left blank.

A template is plain text. `{{ name }}` stands for a value; there are no conditions, loops, filters or
calls, so that whoever can write a sentence can write one, and no template can be made to do anything.
An e-mail's HTML is made from the same text, so the two never say different things: a paragraph `Words: address`
becomes a button when the address is one of ours; any other text is text, whatever a buyer called themselves.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orderan.messaging import Block, Button, Footer, Heading, Paragraph, leads_somewhere, render_email
from orderan.notifications.errors import PlaceUnknown, TemplateBroken, ValueMissing
from orderan.notifications.models import Channel, Words
from orderan.notifications.models import Template as Wording

_SANDBOX: Final = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_PLAIN: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
_GAPS: Final = re.compile(r"\n{3,}")
PREVIEW: Final = 120
"""Letters of the text that a list of mails shows beside the subject."""


def places(text: str) -> tuple[str, ...]:
    """The places of a template, each once, in the order they appear.

    Raises:
        TemplateBroken: Something else than a named place stands in braces.
    """
    try:
        tree = _SANDBOX.parse(text)
    except TemplateSyntaxError as fault:
        raise TemplateBroken(fault.lineno) from fault
    except RecursionError:
        raise TemplateBroken(1) from None
    named: dict[str, None] = {}
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, _PLAIN):
            raise TemplateBroken(node.lineno)
        if isinstance(node, nodes.Name):
            named.setdefault(node.name)
        waiting[:0] = node.iter_child_nodes()
    return tuple(named)


def check(text: str, allowed: Collection[str]) -> tuple[str, ...]:
    """The places of a template that may only name these.

    Raises:
        TemplateBroken, PlaceUnknown: See there.
    """
    named = places(text)
    if strange := tuple(name for name in named if name not in allowed):
        raise PlaceUnknown(strange)
    return named


def render(wording: Wording, values: Mapping[str, str], *, shop: str, locale: str) -> Words:
    """A message as it reads with these values; an empty value is none.

    Raises:
        TemplateBroken: See there.
        ValueMissing: A place has no value; names all of them.
    """
    named = dict.fromkeys((*places(wording.subject), *places(wording.body)))
    if gaps := tuple(name for name in named if not values.get(name)):
        raise ValueMissing(gaps)
    given = {name: values[name] for name in named}
    subject = " ".join(_compiled(wording.subject).render(given).split())
    text = _GAPS.sub("\n\n", _compiled(wording.body).render(given)).strip()
    html = ""
    if wording.channel == Channel.EMAIL:
        links = frozenset(value for name, value in given.items() if name.endswith("link"))
        blocks = [Heading(subject), *(_block(paragraph, links) for paragraph in text.split("\n\n"))]
        preview = " ".join(text.split())[:PREVIEW]
        html = render_email(blocks, Footer(shop), language=locale, subject=subject, preview=preview).html
    return Words(subject, text, html)


def _block(paragraph: str, links: Collection[str]) -> Block:
    label, colon, address = paragraph.partition(": ")
    if colon and address in links and "\n" not in label and leads_somewhere(address):
        return Button(label, address)
    return Paragraph(paragraph)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    return _SANDBOX.from_string(text)
