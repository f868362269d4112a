// Light, dark or the system's choice; remembered, applied before anything is drawn.
export type Theme = 'system' | 'light' | 'dark';
const KEY = 'connoisseur.theme';

export function currentTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage refused (private window): the choice holds for this page only.
  }
  applyTheme(theme);
  dispatchEvent(new CustomEvent('themechange', { detail: theme }));
}

/** What the header's button does: flip what is on screen now. */
export function toggleTheme(): void {
  const dark =
    currentTheme() === 'dark' ||
    (currentTheme() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  chooseTheme(dark ? 'light' : 'dark');
}
