// Administration: the transparent proxy, seen from Carafe. The part behind # says which of its views.
import { View, html, nothing } from './state.js';
import { t } from './messages.js';
import { ProxyClient } from './proxy-client.js';
import { VIEWS } from './proxy-panel.js';

const here = () => (VIEWS.includes(location.hash.slice(1)) ? location.hash.slice(1) : 'dashboard');

class AdminProxy extends View {
  static properties = { there: { state: true } };

  constructor() {
    super();
    this.client = new ProxyClient('/proxy/api/admin', false);
  }

  connectedCallback() {
    super.connectedCallback();
    this.moved = () => this.requestUpdate();
    addEventListener('hashchange', this.moved);
    this.client.call('GET', '/health').then(() => { this.there = true; }, (e) => { this.there = e.status !== 404; });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.moved);
  }

  render() {
    if (this.there === undefined) return nothing;
    if (!this.there) return html`<div class="blank-state boxed"><h2>${t('px.off')}</h2><p>${t('px.off.text')}</p><div class="command"><code>API_BASE_URL=https://api.anthropic.com PROXY_PORT=8088</code></div></div>`;
    return html`<nav class="segments views" aria-label=${t('px.title')}>${VIEWS.map((view) => html`<a href="#${view}" aria-current=${here() === view ? 'page' : nothing}>${t(`px.nav.${view}`)}</a>`)}</nav>
      <cf-proxy-panel .client=${this.client} .view=${here()}></cf-proxy-panel>`;
  }
}
customElements.define('cf-admin-proxy', AdminProxy);
