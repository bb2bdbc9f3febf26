// The panel of the transparent proxy: the same views on the proxy's own port and inside Carafe.
import { View, html, icon, nothing, style } from './state.js';
import { t } from './messages.js';
import { dialog } from './overlays.js';
import { field } from './forms.js';

await Promise.all([style('pages.css'), style('proxy.css')]);

export const VIEWS = ['dashboard', 'monitoring', 'config', 'logs'];
const LOADED = {
  dashboard: () => import('./proxy-figures.js'),
  monitoring: () => import('./proxy-figures.js'),
  config: () => import('./proxy-settings.js'),
  logs: () => import('./proxy-log.js'),
};

/** Asks for the key and tries it; answers whether it opened. */
export async function unlock(client) {
  return dialog(t('px.unlock'), (close) => html`<cf-proxy-key .client=${client} .close=${close}></cf-proxy-key>`);
}

class ProxyKey extends View {
  static properties = { wrong: { state: true } };

  async try(e) {
    e.preventDefault();
    const key = e.target.elements.key.value.trim();
    const before = this.client.key;
    this.client.key = key;
    try {
      await this.client.call('GET', '/health');
      this.client.keep(key);
      this.close(true);
    } catch (error) {
      this.client.key = before;
      this.wrong = error.status === 429 ? t('px.key.wait', { s: error.wait }) : error.status === 401 ? t('px.key.wrong') : error.message;
    }
  }

  render() {
    return html`<form novalidate @submit=${this.try}><p>${t('px.unlock.text')}</p>
      ${field(t('px.key'), html`<input id="px-key" name="key" type="password" autocomplete="current-password" autofocus aria-invalid=${!!this.wrong} aria-describedby="px-key-hint">`, { id: 'px-key', wrong: this.wrong })}
      <footer><button type="button" @click=${() => this.close(false)}>${t('app.cancel')}</button><button class="primary">${t('px.unlock.do')}</button></footer></form>`;
  }
}
customElements.define('cf-proxy-key', ProxyKey);

class ProxyPanel extends View {
  static properties = { client: { attribute: false }, view: {}, there: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('unlock', () => unlock(this.client));
  }

  willUpdate(changed) {
    const { view } = this;
    // an element that is used before it is defined would miss its client
    if (changed.has('view') && view in LOADED) LOADED[view]().then(() => { this.there = view; });
  }

  render() {
    const { client, view } = this;
    if (view in LOADED && this.there !== view) return nothing;
    switch (view) {
      case 'dashboard': return html`<cf-proxy-dashboard .client=${client}></cf-proxy-dashboard>`;
      case 'monitoring': return html`<cf-proxy-monitoring .client=${client}></cf-proxy-monitoring>`;
      case 'config': return html`<cf-proxy-settings .client=${client}></cf-proxy-settings>`;
      case 'logs': return html`<cf-proxy-log .client=${client}></cf-proxy-log>`;
      default: return html`<div class="blank-state">${icon('compass', 'large')}<h1>${t('app.notfound')}</h1></div>`;
    }
  }
}
customElements.define('cf-proxy-panel', ProxyPanel);
