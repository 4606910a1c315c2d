"""KiriminAja: many couriers behind one API; parcels are known by the shop's own names for them."""
