# mypy: ignore-errors
"""Naive Bayes of scikit-learn: means and variances of each species, which every round moves on."""

import numpy as np
from data_manager import MEASURES, SPECIES, DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB

CLASSES = np.arange(len(SPECIES))


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.model = GaussianNB()
        self.model.classes_ = CLASSES
        shape = (len(SPECIES), len(MEASURES))
        self.set_model_parameters([np.full(shape, 4.0), np.ones(shape), np.ones(len(SPECIES))])

    def set_model_data(self):
        (self.x_train, self.y_train), (self.x_test, self.y_test) = DataManager().get_data()

    def get_model(self):
        return self.model

    def get_model_parameters(self):
        return [self.model.theta_, self.model.var_, self.model.class_count_]

    def set_model_parameters(self, parameters):
        self.model.theta_, self.model.var_, self.model.class_count_ = (np.array(parameter) for parameter in parameters)
        self.model.class_prior_ = self.model.class_count_ / self.model.class_count_.sum()
        self.model.epsilon_ = 0.0

    def fit_model(self):
        if len(self.y_train):
            self.model.partial_fit(self.x_train, self.y_train, classes=CLASSES)
        return len(self.y_train)

    def evaluate_model(self):
        if not len(self.y_test):
            return 0.0, 0.0, 0
        loss = log_loss(self.y_test, self.model.predict_proba(self.x_test), labels=CLASSES)
        return float(loss), float(self.model.score(self.x_test, self.y_test)), len(self.y_test)
