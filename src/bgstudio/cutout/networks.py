"""The trained networks that tell product from surroundings, as ``MatteModel``.

U^2-Net: Qin et al., "U^2-Net: Going Deeper with Nested U-Structure for Salient Object Detection", 2020.
ISNet: Qin et al., "Highly Accurate Dichotomous Image Segmentation", 2022.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from bgstudio.errors import WeightsCorrupt
from bgstudio.pixels.memory import give_back, hold_freed
from bgstudio.pixels.types import Byte, Float

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)

_FOUND = 0.5
"""Least span of an answer that is stretched: with a product in view it is nearly 1, without one below 0.2."""


def open_session(model: bytes | Path, threads: int = 0) -> Any:
    """An ONNX session on the CPU.

    Args:
        model: the file's bytes or its path.
        threads: threads for one picture; 0 uses every core.

    Raises:
        WeightsCorrupt: the runtime cannot read the model.
    """
    import onnxruntime  # loading it takes a while, and only those who cut need it

    onnxruntime.disable_telemetry_events()  # once more, for programs that loaded the runtime before this package
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads, 1, 3
    # Planned and pooled memory are no faster here than the C library's own that holds on to what is freed, and
    # they never give back the 300 to 500 MB that a picture takes.
    options.enable_mem_pattern = options.enable_cpu_mem_arena = False
    hold_freed()
    # Waiting threads would burn the cores that the renderer wants.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    source = model if isinstance(model, bytes) else str(model)
    try:
        session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises its own types, which are not public
        raise WeightsCorrupt(
            "The network's file could not be opened.",
            "Nothing can be cut out with it.",
            "Check it with 'bgstudio models verify', or delete it and fetch it again.",
        ) from error
    give_back()  # the file as it was read, beside the network that was made of it
    return session


class U2Net:
    """U^2-Net or its small sister U^2-Net-p.

    Args:
        path: the ONNX file.
        name: for reports; None takes the file's name.
        threads: threads for one picture; 0 uses every core.

    Raises:
        WeightsCorrupt: the file is not such a network.
    """

    side = 320
    """Side of the square pictures that it was trained on."""

    def __init__(self, path: Path, name: str | None = None, threads: int = 0) -> None:
        self._name = name or path.stem
        self._session = open_session(path, threads)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    @property
    def name(self) -> str:
        """Name for reports."""
        return self._name

    def __call__(self, rgb: Byte) -> Float:
        """Encoded sRGB uint8 (H, W, 3), squeezed to the square it was trained on, to a matte float32 (H, W), 0..1."""
        h, w = rgb.shape[:2]
        x = _shrink(rgb, self.side, self.side)
        x = (x / max(float(x.max()), 1e-6) - _MEAN) / _STD
        feed = {self._input: np.ascontiguousarray(x.transpose(2, 0, 1)[None])}
        return _lift(self._session.run([self._output], feed)[0][0, 0], w, h)


class ISNet:
    """ISNet for general use: finer edges, 1024 px; loses white products on white.

    Args:
        path: the ONNX file.
        name: for reports; None takes the file's name.
        threads: threads for one picture; 0 uses every core.

    Raises:
        WeightsCorrupt: the file is not such a network.
    """

    side = 1024
    """Side of the square pictures that it takes."""

    def __init__(self, path: Path, name: str | None = None, threads: int = 0) -> None:
        self._name = name or path.stem
        self._session = open_session(path, threads)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    @property
    def name(self) -> str:
        """Name for reports."""
        return self._name

    def __call__(self, rgb: Byte) -> Float:
        """Encoded sRGB uint8 (H, W, 3) to a matte float32 (H, W), 0..1."""
        h, w = rgb.shape[:2]
        x = np.asarray((_shrink(rgb, self.side, self.side) - 128) / 256, np.float32)
        feed = {self._input: np.ascontiguousarray(x.transpose(2, 0, 1)[None])}
        return _lift(self._session.run([self._output], feed)[0][0, 0], w, h)


def _shrink(rgb: Byte, width: int, height: int) -> Float:
    """Lanczos, as the networks are usually fed: an area average is softer, and softer pictures are seen worse."""
    picture = Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture, np.float32)


def _lift(matte: Any, width: int, height: int) -> Float:
    """A network's answer, stretched to 0..1 where it found something, at the picture's size."""
    y = np.asarray(matte, np.float32)
    low, high = float(y.min()), float(y.max())
    # Stretching the answer to a bare wall would make a product of its noise.
    y = (y - low) / max(high - low, _FOUND)
    return np.clip(cv2.resize(y, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1).astype(np.float32)
