"""pandas, scikit-learn and pyarrow: a CSV file to training and test rows as Parquet, with statistics."""

import sys
from pathlib import Path
from time import perf_counter

import pandas as pd
from sklearn.model_selection import train_test_split

sys.path.insert(0, str(Path(__file__).parent))
from serve import serve


def ingest(question):
    folder = Path(question["folder"])
    start = perf_counter()
    frame = pd.read_csv(question["file"])
    train, test = train_test_split(frame, test_size=0.2, random_state=42, stratify=frame["y"])
    statistics = frame.describe(include="all")
    train.to_parquet(folder / "train.peer.parquet", engine="pyarrow", index=False)
    test.to_parquet(folder / "test.peer.parquet", engine="pyarrow", index=False)
    milliseconds = (perf_counter() - start) * 1000
    means = statistics.loc["mean"].dropna().astype(float).to_dict()
    return {"milliseconds": milliseconds, "train": len(train), "means": means}


serve({"ingest": ingest})
