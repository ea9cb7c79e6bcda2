"""Blob stores: sealed bytes under keys."""
