"""How a run is watched: a bar in a terminal, a line an epoch in a log, a curve that grows in a notebook."""

import importlib.util
import sys
import time

import keras


def progress(verbose=None, history=None):
    """Return (Keras's `verbose`, callbacks) for the place where this runs; a number is Keras's own.

    `history` holds the epochs of a run that was interrupted.

    None and "auto": in a notebook the curves, in a terminal Keras's bar, elsewhere a line an epoch.
    """
    if verbose not in (None, "auto"):
        return verbose, []
    if _in_notebook():
        return 0, [Curves(history or {})]
    if sys.stdout.isatty():
        return 1, []
    return 0, [Lines()]


def logs(folder):
    """Return the callback that writes TensorBoard's logs. Raises an `ImportError` where TensorBoard is missing."""
    if importlib.util.find_spec("tensorboard") is None:
        raise ImportError("tensorboard=… needs TensorBoard, which is not installed: pip install tensorboard")
    return keras.callbacks.TensorBoard(log_dir=str(folder))


class Lines(keras.callbacks.Callback):
    """Prints a line an epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self.began
        values = "  ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())
        print(f"epoch {epoch + 1}/{self.params['epochs']}  {seconds:.1f} s  {values}", flush=True)


class Curves(keras.callbacks.Callback):
    """Draws the training curves in a notebook, in one figure that is renewed, at most once in `every` seconds."""

    def __init__(self, history, every=1.0):
        super().__init__()
        self.curves = {name: list(values) for name, values in history.items()}
        self.every, self.shown, self.drawn = every, None, -every

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.curves.setdefault(name, []).append(value)
        if time.perf_counter() - self.drawn >= self.every:
            self._draw()

    def on_train_end(self, logs=None):
        if self.curves:
            self._draw()

    def _draw(self):
        import matplotlib.pyplot as plt
        from IPython.display import display

        from course.plots import training_curves

        figure = training_curves(self.curves)[0].figure
        if self.shown is None:
            self.shown = display(figure, display_id=True)
        else:
            self.shown.update(figure)
        plt.close(figure)  # or the notebook would show it again below the cell
        self.drawn = time.perf_counter()


def _in_notebook():
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and getattr(shell, "kernel", None) is not None
