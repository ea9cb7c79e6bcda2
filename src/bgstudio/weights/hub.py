"""A folder of trained image models: fetched once by the hub's own client, checked, and used without a network."""

from __future__ import annotations

import fnmatch
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgstudio.domain.ports import Cancel, Progress, check, never, part_of, silent
from bgstudio.errors import StudioError, UsageError, WeightsCorrupt, WeightsError, WeightsMissing
from bgstudio.weights.models import MODELS, PATTERNS, ImageModel, image_model
from bgstudio.weights.unpack import file_sha256

MANIFEST = "bgstudio.json"
"""What was fetched: repository, commit, licence, and the SHA-256 of each file."""

ADAPTER = "adapter"


@dataclass(frozen=True)
class ModelStanding:
    """One model, and whether it is here."""

    model: ImageModel
    path: Path
    here: bool


class ModelStore:
    """The image models of one installation.

    Args:
        root: folder; made when something is fetched.
        offline: never fetch.
        non_commercial: whether the host accepts models whose pictures must not be used commercially.
        models: the registry to use.
        endpoint: another address of the hub; its client's own without.
    """

    def __init__(
        self,
        root: Path,
        *,
        offline: bool = False,
        non_commercial: bool = False,
        models: tuple[ImageModel, ...] = MODELS,
        endpoint: str | None = None,
    ) -> None:
        self.root = root
        self.models = models
        self._offline = offline
        self._non_commercial = non_commercial
        self._endpoint = endpoint

    def list(self) -> list[ModelStanding]:
        """All models, and which of them are here."""
        return [ModelStanding(model, self._folder(model), self._is_here(model)) for model in self.models]

    def here(self) -> tuple[ImageModel, ...]:
        """Models that are here and may be used, in the order of preference."""
        return tuple(one.model for one in self.list() if one.here and (one.model.commercial or self._non_commercial))

    def path(self, name: str) -> Path:
        """The folder of a model that is here; raises ``WeightsMissing`` or ``UsageError``. Fetches nothing."""
        model = image_model(name, self.models)
        self._check_use(model)
        if not self._is_here(model):
            raise WeightsMissing(
                f"The weights of {model.title} are not on this machine.",
                f"They take about {model.disk / 1e9:.0f} GB and are fetched only when somebody asks for it.",
                f"Run 'bgstudio models pull {name}' first.",
            )
        return self._folder(model)

    def pull(
        self, name: str, *, accept_licence: bool = False, progress: Progress = silent, cancel: Cancel = never
    ) -> Path:
        """Fetch a model, or go on where it was cut off; what is here already is only checked.

        Raises:
            UsageError: nobody agreed to its licence, or the licence does not allow what the host does.
            WeightsMissing: it cannot be fetched.
            WeightsCorrupt: what came is not what was promised.
        """
        model = image_model(name, self.models)
        self._check_use(model)
        if self._is_here(model):
            self.verify(name, progress, cancel)
            return self._folder(model)
        if not accept_licence:
            raise UsageError(
                f"{model.title} is under a licence of its own. {model.terms}",
                f"Nothing was fetched. It would take about {model.disk / 1e9:.0f} GB on the disk.",
                "If you agree, run the command again with --accept-licence.",
            )
        if self._offline:
            raise WeightsMissing(
                f"The weights of {model.title} are not on this machine.",
                "BGSTUDIO_OFFLINE forbids to fetch them.",
                f"Fetch them on another machine and copy the folder to {self._folder(model)}.",
            )
        return self._fetch(model, progress, cancel)

    def verify(self, name: str, progress: Progress = silent, cancel: Cancel = never) -> None:
        """Hash a model's files again; raises ``WeightsMissing`` or ``WeightsCorrupt``."""
        folder = self.path(name)
        files: dict[str, list[Any]] = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        for done, (file, (size, digest)) in enumerate(files.items()):
            check(cancel)
            progress(f"Checking {file}", done / max(1, len(files)))
            found = folder / file
            if not found.is_file() or found.stat().st_size != size or file_sha256(found) != digest:
                raise WeightsCorrupt(
                    f"{file} of {name} is not what was fetched.",
                    "It was cut off or changed, so nothing is made with it.",
                    f"Delete {folder} and run 'bgstudio models pull {name}' again.",
                )

    def _check_use(self, model: ImageModel) -> None:
        if not model.commercial and not self._non_commercial:
            raise UsageError(
                f"{model.title} must not be used commercially. {model.terms}",
                "It is not fetched and not used, since pictures of this studio may be used commercially.",
                "If you only need it for yourself, set BGSTUDIO_NON_COMMERCIAL_MODELS=true and tell whoever uses the "
                "studio.",
            )

    def _folder(self, model: ImageModel) -> Path:
        return self.root / model.name

    def _is_here(self, model: ImageModel) -> bool:
        return (self._folder(model) / MANIFEST).is_file()

    def _fetch(self, model: ImageModel, progress: Progress, cancel: Cancel) -> Path:
        folder = self._folder(model)
        folder.mkdir(parents=True, exist_ok=True)
        commit = self._download(model.repository, folder, _wanted(model), part_of(progress, 0.0, 0.9), cancel)
        if model.adapter:
            repository, inside, file = model.adapter
            names = (f"{inside}/{file}", *(f"{inside}/image_encoder/{pattern}" for pattern in PATTERNS))
            self._download(repository, folder / ADAPTER, names, part_of(progress, 0.9, 0.05), cancel)
        progress("Checking", 0.95)
        files = {
            path.relative_to(folder).as_posix(): [path.stat().st_size, file_sha256(path)]
            for path in sorted(folder.rglob("*"))
            if path.is_file() and ".cache" not in path.parts
        }
        told = {
            "repository": model.repository,
            "commit": commit,
            "licence": model.licence,
            "accepted": datetime.now(UTC).isoformat(),
            "files": files,
        }
        part = folder / f"{MANIFEST}.part"
        part.write_text(json.dumps(told, indent=1), "utf-8")
        part.replace(folder / MANIFEST)
        shutil.rmtree(folder / ".cache", ignore_errors=True)
        return folder

    def _download(
        self, repository: str, folder: Path, names: tuple[str, ...], progress: Progress, cancel: Cancel
    ) -> str:
        """Fetch files one by one, so that it can be stopped between them; the commit they belong to."""
        hub = _client()
        try:
            api = hub.HfApi(endpoint=self._endpoint)
            info = api.model_info(repository, files_metadata=True)
            found = [one for one in info.siblings or [] if any(fnmatch.fnmatch(one.rfilename, name) for name in names)]
            if not found:
                raise WeightsCorrupt(
                    f"{repository} holds none of the files that are needed.", "", "Report this, please."
                )
            for number, one in enumerate(found):
                check(cancel)
                progress(f"Fetching {one.rfilename}", number / len(found))
                path = hub.hf_hub_download(
                    repository, one.rfilename, revision=info.sha, local_dir=folder, endpoint=self._endpoint
                )
                _check_file(Path(path), one)
        except StudioError:
            raise
        except Exception as error:  # the client raises whatever its transport does
            raise WeightsMissing(
                f"{repository} could not be fetched ({type(error).__name__}).",
                "What has come already stays, and the next try goes on from there.",
                "See that this machine reaches the hub and has room on its disk; some models ask you to sign in there "
                "first.",
            ) from error
        return str(info.sha)


def _wanted(model: ImageModel) -> tuple[str, ...]:
    return ("model_index.json", *(f"{part}/{pattern}" for part in model.parts for pattern in PATTERNS))


def _check_file(path: Path, promised: Any) -> None:
    """Compare a fetched file with what the hub says of it: size, and for large files the SHA-256."""
    lfs = getattr(promised, "lfs", None)
    size = getattr(promised, "size", None)
    digest = getattr(lfs, "sha256", None) if lfs is not None else None
    if (size is not None and path.stat().st_size != size) or (digest is not None and file_sha256(path) != digest):
        path.unlink(missing_ok=True)
        raise WeightsCorrupt(
            f"{promised.rfilename} did not come as it was promised.",
            "It was thrown away.",
            "Run the command again; if it happens again, something on the way changes files.",
        )


def _client() -> Any:
    try:
        import huggingface_hub
    except ImportError:
        raise WeightsError(
            "Image models need more packages than are installed.",
            "Nothing was fetched.",
            "Install ai-background-studio[diffusion].",
        ) from None
    return huggingface_hub
