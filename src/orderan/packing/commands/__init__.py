"""One file per thing the business can do."""
