#!/usr/bin/env python3
"""What a file of results keeps when others take the place of a part of them.

accuracy_without.py OLD.json NEW.json...: OLD.json without what the NEW files have, by operation, function and variant,
as JSON for `vact accuracy --merge`, which joins only what one version has measured. Where the numerics version is the same, so are
all results, and the file is given the new version's name.
"""
import json
import sys


def key(result):
    return result["op"], result.get("function"), result["math"]


def main(old_path, *new_paths):
    with open(old_path, encoding="utf-8") as file:
        old = json.load(file)
    news = []
    for path in new_paths:
        with open(path, encoding="utf-8") as file:
            news.append(json.load(file))
    for new in news:
        for member in ("numerics_version", "stride"):
            if old[member] != new[member]:
                sys.exit(f"{old_path} has {member} {old[member]}, the new results {new[member]}: measure all operations")
    for kind in ("results", "rows"):
        replaced = {key(result) for new in news for result in new.get(kind, [])}
        old[kind] = [result for result in old.get(kind, []) if key(result) not in replaced]
    old["version"] = news[0]["version"]
    json.dump(old, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
