"""Backends: Shot -> Plate. Each makes backgrounds in its own way behind ``domain.ports.Backend``."""
