# mypy: ignore-errors
"""A logistic regression of scikit-learn, which knows both classes before it sees any row; every fifth row is for testing."""

import numpy as np
from data_manager import RANGES, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

CLASSES = np.arange(2)


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.model = SGDClassifier(loss="log_loss", max_iter=5, tol=None, warm_start=True, random_state=0)
        self.model.classes_ = CLASSES
        self.set_model_parameters([np.zeros((1, len(RANGES))), np.zeros(1)])

    def set_model_data(self):
        features, labels = DataManager().get_data()
        test = np.arange(len(labels)) % 5 == 4
        self.x_train, self.y_train = features[~test], labels[~test]
        self.x_test, self.y_test = (features[test], labels[test]) if test.any() else (features, labels)

    def get_model(self):
        return self.model

    def get_model_parameters(self):
        return [self.model.coef_, self.model.intercept_]

    def set_model_parameters(self, parameters):
        self.model.coef_, self.model.intercept_ = (np.array(parameter) for parameter in parameters)

    def fit_model(self):
        if len(self.y_train):
            self.model.partial_fit(self.x_train, self.y_train, classes=CLASSES)
        return len(self.y_train)

    def evaluate_model(self):
        if not len(self.y_test):
            return 0.0, 0.0, 0
        loss = log_loss(self.y_test, self.model.predict_proba(self.x_test), labels=CLASSES)
        return float(loss), float(self.model.score(self.x_test, self.y_test)), len(self.y_test)
