"""What a dataset is like and whether it drifted: Evidently's presets, and in pandas the statistics that TFDV shows."""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
from serve import serve

QUANTILES = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95]
BINS = 20
TOP = 20
kept = {}


def statistics(question):
    start = perf_counter()
    frame = pd.read_parquet(question["current"])
    found = {name: of_column(frame[name]) for name in frame.columns}
    milliseconds = (perf_counter() - start) * 1000
    return {"milliseconds": milliseconds, "means": {name: each["mean"] for name, each in found.items() if "mean" in each}}


def of_column(column):
    common = {
        "count": int(column.count()),
        "missing": int(column.isna().sum()),
        "distinct": int(column.nunique()),
        "top": column.value_counts().head(TOP).to_dict(),
    }
    if not pd.api.types.is_numeric_dtype(column):
        lengths = column.str.len()
        return {**common, "length": float(lengths.mean()), "longest": float(lengths.max())}
    counts, _ = np.histogram(column.dropna(), bins=BINS)
    return {
        **common,
        "zeros": int((column == 0).sum()),
        "min": float(column.min()),
        "max": float(column.max()),
        "mean": float(column.mean()),
        "deviation": float(column.std()),
        "quantiles": column.quantile(QUANTILES).tolist(),
        "histogram": counts.tolist(),
    }


def evidently(question):
    """The reference is in memory already, where ours reads the profile of it."""
    try:
        from evidently import Dataset, Report
        from evidently.presets import DataDriftPreset, DataSummaryPreset
    except ImportError:
        return {"missing": True}
    if "reference" not in kept:
        kept["reference"] = Dataset.from_pandas(pd.read_parquet(question["reference"]))
    start = perf_counter()
    current = Dataset.from_pandas(pd.read_parquet(question["current"]))
    report = Report([DataSummaryPreset(), DataDriftPreset()]).run(current, kept["reference"])
    metrics = report.dict()["metrics"]
    milliseconds = (perf_counter() - start) * 1000
    drifted = next(each["value"]["count"] for each in metrics if each["metric_name"].startswith("DriftedColumnsCount"))
    return {"milliseconds": milliseconds, "drifted": int(drifted)}


serve({"statistics": statistics, "evidently": evidently})
