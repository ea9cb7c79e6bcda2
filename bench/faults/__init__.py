"""Fault runs: processes are killed, stopped and left, and the service has to stay healthy."""
