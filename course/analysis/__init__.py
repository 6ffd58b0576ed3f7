"""Any Keras Functional or Sequential model as a graph of its layers, and as a table of what each of them costs."""

from course.analysis.graph import Node, Tensor, nodes
from course.analysis.tables import Row, Table, Total, table

__all__ = ["Node", "Row", "Table", "Tensor", "Total", "nodes", "table"]
