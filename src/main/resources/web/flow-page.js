// One workflow: run it, look at its picture, edit it, its versions and its runs.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { go, href } from './router.js';
import { attempt } from './forms.js';
import { aliasOf, inner } from './flow-graph.js';
import { askName, download, flowPath, nowhere, trouble } from './flows.js';
import { typeName } from './flow-picture.js';
import './flow-form.js';
import './flow-picture.js';

const TABS = ['run', 'edit', 'versions', 'runs'];
const LATER = { edit: () => import('./flow-edit.js'), versions: () => import('./flow-versions.js'), runs: () => import('./flow-runs.js') };

class FlowPage extends View {
  static properties = { flowId: {}, tab: {}, flow: { state: true }, problem: { state: true }, chosen: { state: true } };

  get where() { return TABS.includes(this.tab) ? this.tab : 'run'; }

  willUpdate(changed) {
    LATER[this.where]?.();
    if (changed.has('flowId')) {
      this.flow = null;
      this.chosen = null;
      this.load();
    } else if (changed.has('tab') && this.where === 'run' && changed.get('tab') !== undefined) this.load();
  }

  async load() {
    const { flowId } = this;
    try {
      const flow = await api('GET', `/api/v1/workflows/${encodeURIComponent(flowId)}`);
      if (flowId === this.flowId) this.shown(flow);
    } catch (e) {
      this.problem = e;
    }
  }

  shown(flow) {
    Object.assign(this, { flow, problem: null });
    document.title = `${flow.name} · Carafe`;
  }

  async rename() {
    const name = await askName(t('app.rename'), this.flow.name);
    if (!name || name === this.flow.name) return;
    const flow = await attempt(() => api('PUT', `/api/v1/workflows/${this.flow.id}`, { name }), t('app.saved'));
    if (flow) this.shown(flow);
  }

  async publish() {
    const done = await attempt(() => api('POST', `/api/v1/workflows/${this.flow.id}/publish`, {}));
    if (!done) return;
    const { toast } = await import('./overlays.js');
    toast(t('flow.published', { version: done.version }), { action: { label: t('flow.tab.versions'), run: () => go(flowPath(done.id, 'versions')) } });
    this.flow = { ...this.flow, ...done };
    this.querySelector('cf-flow-versions')?.load();
  }

  render() {
    if (this.problem?.status === 404) return nowhere();
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    const { flow, where } = this;
    return html`<div class="flow-page">
      <header class="flow-head"><div class="flow-title"><nav class="crumbs" aria-label=${t('flow.where')}><a data-go href=${href('/workflows')}>${t('nav.workflows')}</a></nav>
        <h1>${flow?.name ?? ' '}</h1></div>
        ${flow ? html`<span class="status ${flow.published ? 'good' : ''}">${flow.published ? t('flow.published.as', { version: flow.version }) : t('flow.draft')}</span>
          <button @click=${() => this.publish()}>${icon('check')}${t('flow.publish')}</button>
          <cf-menu label=${t('flow.actions', { name: flow.name })} .items=${[
            { icon: 'edit', label: t('app.rename'), run: () => this.rename() },
            { icon: 'latest', label: t('flow.export'), run: () => download(`${flow.name}.json`, JSON.stringify({ name: flow.name, description: flow.description, version: 'v3.0.0', data: inner(flow.data) }, null, 2)) },
          ]}></cf-menu>` : nothing}
        <nav class="flow-tabs" aria-label=${t('flow.parts')}>${TABS.map((name) => html`<a data-go href=${href(flowPath(this.flowId, name === 'run' ? '' : name))} aria-current=${where === name ? 'page' : nothing}>${t(`flow.tab.${name}`)}</a>`)}</nav></header>
      ${flow ? this.renderTab(flow, where) : nothing}</div>`;
  }

  renderTab(flow, where) {
    if (where === 'edit') return html`<cf-flow-edit .flow=${flow} @saved=${(e) => this.shown(e.detail)}></cf-flow-edit>`;
    if (where === 'versions') return html`<cf-flow-versions .flow=${flow} @rolled-back=${(e) => this.shown(e.detail)}></cf-flow-versions>`;
    if (where === 'runs') return html`<cf-flow-runs .flow=${flow}></cf-flow-runs>`;
    const errors = flow.findings.filter((f) => f.severity === 'error');
    return html`<div class="flow-split">
      <section class="flow-side" aria-label=${t('flow.run')}>${flow.description ? html`<p class="flow-about">${flow.description}</p>` : nothing}
        ${errors.length ? html`<div class="flow-told bad">${icon('warn')}<p>${t('flow.broken', { n: errors.length })} <a data-go href=${href(flowPath(flow.id, 'edit'))}>${t('flow.broken.look')}</a></p></div>` : nothing}
        <cf-flow-form .flow=${flow}></cf-flow-form></section>
      <section class="flow-view" aria-label=${t('flow.picture')}><cf-flow-picture .data=${flow.data} .chosen=${this.chosen} @node-chosen=${(e) => (this.chosen = e.detail.id === this.chosen ? null : e.detail.id)}></cf-flow-picture>
        ${this.chosen ? this.renderNode(inner(flow.data).nodes.find((n) => n.id === this.chosen)) : nothing}</section></div>`;
  }

  renderNode(node) {
    if (!node) return nothing;
    const { inputs = [], outputs = [], nodeParam = {}, retryConfig } = node.data ?? {};
    const source = (i) => {
      const value = i.schema?.value;
      return value?.type === 'ref' ? html`<code>${value.content?.nodeId}.${value.content?.name}</code>` : html`<code>${JSON.stringify(value?.content ?? value)}</code>`;
    };
    const texts = Object.entries(nodeParam).filter(([, value]) => typeof value === 'string' && value !== '' && (value.length > 30 || value.includes('\n')));
    const rest = Object.entries(nodeParam).filter(([key, value]) => !texts.some(([other]) => other === key) && typeof value !== 'object' && value !== '');
    return html`<aside class="flow-detail" aria-label=${aliasOf(node)}><header><div><h2>${aliasOf(node)}</h2><p class="minor">${typeName(node.id.split('::')[0])} · <code>${node.id}</code></p></div>
      <button class="quiet icon-only" aria-label=${t('app.close')} @click=${() => (this.chosen = null)}>${icon('close')}</button></header>
      ${inputs.length ? html`<h3>${t('flow.inputs')}</h3><dl>${inputs.map((i) => html`<dt>${i.name}</dt><dd>${source(i)}</dd>`)}</dl>` : nothing}
      ${outputs.length ? html`<h3>${t('flow.outputs')}</h3><dl>${outputs.map((o) => html`<dt>${o.name}</dt><dd>${o.schema?.type ?? ''}${o.schema?.description ? html` · ${o.schema.description}` : nothing}</dd>`)}</dl>` : nothing}
      ${texts.map(([key, value]) => html`<h3>${key}</h3><pre tabindex="0">${value}</pre>`)}
      ${rest.length ? html`<h3>${t('flow.settings')}</h3><dl>${rest.map(([key, value]) => html`<dt>${key}</dt><dd>${String(value)}</dd>`)}</dl>` : nothing}
      ${retryConfig?.should_retry ? html`<h3>${t('flow.retry')}</h3><p>${t(`flow.retry.${retryConfig.error_strategy ?? 0}`, { n: (retryConfig.max_retries ?? 0) + 1, s: retryConfig.timeout ?? 60 })}</p>` : nothing}</aside>`;
  }
}
customElements.define('cf-flow-page', FlowPage);
