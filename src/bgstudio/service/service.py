"""The whole service as one object; ``bootstrap.build_service`` makes it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bgstudio.db import Database
from bgstudio.direction.presets import plain_name
from bgstudio.domain.brief import AUTO
from bgstudio.domain.conduct import check_words
from bgstudio.domain.job import Engine, Wish
from bgstudio.domain.outside import OutsideAnswer, OutsideCall
from bgstudio.errors import (
    Gone,
    StudioError,
    UnknownBackend,
    UnknownPreset,
    UsageError,
)
from bgstudio.service.accounts import Accounts
from bgstudio.service.deletion import Deletion
from bgstudio.service.desk import JobDesk
from bgstudio.service.export import Exports
from bgstudio.service.graves import Graves
from bgstudio.service.history import History
from bgstudio.service.insight import Insight
from bgstudio.service.keys import Keys
from bgstudio.service.letters import Letters
from bgstudio.service.login import Logins
from bgstudio.service.looks import Looks
from bgstudio.service.moving import Moving
from bgstudio.service.outside import Outside, Trace
from bgstudio.service.policy import Policy
from bgstudio.service.portraits import Portraits
from bgstudio.service.postman import Postman
from bgstudio.service.quota import Quota
from bgstudio.service.rates import Rates
from bgstudio.service.results import Results
from bgstudio.service.rights import Rights
from bgstudio.service.screen import Screen
from bgstudio.service.security_log import SecurityKind, SecurityLog
from bgstudio.service.servers import Servers
from bgstudio.service.sessions import Sessions
from bgstudio.service.sweeper import Sweeper
from bgstudio.service.trace import where
from bgstudio.service.verifying import Verifying
from bgstudio.service.visitor import Visitor
from bgstudio.settings import Settings

log = structlog.get_logger("bgstudio.service")

CLEARING_SECONDS = 30.0
"""After a job was stopped, what it left at an outside service may be cleared away for so long."""


@dataclass
class Service:
    """Everything that the web needs, connected.

    Attributes:
        db: the database, opened by ``start``.
        engine: where tasks run.
        desk: takes jobs in.
        servers: this server among others.
        keys, sessions, quota, rates, results, security_log, sweeper, screen: see their classes.
        presets: the looks as they are shown: name, title, words, description, set.
        capabilities: what this service can do, JSON-ready.
        settings: of this installation.
        most_pictures: of one job.
        accounts, portraits, looks: of people who have signed in, their pictures, and what they have saved.
        logins: sign people in.
        history: what people do with finished work.
        verifying: reads the marks of pictures.
        moving: takes along what a visit has made.
        letters: to the host.
        graves: remembers which accounts were deleted.
        rights, exports, deletion: what is held about somebody; all of it as a ZIP; its end.
        insight: usage data, sums, ratings, and the host's own page.
        policy: the privacy policy as it is in force.
        outside: the only way to outside AI services.
        postman: tells the host of letters; None where no relay is set.
    """

    db: Database
    engine: Engine
    desk: JobDesk
    servers: Servers
    keys: Keys
    sessions: Sessions
    quota: Quota
    rates: Rates
    results: Results
    security_log: SecurityLog
    sweeper: Sweeper
    screen: Screen
    presets: Sequence[Mapping[str, Any]]
    capabilities: Mapping[str, Any]
    settings: Settings
    accounts: Accounts
    portraits: Portraits
    logins: Logins
    moving: Moving
    looks: Looks
    history: History
    verifying: Verifying
    outside: Outside
    letters: Letters
    rights: Rights
    exports: Exports
    deletion: Deletion
    graves: Graves
    insight: Insight
    policy: Policy
    postman: Postman | None = None
    most_pictures: int = 4
    _sweeping: asyncio.Task[None] | None = field(default=None, init=False, repr=False)
    _reaching: dict[str, Visitor] = field(default_factory=dict, init=False, repr=False)
    _open: bool = field(default=False, init=False, repr=False)

    async def start(self) -> None:
        """Open the database, put in order what a crash left, start the workers.

        Raises:
            WrongKey: the database was begun with another master key.
            BackendError: no worker starts.
        """
        await self.db.open()
        try:
            await self.keys.start()
            await self.policy.start()
            await self.servers.arrive()
            await self.graves.tend()  # before anybody is served: a backup may have been put back
            await self._sweep()
            await self.engine.start()
        except BaseException:
            await self.db.close()
            raise
        self._sweeping = asyncio.create_task(self._sweep_forever(), name="sweeper")
        self._open = True
        log.info("service started", workers=self.engine.state().workers)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(self.settings.sweep_seconds)
            try:
                await self._sweep()
            except Exception as error:  # what failed is tried again; the service goes on
                log.error("sweep failed", error=type(error).__name__, where=where(error))

    async def _sweep(self) -> None:
        """Say that this server is there; sweep, if no other does."""
        await self.servers.present()
        if not await self.servers.alone("sweep"):
            return
        await self.quota.settle(await self.servers.there())
        await self.servers.tidy()
        await self.graves.tend()
        swept = await self.sweeper.sweep()
        await self.letters.sweep()
        await self.insight.sweep()
        await self.logins.sweep()
        if swept:
            log.info("swept", **vars(swept))

    async def ready(self) -> bool:
        """Whether a job would be worked on: workers live, and the database answers."""
        if not self._open or self.engine.state().workers == 0:
            return False
        try:
            await self.sessions.find("-", "")
        except Exception as error:
            log.error("not ready", error=type(error).__name__, where=where(error))
            return False
        return True

    async def check_wish(self, wish: Wish, visitor: Visitor) -> None:
        """Refuse before the queue what can be told without the photo; raises ``StudioError``."""
        self.screen.check(wish.brief.prompt)
        await self._check_backend(wish.brief.backend, wish.brief.prompt, visitor)
        if wish.brief.count > self.most_pictures:
            raise UsageError(
                f"A job makes at most {self.most_pictures} pictures.", "Nothing was taken in.", "Ask for fewer."
            )
        name = wish.brief.preset
        known = [preset["name"] for preset in self.presets]
        if name is not None and plain_name(name) not in known:
            raise UnknownPreset(
                "There is no preset of that name.", "No picture was made.", f"Choose one of: {', '.join(known)}."
            )

    async def _check_backend(self, name: str, words: str | None, visitor: Visitor) -> None:
        """Whether it is there, may be asked for this, and whether the person has agreed to what it sends."""
        known = {str(backend["name"]): str(backend["service"]) for backend in self.capabilities["backends"]}
        if name != AUTO and name not in known:
            raise UnknownBackend(
                "There is no backend of that name here.",
                "No picture was made, and nothing was sent anywhere.",
                f"Choose one of: {', '.join([AUTO, *known])}.",
            )
        if any(backend["name"] == name and backend["any_prompt"] for backend in self.capabilities["backends"]):
            check_words(words)
        if known.get(name):
            await self.outside.check(visitor, known[name])  # before anything is queued; asked again with each call

    async def _reach(self, job: str, call: OutsideCall) -> OutsideAnswer:
        """Make a call of a job under way, in the name of whose it is; its receipt tells of it."""
        try:
            visitor = self._reaching[job] = self.desk.whose(job)
        except Gone:  # it was stopped, but what it left elsewhere may still be cleared away
            if not call.clearing or job not in self._reaching:
                raise
            visitor = self._reaching[job]
        asyncio.get_running_loop().call_later(CLEARING_SECONDS, self._forget_reaching, job)
        trace = Trace()
        try:
            return await self.outside.call(visitor, call, trace)
        finally:  # also where it was cut off: what may have arrived is told
            if trace.sent:
                self.desk.sent(job, call.service)

    def _forget_reaching(self, job: str) -> None:
        with contextlib.suppress(Gone):
            self.desk.whose(job)
            return  # it is still under way
        self._reaching.pop(job, None)

    def __post_init__(self) -> None:
        calls = getattr(self.engine, "calls", None)
        if calls is not None:
            calls.reach = self._reach
        self.desk.failed = self._job_failed
        self.accounts.noted = self._note
        self.desk.watched = self.insight.job_ended
        self.desk.turned = self.insight.step_ended
        self.outside.noted = self.insight.called
        if self.postman is not None:
            self.letters.came = self.postman.tell

    async def _job_failed(self, visitor: Visitor, code: str) -> None:
        if code in ("refused", "painting_refused"):  # the words were accepted before, so it was a picture or a model
            await self._note(SecurityKind.REFUSED_PICTURE, visitor.address, code)

    async def note(self, error: StudioError, address: str, *, rate: bool = False) -> None:
        """Write what may be abuse into the security log; ``rate`` marks requests that came too fast."""
        self.insight.refused(error)
        kind = SecurityKind.RATE_LIMITED if rate else _KINDS.get(error.code)
        if kind is not None:
            await self._note(kind, address, getattr(error, "reason", "") or error.code)

    async def note_operator(self, address: str) -> None:
        """Write into the security log that the host's page was opened with a one-time link."""
        await self._note(SecurityKind.OPERATOR_IN, address, "")

    async def _note(self, kind: SecurityKind, address: str, detail: str) -> None:
        if not self._open:
            return
        try:
            await self.security_log.note(kind, address, detail)
        except Exception as broken:  # the answer matters more than the note
            log.error("security log failed", error=type(broken).__name__, where=where(broken))

    async def _write_sums(self) -> None:
        try:
            await self.insight.close()
        except Exception as error:  # sums may be lost; the service ends all the same
            log.error("sums not written", error=type(error).__name__, where=where(error))

    async def drain(self) -> None:
        """Take nothing more in; let jobs end in the time they are given, and return the others."""
        await self.desk.close(self.settings.shutdown_seconds)

    async def close(self) -> None:
        """Drain, then stop the workers and close everything."""
        await self.drain()
        self._open = False
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait({self._sweeping})
        if self.postman is not None:
            await self.postman.close()
        await self.logins.close()
        await self.moving.close()
        await self.engine.close()
        await self._write_sums()
        with contextlib.suppress(StudioError):  # others will see that it is gone
            await self.servers.leave()
        await self.db.close()
        log.info("service stopped")


_KINDS = {
    "limit_reached": SecurityKind.LIMIT_REACHED,
    "forbidden": SecurityKind.FORBIDDEN,
    "refused": SecurityKind.REFUSED_WORDS,
    "upload_too_slow": SecurityKind.SLOW_UPLOAD,
    "bad_upload": SecurityKind.BAD_UPLOAD,
    "wrong_key": SecurityKind.SEAL_BROKEN,
    "sign_in_failed": SecurityKind.SIGN_IN_FAILED,
}
