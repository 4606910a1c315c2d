"""Decisions about customers: entry checks, masking, likeness. Pure, and the home of properties."""

from orderan.customers.rules.complaints import Complaint, Doubt
from orderan.customers.rules.email import Email, check_email
from orderan.customers.rules.masking import mask_email, mask_line, mask_name, mask_phone
from orderan.customers.rules.naming import check_name, search_words
from orderan.customers.rules.phone import Phone, PhoneKind, check_phone

__all__ = [
    "Complaint",
    "Doubt",
    "Email",
    "Phone",
    "PhoneKind",
    "check_email",
    "check_name",
    "check_phone",
    "mask_email",
    "mask_line",
    "mask_name",
    "mask_phone",
    "search_words",
]
