// What every page knows: one object, changed only by update(), which redraws who listens.
import { LitElement, html, nothing } from 'lit';

export const state = {
  /** Answer of /api/config, or null before it came. */
  config: null,
  /** The session user, or null when signed out. */
  user: null,
  /** Own settings as stored on the server. */
  settings: {},
  /** Models that can be picked; null before they came. */
  models: null,
  /** False while the server does not answer. */
  online: true,
  /** True while the sign-in dialog waits for an ended session. */
  expired: false,
  /** Where we are: {page, id, tab}. */
  route: { page: 'chat' },
};

const listeners = new Set();

/** Merges `patch` into the state and redraws. */
export function update(patch) {
  Object.assign(state, patch);
  for (const listener of [...listeners]) listener(patch);
}

/** Calls `listener(patch)` after each change; answers the function that ends it. */
export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A component in the light DOM that redraws when the state changes. */
export class View extends LitElement {
  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.unwatch = watch(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unwatch();
  }
}

export const isAdmin = () => state.user?.role === 'admin';

/** An icon of the sprite in index.html; it says nothing to a screen reader. */
export const icon = (name, size = '') =>
  html`<svg class="icon ${size}" aria-hidden="true" focusable="false"><use href="#i-${name}"></use></svg>`;

/** Browser storage that may be missing (private mode): reads null, writes nothing. */
export const remember = {
  get(key) {
    try { return localStorage.getItem(`carafe.${key}`); } catch { return null; }
  },
  set(key, value) {
    try {
      if (value === null || value === '') localStorage.removeItem(`carafe.${key}`);
      else localStorage.setItem(`carafe.${key}`, value);
    } catch { document.documentElement.dataset.storage = 'none'; }
  },
};

/** Fetches a style sheet that only some pages need; resolves when it applies. */
export function style(name) {
  return new Promise((done) => {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'stylesheet', href: new URL(name, import.meta.url), onload: done, onerror: done });
    document.head.append(link);
  });
}

export { html, nothing };
