"""What the service promises people: sessions, limits, jobs, sweeps. No HTTP, no SQL."""
