"""Personal data as it is shown to whoever has no reason to see it whole.

A mask keeps enough to recognise something one already knows, and no more.
"""

from orderan.customers.entry.phone import written_phone


def mask_phone(e164: str) -> str:
    """First and last four digits.

    >>> mask_phone("+6281234567890")
    '0812-****-7890'
    """
    if e164.startswith("+62"):
        digits = written_phone(e164).replace("-", "")
        return f"{digits[:4]}-****-{digits[-4:]}"
    return f"{e164[:3]}****{e164[-4:]}"


def mask_email(address: str) -> str:
    """First letter and the domain.

    >>> mask_email("budi@gmail.com")
    'b***@gmail.com'
    """
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def mask_name(name: str) -> str:
    """The first name, and initials of the rest.

    >>> mask_name("Budi Santoso Wijaya")
    'Budi S. W.'
    """
    first, *rest = name.split() or [""]
    return " ".join((first, *(f"{word[0]}." for word in rest)))


def mask_line(line: str) -> str:
    """A street address: its first word only, the area is shown beside it."""
    first = line.split()[:1]
    return f"{first[0]} ***" if first else ""
