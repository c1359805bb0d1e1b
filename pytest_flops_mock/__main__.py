"""``python -m pytest_flops_mock``: the command ``flops-mock`` of this Python."""

import sys

from pytest_flops_mock.cli import main

if __name__ == "__main__":
    sys.exit(main())
