"""Fuzzing of what reads files that nobody vouches for: only the project's own errors may come out."""
