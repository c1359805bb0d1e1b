# Images that stand in for FLOps' ML data server and mock data provider: same command line, port, variables and volume.
#   docker build --target ml-data-server     -t pytest-flops-mock/ml-data-server .
#   docker build --target mock-data-provider -t pytest-flops-mock/mock-data-provider .
# Needs BuildKit. Without a network, .ci/engine brings a base image and the packages: PACKAGES=brought.
ARG PYTHON=python:3.11-slim
ARG PACKAGES=installed

FROM ${PYTHON} AS installed
COPY . /project
RUN pip install --quiet --no-cache-dir --no-compile --target /packages/server --no-deps /project \
    && pip install --quiet --no-cache-dir --no-compile --target /packages/server pyarrow \
    && pip install --quiet --no-cache-dir --no-compile --target /packages/provider /project

FROM ${PYTHON} AS brought
COPY packages /packages

FROM ${PACKAGES} AS packages
# What only compilers and Arrow's own tests read.
RUN python3 -c "import pathlib, shutil; [shutil.rmtree(path, ignore_errors=True) for part in ('include', 'src', 'tests') \
    for path in pathlib.Path('/packages').glob('*/pyarrow/' + part)]" \
    && python3 -c "import os; [os.mkdir(path) for path in ('/parts', '/parts/volume', '/parts/bin', '/parts/ml_data_server', '/parts/mock_data_provider')]" \
    && printf '#!/bin/sh\n# The real images start with poetry.\n[ "$1" = run ] && shift\nexec "$@"\n' > /parts/bin/poetry \
    && python3 -c "import os; os.chmod('/parts/bin/poetry', 0o755)" \
    && printf 'from pytest_flops_mock.containers.inside.server import main\n\nraise SystemExit(main())\n' > /parts/ml_data_server/main.py \
    && printf 'from pytest_flops_mock.containers.inside.provider import main\n\nraise SystemExit(main())\n' > /parts/mock_data_provider/main.py

FROM ${PYTHON} AS base
ENV PYTHONPATH=/packages PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
COPY --from=packages /parts/bin /usr/local/bin
EXPOSE 11027

FROM base AS ml-data-server
COPY --from=packages /packages/server /packages
COPY --from=packages /parts/ml_data_server /ml_data_server
COPY --from=packages --chown=10001:10001 /parts/volume /ml_data_server_volume
WORKDIR /ml_data_server
USER 10001:10001
VOLUME /ml_data_server_volume
CMD ["poetry", "run", "python", "main.py"]

FROM base AS mock-data-provider
COPY --from=packages /packages/provider /packages
COPY --from=packages /parts/mock_data_provider /mock_data_provider
WORKDIR /mock_data_provider
USER 10001:10001
CMD ["poetry", "run", "python", "main.py"]
