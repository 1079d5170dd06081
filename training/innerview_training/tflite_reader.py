"""Reads the few things of a TensorFlow Lite file that the teacher needs, straight from the flatbuffer.

A flatbuffer table starts with a signed offset back to its vtable; the vtable lists, per field, the
field's offset inside the table (0: absent). Vectors and sub-tables are reached by relative offsets.
Field numbers are those of tensorflow/lite/schema/schema.fbs.
"""
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

TENSOR_TYPES = {0: np.float32, 2: np.int32, 3: np.uint8, 9: np.int8}
OPERATORS = {0: "ADD", 1: "AVERAGE_POOL_2D", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D", 6: "DEQUANTIZE", 9: "FULLY_CONNECTED",
             22: "RESHAPE", 25: "SOFTMAX", 34: "PAD", 40: "MEAN", 114: "QUANTIZE"}


@dataclass
class Tensor:
    name: str
    shape: tuple[int, ...]
    values: np.ndarray | None
    scale: np.ndarray
    zero_point: np.ndarray
    axis: int

    def dequantised(self) -> np.ndarray:
        """The constant as float32: scale * (stored - zero point), per tensor or along `axis`."""
        stored = self.values.astype(np.float32)
        if self.scale.size == 0:
            return stored
        shape = [1] * stored.ndim
        if self.scale.size > 1:
            shape[self.axis] = self.scale.size
        zero = self.zero_point if self.zero_point.size == self.scale.size else np.zeros(self.scale.size)
        return (stored - zero.reshape(shape).astype(np.float32)) * self.scale.reshape(shape).astype(np.float32)


@dataclass
class Operator:
    kind: str
    inputs: list[int]
    outputs: list[int]
    options: dict = field(default_factory=dict)


class _Table:
    def __init__(self, data: bytes, position: int):
        self.data, self.position = data, position
        self.vtable = position - struct.unpack_from("<i", data, position)[0]
        self.size = struct.unpack_from("<H", data, self.vtable)[0]

    def _place(self, number: int) -> int:
        slot = 4 + 2 * number
        offset = struct.unpack_from("<H", self.data, self.vtable + slot)[0] if slot < self.size else 0
        return self.position + offset if offset else 0

    def scalar(self, number: int, code: str, default=0):
        place = self._place(number)
        return struct.unpack_from("<" + code, self.data, place)[0] if place else default

    def _target(self, number: int) -> int:
        place = self._place(number)
        return place + struct.unpack_from("<I", self.data, place)[0] if place else 0

    def table(self, number: int) -> "_Table | None":
        target = self._target(number)
        return _Table(self.data, target) if target else None

    def tables(self, number: int) -> list["_Table"]:
        target = self._target(number)
        if not target:
            return []
        count = struct.unpack_from("<I", self.data, target)[0]
        places = [target + 4 + 4 * i for i in range(count)]
        return [_Table(self.data, p + struct.unpack_from("<I", self.data, p)[0]) for p in places]

    def vector(self, number: int, dtype) -> np.ndarray:
        target = self._target(number)
        if not target:
            return np.zeros(0, dtype)
        count = struct.unpack_from("<I", self.data, target)[0]
        return np.frombuffer(self.data, np.dtype(dtype).newbyteorder("<"), count, target + 4)


def _options(kind: str, table: _Table | None) -> dict:
    if table is None:
        return {}
    if kind == "CONV_2D":
        return {"padding": table.scalar(0, "b"), "stride": table.scalar(1, "i"), "activation": table.scalar(3, "b")}
    if kind == "DEPTHWISE_CONV_2D":
        return {"padding": table.scalar(0, "b"), "stride": table.scalar(1, "i"), "activation": table.scalar(4, "b")}
    if kind == "ADD":
        return {"activation": table.scalar(0, "b")}
    return {}


def read_tflite(path: Path) -> tuple[list[Tensor], list[Operator]]:
    """Tensors and operators, in execution order, of the file's first subgraph."""
    data = path.read_bytes()
    if data[4:8] != b"TFL3":
        raise ValueError(f"{path} is not a TensorFlow Lite file")
    model = _Table(data, struct.unpack_from("<I", data, 0)[0])
    # Codes above 127 moved to field 3; older writers fill field 0 only.
    codes = [max(code.scalar(0, "b"), code.scalar(3, "i")) for code in model.tables(1)]
    buffers, graph = model.tables(4), model.tables(2)[0]
    tensors = []
    for table in graph.tables(0):
        shape = tuple(int(n) for n in table.vector(0, np.int32))
        dtype = TENSOR_TYPES.get(table.scalar(1, "b"), np.uint8)
        raw = buffers[table.scalar(2, "I")].vector(0, np.uint8)
        values = raw.view(np.dtype(dtype).newbyteorder("<")).reshape(shape) if raw.size else None
        quantisation = table.table(4)
        scale = quantisation.vector(2, np.float32) if quantisation else np.zeros(0, np.float32)
        zero = quantisation.vector(3, np.int64) if quantisation else np.zeros(0, np.int64)
        axis = quantisation.scalar(6, "i") if quantisation else 0
        name = bytes(table.vector(3, np.uint8)).decode()
        tensors.append(Tensor(name, shape, values, scale, zero, axis))
    operators = []
    for table in graph.tables(3):
        code = codes[table.scalar(0, "I")]
        kind = OPERATORS.get(code, f"operator {code}")
        inputs, outputs = table.vector(1, np.int32).tolist(), table.vector(2, np.int32).tolist()
        operators.append(Operator(kind, inputs, outputs, _options(kind, table.table(4))))
    return tensors, operators
