"""Products of known shape, and what compares pictures with the truth; helpers of ``bench.grounding``."""
