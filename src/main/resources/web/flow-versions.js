// Versions that never change, what differs between them, and the way back.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt } from './forms.js';
import { confirmLoss } from './overlays.js';
import { ago, exact } from './time.js';
import { aliasOf, inner } from './flow-graph.js';
import { ms, trouble } from './flows.js';

const DRAFT = '-1';

class FlowVersions extends View {
  static properties = { flow: { attribute: false }, versions: { state: true }, problem: { state: true }, from: { state: true }, to: { state: true }, changes: { state: true } };

  firstUpdated() {
    this.load();
  }

  async load() {
    try {
      const { versions } = await api('GET', `/api/v1/workflows/${this.flow.id}/versions`);
      Object.assign(this, { versions, problem: null });
      if (versions.length && !this.from) this.compare(versions[0].version, DRAFT);
      else if (versions.length) this.compare(this.from, this.to);
    } catch (e) {
      this.problem = e;
    }
  }

  async compare(from, to) {
    Object.assign(this, { from, to, changes: null });
    try {
      const { changes } = await api('GET', `/api/v1/workflows/${this.flow.id}/diff?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
      if (from === this.from && to === this.to) this.changes = changes;
    } catch (e) {
      this.problem = e;
    }
  }

  async rollback(version) {
    if (!(await confirmLoss(t('flow.rollback.title', { version }), t('flow.rollback.text'), t('flow.rollback')))) return;
    const flow = await attempt(() => api('POST', `/api/v1/workflows/${this.flow.id}/rollback`, { version }), t('flow.rolledback', { version }));
    if (!flow) return;
    this.dispatchEvent(new CustomEvent('rolled-back', { detail: flow }));
    this.compare(version, DRAFT);
  }

  render() {
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    if (!this.versions) return nothing;
    if (!this.versions.length) {
      return html`<div class="page"><div class="blank-state boxed">${icon('clock', 'large')}<h2>${t('flow.noversions')}</h2><p>${t('flow.noversions.text')}</p></div></div>`;
    }
    const names = [DRAFT, ...this.versions.map((v) => v.version)];
    const pick = (label, value, change) => html`<label class="flow-pick"><span>${label}</span><select @change=${(e) => change(e.target.value)}>${names.map((name) => html`<option value=${name} ?selected=${name === value}>${name === DRAFT ? t('flow.draft') : name}</option>`)}</select></label>`;
    return html`<div class="page flow-versions"><section aria-labelledby="flow-v"><h2 id="flow-v">${t('flow.tab.versions')}</h2>
      <ol class="flow-rows">${this.versions.map((v) => html`<li class="flow-row"><span class="flow-version"><strong>${v.version}</strong><span class="minor" title=${exact(ms(v.created_at))}>${ago(ms(v.created_at))}</span></span>
        <button class="quiet" @click=${() => this.compare(v.version, DRAFT)} aria-label=${t('flow.compare.label', { version: v.version })}>${t('flow.compare')}</button>
        <button class="quiet" @click=${() => this.rollback(v.version)} aria-label=${t('flow.rollback.label', { version: v.version })}>${t('flow.rollback')}</button></li>`)}</ol></section>
      <section aria-labelledby="flow-d"><h2 id="flow-d">${t('flow.diff')}</h2>
        <div class="toolbar flow-picks">${pick(t('flow.diff.from'), this.from, (v) => this.compare(v, this.to))}${icon('right', 'small')}${pick(t('flow.diff.to'), this.to, (v) => this.compare(this.from, v))}</div>
        ${this.renderChanges()}</section></div>`;
  }

  renderChanges() {
    const { changes } = this;
    if (!changes) return html`<p class="minor" role="status">${t('app.loading')}</p>`;
    if (!changes.length) return html`<p class="minor" role="status">${t('flow.diff.none')}</p>`;
    const nodes = Map.groupBy(changes.filter((c) => c.what === 'node'), (c) => c.id);
    const edges = changes.filter((c) => c.what === 'edge');
    const here = new Map(inner(this.flow.data).nodes.map((n) => [n.id, n]));
    const name = (id) => (here.has(id) ? html`${aliasOf(here.get(id))} <code class="minor">${id}</code>` : html`<code>${id}</code>`);
    return html`<ul class="flow-diff" role="list">${[...nodes].map(([id, list]) => html`<li><h3><span class="flow-mark ${list[0].change}">${t(`flow.diff.${list[0].change}`)}</span>${name(id)}</h3>
        ${list.filter((c) => c.path !== undefined).map((c) => html`<div class="flow-change"><code class="flow-where">${c.path}</code>
          ${'from' in c ? html`<pre class="was" aria-label=${t('flow.diff.was')}>${shown(c.from)}</pre>` : nothing}${'to' in c ? html`<pre class="is" aria-label=${t('flow.diff.is')}>${shown(c.to)}</pre>` : nothing}</div>`)}</li>`)}
      ${edges.map((c) => html`<li><h3><span class="flow-mark ${c.change}">${t(`flow.diff.${c.change}`)}</span>${t('flow.diff.edge')} <code>${c.id.replace(' > ', ' → ').replace(' @ ', ' · ')}</code></h3></li>`)}</ul>`;
  }
}
customElements.define('cf-flow-versions', FlowVersions);

const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
