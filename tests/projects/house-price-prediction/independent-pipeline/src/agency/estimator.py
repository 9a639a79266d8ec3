import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, SplineTransformer

from .prepare import load_export, without_mistakes


def add_columns(df):
    df = df.copy()
    df["age"] = df["listed_on"].dt.year.fillna(2023) - df["year_built"]
    df["month"] = df["listed_on"].dt.year * 12 + df["listed_on"].dt.month
    df["log_size"] = np.log(df["size"].clip(lower=10))
    df["lot"] = np.log1p(df["lot_size"])
    return df


ORIGIN = {"age": "year_built", "month": "listed_on", "log_size": "size", "lot": "lot_size"}
CURVED = ["age", "month", "log_size", "distance_km"]
STRAIGHT = ["lot", "rooms", "condition", "energy_label"]


def build():
    curved = make_pipeline(SimpleImputer(strategy="median"), SplineTransformer(n_knots=6))
    straight = SimpleImputer(strategy="median", add_indicator=False)
    columns = ColumnTransformer(
        [
            *((name, curved, [name]) for name in CURVED),
            *((name, straight, [name]) for name in STRAIGHT),
            ("location", OneHotEncoder(handle_unknown="ignore"), ["location"]),
        ],
        sparse_threshold=0,
    )
    return Pipeline(
        [
            ("add", FunctionTransformer(add_columns)),
            ("columns", columns),
            ("ridge", RidgeCV(alphas=np.logspace(-3, 2, 11))),
        ]
    )


def train(data_file, model_file):
    df = without_mistakes(load_export(data_file))
    pipe = build()
    pipe.fit(df.drop(columns=["price"]), np.log(df["price"]))
    center = pipe[:-1].transform(df.drop(columns=["price"])).mean(axis=0)
    joblib.dump({"pipe": pipe, "center": center}, model_file)


def predict(model_file, input_file, output_file):
    pipe = joblib.load(model_file)["pipe"]
    df = load_export(input_file)
    result = pd.Series(np.exp(pipe.predict(df)), index=df.index, name="price")
    result.to_csv(output_file)


def explain(model_file, input_file, output_file):
    saved = joblib.load(model_file)
    pipe, center = saved["pipe"], saved["center"]
    df = load_export(input_file)
    ridge = pipe["ridge"]
    shares = (pipe[:-1].transform(df) - center) * ridge.coef_
    result = pd.DataFrame(index=df.index)
    result["scale"] = "log_price"
    result["base"] = ridge.intercept_ + center @ ridge.coef_
    for step, columns in pipe["columns"].output_indices_.items():
        if step != "remainder":
            result[ORIGIN.get(step, step)] = shares[:, columns].sum(axis=1)
    result.to_csv(output_file)
