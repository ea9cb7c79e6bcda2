"""The default backend: sets are built and lit like in a real studio and path-traced.

``PathTracer`` lives in the parent and imports no renderer; the renderer runs in a child process (``child``).
Sets, surfaces, props and gobos are small files, each with a row in ``registry``.
"""

from bgstudio.backends.raytrace.backend import PathTracer

__all__ = ["PathTracer"]
