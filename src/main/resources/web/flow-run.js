// One run: its answer as it comes, the question it waits with, its picture, and the timeline of its steps.
import { View, html, icon, nothing, remember } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { go, href } from './router.js';
import { attempt, field } from './forms.js';
import { ago, exact, number } from './time.js';
import { inner } from './flow-graph.js';
import { Told, follow } from './flow-frames.js';
import { flowPath, ms, nowhere, runPath, trouble } from './flows.js';
import { MarkdownView } from './markdown.js';
import { dollars, duration, tone } from './flow-steps.js';
import './flow-picture.js';

const OVER = ['done', 'failed', 'cancelled'];
const REFRESH = 600; // ms between looks at the steps while they come

class FlowRun extends View {
  static properties = { runId: {}, run: { state: true }, data: { state: true }, flow: { state: true }, problem: { state: true }, told: { state: true }, chosen: { state: true }, answering: { state: true }, refused: { state: true }, cancelling: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.clock = setInterval(() => { if (this.run && !OVER.includes(this.run.status)) this.requestUpdate(); }, 500);
    this.back = () => this.open();
    addEventListener('carafe:back', this.back);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.clock);
    clearTimeout(this.soon);
    this.stop?.abort();
    removeEventListener('carafe:back', this.back);
  }

  willUpdate(changed) {
    if (changed.has('runId')) {
      Object.assign(this, { run: null, data: null, flow: null, chosen: null, refused: null });
      this.open();
    }
  }

  /** Reads the run and everything that it has told from the beginning, then listens. */
  async open() {
    this.stop?.abort();
    const { signal } = (this.stop = new AbortController());
    this.told = new Told();
    this.cancelling = false;
    this.number = 0;
    await this.refresh();
    if (this.problem || signal.aborted) return;
    this.describe();
    await this.listen(signal);
  }

  async refresh() {
    const { runId } = this;
    try {
      const run = await api('GET', `/api/v1/workflows/runs/${encodeURIComponent(runId)}`);
      if (runId === this.runId) Object.assign(this, { run, problem: null });
    } catch (e) {
      if (!this.run || e.status === 404) this.problem = e;
    }
  }

  /** What was run: the version of then; the draft may have changed since. */
  async describe() {
    try {
      const flow = await api('GET', `/api/v1/workflows/${this.run.flow_id}`);
      this.flow = flow;
      document.title = `${t('flow.run.of', { name: flow.name })} · Carafe`;
      this.data = this.run.version === '-1' ? flow.data : (await api('GET', `/api/v1/workflows/${flow.id}/versions/${encodeURIComponent(this.run.version)}`)).data;
    } catch { /* the workflow is gone; its runs can still be read */ }
  }

  async listen(signal) {
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        this.number = await follow(this.runId, this.number, (frame) => { tries = 0; this.number++; this.heard(frame); }, signal);
        await this.refresh();
        if (this.run && this.run.status !== 'running') return;
      } catch {
        if (signal.aborted || tries > 5) return; // the banner says that the server is away, and it calls us when it is back
      }
      await new Promise((next) => setTimeout(next, Math.min(4000, 200 * 2 ** tries)));
    }
  }

  heard(frame) {
    this.told.take(frame);
    this.requestUpdate();
    this.soon ??= setTimeout(async () => {
      this.soon = null;
      if (this.run && !OVER.includes(this.run.status)) await this.refresh();
    }, REFRESH);
  }

  updated() {
    const box = this.querySelector('.flow-answer .prose');
    if (!box) return;
    if (this.view?.root !== box) this.view = new MarkdownView(box);
    const finished = this.over || this.run?.status === 'waiting';
    if (this.view.text !== this.told.content || this.view.finished !== finished) {
      this.view.set(this.told.content, finished);
      this.view.finished = finished;
    }
    const asked = this.run?.question?.asked_at;
    if (asked && asked !== this.asked) this.querySelector('.flow-question')?.scrollIntoView({ block: 'end' });
    this.asked = asked;
  }

  get over() { return OVER.includes(this.run?.status); }

  get states() {
    const states = { ...this.told.states };
    for (const s of this.run?.steps ?? []) if (!s.path.includes('/')) states[s.node_id] = s.status;
    const waits = this.run?.question?.path;
    if (waits) states[waits.split('/').pop()] = 'waiting';
    if (this.over) {
      for (const id of Object.keys(states)) if (['running', 'waiting'].includes(states[id])) states[id] = 'cancelled';
      for (const n of inner(this.data).nodes) if (n?.id && !states[n.id] && !(this.run.steps ?? []).some((s) => s.node_id === n.id)) states[n.id] = 'skipped';
    }
    for (const s of this.run?.steps ?? []) states[s.node_id] ??= s.status;
    return states;
  }

  /** Finished steps as the server keeps them, and those that go on as we heard of them. */
  get steps() {
    const done = this.run?.steps ?? [];
    const known = new Set(done.map((s) => s.node_id));
    const open = this.over ? [] : Object.entries(this.told.began).filter(([id]) => !known.has(id) && this.told.states[id] === 'running')
      .map(([id, began]) => ({ path: id, node_id: id, status: 'running', started_at: began, attempts: 1, prompt_tokens: 0, completion_tokens: 0 }));
    return [...done, ...open].sort((a, b) => a.started_at - b.started_at);
  }

  async cancel() {
    this.cancelling = true;
    await attempt(() => api('POST', `/api/v1/workflows/runs/${this.run.id}/cancel`, {}));
    await this.refresh();
    this.cancelling = false;
    if (this.run.status !== 'running') this.open();
  }

  async again(kind, body = {}) {
    const run = await attempt(() => api('POST', `/api/v1/workflows/runs/${this.run.id}/${kind}`, body), t(`flow.${kind}.done`));
    if (run?.id) go(runPath(run.id));
  }

  async answer(content, how = 'resume') {
    if (this.answering) return;
    Object.assign(this, { answering: true, refused: null });
    try {
      await api('POST', `/api/v1/workflows/runs/${this.run.id}/answer`, { content, event_type: how });
      remember.set(`flow.answer.${this.run.id}`, null);
      this.run = { ...this.run, status: 'running', question: null };
      this.answering = false;
      await this.listen(this.stop.signal);
    } catch (e) {
      this.refused = e;
      await this.refresh();
    } finally {
      this.answering = false;
    }
  }

  render() {
    if (this.problem?.status === 404) return nowhere();
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.open())}</div>`;
    const { run, told } = this;
    if (!run) return html`<div class="page"></div>`;
    import('./flow-steps.js');
    const took = (this.over ? run.updated_at : run.status === 'waiting' ? run.updated_at : Date.now()) - run.created_at;
    return html`<div class="flow-page"><header class="flow-head"><div class="flow-title"><nav class="crumbs" aria-label=${t('flow.where')}><a data-go href=${href('/workflows')}>${t('nav.workflows')}</a>${this.flow ? html`<span aria-hidden="true">/</span><a data-go href=${href(flowPath(run.flow_id))}>${this.flow.name}</a><span aria-hidden="true">/</span><a data-go href=${href(flowPath(run.flow_id, 'runs'))}>${t('flow.tab.runs')}</a>` : nothing}</nav>
          <h1>${t('flow.run.title')} <span class="minor" title=${exact(ms(run.created_at))}>${ago(ms(run.created_at))}</span></h1></div>
        <span class="status ${tone(run.status)}" role="status">${t(`flow.state.${run.status}`)}</span>
        ${this.over ? html`<button @click=${() => this.again('replay')}>${icon('again')}${t('flow.replay')}</button>` : html`<button ?disabled=${this.cancelling} @click=${() => this.cancel()}>${icon('stop')}${t(this.cancelling ? 'flow.cancelling' : 'app.cancel')}</button>`}
        <dl class="flow-figures"><div><dt>${t('flow.took')}</dt><dd>${duration(took)}</dd></div><div><dt>${t('flow.tokens')}</dt><dd>${number(run.prompt_tokens + run.completion_tokens)}</dd></div><div><dt>${t('flow.price')}</dt><dd>${dollars(run.micro_usd)}</dd></div>
          <div><dt>${t('flow.runs.version')}</dt><dd>${run.version === '-1' ? t('flow.draft') : run.version}</dd></div>${run.kind === 'run' ? nothing : html`<div><dt>${t('flow.kind')}</dt><dd><a data-go href=${href(runPath(run.parent_id))}>${t(`flow.kind.${run.kind}`)}</a></dd></div>`}</dl>
        ${this.over ? nothing : html`<progress class="flow-progress" max="1" value=${told.progress} aria-label=${t('flow.progress')}></progress>`}</header>
      <div class="flow-split run"><section class="flow-side" aria-label=${t('flow.answer')}>
          ${run.code && run.status !== 'done' ? html`<div class="flow-told ${run.status === 'cancelled' ? 'warn' : 'bad'}" role="alert">${icon('warn')}<div><p>${run.message}</p>${run.status === 'failed' ? html`<p class="minor">${t('flow.failed.next')} (${run.code})</p>` : nothing}</div></div>` : nothing}
          ${told.reasoning ? html`<details class="flow-thought"><summary>${t('flow.reasoning')}</summary><pre tabindex="0">${told.reasoning}</pre></details>` : nothing}
          <div class="flow-answer"><div class="prose" aria-live=${this.over ? 'off' : 'polite'}></div>${told.content || run.question ? nothing : html`<p class="flow-nothing">${t(this.over ? 'flow.answer.none' : 'flow.answer.soon')}</p>`}</div>
          ${run.question ? this.renderQuestion(run.question) : nothing}
          ${told.content && this.over ? html`<div class="row"><cf-copy words .text=${() => this.told.content}></cf-copy></div>` : nothing}
          <details class="flow-given"><summary>${t('flow.given')}</summary><pre tabindex="0">${JSON.stringify(run.input?.parameters ?? {}, null, 2)}</pre></details></section>
        <section class="flow-view" aria-label=${t('flow.steps')}>${this.data ? html`<cf-flow-picture .data=${this.data} .states=${this.states} .chosen=${this.chosen} @node-chosen=${(e) => this.pick(e.detail.id)}></cf-flow-picture>` : nothing}
          <h2 class="flow-part">${t('flow.timeline')}</h2>
          <cf-flow-steps .steps=${this.steps} .nodes=${new Map(inner(this.data).nodes.map((n) => [n.id, n]))} .until=${run.status === 'running' ? Date.now() : run.updated_at} ?over=${this.over} .chosen=${this.chosen} @restart=${(e) => this.again('restart', { node_id: e.detail.node })}></cf-flow-steps></section></div></div>`;
  }

  pick(id) {
    this.chosen = id;
    const step = this.querySelector(`details[data-node="${CSS.escape(id)}"]`);
    if (step) step.open = true;
  }

  renderQuestion(q) {
    if (q.kind === 'timer') return html`<div class="flow-told">${icon('clock')}<p>${t('flow.timer', { when: exact(ms(q.deadline)) })}</p></div>`;
    const { value } = q;
    const choices = (value.option ?? []).filter((o) => o.id !== 'default');
    const key = `flow.answer.${this.run.id}`;
    return html`<form class="flow-question" aria-labelledby="flow-q" @submit=${(e) => { e.preventDefault(); const text = new FormData(e.target).get('answer')?.trim(); if (text) this.answer(text); else e.target.querySelector('textarea')?.focus(); }}>
      <h2 id="flow-q">${icon('ask')}<span>${value.content}</span></h2>
      ${choices.length ? html`<div class="flow-options" role="group" aria-labelledby="flow-q">${choices.map((o) => html`<button type="button" ?disabled=${this.answering} @click=${() => this.answer(o.id)}><kbd>${o.id}</kbd><span>${o.text}</span></button>`)}</div>` : nothing}
      ${field(t(choices.length ? 'flow.question.other' : 'flow.question.answer'), html`<textarea id="flow-answer" name="answer" rows=${choices.length ? 2 : 3} .value=${remember.get(key) ?? ''} @input=${(e) => remember.set(key, e.target.value.slice(0, 20_000))} @keydown=${(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.target.form.requestSubmit(); }}></textarea>`, { id: 'flow-answer', hint: q.deadline ? t('flow.question.until', { when: exact(ms(q.deadline)) }) : '' })}
      ${this.refused ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.refused.message}</span></p>` : nothing}
      <div class="row"><button class="primary" ?disabled=${this.answering}>${t('flow.question.send')}</button>
        ${q.need_reply ? nothing : html`<button type="button" ?disabled=${this.answering} @click=${() => this.answer('', 'ignore')}>${t('flow.question.skip')}</button>`}
        <button type="button" class="quiet" ?disabled=${this.answering} @click=${() => this.answer('', 'abort')}>${t('flow.question.abort')}</button></div></form>`;
  }
}
customElements.define('cf-flow-run', FlowRun);
