"""Where two JSON documents differ: the shortest paths, so that a refusal and its twin can be compared."""


def differing_paths(one: object, other: object, path: str = "") -> list[str]:
    """Dotted paths of what is only in one of them, or not alike; lists of unlike length differ as a whole."""
    if isinstance(one, dict) and isinstance(other, dict):
        paths: list[str] = []
        for key in [*one, *(key for key in other if key not in one)]:
            inner = f"{path}.{key}" if path else key
            if key in one and key in other:
                paths += differing_paths(one[key], other[key], inner)
            else:
                paths.append(inner)
        return paths
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [difference for index, (left, right) in enumerate(zip(one, other))
                for difference in differing_paths(left, right, f"{path}.{index}")]
    alike = one == other and isinstance(one, bool) == isinstance(other, bool)
    return [] if alike else [path]
