"""The proof that a row is its page; it shares nothing with the parser but the layout."""
