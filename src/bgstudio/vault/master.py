"""The one key that all others hang on, in a file that only its owner can read; and how it is replaced."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bgstudio.domain.sealed import Sealed
from bgstudio.errors import KeyMissing, UnsafeSettings, VaultError, WrongKey
from bgstudio.vault.box import KEY_BYTES, Box

HEAD = "bgstudio-master-key-1 "
MODES = os.name == "posix"
"""Whether files have owners and modes here."""


class MasterKey:
    """Satisfies ``domain.sealed.KeyWrapper``: wraps the keys of visits and accounts. It never seals data itself.

    Args:
        secret: 32 random bytes.
        older: earlier ones; what they wrapped is still opened.
    """

    def __init__(self, secret: bytes, *older: bytes) -> None:
        self._secrets = tuple(bytes(one) for one in (secret, *older))
        if any(len(one) != KEY_BYTES for one in self._secrets):
            raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self._wrappers = [Box(_derived(one, "wrap")) for one in self._secrets]

    @classmethod
    def fresh(cls) -> MasterKey:
        """A new key that is written nowhere: with it gone, what it wrapped is gone."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def of_text(cls, text: str) -> MasterKey:
        """Keys as 64 hex digits each, the newest first, with commas or line ends between them.

        Raises:
            VaultError: it is something else.
        """
        try:
            parts = filter(None, (part.strip() for part in text.replace(",", "\n").split("\n")))
            return cls(*(bytes.fromhex(part.removeprefix(HEAD)) for part in parts))
        except (ValueError, TypeError):
            raise VaultError(
                "BGSTUDIO_MASTER_KEY holds no master key.",
                "Without it, nothing that was kept can be opened.",
                "Set it to 64 hex digits, such as those that 'openssl rand -hex 32' prints; older ones behind a comma.",
            ) from None

    @classmethod
    def load_or_create(cls, path: Path, must_exist: bool = False) -> MasterKey:
        """The keys in the file ``path``, which is made with mode 600 in a folder of mode 700 where it is not there.

        Args:
            path: the file; one key in a line, the newest first.
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
            private_folder(path.parent)
            _check_mode(path.parent, "700")
            _create(path)
        _check_mode(path.parent, "700")
        _check_mode(path, "600")
        return cls(*_parse(path))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Tells keys apart, the newest first; nothing of a key can be told from its fingerprint."""
        return tuple(_derived(one, "fingerprint")[:4].hex() for one in self._secrets)

    @property
    def older(self) -> int:
        """How many earlier keys there are beside the newest."""
        return len(self._secrets) - 1

    async def wrap(self, key: bytes, about: str) -> bytes:
        """Seal a key for the place ``about`` with the newest key: 60 bytes for 32."""
        return self._wrappers[0].seal(key, about).data

    async def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """Open a wrapped key; raises ``WrongKey`` where it was wrapped by another or for another place."""
        for wrapper in self._wrappers[:-1]:
            with suppress(WrongKey):
                return wrapper.open(Sealed(wrapped), about)
        return self._wrappers[-1].open(Sealed(wrapped), about)

    async def newest(self, wrapped: bytes, about: str) -> bool:
        """Whether the newest key wrapped it."""
        try:
            self._wrappers[0].open(Sealed(wrapped), about)
        except WrongKey:
            return False
        return True

    def __repr__(self) -> str:
        return "MasterKey(hidden)"

    def __reduce__(self) -> tuple[type[MasterKey], tuple[bytes]]:
        raise TypeError("a MasterKey is not pickled: it would be readable")


class KeyFile:
    """The master key in its file, which is read again when it has changed, so that a new key needs no restart.

    Satisfies ``domain.sealed.KeyWrapper``.

    Args:
        path: see ``MasterKey.load_or_create``, which also says what is raised.
        must_exist: see there.
    """

    def __init__(self, path: Path, must_exist: bool = False) -> None:
        self._path = path
        self._master = MasterKey.load_or_create(path, must_exist)
        self._read_at = _changed(path)

    @property
    def master(self) -> MasterKey:
        """The keys as they are in the file now."""
        if _changed(self._path) != self._read_at:
            self._read_at = _changed(self._path)
            self._master = MasterKey.load_or_create(self._path, must_exist=True)
        return self._master

    async def wrap(self, key: bytes, about: str) -> bytes:
        """Seal a key for the place ``about``."""
        return await self.master.wrap(key, about)

    async def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """Open a wrapped key; raises ``WrongKey``."""
        return await self.master.unwrap(wrapped, about)

    async def newest(self, wrapped: bytes, about: str) -> bool:
        """Whether the newest key wrapped it."""
        return await self.master.newest(wrapped, about)

    def add(self) -> None:
        """Put a new key in front. What older ones wrapped is still opened."""
        _rewrite(self._path, [secrets.token_bytes(KEY_BYTES), *_parse(self._path)])

    def drop_older(self) -> int:
        """Forget all but the newest key; how many. What they wrapped can never be opened again."""
        newest, *older = _parse(self._path)
        if older:
            _rewrite(self._path, [newest])
        return len(older)


def _derived(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, from which the secret cannot be told."""
    info = f"bgstudio/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def _changed(path: Path) -> tuple[int, int]:
    """Tells one writing of a file from another; raises ``KeyMissing`` where it is gone."""
    try:
        found = path.stat()
    except OSError as error:
        raise KeyMissing(
            f"The master key {path} has gone.",
            "Nothing new can be kept until it is back.",
            "Put it back from its backup.",
        ) from error
    return found.st_mtime_ns, found.st_ino


def _rewrite(path: Path, keys: list[bytes]) -> None:
    """Replace the file, whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_private(draft, _text(keys))
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, where there is none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)


def _create(path: Path) -> None:
    """Write a new key whole or not at all; where another process was quicker, its key stays."""
    create_private(path, _text([secrets.token_bytes(KEY_BYTES)]))


def _text(keys: list[bytes]) -> bytes:
    """The file's content: keys, the newest first."""
    return "".join(f"{HEAD}{key.hex()}\n" for key in keys).encode("ascii")


def create_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read, whole or not at all; one that is there already stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_private(draft, data)
        try:
            os.link(draft, path)  # unlike rename, never replaces a file that is there
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not path.exists():
                draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def reachable_by_others(path: Path) -> bool:
    """Whether anybody beside this user and the administrator can read a file, or owns it."""
    found = path.stat()
    return bool(stat.S_IMODE(found.st_mode) & 0o077) or found.st_uid not in (os.geteuid(), 0)


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


def _parse(path: Path) -> list[bytes]:
    lines = path.read_text(encoding="ascii", errors="replace").split("\n")
    try:
        found = []
        for line in filter(None, (line.strip() for line in lines)):
            if not line.startswith(HEAD):
                raise ValueError(HEAD)
            found.append(bytes.fromhex(line.removeprefix(HEAD)))
        if not found or any(len(one) != KEY_BYTES for one in found):
            raise ValueError(len(found))
    except ValueError:
        raise VaultError(
            f"{path} holds no master key.",
            "Without it, nothing that was kept can be opened.",
            "Put the key back from its backup; or, to begin anew without the old results, move the data folder away.",
        ) from None
    return found
