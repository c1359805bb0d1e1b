"""A schema without data: the features of a data set as JSON, a ``dataset_infos.json``, or the YAML head of a data set card.

The forms are those of ``datasets``: ``Features.to_dict``, ``DatasetInfo`` by configuration
(https://github.com/huggingface/datasets/blob/main/src/datasets/info.py), and ``dataset_info`` in a card
(https://github.com/huggingface/hub-docs/blob/main/datasetcard.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets

from pytest_flops_mock.data.bounds import check_features
from pytest_flops_mock.data.cards import head_of_card
from pytest_flops_mock.data.causes import UnfitError, reason
from pytest_flops_mock.data.twins.likeness import label_of
from pytest_flops_mock.data.twins.twin import FORM, Twin
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest
from pytest_flops_mock.regular import MAX_DESCRIPTION_BYTES, read_regular

ROWS = 600
"""Rows of the split ``train`` where no schema says how many there are."""

CARD = "dataset_info"


def describe_schema(path: Path, name: str, label: str | None, config_name: str | None = None) -> Twin:
    """What a twin of a data set is to be like of which only the schema is at hand.

    Args:
        path: A ``.json`` file with features, or with infos by configuration; or a data set card, ``README.md``.
        name: Name by which SLAs will call the data set.
        label: The column that a model learns to tell; by default the first that has named classes.
        config_name: Which configuration; needed if there are several.

    Raises:
        DataSourceError: The file says no schema, or not that of one configuration.
    """
    try:
        text = read_regular(path, MAX_DESCRIPTION_BYTES).decode()
        infos = _of_card(text) if path.suffix.lower() in (".md", ".markdown") else _of_json(json.loads(text))
    except json.JSONDecodeError as error:
        got = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise DataSourceError(_unreadable(path, got)) from error
    except OSError as error:
        raise DataSourceError(_unreadable(path, error.strerror or str(error))) from error
    except Exception as error:  # whatever datasets and YAML say about a schema that is none
        raise DataSourceError(_unreadable(path, reason(error))) from error
    config = _one_of(infos, config_name, path)
    info = infos[config]
    if not info.features:
        raise DataSourceError(_unreadable(path, f"configuration {config}: no features"))
    splits = {str(split): each.num_examples for split, each in (info.splits or {}).items() if each.num_examples}
    return Twin(
        form=FORM,
        dataset=name,
        config_name=config,
        splits=splits or {"train": ROWS},
        features=info.features.to_dict(),
        label=label_of(info.features, label, str(path)),
        configs=tuple(infos) if len(infos) > 1 and "default" not in infos else (),
    )


def _of_json(content: Any) -> Mapping[str, datasets.DatasetInfo]:
    """Features, an info, or infos by configuration; also as the hub's viewer wraps them."""
    if not isinstance(content, Mapping) or not content:
        raise UnfitError("no column" if content == {} else f"a JSON object is needed, but it is {type(content).__name__}")
    check_features(content)
    content = content.get(CARD, content)
    if isinstance(content.get("features"), Mapping) and "_type" not in content["features"]:
        content = {content.get("config_name") or "default": content}
    if all(isinstance(each, Mapping) and isinstance(each.get("features"), Mapping) for each in content.values()):
        return {str(config): datasets.DatasetInfo.from_dict(dict(info)) for config, info in content.items()}
    for name, feature in content.items():
        _check_feature(name, feature)
    return {"default": datasets.DatasetInfo(features=datasets.Features.from_dict(content))}


def _check_feature(name: str, feature: Any) -> None:
    """Refuse what ``datasets`` would stumble over without saying where."""
    if isinstance(feature, list) and len(feature) == 1:
        _check_feature(f"{name}[]", feature[0])
    elif isinstance(feature, Mapping) and "_type" not in feature:
        for key, inner in feature.items():
            _check_feature(f"{name}.{key}", inner)
    elif not isinstance(feature, Mapping):
        raise UnfitError(f"column {name}: a feature is an object with the key _type, but this is {json.dumps(feature)}")


def _of_card(text: str) -> Mapping[str, datasets.DatasetInfo]:
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    content = head_of_card(text.replace("\r\n", "\n"))
    if not isinstance(content, Mapping) or CARD not in content:
        raise UnfitError(f"the card has no {CARD} in its YAML head")
    infos: Mapping[str, datasets.DatasetInfo] = DatasetInfosDict.from_dataset_card_data(DatasetCardData(**content))
    return infos


def _one_of(infos: Mapping[str, datasets.DatasetInfo], config_name: str | None, path: Path) -> str:
    if config_name in infos or (config_name is None and (len(infos) == 1 or "default" in infos)):
        return config_name or ("default" if "default" in infos else next(iter(infos)))
    raise DataSourceError(
        Problem(
            "the schema has several configurations"
            if config_name is None
            else f"the schema has no configuration {config_name!r}",
            where=str(path),
            expected=f"one of: {listing(infos)}",
            got=config_name or "none",
            nearest=nearest(config_name, list(infos)) if config_name else "",
            fix="name one with --config",
        )
    )


def _unreadable(path: Path, got: str) -> Problem:
    return Problem(
        "the file says no schema of a data set",
        where=str(path),
        expected="features as JSON (json.dump(dataset.features.to_dict(), file)), a dataset_infos.json, or a data set card "
        "with dataset_info",
        got=got,
        fix="correct the file, or describe the data themselves: flops-mock twin --like DATA",
    )
