"""cases/INTERPRETING.md: the digest that it describes is the lock's, and it names what the corpus and the schema
have."""

import hashlib
import json
import re
import unittest

from tests.generators.project import ROOT, ProjectTest, plain_case

PAGE = (ROOT / "cases/INTERPRETING.md").read_text()


class Interpreting(ProjectTest):
    def test_its_digest_is_the_one_of_the_lock(self) -> None:
        names = {"hashlib": hashlib}
        exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], names)  # type: ignore[index]
        self.write(plain_case())
        self.write(plain_case("ends-amid-a-block", image={"guest": {"0": "compressed"}, "file_length": "guest.0.end"}))
        self.build("lock")
        for name, entry in json.loads((self.corpus / "lock.json").read_text())["cases"].items():
            data = (self.corpus / f"images/{name}/{name}.qcow2").read_bytes()
            digest = names["image_digest"](data)  # type: ignore[operator]
            self.assertEqual(entry["image"], {"length": len(data), "sha256": digest})

    def test_it_tells_of_every_operation_verdict_stage_property_and_step(self) -> None:
        definitions = json.loads((ROOT / "cases/schema.json").read_text())["definitions"]
        words = [*definitions["operation"]["properties"]["op"]["enum"], *definitions["stage"]["enum"],
                 *definitions["step"]["properties"], *definitions["expect"]["properties"]["verdict"]["enum"],
                 *definitions["expect"]["properties"]["properties"]["items"]["enum"]]
        self.assertEqual([], [word for word in words if not re.search(rf"\b{word}\b", PAGE)])

    def test_it_goes_along_with_the_corpus(self) -> None:
        self.write(plain_case())
        (self.root / "cases/INTERPRETING.md").write_text(PAGE)
        self.build("lock")
        self.assertEqual(PAGE, self.files()["INTERPRETING.md"].decode())


if __name__ == "__main__":
    unittest.main()
