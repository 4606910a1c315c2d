"""Pages for buyers: public, on a phone, with nothing on them that a stranger could use."""
