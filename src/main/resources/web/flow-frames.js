// A run as its frames tell it, while it goes on and afterwards.
import { request } from './api.js';

/** Calls `tell(frame)` for each frame after number `after`; answers the number of the last one when nothing more comes by itself. */
export async function follow(runId, after, tell, signal) {
  const response = await request('GET', `/api/v1/workflows/runs/${encodeURIComponent(runId)}/events?after=${after}`, undefined, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let number = after;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    rest += part.value;
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      if (/^event: end$/m.test(block)) return number;
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (!data) continue;
      number = Number(/^id: (\d+)$/m.exec(block)?.[1] ?? number + 1);
      tell(JSON.parse(data));
    }
  }
  throw new Error('cut'); // the connection ended before the stream did
}

/** Begins a run of the draft (or of `version`) and answers its id; the run goes on by itself. */
export async function begin(flowId, version, parameters) {
  const response = await request('POST', '/workflow/v1/debug/chat/completions', { flow_id: flowId, version, parameters, stream: true });
  const id = response.headers.get('X-Carafe-Run');
  if (id) {
    response.body.cancel().catch(() => undefined); // its frames are read from the run's own address
    return id;
  }
  const refusal = await response.json();
  throw Object.assign(new Error(refusal.message), { code: refusal.code });
}

/** What the frames of a run came to: the answer, and how far each node is. */
export class Told {
  constructor() {
    this.content = '';
    this.reasoning = '';
    this.states = {};
    this.began = {}; // node id → when its start was heard, in milliseconds
    this.progress = 0;
    this.failure = null;
    this.over = false;
  }

  take(frame) {
    const { node, progress } = frame.workflow_step ?? {};
    const choice = frame.choices?.[0] ?? {};
    if (choice.finish_reason === 'ping') return;
    this.progress = Math.max(this.progress, progress ?? 0);
    this.content += choice.delta?.content ?? '';
    this.reasoning += choice.delta?.reasoning_content ?? '';
    if (node && node.id !== 'flow_obj') this.see(node, frame.code);
    if (frame.code !== 0 && !node) this.failure = { code: frame.code, message: frame.message };
    if (choice.finish_reason === 'stop' && (!node || node.id === 'flow_obj') && frame.usage) this.over = true;
  }

  see(node, code) {
    if (node.finish_reason === 'interrupt') this.states[node.id] = 'waiting';
    else if (node.finish_reason === 'stop') this.states[node.id] = code === 0 ? 'done' : 'failed';
    else {
      this.states[node.id] = 'running';
      this.began[node.id] ??= Date.now();
    }
  }
}
