"""The data sets that have a synthetic twin, by the names they go by on the hub.

A further twin is a module like ``digits.py`` that says where its features come from and makes rows, and its entry here.
"""

from __future__ import annotations

from pytest_flops_mock.data.twins.ambience import AMBIENT_ACOUSTIC_CONTEXT
from pytest_flops_mock.data.twins.census import ADULT
from pytest_flops_mock.data.twins.digits import MNIST, MNIST_M, SVHN, USPS
from pytest_flops_mock.data.twins.domains import OFFICE_HOME, PACS
from pytest_flops_mock.data.twins.exams import MMLU
from pytest_flops_mock.data.twins.feelings import EMOTION
from pytest_flops_mock.data.twins.finance import FINANCIAL_PHRASEBANK, FINANCIAL_TWEETS, FIQA
from pytest_flops_mock.data.twins.garments import FASHION_MNIST
from pytest_flops_mock.data.twins.hundred import CIFAR100
from pytest_flops_mock.data.twins.jamming import FEDJAM
from pytest_flops_mock.data.twins.letters import EMNIST_LETTERS, FEMNIST
from pytest_flops_mock.data.twins.medicine import CARE_QA, MED_QA, MEDMCQA, PUBMED_QA
from pytest_flops_mock.data.twins.molecules import SOLUBILITY
from pytest_flops_mock.data.twins.news import AG_NEWS
from pytest_flops_mock.data.twins.objects import CIFAR10, CINIC10
from pytest_flops_mock.data.twins.plants import IRIS, MUSHROOMS
from pytest_flops_mock.data.twins.plays import SHAKESPEARE
from pytest_flops_mock.data.twins.programs import HUMANEVAL, MBPP
from pytest_flops_mock.data.twins.readings import LIBRISPEECH
from pytest_flops_mock.data.twins.reviews import IMDB, ROTTEN_TOMATOES, SENTIMENT140
from pytest_flops_mock.data.twins.skin import FED_ISIC2019
from pytest_flops_mock.data.twins.speech import SPEECH_COMMANDS
from pytest_flops_mock.data.twins.things import CALTECH101, DOG_FOOD
from pytest_flops_mock.data.twins.tiny import TINY_IMAGENET
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.voices import COMMON_VOICE

TWINS: tuple[Twin, ...] = (
    MNIST,
    CIFAR10,
    FASHION_MNIST,
    CIFAR100,
    AG_NEWS,
    ADULT,
    IRIS,
    IMDB,
    SVHN,
    FEMNIST,
    EMNIST_LETTERS,
    USPS,
    SENTIMENT140,
    SHAKESPEARE,
    CINIC10,
    SPEECH_COMMANDS,
    TINY_IMAGENET,
    PACS,
    MUSHROOMS,
    FINANCIAL_TWEETS,
    FINANCIAL_PHRASEBANK,
    FIQA,
    MEDMCQA,
    MBPP,
    HUMANEVAL,
    PUBMED_QA,
    MED_QA,
    ROTTEN_TOMATOES,
    EMOTION,
    OFFICE_HOME,
    CALTECH101,
    MNIST_M,
    DOG_FOOD,
    FED_ISIC2019,
    AMBIENT_ACOUSTIC_CONTEXT,
    LIBRISPEECH,
    COMMON_VOICE,
    MMLU,
    SOLUBILITY,
    FEDJAM,
    CARE_QA,
)


def find_twin(name: str) -> Twin | None:
    """The twin of the data set with this name on the hub (with or without its organisation), or None."""
    return next((twin for twin in TWINS if name in (twin.name, *twin.aliases)), None)


def twin_names() -> tuple[str, ...]:
    """Every name that :func:`find_twin` knows, for messages that name the nearest one."""
    return tuple(name for twin in TWINS for name in (twin.name, *twin.aliases))
