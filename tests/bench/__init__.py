"""Benchmarks: ratios against a named baseline run in the same process, printed as tables."""
