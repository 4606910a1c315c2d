"""The auditor: proves promises 1 to 6 again on a live database, in all shops or one.

Owns     nothing; it only reads
Promises one snapshot for every check; a check is one named claim and lists what breaks it
Ignores  how things came to be: it trusts ledgers and constraints, and compares the rest with them
"""

from orderan.auditor.checks import CHECKS
from orderan.auditor.models import Check, Finding, Report, Verdict
from orderan.auditor.run import audit

__all__ = ["CHECKS", "Check", "Finding", "Report", "Verdict", "audit"]
