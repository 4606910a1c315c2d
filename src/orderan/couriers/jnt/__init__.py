"""J&T Express Indonesia: the carrier itself, by contract."""
