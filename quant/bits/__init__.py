"""Bits of each layer: as a value, as a recipe, in a link, in groups and as figures. Torch-free."""
