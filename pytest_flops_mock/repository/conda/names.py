"""What conda's packages are called on PyPI, and which of them PyPI does not have."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

PYPI_NAMES = {
    "brotli-python": "brotli",
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "numpy-base": "numpy",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "pyarrow-core": "pyarrow",
    "pyqt": "pyqt5",
    "pytables": "tables",
    "python-annoy": "annoy",
    "python-duckdb": "duckdb",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-xxhash": "xxhash",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "tensorflow-eigen": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
}
"""Packages of conda-forge (or Anaconda's own channel) that PyPI has under another name, as their feedstocks say. Only
what ML repositories commonly ask for is in this list."""

# fmt: off
CONDA_ONLY = frozenset({
    "arrow-cpp", "blas", "bzip2", "c-ares", "c-compiler", "ca-certificates", "compilers", "conda", "cpuonly",
    "cudatoolkit", "cudnn", "cxx-compiler", "ffmpeg", "freetype", "gcc", "gfortran", "git", "git-lfs", "graphviz",
    "gxx", "hdf5", "icu", "intel-openmp", "jpeg", "lame", "lcms2", "lerc", "llvm-openmp", "lz4-c", "make", "mamba",
    "mkl", "mkl-service", "nccl", "ncurses", "nodejs", "nomkl", "openblas", "openjpeg", "openmpi", "openssl", "orc",
    "pip", "pthread-stubs", "python_abi", "pytorch-cuda", "pytorch-mutex", "re2", "readline", "s2n", "sleef", "snappy",
    "sqlite", "tbb", "tk", "tzdata", "unixodbc", "xz", "yaml", "zeromq", "zlib", "zstd",
})
# fmt: on
"""What only conda installs: libraries, compilers, metapackages, and pip itself."""

_CONDA_ONLY_PATTERN = re.compile(
    r"_.*|.*-ng|cuda-.*|aws-c.*|(ld_impl|gcc|gxx|gfortran|sysroot)_.*|xorg-.*|r-.*"
    r"|lib(?!clang|cst|linear|pysal|rosa|sass|svm|tmux).*"  # those are on PyPI
)


_ELSEWHERE = {
    "Windows": re.compile(
        r"vc|vc14_runtime|vcomp14|vs20\d\d_.*|ucrt|icc_rt|wincertstore|pywin32|pypiwin32|pywinpty|winpty|win_inet_pton"
        r"|(m2|m2w64|msys2)-.*|console_shortcut|powershell_shortcut|tensorflow-intel|windows-curses"
    ),
    "macOS": re.compile(r"pyobjc-.*|(cctools|clang|clangxx|ld64)_osx-.*|tensorflow-macos|tensorflow-metal"),
}
"""Packages that are there for another system alone."""

_ALSO_ON_PYPI = ("wincertstore", "win_inet_pton")
"""Of these: pure Python, which pip installs anywhere."""


def only_for(name: str, *, by_pip: bool = False) -> str:
    """The system for which alone a package is there; empty for one that Linux has, too."""
    if by_pip and name.replace("-", "_") in _ALSO_ON_PYPI:
        return ""
    return next((system for system, names in _ELSEWHERE.items() if names.fullmatch(name)), "")


def is_conda_only(name: str) -> bool:
    """Whether only conda installs this package."""
    return name in CONDA_ONLY or _CONDA_ONLY_PATTERN.fullmatch(name) is not None


def pypi_name(name: str) -> str:
    """What PyPI calls a package of conda, normalized."""
    return canonicalize_name(PYPI_NAMES.get(name, name))
