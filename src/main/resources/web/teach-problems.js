// What the check found in the course's folder.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, pageHead } from './forms.js';
import { trouble } from './learn.js';
import { empty } from './teach.js';

const POLL = 1500;

class Problems extends View {
  static properties = { course: { attribute: false }, found: { state: true }, problem: { state: true } };

  willUpdate(changed) {
    if (changed.has('course')) this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  get base() { return `/api/v1/courses/${encodeURIComponent(this.course.id)}`; }

  async load() {
    clearTimeout(this.timer);
    try {
      this.found = await api('GET', `${this.base}/problems`);
      this.problem = null;
    } catch (e) {
      this.problem = e;
      return;
    }
    if (this.isConnected && this.found.checking) this.timer = setTimeout(() => this.load(), POLL);
  }

  async check() {
    if (await attempt(() => api('POST', `${this.base}/check`))) this.load();
  }

  async reload() {
    if (await attempt(() => api('POST', '/api/v1/courses/reload'), t('teach.reloaded'))) this.load();
  }

  render() {
    const busy = this.found?.checking;
    return html`${pageHead(t('teach.problems'), t('teach.problems.text'), html`<div class="row nowrap"><button @click=${this.reload}>${icon('again')}${t('teach.reload')}</button>
        <button class="primary" ?disabled=${busy} @click=${this.check}>${icon('run')}${t('teach.check')}</button></div>`)}
      ${busy ? html`<p class="results-busy" role="status"><i class="dot"></i>${t('teach.checking')}</p>` : nothing}
      ${this.problem ? trouble(this.problem, () => this.load()) : this.found ? this.renderFound(this.found) : nothing}`;
  }

  renderFound({ findings, stale = [], checked }) {
    if (!findings.length) {
      return empty('check', t('teach.fine'), t(checked ? 'teach.fine.checked' : 'teach.fine.text'));
    }
    const files = grouped(findings);
    return html`${stale.length ? html`<p class="verdict warn">${icon('info')}<span>${t('teach.stale', { names: stale.join(', ') })}</span></p>` : nothing}
      ${[...files].map(([file, list]) => html`<section class="panel finding"><h2><code>${file || this.course.id}</code></h2><ul>${list.map((f) => html`<li><span class="status ${f.severity === 'error' ? 'bad' : 'warn'}">${t(`teach.severity.${f.severity}`)}</span>
        ${f.line ? html`<span class="minor">${t('teach.at.line', { n: f.line })}</span>` : nothing}<span class="finding-text">${f.message}</span></li>`)}</ul></section>`)}`;
  }
}
customElements.define('cf-course-problems', Problems);

function grouped(findings) {
  const files = new Map();
  for (const f of findings) files.set(f.file, [...(files.get(f.file) ?? []), f]);
  return files;
}
