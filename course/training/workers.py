"""Training over several machines: the same script on each, with `TF_CONFIG` saying who is there and which one this is.

    {"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, "task": {"type": "worker", "index": 0}}

The script calls `course.training.setup()` before anything else of TensorFlow, then builds its model and calls
`course.training.fit` as on one machine. Each batch is divided among all devices of all machines; the first machine's
weights are everyone's from the start. Keras's own `fit` fails under this strategy, so the loop is written out here: it
reports the loss and, of class numbers, the accuracy, and no other metric. Callbacks run on every machine.
"""

import json
import os

import keras
import tensorflow as tf

from course.training import machine, trouble

_team = []  # the strategy, once this process has joined


def configured():
    """Whether `TF_CONFIG` names more than one machine to train on."""
    try:
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
    except (json.JSONDecodeError, AttributeError):
        raise ValueError("TF_CONFIG is not JSON of a cluster and a task; mend it, or unset it.") from None
    return sum(len(cluster.get(role, ())) for role in ("chief", "worker")) > 1


def join():
    """Join the other machines; waits until all are there."""
    if not _team:
        try:
            _team.append(tf.distribute.MultiWorkerMirroredStrategy())
        except RuntimeError:
            raise ValueError(
                "TensorFlow has begun already, and cannot join other machines any more; call course.training.setup() "
                "first in the script, before any model or data set."
            ) from None


def strategy():
    """Return the strategy of all machines, or None where `TF_CONFIG` names one or none."""
    if not configured():
        return None
    if not _team:
        raise ValueError(
            "TF_CONFIG names several machines, which have not been joined; call course.training.setup() first in the "
            "script, or unset TF_CONFIG to train on this machine alone."
        )
    return _team[0]


def first():
    """Whether this is the machine that reports: the chief, or the first worker where there is none."""
    task = json.loads(os.environ["TF_CONFIG"]).get("task", {})
    cluster = json.loads(os.environ["TF_CONFIG"])["cluster"]
    return task.get("type") == "chief" or ("chief" not in cluster and task.get("index", 0) == 0)


def fit(model, data, *, callbacks, epochs, validation_data=None, initial_epoch=0):
    """Train a model of the strategy on batches of all machines together, and return Keras's `History`."""
    team = _team[0]
    _share(team, model)
    with team.scope():
        loss = _each(model.loss)
    train, measure = _steps(team, model, loss)
    batches = team.distribute_datasets_from_function(lambda context: _shares(data, context))
    held_out = validation_data and team.distribute_datasets_from_function(
        lambda context: _shares(validation_data, context)
    )
    watching = keras.callbacks.CallbackList(callbacks, add_history=True, model=model, epochs=epochs)
    model.stop_training = False
    watching.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        watching.on_epoch_begin(epoch)
        logs = {}
        sums = tf.zeros(3)
        for number, batch in enumerate(batches):
            watching.on_train_batch_begin(number)
            sums += train(batch)
            logs = _means(sums, model)
            watching.on_train_batch_end(number, logs)
            if model.stop_training:
                break
        _average(team, model)
        if held_out is not None:
            watching.on_test_begin()
            sums = sum((measure(batch) for batch in held_out), tf.zeros(3))
            logs |= {f"val_{name}": value for name, value in _means(sums, model).items()}
            watching.on_test_end(logs)
        watching.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    watching.on_train_end()
    return model.history


def _steps(team, model, loss):
    """The training and the measuring of one batch: each returns the sums of loss, right answers and answers."""

    def sums(labels, outputs, each):
        right = tf.zeros([])
        if trouble.sparse(model.loss):
            answers = tf.argmax(outputs, -1, output_type=tf.int64)
            labels = tf.reshape(tf.cast(labels, tf.int64), tf.shape(answers))
            right = tf.reduce_sum(tf.cast(labels == answers, tf.float32))
        return tf.stack([tf.reduce_sum(each), right, tf.cast(tf.size(each), tf.float32)])

    def learned(images, labels):
        with tf.GradientTape() as tape:
            outputs = model(images, training=True)
            each = tf.cast(loss(labels, outputs), tf.float32)
            found = sums(labels, outputs, each)
            total = tf.distribute.get_replica_context().all_reduce("SUM", found[2])
            objective = tf.reduce_sum(each) / total
            objective += sum(model.losses) / team.num_replicas_in_sync
            objective = model.optimizer.scale_loss(objective)  # which apply takes back, in mixed precision
        weights = [weight.value for weight in model.trainable_variables]
        model.optimizer.apply(tape.gradient(objective, weights), model.trainable_variables)
        return found

    def measured(images, labels):
        outputs = model(images, training=False)
        return sums(labels, outputs, tf.cast(loss(labels, outputs), tf.float32))

    def together(step):
        return tf.function(lambda batch: team.reduce("SUM", team.run(step, args=batch), axis=None))

    return together(learned), together(measured)


def _share(team, model):
    """Give every machine the first one's state."""

    def firsts(value):
        context = tf.distribute.get_replica_context()
        return context.all_reduce("SUM", tf.where(context.replica_id_in_sync_group == 0, value, tf.zeros_like(value)))

    _set(team, machine.state(model), firsts)


def _average(team, model):
    """Give every machine the mean of the moving statistics, which each device gathered by itself."""
    statistics = [weight for weight in model.weights if not any(weight is other for other in model.trainable_weights)]
    count = float(team.num_replicas_in_sync)
    _set(team, statistics, lambda value: tf.distribute.get_replica_context().all_reduce("SUM", value / count))


def _set(team, variables, function):
    """Set the variables of real numbers to what the function, called on each device, makes of their values there."""
    variables = [variable for variable in variables if "float" in variable.dtype]
    if not variables:
        return

    @tf.function
    def values():
        return team.run(lambda: [function(tf.convert_to_tensor(variable)) for variable in variables])

    for variable, value in zip(variables, values(), strict=True):
        variable.assign(team.experimental_local_results(value)[0])


def _shares(data, context):
    """Each batch cut into one share for each device of this machine."""
    here = context.num_replicas_in_sync // context.num_input_pipelines
    places = [context.input_pipeline_id * here + place for place in range(here)]

    def cut(*batch):
        shares = [
            tf.nest.map_structure(lambda part, p=p: part[p :: context.num_replicas_in_sync], batch) for p in places
        ]
        cuts = tf.data.Dataset.from_tensors(shares[0])
        for share in shares[1:]:
            cuts = cuts.concatenate(tf.data.Dataset.from_tensors(share))
        return cuts

    return data.flat_map(cut).prefetch(tf.data.AUTOTUNE)


def _each(loss):
    """The loss of each example, unsummed."""
    if isinstance(loss, keras.losses.Loss):
        return type(loss).from_config({**loss.get_config(), "reduction": "none"})
    return keras.losses.get(loss)


def _means(sums, model):
    total, right, count = (float(value) for value in sums)
    means = {"loss": total / max(count, 1)}
    return means | {"accuracy": right / max(count, 1)} if trouble.sparse(model.loss) else means
