// The text of the pages, read from their sources: every key that is used exists, and in both languages.
import { readFileSync, readdirSync } from 'node:fs';
import { check, test } from './harness.mjs';

const SOURCES = new URL('../../main/resources/web/', import.meta.url);
const read = (name) => readFileSync(new URL(name, SOURCES), 'utf8');
const texts = readdirSync(SOURCES).filter((name) => name.endsWith('messages.js')).map(read).join('\n');
const known = new Map([...texts.matchAll(/^ {2}'([\w.-]+)': \[(.*)\],$/gm)].map(([, key, both]) => [key, both]));

test('every text that the pages ask for exists', () => {
  const missing = [];
  for (const file of readdirSync(SOURCES).filter((name) => name.endsWith('.js'))) {
    for (const [, key] of read(file).matchAll(/\bt\('([\w.-]+)'/g)) if (!known.has(key)) missing.push(`${file}: ${key}`);
  }
  check(known.size > 200 && !missing.length, missing.join('\n'));
});

test('every text is there in English and Chinese, with the same parts to fill in', () => {
  const parts = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  const odd = [...known].filter(([, texts]) => {
    const [english, chinese, ...more] = [...texts.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((m) => m[1]);
    return !english || !chinese || more.length || parts(english) !== parts(chinese);
  });
  check(!odd.length, odd.map(([key, texts]) => `${key}: ${texts}`).join('\n'));
});
