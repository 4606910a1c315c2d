"""Orderan: order management for Indonesian commerce."""

__version__ = "0.1.0"
