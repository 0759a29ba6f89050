"""Tags lines -> tags, by what all pages of the input show."""
