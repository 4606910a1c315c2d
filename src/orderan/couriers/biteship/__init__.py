"""Biteship: one API over more than twenty couriers, with cash at the door and word by webhook."""
