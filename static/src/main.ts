// Entry of every page: styles, theme, keys, messages, uploads, the live connection, and the page's islands.
import { mount } from 'svelte';
import { islandProps, site } from './api/site';
import { loadIsland } from './islands';
import Indicator from './live/Indicator.svelte';
import { startLive } from './live/client';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/model.css';
import { startShortcuts } from './ui/shortcuts.svelte';
import ShortcutSheet from './ui/ShortcutSheet.svelte';
import Toasts from './ui/Toasts.svelte';
import { applyTheme, currentTheme, toggleTheme } from './ui/theme';
import Tray from './upload/Tray.svelte';

/** Islands whose pages have room for the open upload card. */
const ROOMY = ['gallery', 'album', 'albums', 'upload', 'jobs'];

function added(className = ''): HTMLElement {
  const element = document.createElement('div');
  element.className = className;
  document.body.append(element);
  return element;
}

function connectControls(): void {
  for (const button of document.querySelectorAll('[data-action="theme"]')) {
    button.addEventListener('click', toggleTheme);
  }
  for (const button of document.querySelectorAll('[data-action="shortcuts"]')) {
    button.addEventListener('click', () => dispatchEvent(new KeyboardEvent('keydown', { key: '?' })));
  }
}

/** A menu that unfolds folds again at Escape, and when something else is pressed or focused. */
function connectFolds(): void {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>('[data-folds]')) {
    const away = ({ target }: Event): void => {
      if (!(target instanceof Node && fold.contains(target))) fold.open = false;
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    fold.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || !fold.open) return;
      fold.open = false;
      fold.querySelector('summary')?.focus();
    });
  }
}

async function mountIslands(): Promise<string[]> {
  const places = [...document.querySelectorAll<HTMLElement>('[data-island]')];
  const names = places.map((place) => place.dataset.island as string);
  await Promise.all(
    places.map(async (target, i) => {
      const component = await loadIsland(names[i] as string);
      mount(component, { target, props: islandProps(target.dataset.props ?? 'props') });
      target.removeAttribute('aria-busy');
    }),
  );
  return names;
}

async function start(): Promise<void> {
  connectControls();
  connectFolds();
  startShortcuts();
  const indicator = document.querySelector('[data-live]');
  if (indicator && site.user) mount(Indicator, { target: indicator });
  mount(Toasts, { target: added() });
  mount(ShortcutSheet, { target: added() });
  startLive();
  const names = await mountIslands();
  const quiet = !names.some((name) => ROOMY.includes(name));
  if (site.user) mount(Tray, { target: added(), props: { big: names.includes('upload'), quiet } });
}

applyTheme(currentTheme());
void start();
