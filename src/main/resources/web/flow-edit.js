// The description of a workflow as JSON, with everything that is wrong in it beside, and the picture that it makes.
import { View, html, icon, nothing, remember } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { aliasOf, inner } from './flow-graph.js';
import './flow-picture.js';
import './run-editor.js';

const PAUSE = 500; // ms after the last key
const MOST_DRAFT = 2_000_000;

class FlowEdit extends View {
  static properties = { flow: { attribute: false }, findings: { state: true }, data: { state: true }, saving: { state: true }, failure: { state: true }, dirty: { state: true }, checking: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.keys = (e) => { if ((e.ctrlKey || e.metaKey) && e.key === 's') { e.preventDefault(); this.save(); } };
    addEventListener('keydown', this.keys);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('keydown', this.keys);
    clearTimeout(this.timer);
  }

  get editor() { return this.querySelector('cf-code-editor'); }
  get draftKey() { return `flow.draft.${this.flow.id}`; }

  firstUpdated() {
    this.show();
  }

  /** What was typed and not saved comes back after a reload. */
  show() {
    const stored = JSON.stringify(inner(this.flow.data), null, 2);
    const kept = remember.get(this.draftKey);
    this.stored = stored;
    this.text = kept ?? stored;
    this.dirty = kept !== null && kept !== stored;
    this.editor.forget();
    this.editor.open('workflow.json', this.text, t('flow.editor'), 'json');
    this.check();
  }

  edited(text) {
    this.text = text;
    this.dirty = text !== this.stored;
    this.failure = null;
    remember.set(this.draftKey, this.dirty && text.length < MOST_DRAFT ? text : null);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), PAUSE);
  }

  read() {
    try {
      return JSON.parse(this.text);
    } catch (e) {
      this.syntax = this.syntaxError(e);
      return null;
    }
  }

  syntaxError(e) {
    const at = Number(/position (\d+)/.exec(e.message)?.[1] ?? this.text.length);
    const before = this.text.slice(0, at).split('\n');
    return { severity: 'error', message: t('flow.check.json', { line: before.length, why: e.message.split(/ in JSON| \(line/)[0] }), line: before.length, column: before.at(-1).length + 1, node_id: '' };
  }

  async check() {
    const data = this.read();
    if (!data) return this.found([this.syntax]);
    this.data = data;
    const mine = this.text;
    this.checking = true;
    try {
      const { findings } = await api('POST', '/api/v1/workflows/check', { data });
      if (mine === this.text) this.found(findings);
    } catch (e) {
      this.failure = e;
    } finally {
      this.checking = false;
    }
  }

  found(findings) {
    this.findings = findings.map((f) => ({ ...f, line: f.line ?? this.lineOf(f.node_id) }));
    this.editor?.mark(this.findings.filter((f) => f.line).map((f) => ({ line: f.line, column: f.column, message: f.message, tone: f.severity })));
  }

  /** The line where the node with this id is written. */
  lineOf(id) {
    if (!id) return 0;
    const at = new RegExp(`"id"\\s*:\\s*"${id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"`).exec(this.text)?.index;
    return at === undefined ? 0 : this.text.slice(0, at).split('\n').length;
  }

  async save() {
    if (this.saving) return;
    const data = this.read();
    if (!data) return this.found([this.syntax]);
    this.saving = true;
    this.failure = null;
    const sent = this.text;
    try {
      const flow = await api('PUT', `/api/v1/workflows/${this.flow.id}`, { data });
      this.stored = sent;
      if (this.text === sent) remember.set(this.draftKey, null);
      this.dirty = this.text !== sent;
      this.dispatchEvent(new CustomEvent('saved', { detail: flow }));
      (await import('./overlays.js')).toast(t('app.saved'));
    } catch (e) {
      this.failure = e;
      this.check();
    } finally {
      this.saving = false;
    }
  }

  discard() {
    remember.set(this.draftKey, null);
    this.show();
  }

  render() {
    const errors = this.findings?.filter((f) => f.severity === 'error').length ?? 0;
    const warnings = (this.findings?.length ?? 0) - errors;
    return html`<div class="flow-edit"><section class="flow-code" aria-label=${t('flow.editor')}>
        <div class="flow-bar"><span class="flow-bar-text">${this.dirty ? t('flow.unsaved') : t('flow.saved')}</span>
          ${this.dirty ? html`<button class="quiet" @click=${() => this.discard()}>${t('flow.discard')}</button>` : nothing}
          <button class="primary" ?disabled=${this.saving || !this.dirty || errors > 0} @click=${() => this.save()}>${t(this.saving ? 'flow.saving' : 'app.save')}</button></div>
        <cf-code-editor @edited=${(e) => this.edited(e.detail.text)}></cf-code-editor></section>
      <section class="flow-checks" aria-label=${t('flow.checks')}>
        <div class="flow-bar"><h2>${t('flow.checks')}</h2><span class="flow-bar-text" role="status">${!this.findings ? t('flow.checking')
          : !this.findings.length ? html`<span class="status good">${t('flow.checks.good')}</span>`
          : html`<span class="status ${errors ? 'bad' : 'warn'}">${t('flow.checks.count', { e: errors, w: warnings })}</span>`}</span></div>
        ${this.failure ? html`<div class="flow-told bad" role="alert">${icon('warn')}<p>${this.failure.message}</p></div>` : nothing}
        <ul class="flow-findings">${(this.findings ?? []).map((f) => this.renderFinding(f))}</ul>
        <cf-flow-picture .data=${this.data} @node-chosen=${(e) => this.editor.show(this.lineOf(e.detail.id))}></cf-flow-picture></section></div>`;
  }

  renderFinding(f) {
    const node = f.node_id && inner(this.data).nodes.find((n) => n?.id === f.node_id);
    return html`<li class=${f.severity}><button class="flow-finding" ?disabled=${!f.line} @click=${() => this.editor.show(f.line)}>${icon(f.severity === 'error' ? 'warn' : 'info', 'small')}
      <span><span class="offscreen">${t(`flow.check.${f.severity}`)}</span>${node ? html`<strong>${aliasOf(node)}</strong> ` : nothing}${f.message}</span>
      ${f.line ? html`<small>${t('run.line', { n: f.line })}</small>` : nothing}</button></li>`;
  }
}
customElements.define('cf-flow-edit', FlowEdit);
