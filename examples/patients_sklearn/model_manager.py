"""A logistic regression by gradient descent, which goes on from the parameters that it is given."""

import numpy as np
from data_manager import WARDS, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

CLASSES = np.arange(2)
FEATURES = 2 + len(WARDS)


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.model = SGDClassifier(loss="log_loss", random_state=0)
        self.model.classes_ = CLASSES
        self.set_model_parameters([np.zeros((1, FEATURES)), np.zeros(1)])

    def set_model_data(self):
        (self.x_train, self.y_train), (self.x_test, self.y_test) = DataManager().get_data()

    def get_model(self):
        return self.model

    def get_model_parameters(self):
        return [self.model.coef_, self.model.intercept_]

    def set_model_parameters(self, parameters):
        self.model.coef_, self.model.intercept_ = (np.array(parameter) for parameter in parameters)

    def fit_model(self):
        for _ in range(5):
            self.model.partial_fit(self.x_train, self.y_train, classes=CLASSES)
        return len(self.x_train)

    def evaluate_model(self):
        loss = log_loss(self.y_test, self.model.predict_proba(self.x_test), labels=CLASSES)
        return float(loss), float(self.model.score(self.x_test, self.y_test)), len(self.x_test)
