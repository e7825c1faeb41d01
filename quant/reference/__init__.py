"""PyTorch's own speed and accuracy, to set points beside: no files, and never on a front."""
