"""Benchmarks: each figure is a ratio against its peer, measured in the same run on the same machine."""
