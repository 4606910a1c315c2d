"""Promises 3 and 6 of couriers: what they lost is claimed, and a claim is of its own parcel and stands on evidence."""

from orderan.auditor.models import Check, by_sql

_CLAIMS_ARE_OF_THEIR_PARCEL = """
SELECT claim.shop_id, claim.order_id AS subject, claim.id AS claim, claim.courier, parcel.courier AS carried_by
FROM parcel_claim AS claim
JOIN parcel ON parcel.shop_id = claim.shop_id AND parcel.id = claim.parcel_id
WHERE parcel.order_id <> claim.order_id OR parcel.courier <> claim.courier
"""
_FILED_HAVE_EVIDENCE = """
SELECT claim.shop_id, claim.order_id AS subject, claim.id AS claim, claim.state
FROM parcel_claim AS claim
WHERE claim.state IN ('filed', 'accepted', 'refused', 'paid')
  AND NOT EXISTS (SELECT FROM claim_evidence
                  WHERE claim_evidence.shop_id = claim.shop_id AND claim_evidence.claim_id = claim.id)
"""
# What was lost before a shop had its first claim was lost before there were any.
_GONE_IS_CLAIMED = """
SELECT parcel.shop_id, parcel.order_id AS subject, parcel.id AS parcel, parcel.awb, parcel.state
FROM parcel
JOIN (SELECT shop_id, min(opened_at) AS at FROM parcel_claim GROUP BY shop_id) AS first
  ON first.shop_id = parcel.shop_id AND parcel.moved_at >= first.at
WHERE parcel.state IN ('lost', 'damaged') AND parcel.courier <> 'own'
  AND NOT EXISTS (SELECT FROM parcel_claim
                  WHERE parcel_claim.shop_id = parcel.shop_id AND parcel_claim.parcel_id = parcel.id)
"""

CHECKS = (
    Check(
        "shipping.claims_are_of_their_parcel",
        3,
        "A claim goes to the courier that carried its parcel, and is of that parcel's order.",
        by_sql(_CLAIMS_ARE_OF_THEIR_PARCEL),
    ),
    Check(
        "shipping.filed_claims_have_evidence",
        3,
        "Something speaks for every claim that was filed.",
        by_sql(_FILED_HAVE_EVIDENCE),
    ),
    Check(
        "shipping.gone_is_claimed",
        6,
        "Since a shop's first claim, every parcel a courier lost or damaged has one.",
        by_sql(_GONE_IS_CLAIMED),
    ),
)
