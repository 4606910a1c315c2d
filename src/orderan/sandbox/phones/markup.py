"""TwiML and ExoML as a provider reads them: both are the same verbs, and neither forgives another one."""

from typing import Final
from xml.etree import ElementTree as ET

from orderan.sandbox.phones.models import Gather, Line, Said

_DEFAULT_WAIT: Final = 5
_MOST_DIGITS: Final = 20


def read(body: bytes, *, here: str) -> Said:
    """What a document makes a provider do.

    Args:
        here: The address it came from, which an action that is not named goes back to.
    """
    try:
        # Our own answer is read here, on this machine, and the parser refuses entities that grow without end.
        root = ET.fromstring(body)  # noqa: S314 - see above
    except ET.ParseError as fault:
        return Said(wrong=f"no XML: {fault}")
    if root.tag != "Response":
        return Said(wrong=f"<{root.tag}> instead of <Response>")
    try:
        return _verbs(list(root), here)
    except ValueError as fault:
        return Said(wrong=f"an attribute of <Gather>: {fault}")


def _verbs(verbs: list[ET.Element], here: str) -> Said:
    lines: list[Line] = []
    for at, verb in enumerate(verbs):
        match verb.tag:
            case "Say":
                lines.append(_line(verb))
            case "Pause":
                continue
            case "Gather":
                if wrong := [inner.tag for inner in verb if inner.tag not in {"Say", "Pause"}]:
                    return Said(wrong=f"<{wrong[0]}> within <Gather>")
                lines += [_line(inner) for inner in verb if inner.tag == "Say"]
                return Said(tuple(lines), _gather(verb, verbs[at + 1 :], here))
            case "Redirect":
                return Said(tuple(lines), more=(verb.text or "").strip() or here)
            case "Hangup":
                return Said(tuple(lines))
            case unknown:
                return Said(wrong=f"<{unknown}> is no verb of theirs")
    return Said(tuple(lines))


def _gather(verb: ET.Element, rest: list[ET.Element], here: str) -> Gather:
    told = verb.get("actionOnEmptyResult") == "true"
    return Gather(
        most=int(verb.get("numDigits") or verb.get("maxDigits") or _MOST_DIGITS),
        wait_s=int(verb.get("timeout") or _DEFAULT_WAIT),
        finish=verb.get("finishOnKey", "#"),
        url=verb.get("action") or here,
        method=verb.get("method") or "POST",
        on_silence=None if told else _verbs(rest, here),
    )


def _line(verb: ET.Element) -> Line:
    return Line("voice", "".join(verb.itertext()).strip(), verb.get("language", ""))
