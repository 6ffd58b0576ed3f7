"""DenseNet-BC's dense block."""

from keras import layers, ops
from written import densenet as written

from answers import right, wrong

for answer in written.RIGHT:
    right("dense-block")(answer)


@right("dense-block")
def by_recursion(x, num_layers, growth_rate):
    if num_layers == 0:
        return x
    y = layers.Activation("relu")(layers.BatchNormalization()(x))
    y = layers.BatchNormalization()(layers.Conv2D(4 * growth_rate, 1, use_bias=False)(y))
    y = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(layers.Activation("relu")(y))
    return by_recursion(layers.concatenate([y, x]), num_layers - 1, growth_rate)


changed = written.changed
for answer, pattern in (
    (changed(bottleneck=False), r"layers dense_1_1x1_bn and dense_1_1x1: they are missing.*\n.*Add both after"),
    (changed(add=True), r"after dense_1_3x3: you have a .*1×1 conv|layer dense_1: you have an addition"),
    (changed(last_only=True), r"layer dense_1: it is missing.*\n.*side by side"),
    (changed(before=False), r"layer dense_1_1x1_bn: it is "),
    (changed(width=2), r"layer dense_1_1x1: your map is 8×6×8, the paper's is 8×6×16"),
    (changed(extra=1), r"stage dense has 3 layers in your net, the paper's has 2.*\n.*too long"),
    (changed(extra=-1), r"stage dense has 1 layer in your net, the paper's has 2.*\n.*What is missing is dense_2"),
    (changed(relu=False), r"layer dense_1_1x1_bn: you have no activation, the paper has ReLU"),
):
    wrong("dense-block", pattern)(answer)


def composite(y, filters, size, padding="same", use_bias=False):
    y = ops.relu(layers.BatchNormalization()(y))
    return layers.Conv2D(filters, size, padding=padding, use_bias=use_bias)(y)


@wrong("dense-block", r"raised ValueError.*\n.*does not add.*side by side")
def added(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = layers.Add()([x, composite(composite(x, 4 * growth_rate, 1), growth_rate, 3)])
    return x


@wrong("dense-block", r"dense_2_1x1_bn: yours is fed by dense_1_3x3|dense_1: it is missing")
def joined_at_the_end_alone(x, num_layers, growth_rate):
    """Each layer sees only the one before; all are concatenated at the end."""
    maps = [x]
    for _ in range(num_layers):
        maps.append(composite(composite(maps[-1], 4 * growth_rate, 1), growth_rate, 3))
    return layers.Concatenate()(maps)


@wrong("dense-block", r"dense_2.*")
def without_what_came_in(x, num_layers, growth_rate):
    """The new maps alone are handed on, not the block's input."""
    new = []
    for _ in range(num_layers):
        y = layers.Concatenate()([x, *new]) if new else x
        new.append(composite(composite(y, 4 * growth_rate, 1), growth_rate, 3))
    return layers.Concatenate()(new)


@wrong("dense-block", r"dense_1_3x3: your map is 8×6×8.*8×6×4.*\n.*8 filters")
def wider_with_each_layer(x, num_layers, growth_rate):
    for i in range(num_layers):
        x = layers.Concatenate()([x, composite(composite(x, 4 * growth_rate, 1), (i + 2) * growth_rate, 3)])
    return x


@wrong("dense-block", r"dense_1_1x1: your map is 8×6×32.*8×6×16")
def four_times_the_channels(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = layers.Concatenate()([x, composite(composite(x, 4 * x.shape[-1], 1), growth_rate, 3)])
    return x


@wrong("dense-block", r"raised ValueError.*\n.*the 3×3 has padding")
def unpadded(x, num_layers, growth_rate):
    for _ in range(num_layers):
        y = composite(composite(x, 4 * growth_rate, 1), growth_rate, 3, padding="valid")
        x = layers.Concatenate()([x, y])
    return x


@wrong("dense-block", r"dense_1_3x3: you have biases|biases")
def with_a_bias_where_it_counts(x, num_layers, growth_rate):
    for _ in range(num_layers):
        y = composite(composite(x, 4 * growth_rate, 1), growth_rate, 3, use_bias=True)
        x = layers.Concatenate()([x, y])
    return x


@wrong("dense-block", r"order is batch normalisation, ReLU, convolution|dense_1_1x1_bn: it is missing")
def without_normalisation(x, num_layers, growth_rate):
    for _ in range(num_layers):
        y = layers.Conv2D(4 * growth_rate, 1, use_bias=False)(ops.relu(x))
        y = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(ops.relu(y))
        x = layers.Concatenate()([x, y])
    return x
