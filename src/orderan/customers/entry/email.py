"""E-mail addresses: syntax, and the slips of fingers that never arrive."""

import re
from dataclasses import dataclass
from typing import Final

from orderan.customers.closeness import distance, nearest
from orderan.customers.entry.complaints import Complaint, Doubt

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# RFC 5321, 4.5.3.1: the path without its angle brackets.
_LONGEST = 254
_LONGEST_LOCAL = 64

# Where Indonesian buyers have their mail, the commonest first: the first of equals is suggested.
COMMON: Final = (
    "gmail.com", "yahoo.com", "yahoo.co.id", "outlook.com", "hotmail.com", "icloud.com",
    "ymail.com", "rocketmail.com", "live.com", "outlook.co.id", "proton.me", "protonmail.com",
)  # fmt: skip
# Real as well, and near enough to a common one to be taken for a slip.
_ALSO_REAL: Final = frozenset({
    "mail.com", "email.com", "gmx.com", "gmx.net", "aol.com", "msn.com", "me.com", "mac.com",
    "googlemail.com", "telkom.net", "zoho.com", "yahoo.co.uk", "yahoo.co.jp", "yahoo.in",
    "hotmail.co.uk", "live.co.uk", "pm.me", "yandex.com", "mail.ru", "ymail.co.id",
})  # fmt: skip
# Ends that exist in no registry, or that are a slip more often than not.
_ENDS: Final = {
    "con": "com", "cmo": "com", "ocm": "com", "cm": "com", "comm": "com", "vom": "com",
    "xom": "com", "om": "com", "coom": "com", "c0m": "com", "co.idd": "co.id", "co.od": "co.id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Email:
    """A well-formed address. The domain is in small letters; the part before it as typed."""

    address: str

    @property
    def matched_by(self) -> str:
        """The form two spellings of one mailbox share; capitals matter to no provider in use."""
        return self.address.casefold()


def check_email(text: str, *, insisted: bool = False, field: str = "email") -> Email | Complaint:
    """The address, or what is wrong with it.

    Args:
        text: As typed.
        insisted: The person was asked about a domain like a common one and means what they typed.
        field: Name the complaint carries.
    """
    typed = text.strip().removeprefix("mailto:").rstrip(".,;")
    if not typed:
        return Complaint(field, Doubt.MISSING)
    if len(typed) > _LONGEST:
        return Complaint(field, Doubt.TOO_LONG)
    if "@" not in typed:
        return Complaint(field, Doubt.AT_SIGN_MISSING, _with_at_sign(typed))
    local, _, domain = typed.rpartition("@")
    domain = domain.casefold()
    if not _is_well_formed(local, domain):
        return Complaint(field, Doubt.NOT_AN_ADDRESS, _mended(local, domain))
    meant = None if insisted else likely_domain(domain)
    if meant is None:
        return Email(f"{local}@{domain}")
    return Complaint(field, Doubt.DOMAIN_LIKE_ANOTHER, f"{local}@{meant}", firm=False)


def likely_domain(domain: str) -> str | None:
    """The domain probably meant, None when this one looks right.

    >>> likely_domain("gmial.com")
    'gmail.com'
    """
    if domain in COMMON or domain in _ALSO_REAL:
        return None
    ended = _with_a_real_end(domain)
    if ended in COMMON or (ended != domain and ended in _ALSO_REAL):
        return ended
    near = nearest(ended, COMMON, at_most=_slips_of_a_domain(ended))
    if near is not None:
        return near
    return ended if ended != domain else None


def _slips_of_a_domain(domain: str) -> int:
    # live.com and proton.me are short: at two slips they would swallow real domains.
    return 2 if len(domain) >= 9 else 1


def _with_a_real_end(domain: str) -> str:
    for wrong, right in _ENDS.items():
        if domain.endswith(f".{wrong}"):
            return domain.removesuffix(wrong) + right
    return domain


def _is_well_formed(local: str, domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(local) <= _LONGEST_LOCAL
        and bool(_LOCAL.fullmatch(local))
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and labels[-1].isalpha()
        and len(labels[-1]) > 1
    )


def _mended(local: str, domain: str) -> str | None:
    """Blanks out, commas to dots, dots single, a common domain that lacks its end given one."""
    local = re.sub(r"\.{2,}", ".", re.sub(r"\s+", "", local).replace(",", ".")).strip(".@")
    domain = re.sub(r"[.@]{2,}", ".", re.sub(r"\s+", "", domain).replace(",", ".")).strip(".")
    if "." not in domain:
        domain = next((known for known in COMMON if _is_stem(domain, known)), domain)
    domain = likely_domain(domain) or domain
    return f"{local}@{domain}" if _is_well_formed(local, domain) else None


def _is_stem(domain: str, known: str) -> bool:
    stem, _, end = known.partition(".")
    return domain in (stem, f"{stem}{end.replace('.', '')}") or (
        len(stem) > 4 and distance(domain, stem, at_most=1) == 1
    )


def _with_at_sign(typed: str) -> str | None:
    """`budigmail.com` and `budi.gmail.com` for `budi@gmail.com`."""
    bare = re.sub(r"\s+", "", typed)
    for known in COMMON:
        local = bare.casefold().removesuffix(known)
        if local != bare.casefold():
            local = bare[: len(local)].rstrip(".-_#")
            return f"{local}@{known}" if _is_well_formed(local, known) else None
    return None
