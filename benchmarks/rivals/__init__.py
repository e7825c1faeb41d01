"""Other quantisers, each in a virtual environment of its own; `room.py` makes it."""
