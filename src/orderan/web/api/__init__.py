"""The public API, version 1: one module per domain, each exporting `handlers`."""
