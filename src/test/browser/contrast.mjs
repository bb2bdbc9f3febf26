// The contrast of the colours of tokens.css, as WCAG 2.2 counts it.

const PAIRS = [
  // text needs 4.5
  ...['--paper', '--surface', '--sunken', '--hover'].flatMap((ground) => ['--ink', '--ink-2'].map((ink) => [ink, ground, 4.5])),
  ...['--paper', '--surface', '--sunken'].flatMap((ground) => ['--ink-3', '--accent', '--code-note', '--code-key', '--code-text', '--code-num', '--code-name'].map((ink) => [ink, ground, 4.5])),
  ['--accent', '--accent-soft', 4.5], ['--on-accent', '--accent', 4.5], ['--on-accent', '--accent-hover', 4.5], ['--on-bad', '--bad', 4.5],
  ['--good', '--good-soft', 4.5], ['--warn', '--warn-soft', 4.5], ['--bad', '--bad-soft', 4.5], ['--ink', '--bad-soft', 4.5], ['--ink', '--accent-soft', 4.5],
  ['--bad', '--surface', 4.5], ['--bad', '--paper', 4.5], ['--paper', '--ink', 4.5], ['--ink-3', '--hover', 4.5],
  // the edges of controls and signs of state need 3
  ['--line-strong', '--surface', 3], ['--line-strong', '--paper', 3], ['--good', '--surface', 3], ['--accent', '--hover', 3],
];

function luminance([r, g, b]) {
  const part = (v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
}

function ratio(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** The pairs that are too weak in the theme the page shows. */
export async function weakPairs(page) {
  const names = [...new Set(PAIRS.flatMap(([a, b]) => [a, b]))];
  const colours = await page.evaluate((tokens) => {
    const probe = document.createElement('i');
    document.body.append(probe);
    const found = Object.fromEntries(tokens.map((name) => {
      probe.style.color = `var(${name})`;
      return [name, getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number)];
    }));
    probe.remove();
    return found;
  }, names);
  return PAIRS.map(([ink, ground, least]) => ({ ink, ground, least, is: ratio(colours[ink], colours[ground]) }))
    .filter((p) => p.is < p.least).map((p) => `${p.ink} on ${p.ground}: ${p.is.toFixed(2)}, needs ${p.least}`);
}
