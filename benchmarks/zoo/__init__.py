"""Every classifier of torchvision through the engine: `make zoo` writes docs/zoo.md."""
