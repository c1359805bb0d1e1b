"""``python -m pytest_flops_mock.cli``."""

import sys

from pytest_flops_mock.cli import main

sys.exit(main())
