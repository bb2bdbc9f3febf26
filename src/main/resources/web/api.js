// Calls to the server. A lost server or an ended session is handled here once, not on every page.
import { remember, state, update } from './state.js';
import { t } from './messages.js';

/** A refused or failed call: `status` 0 means that the server did not answer. */
export class ApiError extends Error {
  constructor(status, detail, requestId, retryAfter, details) {
    super(detail);
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.details = details ?? {};
  }

  /** Everything a person may want to pass on. */
  get report() {
    return [this.message, this.status ? `HTTP ${this.status}` : '', this.requestId ? t('err.request', { id: this.requestId }) : '']
      .filter(Boolean).join('\n');
  }
}

async function send(method, path, body, signal) {
  const options = { method, signal, headers: {}, credentials: 'same-origin' };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    lost();
    throw new ApiError(0, t('err.network'));
  }
  if ([502, 503, 504].includes(response.status) && !response.headers.get('content-type')?.includes('json')) {
    lost(); // a proxy speaks for a server that is away
    throw new ApiError(0, t('err.network'));
  }
  return response;
}

async function read(response) {
  const text = await response.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    throw new ApiError(response.status, t('err.unknown'));
  }
  if (response.ok) return data;
  throw refusal(response.status, data, Number(response.headers.get('retry-after')));
}

/** A refusal as an error, in whichever shape the API told it. */
export const refusal = (status, data, wait) =>
  new ApiError(status, explain(data), data?.request_id ?? data?.error?.request_id, wait || 0, data?.error?.details);

function explain(data) {
  const detail = data?.detail ?? data?.error?.message ?? data?.error;
  if (typeof detail === 'string') return detail;
  return Array.isArray(detail) && detail[0]?.msg ? detail[0].msg : t('err.unknown');
}

/**
 * One call. With `options.anonymous` a 401 is an answer; otherwise it may mean that the session ended:
 * then the sign-in dialog opens and the call is repeated afterwards, so that nothing on the page is lost.
 */
export const api = async (method, path, body, options) => read(await answered(method, path, body, options));

/** As `api`, for an answer that is read piece by piece. */
export async function request(method, path, body, options) {
  const response = await answered(method, path, body, options);
  return response.ok ? response : read(response);
}

async function answered(method, path, body, options = {}) {
  const response = await send(method, path, body, options.signal);
  if (response.status === 401 && !options.anonymous && state.user && (await sessionEnded())) {
    await signInAgain();
    return send(method, path, body, options.signal);
  }
  return response;
}

// A 401 is also how the server says "not yours"; only the session's own address tells the two apart.
async function sessionEnded() {
  return (await send('GET', '/api/v1/auths/')).status === 401;
}

let waiting = null;

function signInAgain() {
  waiting ??= Promise.withResolvers();
  update({ expired: true });
  return waiting.promise;
}

/** Called by the dialog when somebody signed in again. */
export function signedInAgain(user) {
  if (user.id !== state.user?.id) return location.reload(); // somebody else: their own pages, not these
  update({ user, expired: false });
  waiting?.resolve();
  waiting = null;
}

/** Asks whether the server is there; a stream that broke cannot tell by itself. */
export const probe = () => send('GET', '/api/version').catch(() => undefined); // the banner says what is wrong

let retry = 0;

function lost() {
  if (state.online) {
    retry = 0;
    update({ online: false, retryAt: Date.now() + 1000 });
    setTimeout(ping, 1000);
  }
}

/** Asks whether the server is back; waits 1, 2, 4 … 30 seconds between tries. */
export async function ping() {
  if (state.online) return;
  try {
    const response = await fetch('/api/version', { cache: 'no-store' });
    if (response.ok) {
      update({ online: true });
      return window.dispatchEvent(new Event('carafe:back'));
    }
  } catch { /* still away: the banner says so */ }
  const wait = Math.min(30, 2 ** ++retry) * 1000;
  update({ retryAt: Date.now() + wait });
  setTimeout(ping, wait);
}

/** Reads the models that can be picked. */
export async function loadModels(refresh = false) {
  const { data } = await api('GET', `/api/models${refresh ? '?refresh=true' : ''}`);
  update({ models: data });
}

/** Stores a part of the own settings, here at once and on the server. */
export async function saveSettings(patch) {
  update({ settings: { ...state.settings, ...patch } });
  if (patch.theme !== undefined) applyTheme(patch.theme);
  return api('POST', '/api/v1/users/user/settings/update', { ui: patch });
}

/** Shows 'light', 'dark' or (anything else) what the system asks for. */
export function applyTheme(theme) {
  const fixed = theme === 'light' || theme === 'dark';
  if (fixed) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  remember.set('theme', fixed ? theme : '');
  const dark = fixed ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  for (const meta of document.querySelectorAll('meta[name=theme-color]')) meta.content = dark ? '#0f141b' : '#faf8f4';
}
