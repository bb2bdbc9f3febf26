// A model server in the OpenAI shape for the browser tests. Words in the prompt choose how it behaves:
//   fail   answers 500          slow   60 ms between chunks      cut    ends in mid-answer
//   recite answers with all that it was given
//   think  reasons first        many   600 chunks at full speed  wait   first chunk after 4 s
// Alone: node fake-upstream.mjs PORT
import { createServer } from 'node:http';

/** What it says to the small questions that are asked beside answers. */
const TASKS = {
  title: '{"title": "Rivers and seas"}',
  tags: 'Here you are: {"tags": ["geography", "water"]}',
  category_name: '{"category_name": "Billing"}',
  follow_ups: '{"follow_ups": ["Which river is the longest?", "Why is the sea salty?"]}',
};

export const ANSWER = `Merging intervals means **sorting first**, then walking once through the list:

1. Sort by start.
2. Stretch the last one while the next *begins before it ends*.
3. Otherwise begin a new one.

\`\`\`python
def merge(intervals):
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
\`\`\`

| Approach | Time |
|---|---:|
| Sort and sweep | O(n log n) |
| Compare all pairs | O(n²) |

- [x] handles the empty list

<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>
![tracker](https://example.org/pixel.png)
[unsafe](javascript:window.hacked=1) and [safe](https://example.org/).
`;

const pause = (ms) => new Promise((next) => setTimeout(next, ms));

async function chat(body, response) {
  const asked = body.messages?.findLast((m) => m.role === 'user')?.content ?? '';
  const prompt = typeof asked === 'string' ? asked : asked.map((part) => part.text ?? '').join(' ');
  const has = (word) => new RegExp(`\\b${word}\\b`).test(prompt);
  if (has('fail')) {
    response.writeHead(500, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ error: { message: 'The fake upstream fails as it was told to.', type: 'server_error' } }));
  }
  const task = Object.keys(TASKS).find((key) => prompt.includes(`{"${key}": `));
  const given = () => body.messages.map((m) => (typeof m.content === 'string' ? m.content : m.content.map((part) => part.text ?? '').join(' '))).join(' ');
  const text = task ? TASKS[task] : has('recite') ? `${given().slice(-3000)}\n\n- [x] handles the empty list\n` : has('many') ? Array.from({ length: 600 }, (_, i) => `word${i}${i % 40 === 39 ? '\n\n' : ' '}`).join('') : ANSWER;
  const chunks = text.match(/\s*\S+/g).concat(text.endsWith('\n') ? ['\n'] : []);
  const usage = { prompt_tokens: 7, completion_tokens: chunks.length, total_tokens: chunks.length + 7 };
  const head = { id: 'chatcmpl-fake', created: 1_700_000_000, model: body.model };
  if (!body.stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ ...head, object: 'chat.completion', usage,
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }] }));
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta, more = {}) => response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`);
  if (has('wait')) await pause(4000);
  if (has('think')) for (const word of 'First I look at the question, then I answer.'.split(' ')) { send({ reasoning_content: `${word} ` }); await pause(20); }
  for (const [i, content] of chunks.entries()) {
    if (response.destroyed) return;
    if (has('cut') && i === 20) return response.destroy();
    send({ content });
    if (has('slow')) await pause(60);
    else if (!has('many') || i % 4 === 0) await pause(5);
  }
  send({}, { finish_reason: 'stop' });
  response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
}

/** Starts it on `port` (0: a free one); answers {url, calls(), close()}. */
export async function startUpstream(port = 0) {
  let calls = 0;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    if (request.url.endsWith('/models')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      const model = (id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'fake' });
      return response.end(JSON.stringify({ object: 'list', data: [model('fake-writer'), model('fake-other')] }));
    }
    if (request.url.endsWith('/chat/completions')) {
      calls++;
      return chat(JSON.parse(text), response);
    }
    response.writeHead(404).end();
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, calls: () => calls, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

if (process.argv[1]?.endsWith('fake-upstream.mjs')) console.log(`${(await startUpstream(Number(process.argv[2] ?? 0))).url}`);
