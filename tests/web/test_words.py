"""Every Indonesian text has an English one, and no English one is left over.

Texts are found by Babel's own extractors: in templates and in `_`, `N_`, `ngettext`, `pgettext`
calls of Python code. A text may be translated in any .po file; the failure names the one it
belongs into by where it stands.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from tools.words import catalogues, sorted_catalogue

import orderan
from orderan.web.words import FOLDER, words

SOURCE = Path(orderan.__file__).parent
TEMPLATES = Path("web/templates")
METHODS = [("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {
    "**.html": {"silent": "false", "trimmed": "true", "extensions": "jinja2.ext.do"},
    "**.txt": {"silent": "false", "trimmed": "true", "extensions": "jinja2.ext.do"},
}
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


@dataclass(frozen=True, order=True)
class Text:
    msgid: str
    context: str | None
    plural: bool
    where: str


def texts() -> Iterator[Text]:
    found = extract_from_dir(SOURCE, METHODS, options_map=OPTIONS, keywords=KEYWORDS, strip_comment_tags=True)
    for name, line, message, _comments, context in found:
        plural = isinstance(message, tuple)
        msgid = message[0] if isinstance(message, tuple) else message
        if msgid:
            yield Text(msgid, context, plural, f"{name}:{line}")


def home_of(where: str) -> str:
    """The .po file a text belongs into: its template folder, or the module that says it."""
    path = Path(where.rsplit(":", 1)[0])
    if path.is_relative_to(TEMPLATES):
        folder = path.relative_to(TEMPLATES).parts[0]
        return f"{folder}.po"
    if path.parts[0] == "web" and len(path.parts) > 2:
        return f"{path.stem if path.stem != '__init__' else path.parts[-2]}.po"
    return "kit.po" if path.parts[0] in {"web", "kit"} else f"{path.parts[0].removesuffix('.py')}.po"


def parameters(text: str) -> set[str]:
    """`%(name)s` of pages and `{name}` of refusals; a plural's count may be left unsaid."""
    found = re.findall(r"%\((\w+)\)|\{(\w+)[^}]*\}", text)
    return {name or fact for name, fact in found} - {"num"}


def test_every_text_has_an_english_translation() -> None:
    known = words("en").catalogue
    missing: dict[str, dict[str, str]] = defaultdict(dict)
    for text in texts():
        if (text.context, text.msgid) not in known:
            missing[home_of(text.where)].setdefault(text.msgid, text.where)
    told = "\n".join(
        f"\nput into {(FOLDER / 'en' / po).relative_to(SOURCE.parent.parent)}:\n"
        + "\n".join(f"  {msgid!r}  ({where})" for msgid, where in sorted(found.items()))
        for po, found in sorted(missing.items())
    )
    assert not missing, f"texts without English:{told}"


def test_every_translation_is_of_a_text_that_is_used() -> None:
    used = {(text.context, text.msgid) for text in texts()}
    left_over = sorted(
        f"{entry.source}: {msgid!r}"
        for (context, msgid), entry in words("en").catalogue.items()
        if (context, msgid) not in used
    )
    assert not left_over, "translations of nothing:\n" + "\n".join(left_over)


def test_a_text_with_plural_forms_has_both_in_english() -> None:
    known = words("en").catalogue
    single = [
        f"{text.where}: {text.msgid!r}"
        for text in texts()
        if text.plural and (entry := known.get((text.context, text.msgid))) and len(entry.forms) != 2
    ]
    assert not single, "one form where two are needed:\n" + "\n".join(single)


def test_parameters_of_a_translation_are_those_of_its_source() -> None:
    wrong = [
        f"{entry.source}: {msgid!r} -> {form!r}"
        for (_context, msgid), entry in words("en").catalogue.items()
        for form in entry.forms
        if parameters(form) != parameters(msgid)
    ]
    assert not wrong, "parameters differ:\n" + "\n".join(wrong)


def test_every_catalogue_stands_in_the_order_of_its_texts() -> None:
    unsorted = [
        path.name
        for path in catalogues()
        if sorted_catalogue(path.read_text("utf-8")) != path.read_text("utf-8")
    ]
    assert not unsorted, f"python -m tools.words sorts {unsorted}"


def test_sorting_keeps_what_stands_in_a_catalogue_and_drops_what_is_there_twice() -> None:
    head = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n'
    second = 'msgctxt "tombol"\nmsgid "Buka"\nmsgstr "Open"\n'
    plural = 'msgid "%(num)s surat"\nmsgid_plural "%(num)s surat"\nmsgstr[0] "one"\nmsgstr[1] "many"\n'
    broken = '#. where it stands\nmsgid ""\n"Antar "\n"besok"\nmsgstr "Tomorrow"\n'
    mixed = f"{head}\n{second}\n{broken}\n{plural}\n{second}"
    assert sorted_catalogue(mixed) == f"{head}\n{plural}\n{broken}\n{second}"
    with pytest.raises(ValueError, match="Buka"):
        sorted_catalogue(f"{head}\n{second}\n{second.replace('Open', 'Close')}")
