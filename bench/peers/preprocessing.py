"""scikit-learn's ColumnTransformer."""

import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

sys.path.insert(0, str(Path(__file__).parent))
from serve import serve

data = {}


def make(question):
    """Writes numbers (float64) and codes of categories (int32, -1 is missing) column by column, and the names of the codes."""
    rows, count, categories = (question[name] for name in ("rows", "numbers", "categories"))
    random = np.random.default_rng(7)
    numbers = random.normal(50, 20, (count, rows))
    numbers[count // 2 :] = np.exp(numbers[count // 2 :] / 20)
    numbers[random.random(numbers.shape) < 0.1] = np.nan
    names = [[f"category {code:03}" for code in range(4 + 3 * column)] for column in range(categories)]
    codes = np.zeros((categories, rows), dtype="int32")
    for column, each in enumerate(names):
        codes[column] = len(each) * random.random(rows) ** 2
    codes[random.random(codes.shape) < 0.05] = -1
    numbers.tofile(f"{question['file']}.numbers")
    codes.tofile(f"{question['file']}.codes")
    Path(f"{question['file']}.names").write_text(json.dumps(names))
    columns = {f"n{column}": values for column, values in enumerate(numbers)}
    for column, each in enumerate(names):
        columns[f"t{column}"] = pd.Series(np.array([*each, np.nan], dtype=object)[codes[column]], dtype=object)
    data["frame"] = pd.DataFrame(columns)


def prepare(question):
    frame = data["frame"]
    scaler = {"standard": StandardScaler, "robust": RobustScaler}[question["scale"]]()
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
    texts = make_pipeline(SimpleImputer(strategy="most_frequent"), encoder)
    transformer = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), scaler), [c for c in frame if c[0] == "n"]),
            ("texts", texts, [c for c in frame if c[0] == "t"]),
        ],
        sparse_threshold=0,
    )
    start = perf_counter()
    matrix = transformer.fit_transform(frame)
    milliseconds = (perf_counter() - start) * 1000
    return {"milliseconds": milliseconds, "sums": np.abs(matrix).sum(axis=0).tolist()}


serve({"make": make, "prepare": prepare})
