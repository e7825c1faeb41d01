"""Which kind of file a network comes in, by its name and first bytes; light enough for a page."""

from __future__ import annotations

from pathlib import Path

from models.labelled import shown
from quant.errors import ModelError

ONNX, PT2 = "onnx", "pt2"
ZIP, PICKLE = b"PK\x03\x04", b"\x80"
REMEDY = (
    "export the network itself: torch.onnx.export(model.eval(), (torch.zeros(2, 3, 224, 224),), "
    '"model.onnx", dynamo=True, external_data=False, dynamic_shapes=({0: '
    'torch.export.Dim("batch")},)), or torch.export.save(torch.export.export(model.eval(), '
    '(torch.zeros(2, 3, 224, 224),)), "model.pt2")'
)
OTHERS = {
    ".pt": "a pickle or TorchScript", ".pth": "a pickle", ".pkl": "a pickle",
    ".pickle": "a pickle", ".bin": "a pickle", ".ckpt": "a pickle", ".torchscript": "TorchScript",
    ".h5": "a Keras file", ".keras": "a Keras file", ".tflite": "a TensorFlow Lite file",
    ".pb": "a TensorFlow graph", ".safetensors": "weights without a network",
    ".mlmodel": "a Core ML file", ".engine": "a TensorRT engine",
}  # fmt: skip


def kind_of(path: Path) -> str:
    """ONNX or PT2.

    Raises:
        ModelError: it is neither, with what to do instead.
    """
    name, suffix = shown(path.name), path.suffix.lower()
    try:
        with path.open("rb") as stream:
            first = stream.read(4)
    except OSError as exc:
        raise ModelError(f"{name} cannot be read ({exc.strerror}); check the path") from exc
    if not first:
        raise ModelError(f"{name} is empty; export the network again")
    if suffix == ".pt2":
        if first != ZIP:
            raise ModelError(f"{name} is no archive of torch.export.save; {REMEDY}")
        return PT2
    if suffix == ".onnx":
        if first == ZIP or first.startswith(PICKLE):
            raise ModelError(f"{name} is no ONNX file, whatever its name says; {REMEDY}")
        return ONNX
    if suffix in OTHERS:
        pickle = "pickle" in OTHERS[suffix]
        why = "a pickle can run any code, so none is ever loaded" if pickle else "it is not taken"
        raise ModelError(f"{name} is {OTHERS[suffix]}, and {why}; {REMEDY}")
    raise ModelError(f"{name} is neither .onnx nor .pt2; {REMEDY}")
