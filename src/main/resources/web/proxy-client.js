// Calls to the proxy's own interface: with the panel's key on the proxy's port, with the session inside Carafe.
import { t } from './messages.js';

const KEPT = 'dashboard_api_key';

/** A refused or failed call; `status` 0 means that nobody answered. */
export class ProxyError extends Error {
  constructor(status, text, wait) {
    super(text);
    this.status = status;
    this.wait = wait;
  }
}

export class ProxyClient extends EventTarget {
  /** `base` is '/api/admin' or '/proxy/api/admin'; `keyed` says whether calls carry the panel's key. */
  constructor(base, keyed) {
    super();
    this.base = base;
    this.keyed = keyed;
    try { this.key = keyed ? localStorage.getItem(KEPT) ?? '' : ''; } catch { this.key = ''; }
  }

  /** Keeps the key for this browser, or forgets it. */
  keep(key) {
    this.key = key;
    try {
      if (key) localStorage.setItem(KEPT, key);
      else localStorage.removeItem(KEPT);
    } catch { document.documentElement.dataset.storage = 'none'; }
    this.dispatchEvent(new Event('key'));
  }

  /** Whether secrets and changes are within reach. */
  get open() {
    return !this.keyed || this.key !== '';
  }

  async fetch(method, path, body, signal) {
    const options = { method, signal, headers: {}, credentials: 'same-origin', cache: 'no-store' };
    if (this.key) options.headers.Authorization = `Bearer ${this.key}`;
    if (body !== undefined) {
      options.headers['Content-Type'] = 'application/json';
      options.body = JSON.stringify(body);
    }
    let response;
    try {
      response = await fetch(path.startsWith('/') ? this.base + path : path, options);
    } catch (e) {
      if (e.name === 'AbortError') throw e;
      throw new ProxyError(0, t('err.network'));
    }
    if (response.ok) return response;
    const data = await response.json().catch(() => null);
    if (response.status === 401 && this.key) this.keep('');
    throw new ProxyError(response.status, data?.detail ?? data?.error?.message ?? t('err.unknown'), Number(response.headers.get('retry-after')) || 0);
  }

  /** Throws what a call without the key would answer, where one is needed; so that no call is made to be refused. */
  async needsKey() {
    if (this.open) return;
    const { api_key_configured: wanted, more_entries: more } = await this.call('GET', '/config');
    if (wanted && !more.find(({ key }) => key === 'dashboard_open_stats')?.value) throw new ProxyError(401, t('px.locked'));
  }

  async call(method, path, body, signal) {
    const response = await this.fetch(method, path, body, signal);
    return response.status === 204 ? null : response.json();
  }

  /** Reads a stream of events and hands each one's object to `take`; returns when it ends. */
  async stream(path, take, signal) {
    const response = await this.fetch('GET', path, undefined, signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        if (event.startsWith('data: ')) take(JSON.parse(event.slice(6)));
      }
    }
  }
}
