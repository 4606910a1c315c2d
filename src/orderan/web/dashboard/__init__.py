"""The dashboard: one module per domain, each exporting `handlers`."""
