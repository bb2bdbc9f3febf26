// Keys, and the commands they and the menus run. The palette itself is fetched when it is first asked for.
import { html, remember, state, update } from './state.js';
import { t } from './messages.js';
import { applyTheme, saveSettings } from './api.js';
import { go } from './router.js';
import { leave } from './server-events.js';
import { dialog } from './overlays.js';

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
/** ⌘ or Ctrl, as the keyboard has it. */
export const mod = mac ? '⌘' : 'Ctrl';

const KEYS = () => [
  [[mod, 'K'], 'key.palette'], [[mod, 'Shift', 'O'], 'key.new'], [['/'], 'key.focus'], [['Esc'], 'key.stop'],
  [[mod, 'Shift', 'C'], 'key.copy'], [[mod, 'Enter'], 'key.run'], [[mod, 'Shift', 'Enter'], 'key.check'], [['?'], 'key.help'],
];

const tell = (name) => dispatchEvent(new CustomEvent('carafe:command', { detail: { name } }));

const COMMANDS = {
  palette: async () => (await import('./palette.js')).openPalette(),
  help: () => dialog(t('key.title'), () => html`<dl class="keys">${KEYS().map(([keys, text]) => html`
    <div><dt>${t(text)}</dt><dd>${keys.map((k) => html`<kbd>${k}</kbd>`)}</dd></div>`)}</dl>`),
  new: () => { go('/'); setTimeout(() => tell('focus'), 50); },
  signout: leave,
  theme: () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
      || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
    const theme = dark ? 'light' : 'dark';
    applyTheme(theme);
    saveSettings({ theme }).catch(() => remember.set('theme', theme)); // shown all the same; stored with the next change
  },
};

addEventListener('carafe:command', (e) => COMMANDS[e.detail.name]?.());

// the first of the path: the editor's text lies in a shadow root
const typing = (e) => e.composedPath()[0].closest?.('input, textarea, select, [contenteditable]');

addEventListener('keydown', (e) => {
  if (e.isComposing || !state.user || state.user.role === 'pending' || state.expired) return;
  const held = mac ? e.metaKey : e.ctrlKey;
  const key = e.key.toLowerCase();
  const found = held && key === 'k' && !e.shiftKey ? 'palette'
    : held && e.shiftKey && key === 'o' ? 'new'
    : held && e.shiftKey && key === 'c' ? 'copy-last'
    : e.key === 'Escape' && !document.querySelector('dialog[open]') ? 'stop'
    : !held && !e.altKey && !typing(e) && e.key === '?' ? 'help'
    : !held && !e.altKey && !typing(e) && e.key === '/' ? 'focus' : null;
  if (!found) return;
  if (found !== 'stop') {
    if (document.querySelector('dialog[open]')) return;
    e.preventDefault();
  }
  if (found === 'stop' && state.drawer) update({ drawer: false });
  tell(found);
});
