"""Each operator on C text of our own: which texts it makes, and what it passes over."""

import unittest

from tests.qemu_mutants.c_text import functions_of, tokens_of
from tests.qemu_mutants.operators import OPERATORS, edits


class Operators(unittest.TestCase):
    def made(self, operator: str, body: str) -> list[str]:
        """The bodies that the operator makes of this one."""
        text = f"int f(int a)\n{{ {body} }}"
        function, = functions_of(text)
        return [edit.applied(text).removeprefix("int f(int a)\n{ ").removesuffix(" }")
                for edit in edits(operator, function.tokens)]

    def test_every_operator_has_a_test(self) -> None:
        names = {name.removeprefix("test_").replace("_", "-") for name in dir(self) if name.startswith("test_")}
        self.assertEqual(set(), OPERATORS.keys() - names)

    def test_relation(self) -> None:
        self.assertEqual(["if (a <= b && p->c >= d) {}", "if (a < b && p->c > d) {}"],
                         self.made("relation", "if (a < b && p->c >= d) {}"))

    def test_equality(self) -> None:
        self.assertEqual(["a = b != c;"], self.made("equality", "a = b == c;"))

    def test_connective(self) -> None:
        self.assertEqual(["a = b || c;"], self.made("connective", "a = b && c;"))

    def test_arithmetic(self) -> None:
        self.assertEqual(["a = b - c;", ], self.made("arithmetic", "a = b + c;"))
        self.assertEqual([], self.made("arithmetic", "return -a;"))
        self.assertEqual([], self.made("arithmetic", "a = (uint64_t)-b;"))
        self.assertEqual(["a = f(x) + 1;"], self.made("arithmetic", "a = f(x) - 1;"))
        self.assertEqual(["a = b / c;"], self.made("arithmetic", "a = b % c;"))

    def test_shift(self) -> None:
        self.assertEqual(["a = 1 >> b;"], self.made("shift", "a = 1 << b;"))

    def test_update(self) -> None:
        self.assertEqual(["a -= 1; b++; c |= 2;", "a += 1; b--; c |= 2;", "a += 1; b++; c = 2;"],
                         self.made("update", "a += 1; b++; c |= 2;"))

    def test_mask_dropped(self) -> None:
        self.assertEqual(["a = b ;"], self.made("mask-dropped", "a = b & p->mask[i];"))
        self.assertEqual(["a = b ;"], self.made("mask-dropped", "a = b & ~(c - 1);"))
        self.assertEqual(["a = (b ) + 1;"], self.made("mask-dropped", "a = (b & m) + 1;"))
        self.assertEqual([], self.made("mask-dropped", "g(&a, (char *)&b);"))

    def test_flag_dropped(self) -> None:
        self.assertEqual(["a = b ;"], self.made("flag-dropped", "a = b | (uint64_t)c;"))

    def test_and_dropped(self) -> None:
        self.assertEqual(["if (a  && c < 2) {}", "if (a && f(b) ) {}"],
                         self.made("and-dropped", "if (a && f(b) && c < 2) {}"))

    def test_or_dropped(self) -> None:
        self.assertEqual(["a = b ;"], self.made("or-dropped", "a = b || c;"))

    def test_negation_dropped(self) -> None:
        self.assertEqual(["a = b && ~c;", "a = !b && c;"], self.made("negation-dropped", "a = !b && ~c;"))
        self.assertEqual([], self.made("negation-dropped", "a = b != c;"))

    def test_minus_dropped(self) -> None:
        self.assertEqual(["return EIO;"], self.made("minus-dropped", "return -EIO;"))
        self.assertEqual([], self.made("minus-dropped", "a = b - c;"))

    def test_number_up(self) -> None:
        self.assertEqual(["a = 1 ? 512ULL : 0x1;", "a = 0 ? 513ULL : 0x1;", "a = 0 ? 512ULL : 2;"],
                         self.made("number-up", "a = 0 ? 512ULL : 0x1;"))
        self.assertEqual([], self.made("number-up", "a = 1.5;"))

    def test_number_down(self) -> None:
        self.assertEqual(["a = 255 + 0;"], self.made("number-down", "a = 0x100 + 0;"))

    def test_off_by_one(self) -> None:
        self.assertEqual(["a = b + c + 1;"], self.made("off-by-one", "a = b + c;"))
        self.assertEqual(["if (a < f(b) + 1) {}"], self.made("off-by-one", "if (a < f(b)) {}"))
        self.assertEqual([], self.made("off-by-one", "a = b - 1;"))

    def test_condition_negated(self) -> None:
        self.assertEqual(["if (!(a && b)) c = 1; else c = 2;"],
                         self.made("condition-negated", "if (a && b) c = 1; else c = 2;"))

    def test_constant_swapped(self) -> None:
        self.assertEqual(["a = ANY_RED | ANY_RED | OTHER_ONE;", "a = ANY_BLUE | ANY_BLUE | OTHER_ONE;"],
                         self.made("constant-swapped", "a = ANY_BLUE | ANY_RED | OTHER_ONE;"))

    def test_call_removed(self) -> None:
        self.assertEqual(["if (a) ; else { g(2); }", "if (a) f(1); else { ; }"],
                         self.made("call-removed", "if (a) f(1); else { g(2); }"))
        self.assertEqual([], self.made("call-removed", "int b = f(1); return f(2);"))

    def test_call_to_zero(self) -> None:
        self.assertEqual(["a = 0; b = c + f(1);"], self.made("call-to-zero", "a = f(1, g(2)); b = c + f(1);"))

    def test_assignment_removed(self) -> None:
        self.assertEqual([";*q = 2; int c = 3;", "p->a[i] = 1;; int c = 3;"],
                         self.made("assignment-removed", "p->a[i] = 1;*q = 2; int c = 3;"))

    def test_continue_to_break(self) -> None:
        self.assertEqual(["for (;;) { break; }"], self.made("continue-to-break", "for (;;) { continue; }"))

    def test_what_only_tells_or_asserts_is_passed_over(self) -> None:
        body = 'assert(a < b); trace_write(a + 1); error_report("%d", a == b);'
        for operator in OPERATORS:
            self.assertEqual([], self.made(operator, body), operator)


class Text(unittest.TestCase):
    def test_comments_strings_and_the_preprocessor_hold_no_tokens(self) -> None:
        text = '#define X (a < \\\n b)\n/* a < b */ "a \\" < b" \'<\' // <\nc'
        self.assertEqual(['"a \\" < b"', "'<'", "c"], [token.text for token in tokens_of(text)])

    def test_functions_are_told_from_tables_and_types(self) -> None:
        text = ("struct s { int a; };\nint t[] = { 1, 2 };\n"
                "static int macro(x)\nf(int (*g)(int), int b)\n{ { return b; } }")
        self.assertEqual(["f"], [function.name for function in functions_of(text)])


if __name__ == "__main__":
    unittest.main()
