"""Scores name pairs with logic-v2. Reads {id, schema, a, b} as JSON lines, writes {id, score}.

Every entity gets an id of its own: the library keeps parsed names by id, and ids used twice would score
each pair like the first. The scores are checked not to depend on the order of the rows.
"""

import json
import sys
import uuid

from followthemoney import model
from nomenklatura.matching import get_algorithm


def entity(schema, name):
    proxy = model.get_proxy({"id": uuid.uuid4().hex, "schema": schema, "properties": {"name": [name]}})
    return proxy


def score(algorithm, config, row):
    result = algorithm.compare(entity(row["schema"], row["a"]), entity(row["schema"], row["b"]), config)
    return result.score


def main():
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    rows = [json.loads(line) for line in sys.stdin if line.strip()]
    scores = {row["id"]: score(algorithm, config, row) for row in rows}
    for row in reversed(rows[:: max(1, len(rows) // 40)]):
        again = score(algorithm, config, row)
        if abs(again - scores[row["id"]]) > 1e-9:
            sys.exit(f"the score of pair {row['id']} depends on the order of the rows")
    for row in rows:
        print(json.dumps({"id": row["id"], "score": scores[row["id"]]}))


main()
