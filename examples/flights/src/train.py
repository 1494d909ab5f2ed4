"""Trains one model with one setting, given as JSON, and writes it with joblib.

A setting has a `name`, a `model` (logistic or boosting) and that model's own numbers.
"""

import argparse
import json
import sys

import joblib
import numpy as np
import pandas as pd
from columns import CATEGORIES, LATE, NUMBERS
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler


def logistic(setting, seed):
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = OneHotEncoder(handle_unknown="ignore", min_frequency=50)
    columns = ColumnTransformer(
        [("numbers", numbers, NUMBERS), ("categories", categories, CATEGORIES)]
    )
    model = LogisticRegression(C=setting["inverse_penalty"], max_iter=500, random_state=seed)
    return make_pipeline(columns, model)


def boosting(setting, seed):
    # A category that training has not seen is a missing value, which the trees can handle.
    categories = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    columns = ColumnTransformer(
        [("categories", categories, CATEGORIES), ("numbers", "passthrough", NUMBERS)]
    )
    model = HistGradientBoostingClassifier(
        categorical_features=list(range(len(CATEGORIES))),
        max_depth=setting["depth"],
        learning_rate=setting["learning_rate"],
        max_iter=setting["trees"],
        early_stopping=False,
        random_state=seed,
    )
    return make_pipeline(columns, model)


MODELS = {"logistic": logistic, "boosting": boosting}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--setting", type=json.loads, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--model", required=True)
    arguments = parser.parse_args()

    setting = arguments.setting
    if setting.get("model") not in MODELS:
        sys.exit(f"train: model must be one of {', '.join(MODELS)} in the setting {setting}")
    try:
        pipeline = MODELS[setting["model"]](setting, arguments.seed)
    except KeyError as missing:
        sys.exit(f"train: the setting {setting} lacks {missing}")
    table = pd.read_csv(arguments.data)
    pipeline.fit(table[CATEGORIES + NUMBERS], table[LATE])
    joblib.dump(pipeline, arguments.model, compress=("zlib", 3))
    print(f"trained {setting['name']} on {len(table)} flights")


if __name__ == "__main__":
    main()
