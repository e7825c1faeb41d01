"""The network with one layer changed, and what its answers lose by that."""
