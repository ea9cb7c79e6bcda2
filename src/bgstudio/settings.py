"""What a host can change, with safe defaults. Read in one place only: ``bootstrap``.

Every field is an environment variable with the prefix ``BGSTUDIO_`` (``BGSTUDIO_MAX_PIXELS=50000000``).
``docs/reference/settings.md`` documents each; a test keeps it complete.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


def cache_home() -> Path:
    """The folder for things that can be fetched again, as the platform likes it."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
    return base / "bgstudio"


def data_home() -> Path:
    """The folder for things that must stay, as the platform likes it."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share")))
    return base / "bgstudio"


class Settings(BaseSettings):
    """Settings of one installation; see the module's docstring for where they come from."""

    model_config = SettingsConfigDict(env_prefix="BGSTUDIO_", frozen=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the TOML file named by ``BGSTUDIO_CONFIG``."""
        del dotenv_settings, file_secret_settings
        name = os.environ.get("BGSTUDIO_CONFIG")
        file = (TomlConfigSettingsSource(settings_cls, Path(name)),) if name else ()
        return init_settings, env_settings, *file

    weights_dir: Path = Field(
        default_factory=lambda: cache_home() / "weights", description="Folder of the model weights."
    )
    offline: bool = Field(False, description="Never fetch anything; fail where weights are missing.")
    threads: int = Field(0, ge=0, description="CPU threads per process; 0 uses every core.")

    max_bytes: int = Field(50_000_000, gt=0, description="Largest photo file, in bytes.")
    max_pixels: int = Field(80_000_000, gt=0, description="Most pixels of a photo, before decoding.")
    max_side: int = Field(16_000, gt=0, description="Longest side of a photo in pixels, before decoding.")
    max_frames: int = Field(1_000, gt=0, description="Most frames of an animated file; the first is used.")
    working_side: int = Field(
        4096, ge=512, le=8192, description="Photos are reduced to this longest side after decoding."
    )
    decode_seconds: float = Field(5.0, gt=0, description="Time a photo may take to decode.")
    decode_memory: int = Field(1_500_000_000, gt=0, description="Memory the decoder may use, in bytes.")

    render_seconds: float = Field(600.0, gt=0, description="Time one picture may take to render.")
    renders_per_worker: int = Field(
        40, gt=0, description="Pictures after which the renderer is started afresh, to give memory back."
    )
    renderer: str = Field(
        "auto", pattern="^(auto|llvm|scalar)$", description="Path-tracing variant: auto, llvm or scalar."
    )

    image_models: tuple[str, ...] = Field(
        (),
        description="Image models on this machine's GPU that people may choose, by name; 'auto' takes of those fetched "
        "the one that fits its free memory.",
    )
    models_dir: Path = Field(default_factory=lambda: cache_home() / "models", description="Folder of the image models.")
    diffusion_device: str = Field(
        "auto", pattern=r"^(auto|cpu|mps|cuda(:\d{1,2})?)$", description="Accelerator for them: auto, cuda:1, mps, cpu."
    )
    non_commercial_models: bool = Field(
        False, description="Accept image models whose pictures must not be used commercially. Tell your users."
    )
    backend_fallback: bool = Field(
        False, description="Let the path tracer stand in for another backend that fails; the result says so."
    )

    marks: tuple[str, ...] = Field(
        ("watermark", "xmp", "credentials"),
        description="Marks that tell how pictures were made: watermark, xmp, credentials. The law may ask for them.",
    )
    credentials_certificate: Path | None = Field(
        None, description="PEM file with the certificate chain that signs Content Credentials; self-made without one."
    )
    credentials_key: Path | None = Field(
        None, description="PEM file with that certificate's private key. Readable by its owner only."
    )

    data_dir: Path = Field(
        default_factory=data_home,
        description="Folder of the service: database, sealed results, secrets. Readable by its owner only.",
    )
    database_url: str = Field(
        "",
        description="Database, such as postgresql://user@host/name; empty means SQLite in the data folder.",
        repr=False,
    )
    blob_url: str = Field(
        "",
        description="Store of sealed results, such as s3://bucket/prefix, gs://bucket or az://container; empty means "
        "the data folder.",
    )
    blob_options: dict[str, SecretStr] = Field(
        default_factory=dict, description="Options of that store as JSON, such as its endpoint and keys."
    )
    master_key: SecretStr = Field(
        SecretStr(""),
        description="Master key as 64 hex digits, older ones behind it with commas; empty means a file in the data "
        "folder.",
    )
    key_service_url: str = Field(
        "", description="Address of an outside key service (transit engine) that wraps keys instead of a master key."
    )
    key_service_key: str = Field("bgstudio", description="Name of the key at that service.")
    key_service_token: SecretStr = Field(SecretStr(""), description="Token for that service.")
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(8380, ge=0, le=65535, description="Port that the service listens on; 0 takes a free one.")
    public_url: str = Field(
        "", description="Address that people see, such as https://studio.example; empty means the one listened on."
    )
    production: bool = Field(
        False, description="Refuse to start with settings that are unsafe for a service open to others."
    )
    tls_certificate: Path | None = Field(
        None, description="PEM file with the certificate chain, to serve TLS directly."
    )
    tls_key: Path | None = Field(None, description="PEM file with the certificate's private key.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed."
    )

    metrics_from: tuple[str, ...] = Field(
        ("127.0.0.0/8", "::1/128"), description="Addresses or networks that may read the metrics."
    )

    workers: int = Field(
        0, ge=0, description="Worker processes, one renderer each; 0 takes one for every four cores, at least one."
    )
    queue: int = Field(24, ge=1, description="Tasks that may wait; further ones are refused at once.")
    job_seconds: float = Field(300.0, gt=0, description="Time one task of a job may take before it is stopped.")
    shutdown_seconds: float = Field(
        20.0, ge=0, description="Time that running tasks get to end when the service stops."
    )

    upload_seconds: float = Field(60.0, gt=0, description="Time an upload may take from its first byte to its last.")
    upload_stall_seconds: float = Field(10.0, gt=0, description="Time an upload may pause before it is cut off.")
    uploads_at_once: int = Field(16, ge=1, description="Uploads that may be read at the same time.")

    session_hours: float = Field(24.0, gt=0, description="Time after its last use at which an anonymous session ends.")
    pictures_per_day: int = Field(20, ge=1, description="Finished pictures an anonymous session may make in a day.")
    pictures_per_address: int = Field(
        60, ge=1, description="Finished pictures that anonymous people behind one network address may make in a day."
    )
    jobs_at_once: int = Field(2, ge=1, description="Jobs of one person that may wait or work at the same time.")
    jobs_per_minute: int = Field(12, ge=1, description="Jobs one person may start in a minute.")
    requests_per_minute: int = Field(600, ge=1, description="Requests one network address may make in a minute.")
    session_bytes: int = Field(300_000_000, gt=0, description="Results kept for one session; the oldest go first.")
    security_log_days: float = Field(30.0, gt=0, description="Days that entries of the security log are kept.")
    sweep_seconds: float = Field(60.0, gt=0, description="Time between two sweeps of what has expired.")

    result_days: float = Field(7.0, gt=0, le=7, description="Days after which finished pictures are deleted.")
    backup_days: float = Field(
        30.0,
        ge=0,
        description="Days that backups of the database are kept: so long it is remembered which accounts were deleted.",
    )

    issuer: str = Field(
        "https://accounts.google.com", description="OpenID provider that people sign in with, found by discovery."
    )
    client_id: str = Field("", description="Our id at that provider; empty means that nobody can sign in.")
    client_secret: SecretStr = Field(SecretStr(""), description="Our secret at that provider.")
    provider_mark: Path | None = Field(
        None,
        description="SVG or PNG file with the provider's own mark for its button, such as Google's G.",
    )
    account_hours: float = Field(
        720.0, gt=0, description="Time after its last use at which somebody is signed out on a device."
    )
    account_pictures_per_day: int = Field(60, ge=1, description="Finished pictures an account may make in a day.")
    account_bytes: int = Field(2_000_000_000, gt=0, description="Results kept for one account; the oldest go first.")

    host_name: str = Field("", description="Who runs this studio, as the pages name it.")
    contact_email: str = Field("", description="Address that people can write to about their data.")
    imprint: str = Field("", description="Imprint: name, address and whatever the law asks for, one line each.")
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Relay that tells the contact address of new letters, such as smtp://user:password@host:587.",
    )
    letters_per_day: int = Field(5, ge=1, description="Letters one network address may send in a day.")
    letter_days: float = Field(180.0, gt=0, description="Days that answered letters are kept.")
    event_days: float = Field(90.0, gt=0, description="Days that usage data is kept.")
    analytics: bool = Field(
        False, description="Count the use of people who have chosen neither way. Who opts out is never counted."
    )
    outside_services: tuple[str, ...] = Field(
        (), description="Outside AI services that people may agree to use, by name. None is used without that."
    )
    outside_keys: dict[str, SecretStr] = Field(
        default_factory=dict, description="The host's keys to those services as JSON, by name."
    )
    outside_spend_person: float = Field(
        2.0, ge=0, description="US dollars that outside services may cost for one person in a day."
    )
    outside_spend_day: float = Field(
        20.0, ge=0, description="US dollars that outside services may cost for everybody together in a day."
    )
    operator_hours: float = Field(8.0, gt=0, description="Time after which the host is signed out of their own page.")
    clock_ahead_days: float = Field(
        0.0, ge=0, description="Days that the service's clock is ahead, for drills. Refused in production."
    )

    screen_pictures: bool = Field(
        False, description="Screen uploaded photos and references for nudity, on this machine."
    )
    screen_threshold: float = Field(0.85, gt=0, le=1, description="Score above which a screened photo is refused.")
    screen_words: tuple[str, ...] = Field((), description="Words that a prompt may not contain.")
    log_format: str = Field("text", pattern="^(text|json)$", description="Form of the log: text or json.")
