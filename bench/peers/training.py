"""LightGBM, its Dataset's construction included."""

import re
import sys
from pathlib import Path
from time import perf_counter

import lightgbm
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parent))
from serve import serve

data = {}


def make(question):
    """Writes the rows (float32) and their classes (int32) to files, rows for the test last; categories are the last columns."""
    rows, columns, classes = (question[name] for name in ("rows", "columns", "classes"))
    x, y = make_classification(
        n_samples=rows + question["test"],
        n_features=columns,
        n_informative=12,
        n_redundant=4,
        n_classes=classes,
        n_clusters_per_class=2 if classes == 2 else 1,
        weights=[0.85] if classes == 2 else None,
        class_sep=0.9,
        flip_y=0.03,
        random_state=7,
    )
    random = np.random.default_rng(7)
    x = x.astype("float32")
    for column in range(columns - question["categories"], columns):
        bounds = np.quantile(x[:, column], np.linspace(0, 1, 8 + 4 * (column % 8))[1:-1])
        codes = np.digitize(x[:, column], bounds)
        x[:, column] = random.permutation(codes.max() + 1)[codes]
    if question["holes"] > 0:
        x[random.random(x.shape) < question["holes"]] = np.nan
    x.tofile(f"{question['file']}.x")
    y.astype("int32").tofile(f"{question['file']}.y")
    first = columns - question["categories"]
    data.update(x=x[:rows], y=y[:rows], x_test=x[rows:], y_test=y[rows:], classes=classes)
    data["categorical"] = list(range(first, columns))


def fit(question):
    classes = data["classes"]
    parameters = dict(num_leaves=31, learning_rate=0.1, num_threads=question["threads"], verbose=-1)
    parameters |= dict(objective="binary") if classes == 2 else dict(objective="multiclass", num_class=classes)
    before = restart_peak()
    start = perf_counter()
    dataset = lightgbm.Dataset(data["x"], data["y"], categorical_feature=data["categorical"], params=parameters)
    model = lightgbm.train(parameters, dataset, 100)
    milliseconds = (perf_counter() - start) * 1000
    megabytes = (kilobytes("VmHWM") - before) / 1024
    return {"milliseconds": milliseconds, "megabytes": megabytes, "score": score(model.predict(data["x_test"]))}


def score(predicted):
    if predicted.ndim == 1:
        return roc_auc_score(data["y_test"], predicted)
    return float((predicted.argmax(axis=1) == data["y_test"]).mean())


def restart_peak():
    Path("/proc/self/clear_refs").write_text("5")
    return kilobytes("VmRSS")


def kilobytes(name):
    return int(re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())[1])


serve({"make": make, "fit": fit})
