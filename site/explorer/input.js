// Text to a 64-bit number, exactly, or a sentence that says what is wrong with it. Nothing here goes through a double.

const LONGEST_INPUT = 100;
const NUMBER = /^(0x[0-9a-f]+(_[0-9a-f]+)*|0b[01]+(_[01]+)*|[0-9]+(_[0-9]+)*)$/i;
const EIGHT_BYTES = /^[0-9a-f]{2}( [0-9a-f]{2}){7}$/i;

// {value} or {error}; `what` names the number where nothing was typed.
function parseNumber(input, what) {
  const typed = input.trim();
  if (typed === "") return { error: `Type ${what}: 0x…, 0b…, decimal, or eight bytes as a hex dump shows them.` };
  if (typed.length > LONGEST_INPUT)
    return { error: `That is ${typed.length} characters long; 64 bits never need so many.` };
  if (EIGHT_BYTES.test(typed)) return { value: BigInt("0x" + typed.replaceAll(" ", "")) };
  if (!NUMBER.test(typed)) return { error: `${quoted(typed)} is not a number: ${hint(typed)}.` };

  const value = BigInt(typed.toLowerCase().replaceAll("_", ""));
  const bits = value.toString(2).length;
  if (bits > 64) return { error: `${quoted(typed)} needs ${bits} bits, and there are 64.` };
  return { value };
}

function hint(typed) {
  if (/^[0-9a-f]{1,16}$/i.test(typed)) return `hexadecimal digits want 0x before them, 0x${typed}`;
  if (/^[-+]/.test(typed)) return "an entry has no sign";
  if (/^0[xb]$/i.test(typed)) return "digits are missing";
  if (/^[0-9]*\.?[0-9]*(e[-+]?[0-9]*)?$/i.test(typed)) return "only whole numbers, without point or exponent";
  return "write 0x…, 0b…, decimal, or eight bytes as a hex dump shows them";
}

function quoted(text) {
  const shown = text.length > 40 ? text.slice(0, 40) + "…" : text;
  return `“${shown.replace(/\p{C}/gu, "\ufffd")}”`;
}

const hex = (value, digits = 0) => "0x" + value.toString(16).padStart(digits, "0");
