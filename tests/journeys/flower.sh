# A Flower user who knows pytest tests his app on data of the hub, without a network, and looks at other partitions.
# needs: hypothesis

mkdir app
cd app
cat > pyproject.toml <<'END'
[tool.flwr.app]
publisher = "somebody"
END
cat > task.py <<'END'
from flwr_datasets import FederatedDataset


def load(partition, partitions):
    federated = FederatedDataset(dataset="uoft-cs/cifar10", partitioners={"train": partitions})
    return federated.load_partition(partition)


def shares(rows):
    labels = list(rows["label"])
    return [labels.count(label) / max(len(labels), 1) for label in range(10)]
END
cat > test_task.py <<'END'
from hypothesis import given, settings
from task import load, shares

from pytest_flops_mock import twin
from pytest_flops_mock.strategies import partitions

ROWS = twin("cifar10", rows=60)["train"]


def test_each_client_gets_its_rows(offline_hub):
    assert load(0, 4).num_rows == 150


def test_more_rows(offline_hub):
    offline_hub.add("uoft-cs/cifar10", twin("cifar10", rows=1_000))
    assert load(0, 4).num_rows == 250


@settings(max_examples=20, deadline=None)
@given(rows=partitions(ROWS, drift=False))
def test_shares_are_shares(rows):
    assert sum(shares(rows)) <= 1.001
END
pytest --quiet
cat > cifar10.json <<'END'
{"customerID": "Admin", "mock_data_configuration": {"dataset_name": "cifar10", "number_of_partitions": 4, "data_tag": "cifar10"}}
END
flops-mock partitions cifar10.json --partitioner "dirichlet alpha=0.3"
flops-mock check . --sla cifar10.json --env current
flops-mock init
flops-mock init --template numpy --ci none
