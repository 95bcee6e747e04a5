"""Random forests of scikit-learn and of LightGBM (its rf mode) for bench/forest.mjs. Data are made here, so that both sides have the same."""

from time import perf_counter

import lightgbm
import numpy as np
from serve import serve
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

data = {}


def make(question):
    rows, columns, test = question["rows"], question["columns"], question["test"]
    shape = dict(n_samples=rows + test, n_features=columns, n_informative=12, n_redundant=4)
    x, y = make_classification(**shape, weights=[0.85], class_sep=0.9, flip_y=0.03, random_state=7)
    x = x.astype(np.float32)
    x.tofile(question["file"] + ".x")
    y.astype(np.int32).tofile(question["file"] + ".y")
    data.update(train=(x[:rows], y[:rows]), test=(x[rows:], y[rows:]), columns=columns)


def scikit_learn(question):
    return RandomForestClassifier(question["trees"], n_jobs=question["threads"], random_state=1)


def light_gbm(question):
    """Fully deep: as many leaves as the other forests have, of one row if need be; each split looks at as many columns."""
    return lightgbm.LGBMClassifier(
        boosting_type="rf",
        n_estimators=question["trees"],
        num_leaves=question["leaves"],
        min_child_samples=1,
        min_sum_hessian_in_leaf=0,
        bagging_freq=1,
        bagging_fraction=0.632,
        feature_fraction_bynode=int(data["columns"] ** 0.5) / data["columns"],
        n_jobs=question["threads"],
        random_state=1,
        verbose=-1,
    )


def fit(question):
    model = {"scikit-learn": scikit_learn, "lightgbm": light_gbm}[question["peer"]](question)
    start = perf_counter()
    model.fit(*data["train"])
    seconds = perf_counter() - start
    x, y = data["test"]
    return {"milliseconds": seconds * 1000, "auc": roc_auc_score(y, model.predict_proba(x)[:, 1])}


serve({"make": make, "fit": fit})
