# An FL engineer begins a repository, breaks a column, is shown where, and mends it. Nothing is installed beside.

mkdir digits
cd digits
flops-mock check .
flops-mock init
flops-mock init --template numpy --ci none
flops-mock check . --sla mocks/mnist.json --project-sla projects/mnist.json --env current
sed -i 's/column("image")/column("picture")/' data_manager.py
pytest --quiet mocks/mnist.json::transform
sed -i 's/column("picture")/column("image")/' data_manager.py
pytest --quiet
