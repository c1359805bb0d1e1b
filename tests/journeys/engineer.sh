# An FL engineer begins a repository in PyTorch, breaks a column, is shown where, and mends it.
# needs: torch==2.13.0

mkdir digits
cd digits
flops-mock check .
flops-mock init
flops-mock init --template pytorch --ci none
flops-mock check . --sla mocks/mnist.json --project-sla projects/mnist.json --env current
sed -i 's/column("image")/column("picture")/' data_manager.py
pytest --quiet mocks/mnist.json::transform
sed -i 's/column("picture")/column("image")/' data_manager.py
pytest --quiet
