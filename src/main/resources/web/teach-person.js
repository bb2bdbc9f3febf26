// One learner and one exercise: what was handed in, and an exception to the deadline or the number of attempts.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, field } from './forms.js';
import { dialog } from './overlays.js';
import { ago, exact } from './time.js';
import { seconds, trouble, worth } from './learn.js';

/** `exercise`: {id, title}; `learner`: {user_id, name}. */
export const openPerson = (course, exercise, learner) =>
  dialog(t('teach.person', { name: learner.name, exercise: exercise.title }), () => html`<cf-person .course=${course} .exercise=${exercise} .learner=${learner}></cf-person>`, { wide: true });

/** For a datetime-local field, in the reader's zone. */
function local(moment) {
  const at = seconds(moment);
  if (!at) return '';
  const date = new Date(at * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

class Person extends View {
  static properties = { rows: { state: true }, codes: { state: true }, exception: { state: true }, problem: { state: true } };

  firstUpdated() {
    this.codes = {};
    this.load();
  }

  get base() { return `/api/v1/courses/${encodeURIComponent(this.course)}/exercises/${encodeURIComponent(this.exercise.id)}`; }

  async load() {
    const { user_id: id } = this.learner;
    try {
      const [handed, { overrides }] = await Promise.all([api('GET', `${this.base}/submissions?user_id=${id}`), api('GET', `${this.base}/overrides`)]);
      Object.assign(this, { rows: handed.submissions, exception: overrides.find((o) => o.user_id === id) ?? null, problem: null });
    } catch (e) {
      this.problem = e;
    }
  }

  async look(id) {
    if (this.codes[id]) return;
    const found = await attempt(() => api('GET', `/api/v1/submissions/${id}`));
    if (found) this.codes = { ...this.codes, [id]: found };
  }

  async save(e) {
    e.preventDefault();
    const { due, attempts } = e.target.elements;
    const body = { due_at: due.value ? new Date(due.value).toISOString() : null, attempts: attempts.value === '' ? null : Number(attempts.value) };
    if (await attempt(() => api('PUT', `${this.base}/overrides/${this.learner.user_id}`, body), t('teach.exception.saved'))) this.load();
  }

  async remove() {
    if (await attempt(() => api('DELETE', `${this.base}/overrides/${this.learner.user_id}`), t('teach.exception.removed'))) this.load();
  }

  render() {
    if (this.problem) return trouble(this.problem, () => this.load());
    if (!this.rows) return html`<p class="minor">${t('app.loading')}</p>`;
    return html`${this.rows.length ? html`<ul class="attempts">${this.rows.map((row) => this.renderRow(row))}</ul>` : html`<p>${t('teach.person.none')}</p>`}
      <form class="exception" @submit=${this.save}><h3>${t('teach.exception')}</h3><div class="pair">
        ${field(t('teach.exception.due'), html`<input id="x-due" name="due" type="datetime-local" .value=${local(this.exception?.due_at)}>`, { id: 'x-due' })}
        ${field(t('teach.exception.attempts'), html`<input id="x-attempts" name="attempts" type="number" min="0" max="1000" .value=${this.exception?.attempts ?? ''}>`, { id: 'x-attempts' })}</div>
        <footer>${this.exception ? html`<button type="button" class="quiet left" @click=${this.remove}>${t('teach.exception.remove')}</button>` : nothing}<button class="primary">${t('app.save')}</button></footer></form>`;
  }

  renderRow(row) {
    const good = row.status === 'pass' || row.score === 1;
    const at = seconds(row.submitted_at);
    const found = this.codes[row.id];
    return html`<li><details @toggle=${(e) => { if (e.target.open) this.look(row.id); }}><summary class="test-head"><span class="test-state ${good ? 'good' : 'bad'}">${icon(good ? 'check' : 'close', 'small')}</span>
      <span class="test-name" title=${exact(at)}>${ago(at)}</span>${row.mistake ? html`<span class="tag" title=${t('help.kind.mistake')}>${row.mistake}</span>` : nothing}${row.late ? html`<span class="tag">${t('teach.late')}</span>` : nothing}<span class="minor figure">${worth(row.points ?? 0)}</span></summary>
      <div class="test-detail">${found ? html`${Object.entries(found.files ?? { '': found.code }).map(([name, text]) => html`${name ? html`<h4>${name}</h4>` : nothing}<pre tabindex="0">${text}</pre>`)}
        <ul class="failed-tests">${(found.tests ?? []).filter((test) => test.status !== 'pass').map((test) => html`<li>${icon('close', 'small')}${test.name}</li>`)}</ul>` : html`<p class="minor">${t('app.loading')}</p>`}</div></details></li>`;
  }
}
customElements.define('cf-person', Person);
