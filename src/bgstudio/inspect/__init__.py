"""Render -> Report: looks at a finished picture as a careful customer would."""

from bgstudio.inspect.inspection import inspect_picture

__all__ = ["inspect_picture"]
