"""Surfaces: one file each; ``build(stage, **options) -> Material``. Rows with their words stand in ``registry``."""
