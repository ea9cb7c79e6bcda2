"""Encryption: keys, sealing, secrets on disk."""
