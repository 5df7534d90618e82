"""A small news web of invented outlets, served from this machine: for the tour and for end-to-end tests."""
