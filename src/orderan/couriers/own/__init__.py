"""The shop's own riders: numbers made from the parcel's key, and the shop itself says where a parcel is."""
