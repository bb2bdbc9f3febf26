// The runs of a workflow, or of all, the newest first.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, pageHead } from './forms.js';
import { href } from './router.js';
import { ago, exact, number } from './time.js';
import { flowPath, ms, runPath, trouble } from './flows.js';
import { dollars, duration, tone } from './flow-steps.js';

const STATES = ['running', 'waiting', 'done', 'failed', 'cancelled'];

class FlowRuns extends View {
  static properties = { flow: { attribute: false }, runs: { state: true }, next: { state: true }, problem: { state: true }, state1: { state: true } };

  constructor() {
    super();
    this.state1 = '';
  }

  firstUpdated() {
    this.load();
    this.timer = setInterval(() => { if (this.runs?.some((r) => r.status === 'running') && !document.hidden) this.load(); }, 3000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  page(before = '') {
    const asked = new URLSearchParams({ ...(this.state1 && { status: this.state1 }), ...(before && { before }) });
    return api('GET', `/api/v1/workflows/${this.flow ? `${this.flow.id}/` : ''}runs?${asked}`);
  }

  async load() {
    try {
      const { runs, next } = await this.page();
      Object.assign(this, { runs, next, problem: null });
    } catch (e) {
      this.problem = e;
    }
  }

  async loadMore() {
    await attempt(async () => {
      const { runs, next } = await this.page(this.next);
      Object.assign(this, { runs: [...this.runs, ...runs], next });
    });
  }

  show(status) {
    this.state1 = status;
    this.load();
  }

  render() {
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    if (!this.runs) return nothing;
    if (!this.runs.length && !this.state1) return html`<div class="page"><div class="blank-state boxed">${icon('run', 'large')}<h2>${t('flow.noruns')}</h2><p>${t('flow.noruns.text')}</p></div></div>`;
    return html`<div class="page wide">${this.flow ? nothing : pageHead(t('flow.runs.all.title'), t('flow.noruns.text'))}<div class="toolbar"><label class="flow-pick"><span>${t('flow.runs.show')}</span><select @change=${(e) => this.show(e.target.value)}><option value="">${t('flow.runs.all')}</option>${STATES.map((s) => html`<option value=${s}>${t(`flow.state.${s}`)}</option>`)}</select></label>
      <button class="quiet icon-only" title=${t('flow.reload')} aria-label=${t('flow.reload')} @click=${() => this.load()}>${icon('again')}</button></div>
      <div class="table-frame" tabindex="0" role="region" aria-label=${t('flow.tab.runs')}><table class="table stacked"><thead><tr><th>${t('flow.runs.began')}</th>${this.flow ? nothing : html`<th>${t('flow.runs.flow')}</th>`}<th>${t('flow.runs.state')}</th><th>${t('flow.runs.version')}</th><th class="figure">${t('flow.took')}</th><th class="figure">${t('flow.tokens')}</th><th class="figure">${t('flow.price')}</th></tr></thead>
        <tbody>${this.runs.map((r) => html`<tr><td data-label=${t('flow.runs.began')}><a data-go href=${href(runPath(r.id))} title=${exact(ms(r.created_at))}>${ago(ms(r.created_at))}</a>${r.kind === 'run' ? nothing : html` <span class="tag">${t(`flow.kind.${r.kind}`)}</span>`}</td>
          ${this.flow ? nothing : html`<td data-label=${t('flow.runs.flow')}>${r.flow_name ? html`<a data-go href=${href(flowPath(r.flow_id))}>${r.flow_name}</a>` : r.flow_id}</td>`}
          <td data-label=${t('flow.runs.state')}><span class="status ${tone(r.status)}">${t(`flow.state.${r.status}`)}</span></td>
          <td data-label=${t('flow.runs.version')}>${r.version === '-1' ? t('flow.draft') : r.version}</td>
          <td class="figure" data-label=${t('flow.took')}>${r.status === 'running' ? '…' : duration(r.updated_at - r.created_at)}</td>
          <td class="figure" data-label=${t('flow.tokens')}>${number(r.prompt_tokens + r.completion_tokens)}</td>
          <td class="figure" data-label=${t('flow.price')}>${dollars(r.micro_usd)}</td></tr>`)}</tbody></table></div>
      ${this.next ? html`<div class="pager"><button @click=${() => this.loadMore()}>${t('flow.more')}</button></div>` : nothing}</div>`;
  }
}
customElements.define('cf-flow-runs', FlowRuns);
