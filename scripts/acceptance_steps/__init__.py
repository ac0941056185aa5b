"""The steps of scripts/acceptance: each takes a Context and returns rows of the table."""
