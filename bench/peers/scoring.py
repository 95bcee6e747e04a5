"""LightGBM's predictions and Shapley values; its model goes out as our trees, so that both answer from the same ones."""

import sys
from pathlib import Path
from time import perf_counter

import lightgbm
import numpy as np
from sklearn.ensemble import RandomForestClassifier

from serve import serve

sys.path.append(str(Path(__file__).parents[2] / "libs/learning/fixtures"))
from make_shap import Trees, float32_below, lightgbm_trees  # noqa: E402

kept = {}


def table(rows, columns, missing=0.0, categories=0):
    random = np.random.default_rng(1)
    x = random.normal(size=(rows, columns)).astype(np.float32)
    x[:, columns - categories :] = random.integers(0, 30, (rows, categories))
    score = x @ random.normal(size=columns).astype(np.float32) * 0.2 + np.sin(3 * x[:, 0]) * 2 + x[:, 1] * x[:, 2]
    score += sum(np.sin(x[:, column] * 7) for column in range(columns - categories, columns))
    x[:, : columns - categories][random.random((rows, columns - categories)) < missing] = np.nan
    return x, score + random.normal(size=rows)


def train(question):
    """The rows go to a file of float32, row by row; the trees are the answer."""
    x, score = table(question["rows"], 20, question.get("missing", 0), question.get("categories", 0))
    y = np.digitize(score, np.quantile(score, (0.3, 0.7))) if question.get("classes") == 3 else score > 0
    parameters = {"objective": "binary", "num_leaves": 31, "verbose": -1, "num_threads": 2, "seed": 1}
    if question.get("classes") == 3:
        parameters.update(objective="multiclass", num_class=3)
    categorical = list(range(20 - question.get("categories", 0), 20))
    data = lightgbm.Dataset(x, y.astype(float), categorical_feature=categorical, params={"verbose": -1})
    kept["booster"] = lightgbm.train(parameters, data, 100)
    kept["x"] = x
    x.tofile(question["file"])
    if "save" in question:
        kept["booster"].save_model(question["save"])
    return {"trees": lightgbm_trees(kept["booster"])}


def forest(question):
    x, score = table(question["rows"], 20)
    kept["booster"] = None
    kept["forest"] = RandomForestClassifier(question["trees"], n_jobs=2, random_state=1).fit(x, score > 0)
    kept["x"] = x
    x.tofile(question["file"])
    return {"trees": sklearn_trees(kept["forest"])}


def sklearn_trees(model):
    trees = Trees(model.n_classes_)
    for estimator in model.estimators_:
        add_sklearn(trees, estimator.tree_, trees.begin())
    return trees.end()


def add_sklearn(trees, tree, root):
    open_nodes = [(0, root)]
    while open_nodes:
        node, at = open_nodes.pop()
        if tree.children_left[node] < 0:
            trees.leaf(at, tree.value[node][0], int(tree.weighted_n_node_samples[node]))
            continue
        left = trees.room(2)
        threshold = float32_below(tree.threshold[node])
        cover = int(tree.weighted_n_node_samples[node])
        trees.set(at, feature=int(tree.feature[node]), threshold=threshold, left=left, cover=cover)
        open_nodes += [(tree.children_left[node], left), (tree.children_right[node], left + 1)]


def timed(work, file):
    start = perf_counter()
    result = work()
    seconds = perf_counter() - start
    np.ascontiguousarray(result, np.float64).tofile(file)
    return {"seconds": seconds}


def predict(question):
    x = kept["x"][: question["rows"]]
    if kept["booster"] is None:
        kept["forest"].set_params(n_jobs=question["threads"])
        return timed(lambda: kept["forest"].predict_proba(x), question["file"])
    return timed(lambda: kept["booster"].predict(x, num_threads=question["threads"]), question["file"])


def explain(question):
    x = kept["x"][: question["rows"]]
    work = lambda: kept["booster"].predict(x, pred_contrib=True, num_threads=question["threads"])  # noqa: E731
    return timed(work, question["file"])


serve({"train": train, "forest": forest, "predict": predict, "explain": explain})
