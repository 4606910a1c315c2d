"""A courier that gave us a range of tracking numbers: they are handed out here, and nobody is called."""
