"""Blob stores: sealed bytes under keys."""

from bgstudio.store.objects import ObjectBlobs, folder_blobs, memory_blobs

__all__ = ["ObjectBlobs", "folder_blobs", "memory_blobs"]
