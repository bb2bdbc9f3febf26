// What was handed in before: a list, each with its code, and the difference to the one before it.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { dialog } from './overlays.js';
import { ago, exact } from './time.js';
import { seconds, trouble, worth } from './learn.js';
import { renderDifference } from './lesson-results.js';

/** Shows the attempts of a lesson; answers the files of one that shall be worked on again. */
export const openAttempts = (data) =>
  dialog(t('lesson.attempts'), (close) => html`<cf-attempts .data=${data} .take=${close}></cf-attempts>`, { wide: true });

class Attempts extends View {
  static properties = { data: { attribute: false }, rows: { state: true }, problem: { state: true }, open: { state: true }, compare: { state: true } };

  firstUpdated() {
    this.load();
  }

  async load() {
    try {
      const me = await api('GET', '/api/users/current');
      const rows = await api('GET', `/api/v1/submissions/user/${me.id}/lesson/${encodeURIComponent(`${this.data.course}/${this.data.id}`)}?limit=50`);
      this.rows = (rows.submissions ?? rows).filter((s) => s.source === 'graded');
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  code(row) {
    return row.files?.[this.data.entry] ?? row.code ?? '';
  }

  render() {
    if (this.problem) return trouble(this.problem, () => this.load());
    if (!this.rows) return html`<p class="minor">${t('app.loading')}</p>`;
    if (!this.rows.length) return html`<p>${t('lesson.attempts.empty')}</p>`;
    return html`<ul class="attempts">${this.rows.map((row, i) => this.renderRow(row, this.rows[i + 1]))}</ul>`;
  }

  renderRow(row, before) {
    const good = row.status === 'pass' || row.status === 'success' || row.score === 1;
    const at = seconds(row.submitted_at);
    return html`<li><details><summary class="test-head"><span class="test-state ${good ? 'good' : 'bad'}">${icon(good ? 'check' : 'close', 'small')}</span>
      <span class="test-name" title=${exact(at)}>${ago(at)}</span>${row.late ? html`<span class="tag">${t('teach.late')}</span>` : nothing}
      <span class="minor figure">${worth(row.points ?? 0)}</span></summary>
      <div class="test-detail">${this.compare === row.id && before ? renderDifference(this.code(before), this.code(row), [t('lesson.attempt.before'), t('lesson.attempt.this')]) : html`<pre tabindex="0">${this.code(row)}</pre>`}
        <div class="row"><button class="small" @click=${() => this.take(row.files ?? { [this.data.entry]: row.code })}>${t('lesson.attempt.take')}</button>
        ${before ? html`<button class="small quiet" aria-pressed=${this.compare === row.id} @click=${() => (this.compare = this.compare === row.id ? null : row.id)}>${t('lesson.attempt.compare')}</button>` : nothing}</div></div></details></li>`;
  }
}
customElements.define('cf-attempts', Attempts);
