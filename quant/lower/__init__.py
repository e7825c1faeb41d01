"""From a plan to an ONNX file that runs on integer kernels and is small on disk."""
