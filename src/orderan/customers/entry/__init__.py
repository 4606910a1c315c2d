"""What people type about a customer, checked: a value, or a complaint that explains itself."""

from orderan.customers.entry.complaints import Complaint, Doubt
from orderan.customers.entry.email import Email, check_email
from orderan.customers.entry.naming import check_name, one_line
from orderan.customers.entry.phone import Phone, PhoneKind, check_phone

__all__ = [
    "Complaint",
    "Doubt",
    "Email",
    "Phone",
    "PhoneKind",
    "check_email",
    "check_name",
    "check_phone",
    "one_line",
]
