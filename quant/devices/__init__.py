"""Target devices: what was published of them, and what follows from it for a file. None of what is
said of a device here was measured on it."""
