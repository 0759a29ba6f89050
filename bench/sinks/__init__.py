"""Hostile text in every place that a page, a name, a URL, a contract or a card gives it, and every output read back."""
