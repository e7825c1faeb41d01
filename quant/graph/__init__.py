"""An ONNX network, folded, and its layers."""
