"""Blob stores: sealed bytes under keys."""

from bgstudio.store.objects import ObjectBlobs, folder_blobs, memory_blobs
from bgstudio.store.places import blobs_of, lifecycle_rule

__all__ = ["ObjectBlobs", "blobs_of", "folder_blobs", "lifecycle_rule", "memory_blobs"]
