"""Stripe: cards of buyers abroad, typed on Stripe's own page."""
