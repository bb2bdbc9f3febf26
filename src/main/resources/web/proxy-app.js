// The panel by itself, on the proxy's own port: a frame, four views, and the key.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import './overlays.js';
import { ProxyClient } from './proxy-client.js';
import { VIEWS, unlock } from './proxy-panel.js';

const ICONS = { dashboard: 'pulse', monitoring: 'chart', config: 'settings', logs: 'list' };
const here = () => location.pathname.split('/').filter(Boolean)[1] ?? 'dashboard';

class ProxyApp extends View {
  constructor() {
    super();
    this.client = new ProxyClient('/api/admin', true);
    this.client.addEventListener('key', () => this.requestUpdate());
    addEventListener('popstate', () => this.requestUpdate());
  }

  go(e, view) {
    if (e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    history.pushState(null, '', `/admin/${view}`);
    this.requestUpdate();
    this.querySelector('main').scrollTop = 0;
  }

  updated() {
    document.title = `${t(`px.nav.${VIEWS.includes(here()) ? here() : 'dashboard'}`)} · ${t('px.title')}`;
  }

  render() {
    return html`<a class="skip" href="#main" @click=${(e) => { e.preventDefault(); this.querySelector('main').focus(); }}>${t('app.skip')}</a>
      <div class="frame"><nav class="rail" aria-label=${t('nav.main')}>
        <a class="brand" href="/admin" aria-label=${t('px.title')} @click=${(e) => this.go(e, 'dashboard')}><svg aria-hidden="true"><use href="#i-carafe"></use></svg></a>
        ${VIEWS.map((view) => html`<a class="nav-item" href="/admin/${view}" aria-current=${here() === view ? 'page' : nothing} @click=${(e) => this.go(e, view)}>${icon(ICONS[view])}<span>${t(`px.nav.${view}`)}</span></a>`)}
        <span class="rail-gap"></span>
        ${this.client.key ? html`<button class="nav-item key" @click=${() => this.client.keep('')}>${icon('out')}<span>${t('px.lock')}</span></button>`
          : html`<button class="nav-item key" @click=${() => unlock(this.client)}>${icon('key')}<span>${t('px.unlock')}</span></button>`}</nav>
        <main id="main" tabindex="-1"><div class="page wide"><cf-proxy-panel .client=${this.client} .view=${here()}></cf-proxy-panel></div></main></div>
      <cf-toasts></cf-toasts>`;
  }
}
customElements.define('cf-app', ProxyApp);
