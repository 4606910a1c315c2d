"""BI SNAP, Bank Indonesia's own protocol: one client for every bank and gateway that speaks it."""
