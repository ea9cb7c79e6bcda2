"""The app: routes, limits, errors and headers around a ``Service``."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response

from bgstudio.errors import StudioError
from bgstudio.service import Service
from bgstudio.version import __version__
from bgstudio.web import pages
from bgstudio.web.api import account, analytics, docs, health, jobs, looks, outside, ratings, rights, session, verify
from bgstudio.web.clients import known_hosts, networks
from bgstudio.web.metrics import Metrics
from bgstudio.web.middleware import Gate
from bgstudio.web.problems import install, plain, reply
from bgstudio.web.static_files import StaticFiles
from bgstudio.web.uploads import Reader, Slots, UploadLimits

ROOT_FILES = {"favicon.ico": "img/mark.svg", "robots.txt": "robots.txt", "manifest.webmanifest": "manifest.webmanifest"}


def create_app(service: Service) -> FastAPI:
    """The web app of a service, which it starts and closes with itself.

    Raises:
        UnsafeSettings: a network in the settings that is none.
    """
    settings = service.settings
    trusted = networks(settings.trusted_proxies, "trusted_proxies")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await service.start()
        except StudioError as error:
            app.state.failed = error  # told to whoever started the server
            raise
        try:
            yield
        finally:
            await service.close()

    app = FastAPI(
        title="AI Background Studio",
        version=__version__,
        summary="From an ordinary photo of a product to finished studio pictures.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=lifespan,
        redirect_slashes=False,
    )
    metrics = Metrics(service.engine.state)
    limits = UploadLimits(
        file_bytes=settings.max_bytes,
        seconds=settings.upload_seconds,
        stall_seconds=settings.upload_stall_seconds,
        at_once=settings.uploads_at_once,
        each_at_once=max(1, settings.uploads_at_once // 2),
    )
    static = StaticFiles()
    shown = pages.Pages(static)
    state = app.state
    state.failed = None
    state.service, state.metrics, state.pages, state.static_url = service, metrics, shown, static.url
    state.metrics_from = networks(settings.metrics_from, "metrics_from")
    state.slots = Slots(limits, metrics.uploads.set)
    state.reader = Reader(limits, service.engine.transport.seal, secrets.token_bytes(32))
    state.form_key = secrets.token_bytes(32)
    service.desk.ended = metrics.job_ended

    for part in (
        jobs.router,
        session.router,
        account.router,
        rights.router,
        looks.router,
        analytics.router,
        ratings.router,
        outside.router,
        verify.router,
        health.router,
        *pages.ROUTERS,
    ):
        app.include_router(part)
    _static_routes(app, static)
    install(app, _page_for_people(shown))
    hosts = known_hosts(settings.host, settings.public_url)
    app.add_middleware(
        Gate,
        trusted=trusted,
        hosts=hosts,
        metrics=metrics,
        limit=service.rates.requests,
        noted=partial(service.note, rate=True),
    )
    app.openapi = _description(app)  # type: ignore[method-assign]
    return app


def _static_routes(app: FastAPI, static: StaticFiles) -> None:
    @app.get("/static/{digest}/{path:path}", include_in_schema=False)
    async def _file(request: Request, digest: str, path: str) -> Response:
        return static.answer(request, digest, path) or reply(request, plain(404))

    for name, path in ROOT_FILES.items():
        if path in static:

            async def _root(request: Request, path: str = path) -> Response:
                return static.answer(request, static.digest, path, "public, max-age=3600") or reply(request, plain(404))

            app.add_api_route(f"/{name}", _root, include_in_schema=False)


def _page_for_people(shown: pages.Pages) -> Any:
    """A page about an error for browsers that ask for one; everybody else gets the problem as JSON."""

    def page(request: Request, problem: dict[str, Any]) -> Response | None:
        wants = "text/html" in request.headers.get("accept", "")
        if not wants or request.url.path.startswith(("/v1/", "/static/")) or "error" not in shown:
            return None
        problem = problem | {"request_id": request.state.request_id}
        return shown.render(request, "error", problem["status"], problem=problem)

    return page


def _description(app: FastAPI) -> Any:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=_ABOUT,
                routes=app.routes,
                license_info=app.license_info,
            )
            parts = found.setdefault("components", {})
            parts.setdefault("schemas", {}).update(docs.schemas())
            parts["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer", "description": "From POST /v1/sessions."}
            }
            found["security"] = [{"token": []}, {}]
            app.openapi_schema = found
        return app.openapi_schema

    return openapi


_ABOUT = (
    "Get a token with `POST /v1/sessions`, send it as `Authorization: Bearer TOKEN`, make a job with `POST /v1/jobs`, "
    "watch `/v1/jobs/{job}/events`, fetch the files that the job names. Errors are `application/problem+json`."
)
