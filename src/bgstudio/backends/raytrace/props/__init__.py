"""Props: one file each; ``build(stage, place) -> None``. Rows with their words stand in ``registry``."""
