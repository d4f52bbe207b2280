"""What the cases of the family check expect, held against a checker that shares nothing with the generators."""

import unittest

from generators.case.case import case_files, parse_case
from generators.cli import Project
from generators.image.image import build_image
from generators.case.schema import Validator
from tests.generators.check_back import Checker
from tests.generators.project import ROOT
from tests.generators.test_images import opened

COUNTED = ("clean", "leaks", "corrupt")


class Checking(unittest.TestCase):
    def test_every_case_of_checking_holds_what_it_says(self) -> None:
        project = Project(str(ROOT))
        validator = Validator(project.schema)
        tried = 0
        for family, path in case_files(str(ROOT)):
            if family != "check":
                continue
            case = parse_case(family, path, project.read(path), validator)
            for operation in case.operations:
                if operation["op"] == "check" and operation["expect"]["verdict"] in COUNTED:
                    with self.subTest(case=case.id):
                        file = build_image(case.image).file
                        self.assertEqual(operation["expect"]["verdict"], Checker(opened(file)).verdict(file.length))
                    tried += 1
        self.assertGreater(tried, 60)


if __name__ == "__main__":
    unittest.main()
