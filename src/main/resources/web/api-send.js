// Sends a request of the documentation and tells how it goes, also while an answer is still coming.
import { t } from './messages.js';

const MOST = 200_000;

/**
 * @param key an API key; without one the browser's own sign-in is sent
 * @param tell gets {status, statusText, ms, headers, text, size, cut, running} each time there is more, or {failed}
 */
export async function send({ method, path, headers, body }, key, signal, tell) {
  const begun = performance.now();
  const seen = { size: 0, text: '', cut: false };
  try {
    const response = await fetch(path, {
      method, signal, body: body ?? undefined, credentials: key ? 'omit' : 'same-origin', cache: 'no-store',
      headers: key ? { ...headers, Authorization: `Bearer ${key}` } : headers,
    });
    Object.assign(seen, { status: response.status, statusText: response.statusText, headers: [...response.headers] });
    const now = (running) => tell({ ...seen, running, ms: performance.now() - begun });
    await read(response, seen, () => now(true));
    if (response.headers.get('content-type')?.includes('json') && !seen.cut) seen.text = pretty(seen.text);
    now(false);
  } catch (e) {
    tell(e.name === 'AbortError' ? { failed: t('api.stopped') } : { failed: t('err.network') });
  }
}

async function read(response, seen, more) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return;
    seen.size += value.length;
    const room = MOST - seen.text.length;
    const piece = decoder.decode(value, { stream: true });
    seen.cut ||= piece.length > room;
    seen.text += piece.slice(0, Math.max(0, room));
    more();
  }
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
