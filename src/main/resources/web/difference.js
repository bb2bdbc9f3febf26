// The difference of two texts for a reader: lines that belong together side by side, and in them what differs.
const MOST = 400; // lines of each; beyond, lines are compared one by one

/**
 * Pairs of lines: [{left, right}], each {text, from, to} with the part that differs between `from` and `to`, or null
 * where a side has no such line. `same` pairs have no such part.
 */
export function difference(left, right) {
  const a = left === '' ? [] : left.split('\n');
  const b = right === '' ? [] : right.split('\n');
  const rows = [];
  let gap = { a: [], b: [] };
  const close = () => {
    for (let i = 0; i < Math.max(gap.a.length, gap.b.length); i++) rows.push(pair(gap.a[i], gap.b[i]));
    gap = { a: [], b: [] };
  };
  for (const step of walk(a, b)) {
    if (step.same) {
      close();
      rows.push({ same: true, left: { text: step.line }, right: { text: step.line } });
    } else gap[step.side].push(step.line);
  }
  close();
  return rows;
}

/** Whether only blanks and line ends differ. */
export const onlyBlanks = (left, right) => left !== right && left.replace(/\s+/g, '') === right.replace(/\s+/g, '');

function* walk(a, b) {
  if (a.length > MOST || b.length > MOST) return yield* inStep(a, b);
  // longest common subsequence, from the end, so that the walk goes forward
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  }
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { yield { same: true, line: a[i] }; i++; j++; }
    else if (j === b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) yield { side: 'a', line: a[i++] };
    else yield { side: 'b', line: b[j++] };
  }
}

function* inStep(a, b) {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] === b[i]) yield { same: true, line: a[i] };
    else {
      if (i < a.length) yield { side: 'a', line: a[i] };
      if (i < b.length) yield { side: 'b', line: b[i] };
    }
  }
}

function pair(a, b) {
  if (a === undefined || b === undefined) return { left: whole(a), right: whole(b) };
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { left: { text: a, from: start, to: a.length - end }, right: { text: b, from: start, to: b.length - end } };
}

const whole = (text) => (text === undefined ? null : { text, from: 0, to: text.length });
