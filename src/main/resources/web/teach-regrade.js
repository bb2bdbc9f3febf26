// Running again what was handed in, after a test was corrected; nothing changes before it is applied.
import { View, html, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, pageHead } from './forms.js';
import { ago } from './time.js';
import { points, seconds, trouble } from './learn.js';
import { exercises } from './teach.js';

const POLL = 700;

class Regrade extends View {
  static properties = { course: { attribute: false }, current: { state: true }, earlier: { state: true }, problem: { state: true } };

  willUpdate(changed) {
    if (!changed.has('course')) return;
    Object.assign(this, { current: null, problem: null });
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  get base() { return `/api/v1/courses/${encodeURIComponent(this.course.id)}`; }

  async load() {
    try {
      const { regrades } = await api('GET', `${this.base}/regrades`);
      this.earlier = regrades;
      const open = regrades.find((r) => !over(r.state));
      if (open && !this.current) this.follow(open.id);
    } catch (e) {
      this.problem = e;
    }
  }

  async start(e) {
    e.preventDefault();
    const exercise = e.target.elements.exercise.value;
    const made = await attempt(() => api('POST', `${this.base}/exercises/${encodeURIComponent(exercise)}/regrade`));
    if (made) this.follow(made.id);
  }

  async follow(id) {
    clearTimeout(this.timer);
    try {
      this.current = await api('GET', `${this.base}/regrades/${id}`);
      this.problem = null;
    } catch (e) {
      this.problem = e;
      if (e.status) return;
    }
    if (this.isConnected && this.running) this.timer = setTimeout(() => this.follow(id), POLL);
  }

  get running() { return !this.current || ['running', 'queued'].includes(this.current.state); }

  async apply() {
    if (!(await attempt(() => api('POST', `${this.base}/regrades/${this.current.id}/apply`), t('teach.regrade.applied')))) return;
    this.current = null;
    this.load();
  }

  async drop() {
    if (!(await attempt(() => api('DELETE', `${this.base}/regrades/${this.current.id}`)))) return;
    this.current = null;
    this.load();
  }

  render() {
    const past = (this.earlier ?? []).filter((r) => over(r.state));
    return html`${pageHead(t('teach.regrade'), t('teach.regrade.text'))}
      ${this.problem ? trouble(this.problem, () => this.load()) : nothing}
      ${this.current ? this.renderCurrent(this.current) : html`<form class="panel regrade-form" @submit=${this.start}><label for="g-exercise">${t('teach.exercise')}</label>
        <select id="g-exercise" name="exercise">${exercises(this.course).map((l) => html`<option value=${l.id}>${l.title}</option>`)}</select>
        <button class="primary">${t('teach.regrade.start')}</button></form>`}
      ${past.length ? html`<section class="block-section earlier"><h2>${t('teach.regrade.before')}</h2><ul>${past.map((r) => html`<li><span>${this.title(r.exercise)}</span><span class="status ${r.state === 'applied' ? 'good' : ''}">${t(`teach.state.${r.state}`)}</span>
        ${r.created_at ? html`<span class="minor">${ago(seconds(r.created_at))}</span>` : nothing}</li>`)}</ul></section>` : nothing}`;
  }

  title(id) {
    return exercises(this.course).find((l) => l.id === id)?.title ?? id;
  }

  renderCurrent(r) {
    const changes = r.changes ?? [];
    return html`<section class="panel" aria-label=${this.title(r.exercise)}><h2>${this.title(r.exercise)}</h2>
      ${this.running ? html`<div class="learn-bar"><progress max=${r.total || 1} value=${r.done} aria-label=${t('teach.regrade')}></progress></div><p class="minor" role="status">${t('teach.regrade.running', { n: r.done, all: r.total })}</p>`
        : html`<p role="status"><strong>${changes.length ? t('teach.regrade.changes', { n: changes.length }) : t('teach.regrade.same')}</strong></p>`}
      ${changes.length ? html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('teach.regrade.changes', { n: changes.length })}><table class="table"><thead><tr><th scope="col">${t('teach.learner')}</th>
        <th scope="col" class="figure">${t('teach.regrade.old')}</th><th scope="col" class="figure">${t('teach.regrade.new')}</th></tr></thead>
        <tbody>${changes.slice(0, 500).map((c) => html`<tr><td>${c.name}</td><td class="figure">${points(c.old.points)}</td><td class="figure"><strong class=${c.new.points < c.old.points ? 'less' : 'gain'}>${points(c.new.points)}</strong></td></tr>`)}</tbody></table></div>` : nothing}
      <footer><button @click=${this.drop}>${t('teach.regrade.drop')}</button>${changes.length && !this.running ? html`<button class="primary" @click=${this.apply}>${t('teach.regrade.apply')}</button>` : nothing}</footer></section>`;
  }
}
const over = (state) => ['applied', 'discarded', 'failed'].includes(state);
customElements.define('cf-regrade', Regrade);
