"""A blob store from its address: S3 and its like, Google, Azure, a folder, memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import from_url

from bgstudio.errors import UnsafeSettings
from bgstudio.store.objects import ObjectBlobs, folder_blobs, memory_blobs

REMOTE = {
    "s3": "s3", "s3a": "s3", "gs": "gs", "az": "az", "azure": "az", "abfs": "az", "abfss": "az",
}  # fmt: skip
"""Kinds of stores elsewhere, by the address's scheme."""

PATIENCE = timedelta(seconds=20)
"""How long a store is asked again before its trouble is told."""


_OPEN: Any = from_url
"""Its signature has a form for each kind of store, and which one is told by the address."""


def blobs_of(url: str, options: Mapping[str, str], folder: Path) -> ObjectBlobs:
    """The store at an address.

    Args:
        url: ``s3://bucket/prefix``, ``gs://bucket/prefix``, ``az://account/container``, ``file:///folder``,
            ``memory:///``; empty for ``folder``.
        options: of that store: endpoint, region, keys, under the names that ``obstore`` knows.
        folder: where files lie if the address is empty.

    Raises:
        UnsafeSettings: the address or an option is not known.
    """
    if not url:
        return folder_blobs(folder)
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return memory_blobs()
    if scheme == "file":
        return folder_blobs(Path(urlsplit(url).path))
    if scheme not in REMOTE:
        raise UnsafeSettings(
            "BGSTUDIO_BLOB_URL is no address of a store that is spoken to here.",
            "The service does not start.",
            "Write s3://bucket/prefix, gs://bucket, az://account/container or file:///folder, or leave it empty.",
        )
    config: dict[str, Any] = dict(options)
    allow_http = str(config.pop("allow_http", "false")).casefold() == "true"
    try:
        store = _OPEN(
            url,
            config=config,
            client_options={"allow_http": allow_http, "timeout": "30s", "connect_timeout": "5s"},
            retry_config={"max_retries": 4, "retry_timeout": PATIENCE},
        )
    except (BaseError, ValueError) as error:
        raise UnsafeSettings(
            f"The store at {url} cannot be used with these options ({type(error).__name__}).",
            "The service does not start.",
            "See that BGSTUDIO_BLOB_OPTIONS has the names that the store knows, such as endpoint, region, "
            "access_key_id and secret_access_key.",
        ) from None
    return ObjectBlobs(store, name=url)


def lifecycle_rule(kind: str, prefix: str, days: int) -> dict[str, Any]:
    """The rule that lets a bucket delete results by itself, as the store's own tools take it: a second net.

    Args:
        kind: ``s3``, ``gs`` or ``az``.
        prefix: of the blobs in the bucket.
        days: after which they go.

    Raises:
        ValueError: another kind.
    """
    if kind == "s3":
        rule = {
            "ID": "bgstudio-results", "Status": "Enabled", "Filter": {"Prefix": prefix},
            "Expiration": {"Days": days}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }  # fmt: skip
        return {"Rules": [rule]}
    if kind == "gs":
        condition = {"age": days, "matchesPrefix": [prefix]}
        return {"lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": condition}]}}
    if kind == "az":
        definition = {
            "actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": days}}},
            "filters": {"blobTypes": ["blockBlob"], "prefixMatch": [prefix]},
        }
        return {"rules": [{"enabled": True, "name": "bgstudio-results", "type": "Lifecycle", "definition": definition}]}
    raise ValueError(f"no rules for {kind!r}")
