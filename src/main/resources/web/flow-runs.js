// The runs of a workflow, the newest first.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt } from './forms.js';
import { href } from './router.js';
import { ago, exact, number } from './time.js';
import { ms, runPath, trouble } from './flows.js';
import { dollars, duration, tone } from './flow-steps.js';

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

  async load() {
    try {
      const { runs, next } = await api('GET', `/api/v1/workflows/${this.flow.id}/runs`);
      Object.assign(this, { runs, next, problem: null });
    } catch (e) {
      this.problem = e;
    }
  }

  async loadMore() {
    await attempt(async () => {
      const { runs, next } = await api('GET', `/api/v1/workflows/${this.flow.id}/runs?before=${encodeURIComponent(this.next)}`);
      Object.assign(this, { runs: [...this.runs, ...runs], next });
    });
  }

  render() {
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    if (!this.runs) return nothing;
    if (!this.runs.length) return html`<div class="page"><div class="blank-state boxed">${icon('run', 'large')}<h2>${t('flow.noruns')}</h2><p>${t('flow.noruns.text')}</p></div></div>`;
    const states = [...new Set(this.runs.map((r) => r.status))];
    const shown = this.runs.filter((r) => !this.state1 || r.status === this.state1);
    return html`<div class="page wide"><div class="toolbar"><label class="flow-pick"><span>${t('flow.runs.show')}</span><select @change=${(e) => (this.state1 = e.target.value)}><option value="">${t('flow.runs.all')}</option>${states.map((s) => html`<option value=${s}>${t(`flow.state.${s}`)}</option>`)}</select></label>
      <button class="quiet icon-only" title=${t('flow.reload')} aria-label=${t('flow.reload')} @click=${() => this.load()}>${icon('again')}</button></div>
      <div class="table-frame" tabindex="0" role="region" aria-label=${t('flow.tab.runs')}><table class="table stacked"><thead><tr><th>${t('flow.runs.began')}</th><th>${t('flow.runs.state')}</th><th>${t('flow.runs.version')}</th><th class="figure">${t('flow.took')}</th><th class="figure">${t('flow.tokens')}</th><th class="figure">${t('flow.price')}</th></tr></thead>
        <tbody>${shown.map((r) => html`<tr><td data-label=${t('flow.runs.began')}><a data-go href=${href(runPath(r.id))} title=${exact(ms(r.created_at))}>${ago(ms(r.created_at))}</a>${r.kind === 'run' ? nothing : html` <span class="tag">${t(`flow.kind.${r.kind}`)}</span>`}</td>
          <td data-label=${t('flow.runs.state')}><span class="status ${tone(r.status)}">${t(`flow.state.${r.status}`)}</span></td>
          <td data-label=${t('flow.runs.version')}>${r.version === '-1' ? t('flow.draft') : r.version}</td>
          <td class="figure" data-label=${t('flow.took')}>${r.status === 'running' ? '…' : duration(r.updated_at - r.created_at)}</td>
          <td class="figure" data-label=${t('flow.tokens')}>${number(r.prompt_tokens + r.completion_tokens)}</td>
          <td class="figure" data-label=${t('flow.price')}>${dollars(r.micro_usd)}</td></tr>`)}</tbody></table></div>
      ${this.next ? html`<div class="pager"><button @click=${() => this.loadMore()}>${t('flow.more')}</button></div>` : nothing}</div>`;
  }
}
customElements.define('cf-flow-runs', FlowRuns);
