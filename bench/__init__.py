"""Benchmarks: a corpus of generated pages, the floor, the peers and the guard. See bench/README.md."""
