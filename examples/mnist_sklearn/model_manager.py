"""A logistic regression on MNIST, as FLOps' learner and aggregator use it."""

import numpy as np
from data_manager import DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

CLASSES = np.arange(10)
PIXELS = 28 * 28


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        # The aggregator builds this as well, without any data: parameters have their shapes from the start.
        self.model = LogisticRegression(max_iter=5, warm_start=True)
        self.model.classes_ = CLASSES
        self.set_model_parameters([np.zeros((len(CLASSES), PIXELS)), np.zeros(len(CLASSES))])

    def set_model_data(self):
        (self.x_train, self.y_train), (self.x_test, self.y_test) = DataManager().get_data()

    def get_model(self):
        return self.model

    def get_model_parameters(self):
        return [self.model.coef_, self.model.intercept_]

    def set_model_parameters(self, parameters):
        coefficients, intercept = parameters
        self.model.coef_ = np.array(coefficients)
        self.model.intercept_ = np.array(intercept)

    def fit_model(self):
        self.model.fit(self.x_train, self.y_train)
        return len(self.x_train)

    def evaluate_model(self):
        loss = log_loss(self.y_test, self.model.predict_proba(self.x_test), labels=CLASSES)
        accuracy = self.model.score(self.x_test, self.y_test)
        return float(loss), float(accuracy), len(self.x_test)
