// A run on the server, told event by event.
import { ApiError, refusal, request } from './api.js';
import { t } from './messages.js';

/** Runs `body` and calls `tell(name, data)` for each event; throws ApiError for a refusal, also one that came in the stream. */
export async function run(body, tell, signal) {
  const response = await request('POST', '/api/v1/code/execute', { ...body, stream: true }, { signal });
  let ended = false;
  for await (const [name, data] of events(response.body)) {
    if (name === 'error') throw refusal(data.status, data, data.error.details?.retry_after);
    ended ||= name === 'result';
    tell(name, data);
  }
  if (!ended) throw new ApiError(0, t('run.broken'));
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    rest += part.value;
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (name && data) yield [name, JSON.parse(data)];
    }
  }
}

/** Splits a line of arguments as a shell would: quotes hold words together, a backslash takes the next character as it is. */
export function words(line) {
  const found = [];
  let word = null;
  let quote = null;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quote === "'" ? c === "'" : quote && c === quote) quote = null;
    else if (!quote && (c === '"' || c === "'")) { quote = c; word ??= ''; }
    else if (c === '\\' && quote !== "'" && i + 1 < line.length) word = (word ?? '') + line[++i];
    else if (!quote && /\s/.test(c)) { if (word !== null) found.push(word); word = null; }
    else word = (word ?? '') + c;
  }
  if (word !== null) found.push(word);
  return found;
}

/** The line of `file` at which a Python traceback or a Node, Bash or C message ends, or null. */
export function faultLine(stderr, file, language) {
  const name = file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = {
    python: new RegExp(`File "(?:[^"]*/)?${name}", line (\\d+)`, 'g'),
    javascript: new RegExp(`${name}:(\\d+)`, 'g'),
    bash: new RegExp(`${name}: line (\\d+)`, 'g'),
    c: new RegExp(`${name}:(\\d+):\\d+: (?:fatal )?error`, 'g'),
  }[language];
  const lines = pattern ? [...stderr.matchAll(pattern)].map((m) => Number(m[1])) : [];
  if (!lines.length) return null;
  return language === 'javascript' || language === 'c' ? lines[0] : lines.at(-1);
}
