"""Sets: one file each; ``build(stage) -> None`` adds shapes and lights. Rows with their words stand in ``registry``."""
