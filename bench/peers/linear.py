"""Linear models of scikit-learn on rows that it makes and writes down for the other side."""

from time import perf_counter

import numpy as np
from serve import serve
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

held = {}


def make(question):
    """Correlated columns of different sizes, and a target that follows from some of them but for chance."""
    rows, columns, classes = question["rows"], question["columns"], question["classes"]
    random = np.random.default_rng(7)
    hidden = random.normal(size=(rows, columns))
    mixed = hidden + 0.5 * hidden[:, random.permutation(columns)]
    x = (mixed - mixed.mean(axis=0)) / mixed.std(axis=0)
    scores = x @ random.normal(size=(columns, max(1, classes - 1))) * (2 / np.sqrt(columns))
    if classes == 0:
        y = scores[:, 0] + random.normal(size=rows)
    elif classes == 2:
        y = (random.random(rows) < 1 / (1 + np.exp(0.5 - scores[:, 0]))).astype(float)
    else:
        noise = random.gumbel(size=(rows, classes))
        y = (np.hstack([np.zeros((rows, 1)), scores]) + noise).argmax(axis=1).astype(float)
    x = np.ascontiguousarray(x.astype(question["type"]))
    held.update(x=x, y=y if classes == 0 else y.astype(int))
    with open(question["file"], "wb") as file:
        file.write(x.tobytes())
        file.write(y.astype("float64").tobytes())


models = {
    "logistic": lambda: LogisticRegression(max_iter=1000),
    "l1": lambda: LogisticRegression(C=0.01, l1_ratio=1, solver="saga", max_iter=1000),
    "ridge": lambda: Ridge(),
    "elastic-net": lambda: ElasticNet(alpha=0.05),
}


def fit(question):
    model = models[question["model"]]()
    start = perf_counter()
    model.fit(held["x"], held["y"])
    milliseconds = (perf_counter() - start) * 1000
    coefficients = np.atleast_2d(model.coef_).tolist()
    return {"milliseconds": milliseconds, "coefficients": coefficients, "intercepts": np.atleast_1d(model.intercept_).tolist()}


serve({"make": make, "fit": fit})
