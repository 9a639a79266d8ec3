"""The models that are compared. Each takes tidy customers, so its preparation stays in the fold."""

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from churn.features import Features


def logistic() -> Pipeline:
    return make_pipeline(Features(), StandardScaler(), LogisticRegression(C=0.5, max_iter=500))


def forest() -> Pipeline:
    trees = RandomForestClassifier(30, min_samples_leaf=20, random_state=0, n_jobs=2)
    return make_pipeline(Features(), trees)


def boosting() -> Pipeline:
    trees = HistGradientBoostingClassifier(
        max_iter=50, learning_rate=0.15, max_leaf_nodes=8, random_state=0
    )
    return make_pipeline(Features(), trees)


MODELS = {"logistic": logistic, "forest": forest, "boosting": boosting}
