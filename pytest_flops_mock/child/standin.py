"""What ML repositories import from ``flops_utils``, where that is not installed."""

from __future__ import annotations

import abc
import logging
import sys
import types
from typing import Any

TEMPLATES = {
    "DataManagerTemplate": ("_prepare_data", "get_data"),
    "ModelManagerTemplate": (
        "set_model_data",
        "get_model",
        "get_model_parameters",
        "set_model_parameters",
        "fit_model",
        "evaluate_model",
    ),
}
"""The classes of ``flops_utils.ml_repo_templates`` and their abstract methods."""


def provide_flops_utils() -> None:
    """Let ``flops_utils`` be imported: the real one, or a stand-in where it is not installed."""
    try:
        import flops_utils.ml_repo_building_blocks
        import flops_utils.ml_repo_templates  # noqa: F401
    except ImportError:
        _provide_stand_in()


def _provide_stand_in() -> None:
    """The few names of ``flops_utils`` 0.6 that ML repositories use, made from its published interface."""
    package = provide("flops_utils", __path__=[])
    parts: dict[str, dict[str, Any]] = {
        "logging": {"logger": _logger("logger"), "colorful_logger": _logger("colorful_logger")},
        "ml_repo_building_blocks": {"load_dataset": _load_dataset},
        "ml_repo_templates": {template: _template(template, *methods) for template, methods in TEMPLATES.items()},
    }
    for name, values in parts.items():
        setattr(package, name, provide(f"flops_utils.{name}", **values))


def provide(name: str, **values: Any) -> types.ModuleType:
    """Make a module that imports find."""
    module = types.ModuleType(name)
    vars(module).update(values)
    sys.modules[name] = module
    return module


def _logger(name: str) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler())
    return logger


def _template(name: str, *methods: str) -> type:
    def missing(self: Any, *args: Any, **kwargs: Any) -> None:
        """To be written by the ML repository."""

    body: dict[str, Any] = {method: abc.abstractmethod(missing) for method in methods}
    return abc.ABCMeta(name, (), {**body, "__module__": "flops_utils.ml_repo_templates"})


def _load_dataset() -> Any:
    try:
        from data_loading import load_data_from_ml_data_server  # type: ignore[import-not-found]
    except ImportError as error:
        logging.getLogger("logger").error("load_dataset() works on learners only: %s", error)
        sys.exit(1)
    return load_data_from_ml_data_server()
