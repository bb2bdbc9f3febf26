// Workflows: the list with the samples. One workflow is in flow-page.js, one run in flow-run.js.
import { View, html, icon, nothing, remember, state, style } from './state.js';
import { t } from './messages.js';
import './flow-messages.js';
import { api } from './api.js';
import { go, href } from './router.js';
import { dialog, toast } from './overlays.js';
import { attempt, field, pageHead } from './forms.js';
import { ago, exact } from './time.js';
import { inner } from './flow-graph.js';

await Promise.all([style('pages.css'), style('flows.css')]);

const PAGE = 50;
const MOST_FILE = 20 * 1024 * 1024;
const UNDO = 10; // seconds

export const flowPath = (id, tab) => `/workflows/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`;
export const runPath = (id) => flowPath('runs', encodeURIComponent(id));
export const ms = (moment) => moment / 1000; // the API's milliseconds as time.js wants them

/** What went wrong while loading, with the next step. */
export const trouble = (problem, again) => html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${problem.message}</p>
  <button @click=${again}>${t('app.retry')}</button></div></div>`;

export const nowhere = () => html`<div class="blank-state">${icon('workflows', 'large')}<h1>${t('flow.none.here')}</h1><p>${t('app.notfound.text')}</p>
  <a class="button primary" data-go href=${href('/workflows')}>${t('flow.all')}</a></div>`;

/** What a new workflow begins with: it runs, and repeats what it is told. */
const FRESH = {
  nodes: [
    { id: 'node-start::start', data: { nodeMeta: { nodeType: 'basic', aliasName: 'Start' }, inputs: [], outputs: [{ id: 'text', name: 'text', required: true, schema: { type: 'string', description: '' } }], nodeParam: {} } },
    { id: 'node-end::end', data: { nodeMeta: { nodeType: 'basic', aliasName: 'Answer' }, inputs: [{ id: 'text', name: 'text', schema: { type: 'string', value: { type: 'ref', content: { nodeId: 'node-start::start', name: 'text' } } } }], outputs: [], nodeParam: { outputMode: 1, template: '{{text}}', streamOutput: true } } },
  ],
  edges: [{ sourceNodeId: 'node-start::start', targetNodeId: 'node-end::end' }],
};

class Flows extends View {
  static properties = { flowId: {}, tab: {}, list: { state: true }, samples: { state: true }, problem: { state: true }, busy: { state: true }, words: { state: true }, more: { state: true } };

  constructor() {
    super();
    this.words = '';
    this.gone = new Map(); // id → the timer that really deletes it
  }

  connectedCallback() {
    super.connectedCallback();
    this.leave = () => this.deleteNow();
    addEventListener('pagehide', this.leave);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('pagehide', this.leave);
    this.deleteNow();
  }

  willUpdate(changed) {
    if (this.flowId === 'runs' && this.tab) import('./flow-run.js');
    else if (this.flowId === 'runs') import('./flow-runs.js');
    else if (this.flowId) import('./flow-page.js');
    else if (changed.has('flowId') || !this.asked) this.load();
  }

  async load() {
    this.asked = true;
    try {
      const [{ workflows }, { samples }] = await Promise.all([api('GET', '/api/v1/workflows'), api('GET', '/api/v1/workflows/samples')]);
      Object.assign(this, { list: workflows, samples, problem: null, more: workflows.length === PAGE ? 2 : 0 });
    } catch (e) {
      this.problem = e;
    }
  }

  async loadMore() {
    await attempt(async () => {
      const { workflows } = await api('GET', `/api/v1/workflows?page=${this.more}`);
      this.list = [...this.list, ...workflows.filter((one) => !this.list.some((other) => other.id === one.id))];
      this.more = workflows.length === PAGE ? this.more + 1 : 0;
    });
  }

  render() {
    if (this.flowId === 'runs' && this.tab) return html`<cf-flow-run .runId=${this.tab}></cf-flow-run>`;
    if (this.flowId === 'runs') return html`<cf-flow-runs></cf-flow-runs>`;
    if (this.flowId) return html`<cf-flow-page .flowId=${this.flowId} .tab=${this.tab}></cf-flow-page>`;
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    if (!this.list) return html`<div class="page">${pageHead(t('nav.workflows'), t('flow.text'))}</div>`;
    return html`<div class="page">
      ${pageHead(t('nav.workflows'), t('flow.text'), html`<div class="row nowrap">
        <button class="quiet icon-only" title=${t('flow.runs.all.title')} aria-label=${t('flow.runs.all.title')} @click=${() => go(flowPath('runs'))}>${icon('run')}</button>
        <button @click=${() => this.querySelector('#flow-file').click()} ?disabled=${!!this.busy}>${icon('upload')}${t('flow.import')}</button>
        <button class="primary" @click=${() => this.create()} ?disabled=${!!this.busy}>${icon('plus')}${t('flow.new')}</button></div>`)}
      <input id="flow-file" type="file" class="offscreen" tabindex="-1" accept=".json,.yml,.yaml,application/json" aria-label=${t('flow.import.file')} @change=${(e) => this.picked(e)}>
      ${this.busy ? html`<p class="flow-busy" role="status">${this.busy}</p>` : nothing}
      ${this.renderList()}
      ${this.samples.length ? html`<section class="flow-samples" aria-labelledby="flow-samples"><h2 id="flow-samples">${t('flow.samples')}</h2><p class="minor">${t('flow.samples.text')}</p>
        <ul class="flow-cards">${this.samples.map((s) => this.renderSample(s))}</ul></section>` : nothing}</div>`;
  }

  renderList() {
    const shown = this.list.filter((f) => !this.gone.has(f.id) && `${f.name} ${f.description}`.toLowerCase().includes(this.words.toLowerCase()));
    if (!this.list.some((f) => !this.gone.has(f.id))) {
      return html`<div class="blank-state boxed">${icon('workflows', 'large')}<h2>${t('flow.empty')}</h2><p>${t('flow.empty.text')}</p></div>`;
    }
    return html`${this.list.length > 8 ? html`<div class="toolbar"><div class="field-icon">${icon('search')}<input type="search" aria-label=${t('flow.search')} placeholder=${t('flow.search')} .value=${this.words} @input=${(e) => (this.words = e.target.value)}></div></div>` : nothing}
      <ul class="flow-rows">${shown.map((f) => this.renderRow(f))}</ul>
      ${shown.length ? nothing : html`<p class="minor">${t('flow.search.none')}</p>`}
      ${this.more ? html`<div class="pager"><button @click=${() => this.loadMore()}>${t('flow.more')}</button></div>` : nothing}`;
  }

  renderRow(f) {
    return html`<li class="flow-row"><a data-go href=${href(flowPath(f.id))}><span class="who"><strong>${f.name}</strong><span>${f.description || t('flow.nodescription')}</span></span></a>
      <span class="flow-facts"><span class="status ${f.published ? 'good' : ''}">${f.published ? f.version : t('flow.draft')}</span>
        <span class="minor" title=${exact(ms(f.updated_at))}>${ago(ms(f.updated_at))}</span></span>
      <cf-menu label=${t('flow.actions', { name: f.name })} .items=${[
        { icon: 'run', label: t('flow.run'), run: () => go(flowPath(f.id)) },
        { icon: 'edit', label: t('app.rename'), run: () => this.rename(f) },
        { icon: 'copy', label: t('flow.duplicate'), run: () => this.duplicate(f) },
        { icon: 'latest', label: t('flow.export'), run: () => this.save(f) },
        { icon: 'trash', label: t('app.delete'), danger: true, run: () => this.remove1(f) },
      ]}></cf-menu></li>`;
  }

  renderSample(s) {
    const { nodes } = inner(s.data);
    return html`<li class="flow-card"><h3>${s.name}</h3><p>${s.description}</p>
      <p class="flow-card-foot"><span class="minor">${t('flow.nodes', { n: nodes.length })}${s.models ? '' : ` · ${t('flow.nomodel')}`}</span>
        <button @click=${() => this.use(s)} ?disabled=${!!this.busy} aria-label=${t('flow.use.label', { name: s.name })}>${t('flow.use')}</button></p></li>`;
  }

  /** Runs `work`, says what is going on if it takes long, and goes to the workflow whose id it answers. */
  async make(words, work) {
    const late = setTimeout(() => (this.busy = words), 300);
    const made = await attempt(work);
    clearTimeout(late);
    this.busy = null;
    if (made?.id) go(flowPath(made.id));
  }

  async create() {
    const name = await askName(t('flow.new'), '');
    if (name) await this.make(t('flow.busy.new'), () => api('POST', '/api/v1/workflows', { name, data: FRESH }));
  }

  async use(s) {
    const model = s.models ? await askModel(s.name) : '';
    if (model === undefined) return;
    await this.make(t('flow.busy.new'), async () => {
      const made = await api('POST', `/api/v1/workflows/samples/${s.id}`, model ? { model } : {});
      remember.set(`flow.form.${made.id}`, JSON.stringify(s.example ?? {}));
      return made;
    });
  }

  async picked(e) {
    const [file] = e.target.files;
    e.target.value = '';
    if (!file) return;
    if (file.size > MOST_FILE) return toast(t('flow.import.large'), { tone: 'bad', seconds: 8 });
    const text = await file.text();
    await this.make(t('flow.busy.import', { name: file.name }), () => importText(text, file.name));
  }

  async rename(f) {
    const name = await askName(t('app.rename'), f.name);
    if (name && name !== f.name && (await attempt(() => api('PUT', `/api/v1/workflows/${f.id}`, { name })))) this.load();
  }

  async duplicate(f) {
    await this.make(t('flow.busy.new'), async () => {
      const whole = await api('GET', `/api/v1/workflows/${f.id}`);
      return api('POST', '/api/v1/workflows', { name: t('flow.copy.of', { name: f.name }).slice(0, 200), description: f.description, data: whole.data });
    });
  }

  async save(f) {
    const whole = await attempt(() => api('GET', `/api/v1/workflows/${f.id}`));
    if (whole) download(`${f.name}.json`, JSON.stringify({ name: f.name, description: f.description, version: 'v3.0.0', data: inner(whole.data) }, null, 2));
  }

  /** Hidden at once, deleted for good when nobody took it back. */
  remove1(f) {
    const timer = setTimeout(() => this.deleteOne(f.id), UNDO * 1000);
    this.gone.set(f.id, timer);
    this.requestUpdate();
    toast(t('flow.deleted', { name: f.name }), { seconds: UNDO, action: { label: t('app.undo'), run: () => { clearTimeout(timer); this.gone.delete(f.id); this.requestUpdate(); } } });
  }

  async deleteOne(id) {
    clearTimeout(this.gone.get(id));
    const done = await attempt(() => api('DELETE', `/api/v1/workflows/${id}`));
    this.gone.delete(id);
    if (done && this.list) this.list = this.list.filter((f) => f.id !== id);
    this.requestUpdate();
  }

  deleteNow() {
    for (const id of this.gone.keys()) {
      clearTimeout(this.gone.get(id));
      fetch(`/api/v1/workflows/${id}`, { method: 'DELETE', keepalive: true }).catch(() => undefined); // the row comes back when it did not work
    }
    this.gone.clear();
  }
}
customElements.define('cf-flows', Flows);

/** Makes a workflow of what a file has: this engine's JSON, or the console's export, which the server reads. */
async function importText(text, fileName) {
  let document = null;
  try {
    document = JSON.parse(text);
  } catch { /* no JSON: the server reads it as YAML */ }
  const plain = fileName.replace(/\.\w+$/, '').slice(0, 200) || t('flow.imported');
  if (!document || document.flowMeta) return api('POST', '/api/v1/workflows/import', { text });
  const data = inner(document);
  return api('POST', '/api/v1/workflows', {
    name: (typeof document.name === 'string' && document.name.slice(0, 200)) || plain,
    description: typeof document.description === 'string' ? document.description.slice(0, 4000) : '',
    data: data.nodes.length ? data : document,
  });
}

/** Hands a file to the browser. */
export function download(name, text) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text], { type: 'application/json' })), download: name.replace(/[\\/:*?"<>|]/g, '-') });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export const askName = (title, name) => dialog(title, (close) => html`<form @submit=${(e) => { e.preventDefault(); close(new FormData(e.target).get('name').trim()); }}>
  ${field(t('flow.name'), html`<input id="flow-name" name="name" required maxlength="200" autocomplete="off" .value=${name}>`, { id: 'flow-name' })}
  <footer><button type="button" @click=${() => close()}>${t('app.cancel')}</button><button class="primary">${t('app.save')}</button></footer></form>`);

function askModel(name) {
  const models = state.models ?? [];
  return dialog(t('flow.use.label', { name }), (close) => html`<form @submit=${(e) => { e.preventDefault(); close(new FormData(e.target).get('model')); }}>
    <p>${t(models.length ? 'flow.model.text' : 'flow.model.none')}</p>
    ${models.length ? field(t('flow.model'), html`<select id="flow-model" name="model">${models.map((m) => html`<option value=${m.id}>${m.name ?? m.id}</option>`)}</select>`, { id: 'flow-model' })
      : html`<input type="hidden" name="model" value="">`}
    <footer><button type="button" @click=${() => close()}>${t('app.cancel')}</button><button class="primary">${t('flow.use')}</button></footer></form>`);
}
