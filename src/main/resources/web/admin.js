// The administrator's pages; each is fetched when it is opened.
import { View, html, style } from './state.js';

await style('pages.css');

const TABS = {
  users: [() => import('./admin-users.js'), () => html`<cf-admin-users></cf-admin-users>`],
  connections: [() => import('./admin-connections.js'), () => html`<cf-admin-connections></cf-admin-connections>`],
  models: [() => import('./admin-models.js'), () => html`<cf-admin-models></cf-admin-models>`],
  routing: [() => import('./admin-routing.js'), () => html`<cf-admin-routing></cf-admin-routing>`],
  sandbox: [() => import('./admin-sandbox.js'), () => html`<cf-admin-sandbox></cf-admin-sandbox>`],
  signup: [() => import('./admin-signup.js'), () => html`<cf-admin-signup></cf-admin-signup>`],
  proxy: [() => import('./admin-proxy.js'), () => html`<cf-admin-proxy></cf-admin-proxy>`],
};

class Admin extends View {
  static properties = { tab: {} };

  willUpdate(changed) {
    if (changed.has('tab')) TABS[this.tab][0]();
  }

  render() {
    return html`<div class="page">${TABS[this.tab][1]()}</div>`;
  }
}
customElements.define('cf-admin', Admin);
