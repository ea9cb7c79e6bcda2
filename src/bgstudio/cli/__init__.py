"""The command line. No logic: parse, call, present."""
