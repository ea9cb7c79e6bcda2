"""HTTP: pages and the API. No logic: parse, call, present."""
