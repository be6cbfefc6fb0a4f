"""The table of figures: each measured beside a reference that shares its limits, in one run on one machine. See ../README.md."""
