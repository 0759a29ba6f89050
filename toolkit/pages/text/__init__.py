"""The text of a page: bytes -> canonical lines, and the folded copy on which they are matched."""
