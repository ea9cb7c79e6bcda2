"""From settings to a studio: the only place that reads ``Settings`` and connects objects.

What a picture by the path tracer does not need is imported where it is connected: the first picture does not wait for
the libraries of the service, of image models and of outside services.
"""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bgstudio.backends.raytrace import PathTracer
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.cutout import CutoutMaker, U2Net
from bgstudio.direction import Director, UniversalEncoder
from bgstudio.domain.brief import AUTO, MAX_SIDE, MIN_SIDE, FileFormat
from bgstudio.domain.job import Engine
from bgstudio.domain.outside import OutsideService
from bgstudio.domain.ports import (
    Backend,
    Cancel,
    Channel,
    CredentialSigner,
    Decoder,
    Glimpse,
    Painter,
    Progress,
    never,
    silent,
)
from bgstudio.domain.sealed import KeyWrapper
from bgstudio.errors import UnsafeSettings
from bgstudio.intake import DecoderProcess, IntakeLimits
from bgstudio.intake.sniff import Kind
from bgstudio.marks import READER, Mark, Marker
from bgstudio.marks.credentials import available as credentials_here
from bgstudio.settings import Settings
from bgstudio.studio import Studio
from bgstudio.version import __version__
from bgstudio.weights import WeightStore

if TYPE_CHECKING:
    from bgstudio.backends.hosted import HostedPainter
    from bgstudio.db import Database
    from bgstudio.engine import LocalPool
    from bgstudio.identity import Provider
    from bgstudio.service import Insight, JobDesk, Keys, Letters, Operator, Outside, Postman, Service
    from bgstudio.service.visitor import Clock
    from bgstudio.store import ObjectBlobs
    from bgstudio.vault.signing import SigningKey
    from bgstudio.weights.hub import ModelStore
    from bgstudio.weights.models import ImageModel

    Shown = Painter | type[PathTracer] | type[HostedPainter]

FULL_MODEL = "u2net"
PREVIEW_MODEL = "u2netp"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def build_weights(config: Settings) -> WeightStore:
    """The folder of model weights."""
    return WeightStore(config.weights_dir, config.offline)


def build_decoder(config: Settings) -> DecoderProcess:
    """The photo decoder in its guarded process."""
    limits = IntakeLimits(
        max_bytes=config.max_bytes,
        max_pixels=config.max_pixels,
        max_side=config.max_side,
        max_frames=config.max_frames,
        working_side=config.working_side,
        seconds=config.decode_seconds,
        memory=config.decode_memory,
    )
    return DecoderProcess(limits, READER)


def build_backend(config: Settings) -> PathTracer:
    """The default backend."""
    return PathTracer(config.renderer, config.threads, config.renders_per_worker, config.render_seconds)


def build_models(config: Settings) -> ModelStore:
    """The folder of image models."""
    from bgstudio.weights.hub import ModelStore

    return ModelStore(config.models_dir, offline=config.offline, non_commercial=config.non_commercial_models)


def build_image_models(config: Settings, glimpse: Glimpse | None = None) -> tuple[Backend, ...]:
    """The image models of the settings, as backends; none is loaded before it is used.

    Args:
        config: settings.
        glimpse: shown their unfinished pictures.

    Raises:
        UsageError, WeightsMissing: a model that is not known, not allowed or not here.
        BackendError: with ``auto``, no model fits this machine.
    """
    if not config.image_models:
        return ()
    from bgstudio.backends.diffusion import DiffusionPainter
    from bgstudio.backends.painted import PaintedBackend

    store = build_models(config)
    return tuple(
        PaintedBackend(DiffusionPainter(model, store.path(model.name), config.diffusion_device, glimpse), VOCABULARY)
        for model in _image_models(config)
    )


def _image_models(config: Settings) -> list[ImageModel]:
    """Those of the settings; ``auto`` is the one of those fetched that fits this machine."""
    from bgstudio.weights.models import image_model

    models = [image_model(name) for name in config.image_models if name != AUTO]
    if AUTO in config.image_models:
        from bgstudio.backends.diffusion import look_at, plan

        picked, _room = plan(build_models(config).here(), look_at(config.diffusion_device))
        models += [] if picked in models else [picked]
    return models


def build_marker(config: Settings, signer: CredentialSigner | None = None) -> Marker:
    """What puts the marks on that are wanted.

    Args:
        config: settings.
        signer: signs Content Credentials; without, the key of the settings or of the data folder, made on first use.

    Raises:
        UnsafeSettings: a mark that is not known, or half a certificate.
    """
    wanted = _marks(config)
    if Mark.CREDENTIALS not in wanted:
        return Marker(wanted)
    if signer is None:
        from bgstudio.vault.signing import SignerOnDemand

        signer = SignerOnDemand(lambda: build_signing_key(config))
    return Marker(wanted, signer)


def build_signing_key(config: Settings) -> SigningKey:
    """The key under Content Credentials: the host's own, or a self-made one in the data folder.

    Raises:
        UnsafeSettings, CredentialsFailed: see ``vault.SigningKey``.
    """
    from bgstudio.vault.signing import SigningKey

    certificate, key = config.credentials_certificate, config.credentials_key
    if certificate is not None and key is not None:
        return SigningKey.load(certificate, key)
    return SigningKey.load_or_create(config.data_dir / "credentials.pem")


def _marks(config: Settings) -> frozenset[Mark]:
    known = {mark.value: mark for mark in Mark}
    strange = [name for name in config.marks if name not in known]
    if strange:
        raise UnsafeSettings(
            f"BGSTUDIO_MARKS names '{strange[0]}', which is no mark.",
            "Pictures would go out without what the host meant.",
            f"Name any of: {', '.join(known)}; [] switches all of them off.",
        )
    if (config.credentials_certificate is None) != (config.credentials_key is None):
        raise UnsafeSettings(
            "Of BGSTUDIO_CREDENTIALS_CERTIFICATE and BGSTUDIO_CREDENTIALS_KEY only one is set.",
            "Nothing can be signed with half of them.",
            "Set both, or neither to use a self-made certificate.",
        )
    return frozenset(known[name] for name in config.marks)


def build_director() -> Director:
    """The director, for those who only want to know the presets."""
    return Director(VOCABULARY, UniversalEncoder())


class CutoutShop:
    """Opens networks when they are first needed, and keeps them.

    A preview needs the small network only, so that a first preview waits for 5 MB and not for 176.
    """

    def __init__(self, weights: WeightStore, threads: int) -> None:
        self._weights = weights
        self._threads = threads
        self._networks: dict[str, U2Net] = {}
        self._makers: dict[bool, CutoutMaker] = {}
        self._lock = threading.Lock()

    def __call__(self, preview: bool, progress: Progress, cancel: Cancel) -> CutoutMaker:
        """The cut-out stage; fetches its weights on first use."""
        with self._lock:
            if preview not in self._makers:
                small = self._network(PREVIEW_MODEL, progress, cancel)
                full = small if preview else self._network(FULL_MODEL, progress, cancel)
                self._makers[preview] = CutoutMaker(full, small)
            return self._makers[preview]

    def warm_up(self, preview: bool) -> None:
        """Begin opening the networks in the background, while the photo is being read; never fetches any."""
        if preview in self._makers:
            return
        here = {standing.row.name for standing in self._weights.list() if standing.checked}
        if here >= {PREVIEW_MODEL} | (set() if preview else {FULL_MODEL}):
            # waited for when the program ends: torn out of the networks' runtime it would take the process along
            threading.Thread(target=self._quietly_open, args=(preview,)).start()

    def _quietly_open(self, preview: bool) -> None:
        try:
            self(preview, silent, never)
        except Exception:  # whoever cuts next is told
            return

    def _network(self, name: str, progress: Progress, cancel: Cancel) -> U2Net:
        if name not in self._networks:
            path = self._weights.path(name, progress, cancel)
            self._networks[name] = U2Net(path, name, self._threads)
        return self._networks[name]


def build_studio(
    config: Settings | None = None,
    *,
    signer: CredentialSigner | None = None,
    channel: Channel | None = None,
    glimpse: Glimpse | None = None,
) -> Studio:
    """A studio ready to work. Its renderer is loaded in the background while the first photo is being cut out.

    Args:
        config: settings; those of the environment without.
        signer: signs Content Credentials; see ``build_marker``.
        channel: the way to outside services; the host's own, who asks nobody, without.
        glimpse: shown unfinished pictures, by backends that have any.
    """
    config = config or settings()
    backend = build_backend(config)
    decoder = build_decoder(config)
    outside: tuple[Backend, ...] = ()
    if config.outside_services:
        outside = build_outside_backends(config, channel or build_direct_channel(config), decoder)
    return Studio(
        decoder=decoder,
        cutters=CutoutShop(build_weights(config), config.threads),
        director=Director(backend.vocabulary, UniversalEncoder()),
        backend=backend,
        others=(*build_image_models(config, glimpse), *outside),
        fallback=config.backend_fallback,
        marker=build_marker(config, signer),
    )


MOST_PICTURES = 4
"""Pictures of one job of the service."""

CORES_PER_WORKER = 4
"""A picture gains little from more cores, and people gain from a second worker."""


def studio_for_worker(
    values: dict[str, Any],
    channel: Channel,
    signer: CredentialSigner | None = None,
    glimpse: Glimpse | None = None,
) -> Studio:
    """The studio of an engine's worker, whatever its environment says.

    Args:
        values: the settings it needs, as JSON.
        channel: asks the pool's process to call outside services; the worker has no network and no key.
        signer: asks it for signatures.
        glimpse: takes unfinished pictures to it.
    """
    return build_studio(Settings(**values), signer=signer, channel=channel, glimpse=glimpse)


def build_engine(config: Settings) -> LocalPool:
    """The pool of workers; start it before use."""
    from bgstudio.engine import RENDERER, LocalPool
    from bgstudio.vault.signing import SignerOnDemand

    cores = os.cpu_count() or 1
    workers = config.workers or max(1, cores // CORES_PER_WORKER)
    threads = config.threads or (0 if workers == 1 else max(1, cores // workers))
    values = config.model_dump(mode="json", include=_FOR_WORKERS) | {"threads": threads}
    signs = Mark.CREDENTIALS in _marks(config) and credentials_here()
    return LocalPool(
        workers,
        config.queue,
        studio=RENDERER,
        arguments={"values": values},
        screen_above=config.screen_threshold if config.screen_pictures else None,
        signer=SignerOnDemand(lambda: build_signing_key(config)) if signs else None,
    )


_FOR_WORKERS = {
    "weights_dir", "offline", "max_bytes", "max_pixels", "max_side", "max_frames", "working_side", "decode_seconds",
    "decode_memory", "render_seconds", "renders_per_worker", "renderer", "image_models", "models_dir",
    "diffusion_device", "non_commercial_models", "backend_fallback", "outside_services", "marks",
}  # fmt: skip
"""Workers are told what they need to make pictures, and nothing of secrets, addresses or folders of results.
What signs Content Credentials stays here too: workers send what is to be signed (``engine.signing``)."""


PATIENCE_IN_SWEEPS = 3
"""Sweeps after which a server that has said nothing counts as gone."""


def build_service(
    config: Settings | None = None, engine: Engine | None = None, outside: Sequence[OutsideService] = ()
) -> Service:
    """The whole service; ``web.create_app`` starts and closes it. Makes its folder and its secrets on first use.

    Args:
        config: settings; those of the environment without.
        engine: where jobs run; the pool of workers without.
        outside: further outside services that can be switched on, beside the known ones.

    Raises:
        UnsafeSettings, KeyMissing, VaultError: see ``MasterKey.load_or_create``.
    """
    from bgstudio import service  # imported here, since workers and most commands need none of it

    config = config or settings()
    if AUTO in config.image_models:  # decided once: what people are offered is what the workers have
        names = tuple(model.name for model in _image_models(config))
        config = config.model_copy(update={"image_models": names})
    engine = engine or build_engine(config)
    clock = build_clock(config)
    db = build_database(config)
    servers = service.Servers(db, PATIENCE_IN_SWEEPS * config.sweep_seconds, clock)
    keys = service.Keys(db, build_wrapper(config, begun=db.file is not None and db.file.exists()))
    blobs = build_blobs(config)  # after the key's file, which makes the data folder private
    results = service.Results(
        db, blobs, config.session_bytes, config.result_days, clock, account_bytes=config.account_bytes
    )
    quota = service.Quota(
        db, config.pictures_per_day, config.pictures_per_address, clock,
        per_account=config.account_pictures_per_day, server=servers.id,
    )  # fmt: skip
    limits = service.DeskLimits(jobs_at_once=config.jobs_at_once, task_seconds=config.job_seconds)
    desk = service.JobDesk(engine, results, quota, limits, clock)
    sessions = service.Sessions(db, blobs, keys, config.session_hours, clock)
    accounts = service.Accounts(db, keys, config.account_hours, clock)
    portraits = service.Portraits(accounts, engine)
    looks = service.Looks(db, clock)
    letters = service.Letters(db, keys, config.letters_per_day, config.letter_days, clock)
    rights = service.Rights(service.Hands(db, accounts, looks, letters, clock), config)
    graves = service.Graves(db, blobs, keys, config.backup_days, clock)
    return service.Service(
        db=db,
        engine=engine,
        desk=desk,
        servers=servers,
        keys=keys,
        sessions=sessions,
        quota=quota,
        rates=service.Rates(config.jobs_per_minute, config.requests_per_minute),
        results=results,
        security_log=service.SecurityLog(db, clock),
        sweeper=service.Sweeper(db, blobs, config.security_log_days, clock),
        screen=service.Screen(config.screen_words),
        presets=_looks(),
        capabilities=_abilities(config),
        settings=config,
        accounts=accounts,
        portraits=portraits,
        logins=service.Logins(db, keys, accounts, portraits, build_provider(config), clock),
        moving=service.Moving(db, blobs, results, looks, desk, clock),
        looks=looks,
        history=service.History(desk, looks, engine),
        verifying=service.Verifying(engine),
        insight=build_insight(config, db, desk, keys, clock),
        outside=build_outside(config, db, outside, clock),
        letters=letters,
        rights=rights,
        exports=service.Exports(rights, results, looks, accounts.portrait, clock),
        graves=graves,
        deletion=service.Deletion(db, keys, desk, rights, graves.bury, sessions.end, config, clock),
        policy=service.Policy(db, config, clock),
        postman=build_postman(config),
        most_pictures=MOST_PICTURES,
    )


def build_database(config: Settings) -> Database:
    """The database: the one at the address in the settings, or SQLite in the data folder."""
    from bgstudio.db import Database

    return Database(config.database_url) if config.database_url else Database.in_folder(config.data_dir)


def build_blobs(config: Settings) -> ObjectBlobs:
    """The store of results: the one at the address in the settings, or the data folder."""
    from bgstudio.store import blobs_of

    options = {name: value.get_secret_value() for name, value in config.blob_options.items()}
    return blobs_of(config.blob_url, options, config.data_dir / "results")


def build_wrapper(config: Settings, *, begun: bool) -> KeyWrapper:
    """What wraps all keys: an outside key service, the master key in the settings, or its file in the data folder.

    Args:
        config: settings.
        begun: whether something that was sealed exists already; then a missing file is not made anew.

    Raises:
        UnsafeSettings, KeyMissing, VaultError: see ``vault.KeyFile`` and ``vault.MasterKey``.
    """
    from bgstudio.vault import KeyFile, KeyService, MasterKey

    if config.key_service_url:
        token = config.key_service_token.get_secret_value()
        return KeyService(config.key_service_url, config.key_service_key, token)
    if secret := config.master_key.get_secret_value():
        return MasterKey.of_text(secret)
    return KeyFile(key_file(config), must_exist=begun)


def key_file(config: Settings) -> Path:
    """Where the master key lies, if it lies in a file."""
    return config.data_dir / "master.key"


def _existing(config: Settings, what: str) -> Database:
    """The database of a service that has run already; raises ``UsageError`` where none has."""
    from bgstudio.errors import UsageError

    db = build_database(config)
    if db.file is not None and not db.file.exists():
        raise UsageError(
            f"There {what}: no service has run with this data folder yet.",
            remedy="Set BGSTUDIO_DATA_DIR to the folder of the service.",
        )
    return db


def build_clock(config: Settings) -> Clock:
    """Tells the time; for drills it can be days ahead."""
    from bgstudio.service.visitor import utc_now

    if not config.clock_ahead_days:
        return utc_now
    ahead = timedelta(days=config.clock_ahead_days)
    return lambda: utc_now() + ahead


def build_provider(config: Settings) -> Provider | None:
    """Who signs people in; None where the studio is not registered with anybody.

    Raises:
        UnsafeSettings: an issuer that is none.
    """
    from bgstudio.identity import Provider

    if not config.client_id:
        return None
    return Provider(config.issuer, config.client_id, config.client_secret.get_secret_value())


def build_insight(config: Settings, db: Database, desk: JobDesk, keys: Keys, clock: Clock) -> Insight:
    """Usage data, sums, ratings, and the host's own page."""
    from bgstudio import service

    events = service.Events(db, config.analytics, config.event_days, clock)
    tallies = service.Tallies(db, clock)
    ratings = service.Ratings(desk, events, tallies, keys)
    return service.Insight(db, events, tallies, ratings, service.Operator(db, config.operator_hours, clock))


def build_outside(
    config: Settings, db: Database, more: Sequence[OutsideService] = (), clock: Clock | None = None
) -> Outside:
    """The way to those outside services that are switched on.

    Raises:
        UnsafeSettings: a service that is not known.
    """
    from bgstudio import service

    services = _switched_on(config, more)
    limits = service.Limits(config.outside_spend_person, config.outside_spend_day)
    return service.Outside(db, services, _outside_keys(config), clock or build_clock(config), limits)


def build_direct_channel(config: Settings, more: Sequence[OutsideService] = ()) -> Channel:
    """The same for the command line and for Python: the host has chosen it, and nobody else is asked.

    Raises:
        UnsafeSettings: a service that is not known.
    """
    from bgstudio import service

    return service.DirectChannel(_switched_on(config, more), _outside_keys(config), config.outside_spend_day)


def build_outside_backends(config: Settings, channel: Channel, decoder: Decoder) -> tuple[Backend, ...]:
    """A backend for every outside service that is switched on and has one; nothing is sent before it paints."""
    from bgstudio.backends.painted import PaintedBackend

    return tuple(PaintedBackend(painter(channel, decoder), VOCABULARY) for painter in _hosted(config))


def _hosted(config: Settings) -> list[type[HostedPainter]]:
    """Painters of the outside services that are switched on."""
    if not config.outside_services:
        return []
    from bgstudio.backends.hosted import PAINTERS

    return [painter for painter in PAINTERS if painter.name in config.outside_services]


def _switched_on(config: Settings, more: Sequence[OutsideService]) -> list[OutsideService]:
    from bgstudio.domain.outside import KNOWN
    from bgstudio.errors import UnsafeSettings

    known = {one.name: one for one in (*KNOWN, *more)}
    strange = [name for name in config.outside_services if name not in known]
    if strange:
        raise UnsafeSettings(
            f"BGSTUDIO_OUTSIDE_SERVICES names '{strange[0]}', which is not known.",
            "What it would be sent, and what it keeps, cannot be told to anybody.",
            f"Known are: {', '.join(known)}. Leave the setting empty to send nothing to anybody.",
        )
    return [known[name] for name in config.outside_services]


def _outside_keys(config: Settings) -> dict[str, str]:
    return {name: secret.get_secret_value() for name, secret in config.outside_keys.items()}


def build_postman(config: Settings) -> Postman | None:
    """Who tells the host of letters by e-mail; None where no relay is set.

    Raises:
        UnsafeSettings: a relay that is none, or nobody to tell.
    """
    from bgstudio.errors import UnsafeSettings
    from bgstudio.service.postman import Postman, Relay

    url = config.smtp_url.get_secret_value()
    if not url:
        return None
    if not config.contact_email:
        raise UnsafeSettings(
            "BGSTUDIO_SMTP_URL is set, and BGSTUDIO_CONTACT_EMAIL is not.",
            "Nobody would be told of letters.",
            "Name the address that is to be told, or leave the relay out.",
        )
    return Postman(Relay.read(url), config.contact_email)


@asynccontextmanager
async def open_letters(config: Settings | None = None) -> AsyncIterator[Letters]:
    """The letters of this installation, without the rest of the service, which may run beside it.

    Raises:
        UsageError: no service has ever run here.
        UnsafeSettings, KeyMissing, WrongKey: see ``build_service``.
    """
    from bgstudio import service

    config = config or settings()
    db = _existing(config, "are no letters")
    keys = service.Keys(db, build_wrapper(config, begun=True))
    await db.open()
    try:
        await keys.start()
        yield service.Letters(db, keys, config.letters_per_day, config.letter_days, build_clock(config))
    finally:
        await db.close()


@asynccontextmanager
async def open_keys(config: Settings | None = None) -> AsyncIterator[Keys]:
    """The keys of this installation, without the rest of the service, which may run beside it.

    Raises:
        UsageError: no service has ever run here.
        UnsafeSettings, KeyMissing, WrongKey: see ``build_service``.
    """
    from bgstudio import service

    config = config or settings()
    db = _existing(config, "are no keys")
    keys = service.Keys(db, build_wrapper(config, begun=True))
    await db.open()
    try:
        await keys.start()
        yield keys
    finally:
        await db.close()


@asynccontextmanager
async def open_operator(config: Settings | None = None) -> AsyncIterator[Operator]:
    """The host's own sign-in, without the rest of the service, which may run beside it.

    Raises:
        UsageError: no service has ever run here.
    """
    from bgstudio import service

    config = config or settings()
    db = _existing(config, "is no operator's page")
    await db.open()
    try:
        yield service.Operator(db, config.operator_hours, build_clock(config))
    finally:
        await db.close()


def _looks() -> list[dict[str, Any]]:
    """The presets as people are shown them."""
    return [
        {
            "name": preset.name,
            "title": preset.title,
            "words": list(preset.mood),
            "description": preset.description,
            "set": preset.set,
        }
        for preset in build_director().presets()
    ]


def _abilities(config: Settings) -> dict[str, Any]:
    """What the service can do, JSON-ready."""
    return {
        "version": __version__,
        "input_formats": [kind.value for kind in Kind],
        "output_formats": [wanted.value for wanted in FileFormat],
        "limits": {
            "max_bytes": config.max_bytes,
            "max_pixels": config.max_pixels,
            "max_side": config.max_side,
            "min_size": MIN_SIDE,
            "max_size": MAX_SIDE,
            "max_count": MOST_PICTURES,
            "jobs_at_once": config.jobs_at_once,
            "jobs_per_minute": config.jobs_per_minute,
            "pictures_per_day": config.pictures_per_day,
            "upload_seconds": config.upload_seconds,
        },
        "marks": sorted(mark.value for mark in _marks(config)),
        "backends": backends_of(config),
        "surfaces": [{"name": term.name, "label": term.label} for term in VOCABULARY.of("surface")],
    }


def backends_of(config: Settings) -> list[dict[str, Any]]:
    """What people may choose with these settings, JSON-ready; see ``domain.ports.Capabilities``."""
    return [_backend_view(backend) for backend in _shown_backends(config)]


def _shown_backends(config: Settings) -> list[Shown]:
    """What people may choose; nothing is loaded or called for it."""
    shown: list[Shown] = [PathTracer]
    if config.image_models:
        from bgstudio.backends.diffusion import DiffusionPainter

        shown += [DiffusionPainter(model, config.models_dir) for model in _image_models(config)]
    return shown + _hosted(config)


def _backend_view(backend: Shown) -> dict[str, Any]:
    """A backend as people are told of it, JSON-ready."""
    able = backend.capabilities
    return {
        "name": backend.name,
        "title": backend.title,
        "leaves_machine": able.leaves_machine,
        "needs_gpu": able.needs_gpu,
        "trained_model": able.trained_model,
        "any_prompt": able.any_prompt,
        "follows_reference": able.follows_reference,
        "seeded": able.seeded,
        "max_pixels": able.max_pixels,
        "seconds": able.seconds,
        "price": None if able.price is None else {"amount": able.price.amount, "currency": able.price.currency},
        "service": able.service,
    }
