# A hospital's data engineer has a table that must not leave the house, and a model for it that a colleague wrote.
# needs: scikit-learn

flops-mock init wards --template table --ci none > /dev/null
cd wards
rm -r mocks projects tests pytest.ini
python - > ../visits.csv <<'END'
import random

draw = random.Random(1)
print("age,pulse,ward,ill")
for _ in range(300):
    ill = draw.random() < 0.4
    print(draw.randrange(40 * ill + 20, 95), draw.randrange(60 + 25 * ill, 110), draw.choice(("north", "south", "west")), int(ill), sep=",")
END
flops-mock twin acme/visits --like ../visits.csv --label ill --verify .
flops-mock init --ci gitlab --from https://git.example.org/flops/mock.git@v1
cat .gitlab-ci.yml
rm ../visits.csv
flops-mock check . --sla mocks/visits.json --project-sla projects/visits.json --env current
CI=true pytest --quiet --flops-check --flops-env current
