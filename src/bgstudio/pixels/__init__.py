"""Pure functions over numpy arrays: colour, alpha, resampling, filters. Knows nothing of pictures or products."""
