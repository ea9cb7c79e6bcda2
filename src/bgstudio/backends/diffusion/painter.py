"""A model of ``diffusers`` as a painter."""

from __future__ import annotations

import gc
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bgstudio.backends.diffusion.machine import Machine, Room, fit, look_at, torch_module
from bgstudio.backends.diffusion.speech import arguments, steps_of
from bgstudio.backends.diffusion.unfinished import unfinished
from bgstudio.domain.painting import Ask, Painted, Sizes
from bgstudio.domain.ports import Cancel, Capabilities, Glimpse, Progress, check, never, part_of, silent
from bgstudio.errors import BackendError, StudioError, WeightsCorrupt
from bgstudio.weights.hub import ADAPTER
from bgstudio.weights.models import ImageModel

LOADED = 0.15
"""Part of a first picture's progress that loading the model takes."""


class DiffusionPainter:
    """Satisfies ``domain.ports.Painter``. The model is loaded for the first picture and kept until ``close``.

    Weights are read from a folder and nowhere else; pickled ones, which could hold code, are not read at all.

    Args:
        model: which.
        folder: where it was fetched to.
        device: see ``machine.look_at``.
        glimpse: shown the picture after each step but the last, where all of the model is in the GPU's memory: to
            fetch its decoder between two steps would cost more than the steps.
    """

    def __init__(self, model: ImageModel, folder: Path, device: str = "auto", glimpse: Glimpse | None = None) -> None:
        self.model = model
        self.name = model.name
        self.title = model.title
        self.glimpse = glimpse
        self.capabilities = Capabilities(
            leaves_machine=False, needs_gpu=True, max_pixels=model.most, follows_reference=model.follows,
            trained_model=True, any_prompt=True,
        )  # fmt: skip
        self.sizes = Sizes(multiple=32, least=256 * 256, most=model.most)
        self._folder = folder
        self._device = device
        self._pipeline: Any = None
        self._machine: Machine | None = None
        self._room: Room | None = None
        self._lock = threading.Lock()

    def paint(self, ask: Ask, progress: Progress = silent, cancel: Cancel = never) -> Painted:
        """See ``domain.ports.Painter``; raises ``BackendError``, ``WeightsCorrupt`` or ``Cancelled``."""
        check(cancel)
        with self._lock:
            fresh = self._pipeline is None
            if fresh:
                progress(f"Loading {self.title}", 0.0)
                self._load()
                check(cancel)
            start = LOADED if fresh else 0.0
            try:
                return self._paint(ask, part_of(progress, start, 1 - start), cancel)
            except StudioError:
                raise
            except Exception as error:
                raise self._told(error) from error

    def close(self) -> None:
        """Give the memory back; the next picture loads the model again."""
        with self._lock:
            self._drop()

    # -- loading ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        torch = torch_module()
        self._machine = look_at(self._device)
        self._room = fit(self.model, self._machine)
        if self._room is None:
            raise BackendError(
                f"{self.title} needs {self.model.offloaded / 1e9:.0f} GB of GPU memory, and "
                f"{self._machine.free / 1e9:.1f} GB are free.",
                "No background was made.",
                "End other programs that use the GPU, or choose the path tracer or a smaller model.",
            )
        cpu = self._machine.device == "cpu"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of libraries to their own developers
                _hush()
                pipeline = self._class().from_pretrained(
                    str(self._folder), local_files_only=True, use_safetensors=True,
                    dtype=torch.float32 if cpu else torch.bfloat16,
                )  # fmt: skip
                pipeline.set_progress_bar_config(disable=True)
                self._adapt(pipeline)
                self._place(pipeline)
        except Exception as error:
            self._drop()
            if isinstance(error, torch.OutOfMemoryError):
                raise self._told(error) from error
            raise WeightsCorrupt(
                f"The weights of {self.title} cannot be read ({type(error).__name__}).",
                "They were cut off, changed, or are of another model; nothing was made with them.",
                f"Run 'bgstudio models verify {self.name}', and fetch them again if it finds something.",
            ) from error
        self._pipeline = pipeline

    def _class(self) -> Any:
        try:
            import diffusers
        except ImportError:
            torch_module()
            raise BackendError(
                "Image models need more packages than are installed.",
                "No background was made.",
                "Install ai-background-studio[diffusion].",
            ) from None
        return getattr(diffusers, self.model.pipeline)

    def _adapt(self, pipeline: Any) -> None:
        """Let a model that cannot look at a reference by itself do so, where what it needs for that is here."""
        folder = self._folder / ADAPTER
        if self.model.adapter and folder.is_dir():
            _repository, inside, file = self.model.adapter
            pipeline.load_ip_adapter(str(folder), subfolder=inside, weight_name=file, local_files_only=True)

    def _place(self, pipeline: Any) -> None:
        assert self._machine is not None
        vae: Any = getattr(pipeline, "vae", None)
        if hasattr(vae, "enable_tiling"):
            vae.enable_tiling()  # large pictures are decoded piece by piece
        match self._room:
            case "offloaded":
                pipeline.enable_model_cpu_offload(device=self._machine.device)
            case "layers":
                pipeline.enable_sequential_cpu_offload(device=self._machine.device)
            case _:
                pipeline.to(self._machine.device)

    def _drop(self) -> None:
        self._pipeline = None
        gc.collect()
        if self._machine is not None and self._machine.device.startswith("cuda"):
            torch_module().cuda.empty_cache()

    # -- painting --------------------------------------------------------------------------------------------------

    def _paint(self, ask: Ask, progress: Progress, cancel: Cancel) -> Painted:
        torch = torch_module()
        told = arguments(self.model, ask)
        notes = self._reference(told, ask)
        steps = steps_of(told)

        def step(pipeline: Any, number: int, _time: Any, kept: dict[str, Any]) -> dict[str, Any]:
            check(cancel)
            progress(f"Painting, step {number + 1} of {steps}", min(0.98, (number + 1) / steps))
            if self.glimpse is not None and number + 1 < steps and self._room == "whole":
                looked = unfinished(pipeline, self.model.family, kept["latents"], told["width"], told["height"])
                if looked is not None:
                    self.glimpse(looked)
            return kept

        progress("Reading the words", 0.0)
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            made = self._pipeline(
                **told, generator=torch.Generator("cpu").manual_seed(ask.seed), callback_on_step_end=step
            ).images[0]
        check(cancel)
        if not np.isfinite(made).all():
            raise BackendError(
                f"{self.title} made a picture that is none.",
                "Its numbers ran out of bounds, which happens with broken weights or drivers.",
                f"Run 'bgstudio models verify {self.name}', or choose another backend.",
            )
        pixels = np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)
        facts = {"model": self.model.repository, "steps": str(steps), "seed": str(ask.seed), "room": str(self._room)}
        return Painted(pixels, tuple(notes), None, facts)

    def _reference(self, told: dict[str, Any], ask: Ask) -> list[str]:
        """Hand a reference to an adapter; sentences where it is not looked at."""
        adapted = getattr(getattr(self._pipeline, "unet", None), "encoder_hid_proj", None) is not None
        if adapted and self.model.family == "sdxl":
            looks = ask.reference is not None and ask.strength > 0
            self._pipeline.set_ip_adapter_scale(ask.strength if looks else 0.0)
            told["ip_adapter_image"] = Image.fromarray(ask.reference if ask.reference is not None else ask.guide)
            return []
        if ask.reference is not None and (not self.model.follows or self.model.family == "sdxl"):
            return [f"{self.title} does not look at the reference; its light and colours came from the words alone."]
        return []

    def _told(self, error: Exception) -> BackendError:
        torch = torch_module()
        if isinstance(error, torch.OutOfMemoryError):
            self._drop()
            return BackendError(
                f"The GPU ran out of memory while {self.title} was painting.",
                "The picture was given up, and the memory was given back.",
                "Try a smaller size, end other programs that use the GPU, or choose the path tracer.",
            )
        return BackendError(
            f"{self.title} could not make this picture ({type(error).__name__}).",
            "The photo is not to blame, and nothing of it was kept.",
            "Try again or choose another backend; if it happens again, please report it.",
        )


def _hush() -> None:
    """No bars and remarks of the libraries on the terminal: progress is told by us, errors are raised."""
    import diffusers
    import transformers

    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.disable_progress_bar()
        library.set_verbosity_error()
