"""Insights: the numbers of a day, read from what the other domains keep.

Owns     nothing; reads only
Promises every number is inside the reader's scope and comes from one statement
Ignores  how anything is changed
"""

from orderan.insights.models import AuditFilter, ByDay, ByHour, Scope, Today
from orderan.insights.rules import day_of, day_start
from orderan.insights.views import (
    audit_actions,
    audit_trail,
    find_order,
    revenue_by_day,
    sales_by_hour,
    today,
)

__all__ = [
    "AuditFilter",
    "ByDay",
    "ByHour",
    "Scope",
    "Today",
    "audit_actions",
    "audit_trail",
    "day_of",
    "day_start",
    "find_order",
    "revenue_by_day",
    "sales_by_hour",
    "today",
]
