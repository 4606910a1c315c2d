"""Insights: the numbers of a day, read from what the other domains keep.

Owns     nothing; reads only
Promises every number is inside the reader's scope and comes from one statement
Ignores  how anything is changed
"""

from orderan.insights.feed import Feed, event_feed
from orderan.insights.models import AuditFilter, ByDay, ByHour, Scope, Today
from orderan.insights.rules import day_of, day_start
from orderan.insights.views import (
    audit_actions,
    audit_trail,
    find_order,
    order_for_buyer,
    revenue_by_day,
    sales_by_hour,
    today,
)

__all__ = [
    "AuditFilter",
    "ByDay",
    "ByHour",
    "Feed",
    "Scope",
    "Today",
    "audit_actions",
    "audit_trail",
    "day_of",
    "day_start",
    "event_feed",
    "find_order",
    "order_for_buyer",
    "revenue_by_day",
    "sales_by_hour",
    "today",
]
