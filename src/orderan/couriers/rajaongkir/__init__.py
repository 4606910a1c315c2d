"""RajaOngkir V2 by Komerce: what couriers charge and where their parcels are; nothing is booked by it."""
