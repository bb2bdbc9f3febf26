// A table of points that may have thousands of rows and a hundred columns: only what is seen is in the page.
import { t } from './messages.js';
import { points } from './learn.js';

const ROW = 38;
const COLUMN = 88;
const NAME = 220;
const SUM = 88;
const SPARE = 6; // rows and columns beyond the edge, so that scrolling never shows bare ground

const div = (className, text) => {
  const box = document.createElement('div');
  box.className = className;
  if (text !== undefined) box.textContent = text;
  return box;
};

/**
 * `show({exercises: [{id, title, points}], total, row(i)})`, where `row(i)` answers {name, points, max_points, scores} or
 * undefined while it is being fetched. Events: `rows` ({from, to} came into view), `move` ({row, column}), `open` (the same).
 */
class Grid extends HTMLElement {
  connectedCallback() {
    if (this.body) return;
    this.className = 'grid-scroll';
    this.tabIndex = 0;
    this.setAttribute('role', 'grid');
    this.head = div('grid-row grid-head');
    this.head.setAttribute('role', 'row');
    this.body = div('grid-body');
    this.body.setAttribute('role', 'rowgroup');
    this.append(this.head, this.body);
    this.rows = new Map();
    this.at = { row: 0, column: 0 };
    this.addEventListener('scroll', () => (this.frame ??= requestAnimationFrame(() => this.draw())), { passive: true });
    this.addEventListener('keydown', (e) => this.key(e));
    this.addEventListener('click', (e) => this.click(e));
    this.addEventListener('focus', () => this.point());
    this.size = new ResizeObserver(() => this.draw());
    this.size.observe(this);
  }

  disconnectedCallback() {
    this.size.disconnect();
  }

  show({ exercises, total, row }) {
    Object.assign(this, { exercises, total, row });
    this.style.setProperty('--all', `${total * ROW + 84}px`); // a small class needs no tall table
    this.setAttribute('aria-rowcount', total + 1);
    this.setAttribute('aria-colcount', exercises.length + 2);
    this.at = { row: Math.min(this.at.row, Math.max(0, total - 1)), column: Math.min(this.at.column, exercises.length - 1) };
    this.refresh();
  }

  /** Draws anew, for example when rows have come. */
  refresh() {
    this.rows.forEach((box) => box.remove());
    this.rows.clear();
    this.columns = null;
    this.draw();
  }

  get width() { return NAME + SUM + this.exercises.length * COLUMN; }

  draw() {
    this.frame = null;
    if (!this.exercises || !this.isConnected) return;
    this.body.style.height = `${this.total * ROW}px`;
    this.body.style.width = `${this.width}px`;
    const left = Math.max(0, Math.floor(this.scrollLeft / COLUMN) - SPARE);
    const right = Math.min(this.exercises.length, Math.ceil((this.scrollLeft + this.clientWidth) / COLUMN) + SPARE);
    const from = Math.max(0, Math.floor(this.scrollTop / ROW) - SPARE);
    const to = Math.min(this.total, Math.ceil((this.scrollTop + this.clientHeight) / ROW) + SPARE);
    for (const [i, box] of this.rows) {
      if (i >= from && i < to) continue;
      box.remove();
      this.rows.delete(i);
    }
    const columns = `${left}-${right}`;
    if (columns !== this.columns) {
      this.columns = columns;
      this.drawHead(left, right);
      for (const [i, box] of this.rows) this.fill(box, i, left, right);
    }
    const fresh = document.createDocumentFragment();
    for (let i = from; i < to; i++) if (!this.rows.has(i)) fresh.append(this.addRow(i, left, right));
    this.body.append(fresh);
    this.dispatchEvent(new CustomEvent('rows', { detail: { from, to } }));
  }

  drawHead(left, right) {
    const cells = [cell('grid-name', t('teach.learner'), 'columnheader', 1), cell('grid-sum', t('teach.sum'), 'columnheader', 2), gap(left)];
    for (let c = left; c < right; c++) {
      const { title, points: worth } = this.exercises[c];
      const box = cell('grid-cell', '', 'columnheader', c + 3);
      box.append(div('grid-title', title), div('grid-worth', points(worth)));
      box.title = title;
      cells.push(box);
    }
    this.head.style.width = `${this.width}px`;
    this.head.replaceChildren(...cells);
  }

  addRow(i, left, right) {
    const row = this.row(i);
    const box = div(`grid-row ${row ? '' : 'waiting'}`);
    box.setAttribute('role', 'row');
    box.setAttribute('aria-rowindex', i + 2);
    box.style.transform = `translateY(${i * ROW}px)`;
    box.style.width = `${this.width}px`;
    const name = cell('grid-name', row?.name ?? '…', 'rowheader', 1);
    name.title = row?.name ?? '';
    box.gap = gap(left);
    box.cells = new Map();
    box.append(name, cell('grid-sum', row ? points(row.points) : '', 'gridcell', 2), box.gap);
    this.fill(box, i, left, right);
    this.rows.set(i, box);
    return box;
  }

  /** Gives a row the cells from `left` to `right`; those that stay are not touched. */
  fill(box, i, left, right) {
    for (const [c, old] of box.cells) {
      if (c >= left && c < right) continue;
      old.remove();
      box.cells.delete(c);
    }
    box.gap.style.width = `${left * COLUMN}px`;
    const row = this.row(i);
    let next = null;
    for (let c = right - 1; c >= left; c--) {
      let here = box.cells.get(c);
      if (!here) {
        here = this.cell(row, i, c);
        box.cells.set(c, here);
        box.insertBefore(here, next);
      }
      next = here;
    }
  }

  cell(row, i, c) {
    const exercise = this.exercises[c];
    const score = row?.scores?.[exercise.id];
    const tone = !score ? '' : score.passed || score.points >= exercise.points ? 'full' : score.points > 0 ? 'part' : 'none';
    const box = cell(`grid-cell ${tone}`, score ? points(score.points) : '', 'gridcell', c + 3);
    box.id = `cell-${i}-${c}`;
    box.dataset.row = i;
    box.dataset.column = c;
    if (i === this.at.row && c === this.at.column) box.classList.add('at');
    return box;
  }

  key(e) {
    const page = Math.max(1, Math.floor(this.clientHeight / ROW) - 2);
    const move = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0], Home: [0, -1e6], End: [0, 1e6] }[e.key];
    if (e.key === 'Enter') this.dispatchEvent(new CustomEvent('open', { detail: this.at }));
    else if (move && (e.ctrlKey || e.metaKey) && !move[0]) this.go(move[1] < 0 ? -1e6 : 1e6, move[1]);
    else if (move) this.go(...move);
    else return;
    e.preventDefault();
  }

  go(rows, columns) {
    const clamp = (n, most) => Math.max(0, Math.min(most, n));
    this.at = { row: clamp(this.at.row + rows, this.total - 1), column: clamp(this.at.column + columns, this.exercises.length - 1) };
    const top = this.at.row * ROW;
    const left = this.at.column * COLUMN;
    const head = this.head.offsetHeight;
    const fixed = this.fixedWidth;
    if (top < this.scrollTop) this.scrollTop = top;
    else if (top + ROW + head > this.scrollTop + this.clientHeight) this.scrollTop = top + ROW + head - this.clientHeight;
    if (left < this.scrollLeft) this.scrollLeft = left;
    else if (left + COLUMN + fixed > this.scrollLeft + this.clientWidth) this.scrollLeft = left + COLUMN + fixed - this.clientWidth;
    this.draw();
    this.point();
  }

  /** What stays at the left while the columns move. */
  get fixedWidth() { return this.querySelector('.grid-sum')?.offsetLeft + SUM || NAME + SUM; }

  /** Marks where one is and tells it. */
  point() {
    this.querySelector('.grid-cell.at')?.classList.remove('at');
    const box = this.querySelector(`#cell-${this.at.row}-${this.at.column}`);
    box?.classList.add('at');
    if (box) this.setAttribute('aria-activedescendant', box.id);
    this.dispatchEvent(new CustomEvent('move', { detail: this.at }));
  }

  click(e) {
    const box = e.target.closest('.grid-body .grid-cell');
    if (!box) return;
    this.at = { row: Number(box.dataset.row), column: Number(box.dataset.column) };
    this.point();
    this.dispatchEvent(new CustomEvent('open', { detail: this.at }));
  }
}
customElements.define('cf-grid', Grid);

function cell(className, text, role, column) {
  const box = div(className, text);
  box.setAttribute('role', role);
  box.setAttribute('aria-colindex', column);
  return box;
}

/** The room of the columns at the left that are not drawn. */
function gap(columns) {
  const box = div('grid-gap');
  box.style.width = `${columns * COLUMN}px`;
  return box;
}
