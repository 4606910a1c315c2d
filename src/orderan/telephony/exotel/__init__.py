"""Exotel: a call connected to a flow, whose applets ask us what to say; nothing it sends is signed."""
