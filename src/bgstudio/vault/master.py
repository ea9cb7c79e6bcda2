"""The one key that all others hang on, in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bgstudio.domain.sealed import Sealed
from bgstudio.errors import KeyMissing, UnsafeSettings, VaultError
from bgstudio.vault.box import KEY_BYTES, Box

HEAD = "bgstudio-master-key-1 "
MODES = os.name == "posix"
"""Whether files have owners and modes here."""


class MasterKey:
    """Satisfies ``domain.sealed.KeyWrapper``: wraps the keys of visits and accounts. It never seals data itself.

    Args:
        secret: 32 random bytes.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(secret)}")
        self._secret = bytes(secret)
        self._wrapper = Box(self.derive("wrap"))

    @classmethod
    def fresh(cls) -> MasterKey:
        """A new key that is written nowhere: with it gone, what it wrapped is gone."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def load_or_create(cls, path: Path, must_exist: bool = False) -> MasterKey:
        """The key in the file ``path``, which is made with mode 600 in a folder of mode 700 where it is not there.

        Args:
            path: the file.
            must_exist: True where something sealed with the key exists already, such as a database.

        Raises:
            KeyMissing: ``must_exist``, and there is no file.
            UnsafeSettings: file or folder can be read by others.
            VaultError: the file holds no master key, or cannot be read or written.
        """
        try:
            return cls._load_or_create(path, must_exist)
        except OSError as error:
            raise VaultError(
                f"The master key {path} cannot be read or written ({error.strerror}).",
                "Without it nothing that is kept can be opened.",
                "Give the service's user its own data folder, or set BGSTUDIO_DATA_DIR to one.",
            ) from error

    @classmethod
    def _load_or_create(cls, path: Path, must_exist: bool) -> MasterKey:
        if not path.exists():
            if must_exist:
                raise KeyMissing(
                    f"The master key {path} is missing, although data sealed with it exists.",
                    "Without this key, nothing that was kept can be opened, by anyone.",
                    "Put the key back from its backup; or, to begin anew without the old results, "
                    "move the data folder away.",
                )
            _make_folder(path.parent)
            _check_mode(path.parent, "700")
            _create(path)
        _check_mode(path.parent, "700")
        _check_mode(path, "600")
        return cls(_parse(path))

    async def wrap(self, key: bytes, about: str) -> bytes:
        """Seal a key for the place ``about``: 60 bytes for 32."""
        return self._wrapper.seal(key, about).data

    async def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """Open a wrapped key; raises ``WrongKey`` where it was wrapped by another or for another place."""
        return self._wrapper.open(Sealed(wrapped), about)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, always the same; from them neither the master key nor others can be told."""
        info = f"bgstudio/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._secret)

    def __repr__(self) -> str:
        return "MasterKey(hidden)"

    def __reduce__(self) -> tuple[type[MasterKey], tuple[bytes]]:
        raise TypeError("a MasterKey is not pickled: it would be readable")


def _make_folder(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)


def _create(path: Path) -> None:
    """Write a new key whole or not at all; where another process was quicker, its key stays."""
    text = f"{HEAD}{secrets.token_hex(KEY_BYTES)}\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike rename, never replaces a key that is there
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not path.exists():
                draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _check_mode(path: Path, wanted: str) -> None:
    if not MODES:
        return
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0):
        raise UnsafeSettings(
            f"{path} belongs to another user.",
            "Its owner could read or replace the key that seals everything.",
            f"Run: chown {os.geteuid()} '{path}'",
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise UnsafeSettings(
            f"{path} can be reached by other users (mode {stat.S_IMODE(found.st_mode):o}).",
            "Whoever reads the master key can open everything that is kept.",
            f"Run: chmod {wanted} '{path}'",
        )


def _parse(path: Path) -> bytes:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        if not text.startswith(HEAD):
            raise ValueError(HEAD)
        secret = bytes.fromhex(text.removeprefix(HEAD))
        if len(secret) != KEY_BYTES:
            raise ValueError(len(secret))
    except ValueError:
        raise VaultError(
            f"{path} holds no master key.",
            "Without it, nothing that was kept can be opened.",
            "Put the key back from its backup; or, to begin anew without the old results, move the data folder away.",
        ) from None
    return secret
