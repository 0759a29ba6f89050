"""Canonical lines -> blocks -> the article, or the faults that prevent it: one page, line by line."""
