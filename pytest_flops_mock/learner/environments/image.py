"""What FLOps puts into the learner's image."""

from __future__ import annotations

LEARNER_PINS = ("flwr==1.8.0", "pydantic~=2.7.1", "pillow~=10.4.0", "flwr_datasets==0.1.0", "flops-utils")
"""What pip installs into the image after conda has installed the packages of ``conda.yaml``."""

LEARNER_MAJORS = {"datasets": "2"}
"""Major versions that the pins lead to."""

NEWEST_PYTHON = (3, 12)
"""The newest Python that the pins were published for; taken where ``conda.yaml`` leaves the choice."""
