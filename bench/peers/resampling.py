"""imbalanced-learn's resamplers, each with the parameters it has by itself."""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE, SMOTENC
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks
from sklearn.datasets import make_classification

sys.path.insert(0, str(Path(__file__).parent))
from serve import serve

data = {}


def make(question):
    """Writes the rows (float32) and their classes (int32) to files; with categories, the last columns become codes."""
    x, y = make_classification(
        n_samples=question["rows"],
        n_features=20,
        n_informative=12,
        n_redundant=4,
        weights=[0.85],
        class_sep=0.9,
        flip_y=0.03,
        random_state=7,
    )
    for column in range(20 - question.get("categories", 0), 20):
        x[:, column] = np.digitize(x[:, column], np.quantile(x[:, column], [0.2, 0.5, 0.7, 0.9]))
    data["x"], data["y"] = x.astype("float32"), y.astype("int32")
    data["x"].tofile(f"{question['file']}.x")
    data["y"].tofile(f"{question['file']}.y")


def resample(question):
    categories = question.get("categories", 0)
    samplers = {
        "smote": SMOTE,
        "smote-nc": lambda random_state: SMOTENC(list(range(20 - categories, 20)), random_state=random_state),
        "smote-tomek": SMOTETomek,
        "smote-enn": SMOTEENN,
        "tomek-links": lambda random_state: TomekLinks(),
        "edited-nearest-neighbours": lambda random_state: EditedNearestNeighbours(),
    }
    sampler = samplers[question["resampler"]](random_state=question["seed"])
    start = perf_counter()
    x, y = sampler.fit_resample(data["x"], data["y"])
    seconds = perf_counter() - start
    return {"seconds": seconds, "rows": len(y), "digest": digest(sampler)}


def digest(sampler):
    """Which rows are left, where no chance is in it."""
    kept = getattr(sampler, "sample_indices_", None)
    return int(sum(np.sort(kept) * (1 + np.arange(len(kept)) % 97))) if kept is not None else None


serve({"make": make, "resample": resample})
