"""A small convolutional network in PyTorch, with batch normalisation, whose parameters include one without dimensions."""

import numpy as np
import torch
from data_manager import DataManager
from flops_utils.ml_repo_templates import ModelManagerTemplate
from torch import nn

BATCH = 32


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        torch.manual_seed(0)
        self.model = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 8, 5, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(8 * 12 * 12, 10),
        )

    def set_model_data(self):
        parts = DataManager().get_data()
        self.train, self.test = ([torch.tensor(np.ascontiguousarray(array)) for array in part] for part in parts)

    def get_model(self):
        return self.model

    def get_model_parameters(self):
        return [value.cpu().numpy() for value in self.model.state_dict().values()]

    def set_model_parameters(self, parameters):
        names = self.model.state_dict()
        # as_tensor keeps arrays of no dimensions as they are, which torch.Tensor does not
        self.model.load_state_dict({name: torch.as_tensor(array) for name, array in zip(names, parameters)})

    def fit_model(self):
        self.model.train()
        pixels, labels = self.train
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05)
        for rows in torch.split(torch.randperm(len(labels)), BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(self.model(pixels[rows]), labels[rows]).backward()
            optimizer.step()
        return len(labels)

    def evaluate_model(self):
        self.model.eval()
        pixels, labels = self.test
        with torch.no_grad():
            scores = self.model(pixels)
        loss = nn.functional.cross_entropy(scores, labels)
        accuracy = (scores.argmax(1) == labels).float().mean()
        return loss.item(), accuracy.item(), len(labels)
