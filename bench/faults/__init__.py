"""Every file operation of a build fails once: the output is the old one or the new one, never between."""
