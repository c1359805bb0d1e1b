"""What uv downloads, read from what it says."""

from __future__ import annotations

import pytest

from pytest_flops_mock.learner.environments.downloads import downloading

UV = """\
Using Python 3.11.7 environment at: x
Resolved 40 packages in 325ms
Downloading numpy (17.4MiB)
Downloading torch (181.2MiB)
"""


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("", ""),
        ("Resolved 2 packages in 325ms\n", ""),
        (UV, "torch, 190 MB; numpy, 18 MB"),
        (f"{UV} Downloaded torch\n", "numpy, 18 MB"),
        (f"{UV} Downloaded torch\n Downloaded numpy\n", ""),
        ("Downloading nvidia-cudnn (1.5GiB)\n", "nvidia-cudnn, 1,611 MB"),
        ("Downloading small (100.0KiB)\n", "small, 1 MB"),
        (f"{UV}Downloading a (3.0MiB)\nDownloading b (2.0MiB)\n", "torch, 190 MB; numpy, 18 MB; a, 3 MB; 1 more"),
    ],
)
def test_what_is_under_way_is_named_with_its_size_the_largest_first(output: str, told: str) -> None:
    assert downloading(output) == told
