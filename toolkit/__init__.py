"""Arabic news pages in, a typed and proven dataset out."""
