"""Counts for Prometheus. Labels hold routes, states and codes, never ids, addresses or words of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bgstudio.domain.job import EngineState
from bgstudio.service.job import Job

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Engine(Collector):
    def __init__(self, state: Callable[[], EngineState]) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The engine as it is at this moment."""
        state = self._state()
        for name, value, words in (
            ("bgstudio_workers", state.workers, "Worker processes alive."),
            ("bgstudio_workers_busy", state.working, "Worker processes at work."),
            ("bgstudio_tasks_waiting", state.waiting, "Tasks that wait."),
            ("bgstudio_tasks_waiting_most", state.most_waiting, "Tasks that may wait."),
        ):
            family = GaugeMetricFamily(name, words)
            family.add_metric([], value)
            yield family


class Metrics:
    """All counts of one service, in a registry of its own."""

    def __init__(self, state: Callable[[], EngineState]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Engine(state))
        self.requests = Counter("bgstudio_requests", "Requests.", ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram(
            "bgstudio_request_seconds", "Time to the end of the answer.", ["route"], registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
        )  # fmt: skip
        self.jobs = Counter("bgstudio_jobs", "Jobs that have ended.", ["kind", "state", "code"], registry=self.registry)
        self.job_seconds = Histogram(
            "bgstudio_job_seconds", "Time from taking a job in to its end.", ["kind"], registry=self.registry,
            buckets=(0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640),
        )  # fmt: skip
        self.pictures = Counter("bgstudio_pictures", "Finished pictures.", registry=self.registry)
        self.uploads = Gauge("bgstudio_uploads", "Uploads being read.", registry=self.registry)
        self.upload_bytes = Counter("bgstudio_upload_bytes", "Bytes of uploads taken in.", registry=self.registry)
        self.streams = Gauge("bgstudio_event_streams", "Open event streams.", registry=self.registry)

    def job_ended(self, job: Job, seconds: float) -> None:
        """Count a job that has ended."""
        self.jobs.labels(job.kind, job.state.value, (job.error or {}).get("code", "")).inc()
        self.job_seconds.labels(job.kind).observe(seconds)
        self.pictures.inc(len(job.pictures))

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
