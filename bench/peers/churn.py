"""The churn pipeline as a script: pandas, scikit-learn, imbalanced-learn and LightGBM, from the file to a fitted model and its scores."""

import sys
from pathlib import Path
from time import perf_counter

import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_validate, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.insert(0, str(Path(__file__).parent))
from serve import serve

FAMILIES = {
    "logistic": lambda: LogisticRegression(C=1, max_iter=1000),
    "forest": lambda: RandomForestClassifier(n_estimators=100, n_jobs=-1, random_state=42),
    "boosting": lambda: LGBMClassifier(n_estimators=100, learning_rate=0.05, num_leaves=15, n_jobs=-1, verbose=-1),
}


def prepared(file):
    rows = pd.read_csv(file)
    rows["TotalCharges"] = pd.to_numeric(rows["TotalCharges"], errors="coerce")
    rows["Activity_Growth"] = rows["MonthlyCharges"] * rows["tenure"] / rows["TotalCharges"]
    rows["Customer_Value"] = rows["MonthlyCharges"] * rows["tenure"]
    return rows.drop(columns=["customerID", "Churn"]), (rows["Churn"] == "Yes").astype(int)


def pipeline_of(x, model):
    numbers = x.select_dtypes("number").columns
    texts = [name for name in x.columns if name not in set(numbers)]
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(numbers)),
            ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), texts),
        ],
        sparse_threshold=0,
    )
    return Pipeline([("columns", columns), ("smote", SMOTE(random_state=42)), ("model", model())])


def train(question):
    """Five folds for each family, with SMOTE in the fold; the best is fitted on all training rows and judged on the test rows."""
    start = perf_counter()
    x, y = prepared(question["file"])
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=42)
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    scores = {
        name: cross_validate(pipeline_of(x, model), x_train, y_train, cv=folds, scoring="roc_auc")["test_score"].mean()
        for name, model in FAMILIES.items()
    }
    best = max(scores, key=scores.get)
    model = pipeline_of(x, FAMILIES[best]).fit(x_train, y_train)
    auc = roc_auc_score(y_test, model.predict_proba(x_test)[:, 1])
    return {"seconds": perf_counter() - start, "best": best, "auc": auc}


serve({"train": train})
