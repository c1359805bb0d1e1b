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
    "sqlite", "tbb", "tk", "tzdata", "ucrt", "unixodbc", "vc", "xz", "yaml", "zeromq", "zlib", "zstd",
})
# fmt: on
"""What only conda installs: libraries, compilers, metapackages, and pip itself."""

_CONDA_ONLY_PATTERN = re.compile(
    r"_.*|.*-ng|cuda-.*|aws-c.*|(ld_impl|gcc|gxx|gfortran|sysroot)_.*|xorg-.*|vs20\d\d.*"
    r"|lib(?!clang|cst|linear|pysal|rosa|sass|svm|tmux).*"  # those are on PyPI
)


def is_conda_only(name: str) -> bool:
    """Whether only conda installs this package."""
    return name in CONDA_ONLY or _CONDA_ONLY_PATTERN.fullmatch(name) is not None


def pypi_name(name: str) -> str:
    """What PyPI calls a package of conda, normalized."""
    return canonicalize_name(PYPI_NAMES.get(name, name))
