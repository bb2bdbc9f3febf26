// The documentation of the API, from its OpenAPI document: at /api/v1/docs to try things, at /api/v1/redoc to read.
import { View, html, icon, nothing, style } from './state.js';
import { t } from './messages.js';
import './overlays.js';
import { groups, load, matches } from './api-spec.js';
import { inline, prose } from './api-schema.js';
import './api-operation.js';

const reading = location.pathname.replace(/\/$/, '').endsWith('/redoc');
const hash = () => decodeURIComponent(location.hash.slice(1));

class ApiDocs extends View {
  static properties = { doc: { state: true }, failure: { state: true }, query: { state: true }, open: { state: true }, apiKey: { state: true }, drawer: { state: true }, signedIn: { state: true } };

  constructor() {
    super();
    Object.assign(this, { doc: null, failure: '', query: '', open: new Set(), apiKey: '', drawer: false, signedIn: false });
    addEventListener('hashchange', () => this.show(hash()));
    addEventListener('keydown', (e) => this.key(e));
    this.begin();
  }

  async begin() {
    this.failure = '';
    try {
      await Promise.all([style('api-docs.css'), style('pages.css')]);
      this.doc = await load();
      document.title = this.doc.info.title;
      await this.updateComplete;
      this.show(hash());
      const config = await (await fetch('/api/config')).json();
      this.signedIn = 'ui' in config; // only people who are signed in get this part
    } catch (e) {
      if (!this.doc) this.failure = e.message;
    }
  }

  /** Unfolds an operation and brings it into view. */
  async show(id) {
    if (!id || !this.doc) return;
    this.open = new Set(this.open).add(id);
    this.drawer = false;
    await this.updateComplete;
    await Promise.all([...this.querySelectorAll('cf-operation')].map((one) => one.updateComplete));
    document.getElementById(id)?.scrollIntoView();
  }

  fold(id) {
    const open = new Set(this.open);
    if (!open.delete(id)) open.add(id);
    this.open = open;
  }

  key(e) {
    const typing = e.composedPath()[0].closest?.('input, textarea, select');
    if (e.key === 'Escape' && this.drawer) this.drawer = false;
    if (e.key !== '/' || typing || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    this.drawer = true;
    this.updateComplete.then(() => this.querySelector('#api-filter').focus());
  }

  get found() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    return groups().map(({ tag, operations }) => ({ tag, operations: operations.filter((one) => matches(one, words)) })).filter(({ operations }) => operations.length);
  }

  render() {
    if (this.failure) return html`<main><div class="blank-state">${icon('warn', 'large')}<h1>${t('api.lost')}</h1><p>${this.failure}</p><button @click=${this.begin}>${t('app.retry')}</button></div></main>`;
    if (!this.doc) return html`<main aria-busy="true"></main>`;
    const found = this.found;
    return html`<a class="skip" href="#main" @click=${(e) => { e.preventDefault(); this.querySelector('main').focus(); }}>${t('app.skip')}</a>
      <div class="api-frame ${reading ? 'api-reading' : ''}">${this.renderList(found)}
        ${this.drawer ? html`<div class="drawer-veil" @click=${() => (this.drawer = false)}></div>` : nothing}
        <main id="main" tabindex="-1"><div class="api-bar"><button class="quiet" @click=${() => (this.drawer = true)}>${icon('list')}${t('api.operations')}</button></div>
          <div class="api-page">${this.renderHead()}
          ${found.map((group) => this.renderGroup(group))}
          ${found.length ? nothing : html`<p class="blank-state boxed">${t('api.none', { q: this.query })}</p>`}</div></main></div>
      <cf-toasts></cf-toasts>`;
  }

  renderList(found) {
    return html`<nav class="second api-list ${this.drawer ? 'open' : ''}" aria-label=${t('api.operations')}>
      <div class="list-head"><a class="api-brand" href="/carafe" aria-label="Carafe"><svg aria-hidden="true"><use href="#i-carafe"></use></svg></a><strong class="grow">${t('api.title')}</strong>
        <button class="quiet icon-only only-narrow" aria-label=${t('app.close')} @click=${() => (this.drawer = false)}>${icon('close')}</button></div>
      <div class="list-search field-icon">${icon('search')}<input id="api-filter" type="search" aria-label=${t('api.filter')} placeholder=${t('api.filter')} .value=${this.query} @input=${(e) => (this.query = e.target.value)}></div>
      <div class="list-rows">${found.map(({ tag, operations }) => html`<h3>${tag.name}</h3>
        ${operations.map(({ id, method, op }) => html`<div class="list-row"><a href="#${id}" @click=${() => this.show(id)}><span class="api-method ${method} short">${method.toUpperCase()}</span><span class="list-title">${op.summary}</span></a></div>`)}`)}</div></nav>`;
  }

  renderHead() {
    const { info } = this.doc;
    return html`<header class="api-top"><div class="api-title"><h1>${info.title}</h1><span class="tag">${info.version}</span></div>
        <p class="api-lead">${info.summary}</p>
        <div class="row"><a class="button" href=${reading ? '/api/v1/docs' : '/api/v1/redoc'}>${icon(reading ? 'run' : 'text')}${t(reading ? 'api.totry' : 'api.toread')}</a>
          <a class="button" href="/api/v1/openapi.json" download="carafe-openapi.json">${icon('code')}openapi.json</a></div>
        ${reading ? nothing : this.renderSignIn()}</header>
      <section class="api-intro">${reading ? prose(info.description, 2)
        : html`<details><summary>${t('api.intro')}</summary>${prose(info.description, 2)}</details>`}</section>`;
  }

  renderSignIn() {
    const who = this.apiKey ? t('api.bykey') : this.signedIn ? t('api.bycookie') : t('api.nobody');
    return html`<div class="api-sign"><p>${icon(this.apiKey || this.signedIn ? 'check' : 'user')}<span>${who} ${this.apiKey || this.signedIn ? nothing : html`<a href="/carafe/signin">${t('api.signin')}</a>`}</span></p>
      <div class="field"><label for="api-key">${t('api.key')}</label><input id="api-key" type="password" autocomplete="off" spellcheck="false" placeholder="sk-…" aria-describedby="api-key-note"
        .value=${this.apiKey} @input=${(e) => (this.apiKey = e.target.value.trim())}><small id="api-key-note">${t('api.keynote')}</small></div></div>`;
  }

  renderGroup({ tag, operations }) {
    return html`<section class="api-group"><h2>${tag.name}</h2><p class="api-lead">${inline(tag.description)}</p>
      ${operations.map((one) => html`<cf-operation .operation=${one} ?reading=${reading} ?open=${this.open.has(one.id)} .apiKey=${this.apiKey} @fold=${() => this.fold(one.id)}></cf-operation>`)}</section>`;
  }
}
customElements.define('cf-app', ApiDocs);
