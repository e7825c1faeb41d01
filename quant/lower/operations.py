"""Operations without weights that the file has in another form than the float network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from onnx import NodeProto, helper

from quant.graph.fold import shapes_of
from quant.graph.gelu import gelus
from quant.graph.hard import hard_swishes
from quant.graph.network import Network
from quant.grid import Grid
from quant.lower.affine import affine, is_depthwise
from quant.lower.depthwise import write
from quant.lower.draft import Draft
from quant.lower.gates import gate
from quant.lower.placement import Placement, settled

RUNTIME = "com.microsoft"  # ONNX Runtime's own operators


class Operations:
    """What becomes of nodes whose inputs are quantised as `placement` says."""

    def __init__(self, network: Network, placement: Placement, grids: Mapping[str, Grid]) -> None:
        self.network, self.placement, self.grids = network, placement, grids
        self.gates = {one.gate: one for one in hard_swishes(network)}
        self.gelus = {
            name: one for one in gelus(network) if len(one.nodes) > 1 for name in one.nodes
        }

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of every tensor, for one picture."""
        return shapes_of(self.network.model)

    def write(self, draft: Draft, node: NodeProto) -> bool:
        """Write a node otherwise than it is; False where it is to be copied."""
        if draft.in_float:
            return False
        return self._gate(draft, node) or self._depthwise(draft, node) or self._gelu(draft, node)

    def _gate(self, draft: Draft, node: NodeProto) -> bool:
        one = self.gates.get(node.name)
        if one is None or one.source not in self.placement.widths:
            return False
        gate(draft, one, self.grids[one.source])
        return True

    def _depthwise(self, draft: Draft, node: NodeProto) -> bool:
        """Between quantisers only: elsewhere the float kernel is as good."""
        widths = self.placement.widths
        if not is_depthwise(node, self.network) or node.input[0] not in widths:
            return False
        shape = self.shapes.get(node.input[0], ())
        if settled(self.network, node.output[0]) not in widths or len(shape) != 4 or not shape[1]:
            return False
        given = affine(node, self.network, shape[1])
        write(draft, node, given, node.input[0], self.grids[node.input[0]].scale)
        return True

    def _gelu(self, draft: Draft, node: NodeProto) -> bool:
        """One node of the runtime's own: it fuses a GELU in float, and not behind a quantiser, as
        each of the nodes that read the tensor gets a DequantizeLinear to itself."""
        one = self.gelus.get(node.name)
        if one is None or one.source not in self.placement.widths:
            return False
        if not one.is_exact:
            return False
        if node.output[0] == one.output:
            source = draft.renamed[one.source]
            draft.nodes.append(
                helper.make_node("Gelu", [source], [one.output], name=node.name, domain=RUNTIME)
            )
        return True
