// The steps of a run: when each began, how long it took, what it was given and what it gave.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { number } from './time.js';
import { aliasOf, kindOf } from './flow-graph.js';
import { typeName } from './flow-picture.js';

const MOST = 200; // rows at first
const MOST_SHOWN = 20_000; // characters of a value

/** "340 ms", "2.4 s", "3 min 20 s". */
export function duration(ms) {
  if (!(ms >= 0)) return '–';
  if (ms < 1000) return `${number(ms)} ms`;
  if (ms < 60_000) return `${number(ms / 1000, 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 120 ? `${minutes} min ${Math.round((ms % 60_000) / 1000)} s` : `${number(ms / 3_600_000, 1)} h`;
}

export const dollars = (micro) => (micro ? `$${(micro / 1e6).toPrecision(2)}` : '–');
export const tone = (status) => ({ done: 'good', failed: 'bad', waiting: 'warn', cancelled: 'warn', running: 'pending' })[status] ?? '';

/** `<cf-flow-steps>`: `.steps` of a run, `.nodes` by id, `.until` its last moment, `.over` whether it may be restarted; tells `restart`. */
class FlowSteps extends View {
  static properties = { steps: { attribute: false }, nodes: { attribute: false }, until: { attribute: false }, over: { type: Boolean }, chosen: {}, all: { state: true } };

  updated(changed) {
    if (changed.has('chosen') && this.chosen) this.querySelector(`details[data-node="${CSS.escape(this.chosen)}"]`)?.scrollIntoView({ block: 'nearest' });
  }

  render() {
    const { steps } = this;
    if (!steps?.length) return html`<p class="flow-nothing">${t('flow.steps.none')}</p>`;
    const first = Math.min(...steps.map((s) => s.started_at));
    const last = Math.max(this.until ?? 0, ...steps.map((s) => s.ended_at ?? 0));
    const span = Math.max(1, last - first);
    const shown = this.all ? steps : steps.slice(0, MOST);
    return html`<div class="flow-steps"><div class="flow-steps-head" aria-hidden="true"><span>${t('flow.step')}</span><span class="flow-scale"><i>0</i><i>${duration(span)}</i></span><span class="figure">${t('flow.took')}</span></div>
      ${shown.map((s) => this.renderStep(s, (s.started_at - first) / span, ((s.ended_at ?? last) - s.started_at) / span))}
      ${steps.length > shown.length ? html`<button class="quiet" @click=${() => (this.all = true)}>${t('flow.steps.all', { n: steps.length })}</button>` : nothing}</div>`;
  }

  renderStep(s, from, share) {
    const node = this.nodes?.get(s.node_id) ?? { id: s.node_id };
    const depth = (s.path.match(/\//g) ?? []).length;
    const round = /#(\d+)\/[^/]*$/.exec(s.path)?.[1];
    const took = s.ended_at ? duration(s.ended_at - s.started_at) : '…';
    const percent = (share1) => `${(share1 * 100).toFixed(2)}%`;
    const [sign] = kindOf(s.node_id);
    const facts = [s.attempts > 1 ? t('flow.attempts', { n: s.attempts }) : '', s.prompt_tokens + s.completion_tokens ? t('flow.tokens.n', { n: number(s.prompt_tokens + s.completion_tokens) }) : '', s.micro_usd ? dollars(s.micro_usd) : ''].filter(Boolean);
    return html`<details class="flow-step ${s.status} depth-${Math.min(3, depth)} ${this.chosen === s.node_id ? 'chosen' : ''}" data-node=${s.node_id}><summary>
        <span class="flow-step-name">${icon(sign, 'small')}<span><strong>${aliasOf(node)}${round === undefined ? '' : ` · ${Number(round) + 1}`}</strong><span class="offscreen">, ${t(`flow.state.${s.status}`)}</span>${facts.length ? html`<small>${facts.join(' · ')}</small>` : nothing}</span></span>
        <svg class="flow-lane" aria-hidden="true" width="100%" height="18"><rect class="flow-rest" width="100%" y="8" height="2" rx="1"></rect><rect class="flow-beam" x=${percent(Math.min(from, 0.995))} width=${percent(Math.max(0.005, Math.min(share, 1 - from)))} y="3" height="12" rx="3"></rect></svg>
        <span class="figure">${took}</span></summary>
      <div class="flow-step-body">
        <p class="minor">${typeName(s.node_id.split('::')[0])} · <code>${s.path}</code>${s.handle ? html` · ${t('flow.left.by')} <code>${s.handle}</code>` : nothing}</p>
        ${s.message && s.status !== 'done' ? html`<div class="flow-told bad">${icon('warn')}<p>${s.message}${s.code ? html` <small>(${s.code})</small>` : nothing}</p></div>` : nothing}
        ${s.errors ? html`<div class="flow-told warn">${icon('info')}<p>${t('flow.standin')} ${s.errors.errorMessage ?? ''}</p></div>` : nothing}
        <dl class="flow-figures"><div><dt>${t('flow.took')}</dt><dd>${took}</dd></div><div><dt>${t('flow.attempts.word')}</dt><dd>${s.attempts ?? '–'}</dd></div>
          <div><dt>${t('flow.tokens.in')}</dt><dd>${number(s.prompt_tokens)}</dd></div><div><dt>${t('flow.tokens.out')}</dt><dd>${number(s.completion_tokens)}</dd></div><div><dt>${t('flow.price')}</dt><dd>${dollars(s.micro_usd)}</dd></div></dl>
        <div class="flow-values">${this.renderValue(t('flow.inputs'), s.inputs)}${this.renderValue(t('flow.outputs'), s.outputs)}</div>
        ${this.over && !depth ? html`<div class="row"><button @click=${() => this.dispatchEvent(new CustomEvent('restart', { detail: { node: s.node_id } }))}>${icon('again')}${t('flow.restart', { name: aliasOf(node) })}</button><span class="minor">${t('flow.restart.text')}</span></div>` : nothing}</div></details>`;
  }

  renderValue(title, value) {
    const empty = !value || !Object.keys(value).length;
    const text = empty ? '' : JSON.stringify(value, null, 2);
    return html`<section aria-label=${title}><h3>${title}${empty ? nothing : html`<cf-copy .text=${text} label=${t('flow.copy.value', { name: title })}></cf-copy>`}</h3>
      ${empty ? html`<p class="minor">${t('flow.value.none')}</p>` : html`<pre tabindex="0">${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}\n…` : text}</pre>`}</section>`;
  }
}
customElements.define('cf-flow-steps', FlowSteps);
