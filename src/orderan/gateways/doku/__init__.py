"""DOKU, by its own API (Jokul): payment codes and the Checkout page. Its SNAP API is `snap`'s."""
