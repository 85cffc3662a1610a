"""Checks answers against the OpenAPI document: the parts of JSON Schema that src/base/dto.h writes."""
import re


class Document:
    def __init__(self, document: dict):
        self.document = document
        self.called: set[str] = set()
        self.routes = []
        for path, methods in document["paths"].items():
            pattern = re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$")
            for method, operation in methods.items():
                self.routes.append((method.upper(), pattern, path.count("{"), operation))

    def operations(self) -> set[str]:
        return {operation["operationId"] for _, _, _, operation in self.routes}

    def operation(self, method: str, path: str) -> dict:
        """The declared operation; paths without parameters win."""
        path = path.split("?")[0]
        found = [(count, op) for m, pattern, count, op in self.routes if m == method and pattern.match(path)]
        assert found, f"{method} {path} is not in openapi.json"
        return min(found, key=lambda pair: pair[0])[1]

    def check(self, method: str, path: str, status: int, answer) -> None:
        operation = self.operation(method, path)
        declared = operation["responses"]
        name = f"{operation['operationId']} {status}"
        response = declared.get(str(status)) or declared.get("default") or declared.get(f"{str(status)[0]}XX")
        assert response, f"{name}: this status is not declared ({sorted(declared)})"
        if status < 300:
            self.called.add(operation["operationId"])
        for media, content in response.get("content", {}).items():
            if "json" in media and "schema" in content:
                self.validate(content["schema"], answer, name)

    def validate(self, schema: dict, value, at: str) -> None:
        if "$ref" in schema:
            target = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            return self.validate(target, value, at)
        if "anyOf" in schema:
            faults = []
            for option in schema["anyOf"]:
                try:
                    return self.validate(option, value, at)
                except AssertionError as fault:
                    faults.append(str(fault))
            raise AssertionError(f"{at}: fits no option: {faults}")
        kind = schema.get("type")
        kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
                 "integer": int, "number": (int, float)}
        if kind:
            good = isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))
            assert good, f"{at}: {value!r} is not {kind}"
        if "enum" in schema:
            assert value in schema["enum"], f"{at}: {value!r} is not one of {schema['enum']}"
        if kind == "string" and "pattern" in schema:
            assert re.match(schema["pattern"], value), f"{at}: {value!r} does not match {schema['pattern']}"
        if kind == "array":
            for index, item in enumerate(value):
                self.validate(schema.get("items", {}), item, f"{at}/{index}")
        if kind == "object":
            for name in schema.get("required", []):
                assert name in value, f"{at}: {name} is missing"
            for name, item in value.items():
                if name in schema.get("properties", {}):
                    self.validate(schema["properties"][name], item, f"{at}/{name}")
                else:
                    assert not schema.get("properties"), f"{at}: {name} is not declared"
