// The code editor: CodeMirror in a shadow root, where its styles need no exception of the page's policy.
import { EditorState, Compartment, Prec } from '@codemirror/state';
import { EditorView, keymap, lineNumbers, highlightActiveLine, highlightActiveLineGutter, drawSelection, highlightSpecialChars } from '@codemirror/view';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { searchKeymap, highlightSelectionMatches } from '@codemirror/search';
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { tags } from '@lezer/highlight';

const GRAMMARS = {
  python: async () => (await import('@codemirror/lang-python')).python(),
  javascript: async () => (await import('@codemirror/lang-javascript')).javascript(),
  bash: async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/shell')).shell),
  c: async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/clike')).c),
};
const BY_ENDING = { py: 'python', js: 'javascript', mjs: 'javascript', cjs: 'javascript', json: 'javascript', sh: 'bash', c: 'c', h: 'c' };

const LOOK = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: 'var(--editor-size, 0.9375rem)' },
  '&.cm-focused': { outline: 'none' }, // the caret tells where the focus is
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '12px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 40%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--hover)', color: 'var(--ink)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', color: 'inherit', outline: '1px solid var(--accent)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-panel input, .cm-panel button': { fontFamily: 'var(--font)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line-strong)' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line-strong)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: 'var(--radius)', boxShadow: 'var(--shadow)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--accent)' },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--font)' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--bad)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--warn)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--warn)', textUnderlineOffset: '3px' },
  '.cm-lint-marker': { content: 'none !important', borderRadius: '50%', width: '8px', height: '8px', margin: '5px 3px' },
  '.cm-lint-marker-error': { backgroundColor: 'var(--bad)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warn)' },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.definitionKeyword, tags.moduleKeyword, tags.self], color: 'var(--code-key)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character], color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.escape], color: 'var(--code-num)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName)), tags.className, tags.definition(tags.className), tags.standard(tags.variableName), tags.typeName], color: 'var(--code-name)' },
  { tag: [tags.comment, tags.meta], color: 'var(--code-note)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

// Typing over a selection of coloured text makes Chrome write that colour into a style attribute, which the page's policy
// refuses with a report. So the editor inserts the text itself.
const TYPE_OVER = EditorView.domEventHandlers({
  beforeinput(e, view) {
    const { main } = view.state.selection;
    if (e.inputType !== 'insertText' || !e.data || main.empty || e.isComposing || view.state.selection.ranges.length > 1) return false;
    e.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(e.data), { userEvent: 'input.type', scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, e.data, insert))) view.dispatch(insert());
    return true;
  },
});

/** `<cf-code-editor>`: `name` and `text` of a file in, `edited` events out; call `open` to show another one. */
class CodeEditor extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
    this.grammar = new Compartment();
    this.names = new Compartment();
    this.states = new Map();
  }

  connectedCallback() {
    if (this.view) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(':host { display: block; min-height: 0; height: 100%; } .cm-editor { height: 100%; }');
    this.view = new EditorView({ root: this.shadowRoot, parent: this.shadowRoot, state: EditorState.create() });
    this.shadowRoot.adoptedStyleSheets = [...this.shadowRoot.adoptedStyleSheets, sheet];
    if (this.wanted) this.open(...this.wanted);
  }

  fresh(text, label, language) {
    const tell = EditorView.updateListener.of((u) => {
      if (u.docChanged && !this.quiet) this.dispatchEvent(new CustomEvent('edited', { bubbles: true, composed: true, detail: { text: u.state.doc.toString() } }));
    });
    return EditorState.create({
      doc: text,
      extensions: [
        // before the editor's own: these two run the program
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => this.dispatchEvent(new CustomEvent('run-asked', { bubbles: true, composed: true })) }])),
        lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(),
        closeBrackets(), autocompletion(), highlightActiveLine(), highlightSelectionMatches(), lintGutter(), syntaxHighlighting(COLOURS), LOOK, TYPE_OVER,
        indentUnit.of(language === 'javascript' ? '  ' : '    '), EditorState.tabSize.of(4),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
        this.grammar.of([]), this.names.of(EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' })), tell,
      ],
    });
  }

  /** Shows the file `key`; what was typed, the cursor and undo of each stay until `forget`. */
  open(key, text, label, language) {
    this.wanted = [key, text, label, language];
    if (!this.view) return;
    if (this.key !== undefined) this.states.set(this.key, this.view.state);
    let known = this.states.get(key);
    if (!known || known.doc.toString() !== text) known = this.fresh(text, label, language);
    this.key = key;
    this.view.setState(known);
    this.colour(key, label, language);
  }

  async colour(key, label, language) {
    const ending = key.slice(key.lastIndexOf('.') + 1);
    const make = GRAMMARS[BY_ENDING[ending] ?? (key.includes('.') ? '' : language)];
    const grammar = make ? await make().catch(() => []) : []; // plain text when the server was away
    if (this.key !== key) return;
    this.view.dispatch({ effects: [this.grammar.reconfigure(grammar), this.names.reconfigure(EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }))] });
  }

  forget() {
    this.states.clear();
    this.key = undefined;
  }

  /** Marks lines: [{line, column?, message, tone: 'error' | 'warning'}]; an empty list takes all marks away. */
  mark(marks) {
    const { doc } = this.view.state;
    const found = marks.filter((m) => m.line >= 1 && m.line <= doc.lines).map((m) => {
      const line = doc.line(m.line);
      const from = Math.min(line.to, line.from + Math.max(0, (m.column ?? 1) - 1));
      return { from: m.column ? from : line.from, to: line.to, severity: m.tone, message: m.message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  show(number) {
    const { doc } = this.view.state;
    if (number < 1 || number > doc.lines) return;
    const { from } = doc.line(number);
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    this.view.focus();
  }

  focusText() {
    this.view?.focus();
  }
}
customElements.define('cf-code-editor', CodeEditor);
