"""Bitfront's engine: quantise a network, measure the file, keep every number."""

__version__ = "0.1.0"
