"""Where a job runs: a pool of worker processes."""
