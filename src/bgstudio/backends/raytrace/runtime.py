"""Choosing and loading the renderer. Runs in the child process only, before anything else imports Mitsuba."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bgstudio.pixels.memory import give_back

VARIANTS = {"llvm": "llvm_ad_rgb", "scalar": "scalar_rgb"}


def packaged_llvm() -> str | None:
    """Path of the libLLVM that came with the environment, newest first, or None."""
    found = sorted((Path(sys.prefix) / "lib").glob("libLLVM*.so.*"), reverse=True)
    return str(found[0]) if found else None


def prepare(variant: str, threads: int) -> None:
    """Load Mitsuba in a variant.

    The renderer's just-in-time compiler takes the newest system libLLVM it finds; versions 15 and 16 abort the process
    on some CPUs. The packaged one is named before the import, so that no system library is ever looked for.
    """
    llvm = packaged_llvm()
    if llvm and "DRJIT_LIBLLVM_PATH" not in os.environ:
        os.environ["DRJIT_LIBLLVM_PATH"] = llvm
    import mitsuba as mi

    mi.set_variant(VARIANTS[variant])
    mi.set_log_level(mi.LogLevel.Error)
    if threads and variant == "llvm":
        import drjit as dr

        dr.set_thread_count(threads)
    _load_denoiser()


def _load_denoiser() -> None:
    """Import the denoiser without torch, which it would load wherever it is installed, to share memory with it.

    That costs a second and 200 MB, and none of it is used here.
    """
    hidden = "torch" not in sys.modules
    if hidden:
        sys.modules["torch"] = None  # type: ignore[assignment]  # how Python marks a module that is not to be found
    try:
        import pyoidn  # noqa: F401
    finally:
        if hidden:
            del sys.modules["torch"]


def probe() -> None:
    """Render four pixels: a broken compiler dies here, in a process that nobody needs yet."""
    import mitsuba as mi

    box = mi.cornell_box()  # type: ignore[no-untyped-call]
    mi.render(mi.load_dict({**box, "sensor": _tiny_sensor()}), spp=1)


def _tiny_sensor() -> dict[str, object]:
    import mitsuba as mi

    return {
        "type": "perspective",
        "to_world": mi.ScalarTransform4f().look_at([0, 0, 4], [0, 0, 0], [0, 1, 0]),
        "film": {"type": "hdrfilm", "width": 2, "height": 2},
    }


def give_back_memory() -> None:
    """Return freed memory to the system between pictures: the renderer's own cache, then the C library's."""
    import gc

    import drjit as dr

    gc.collect()
    dr.flush_malloc_cache()
    give_back()
