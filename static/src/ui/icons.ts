// Our own line icons on a 24-unit square: one path each.
export const ICONS = {
  grid: 'M4 5h7v6H4zM13.5 5H20v9h-6.5zM4 13.5h7V19H4zM13.5 16.5H20V19h-6.5z',
  albums: 'M4 8h16v11H4zM6.5 5h11M8.5 2.5h7',
  upload: 'M12 16V5M7.5 9 12 4.5 16.5 9M4.5 15.5v4h15v-4',
  jobs: 'M4 6h10M4 12h16M4 18h7M17 6h3M14 18h6',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  left: 'M14.5 5.5 8 12l6.5 6.5',
  right: 'M9.5 5.5 16 12l-6.5 6.5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10 10.5v5.5M14 10.5v5.5',
  retry: 'M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4',
  link: 'M9.5 14.5l5-5M11 7l1.6-1.6a4.2 4.2 0 0 1 6 6L17 13M13 17l-1.6 1.6a4.2 4.2 0 0 1-6-6L7 11',
  search: 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12M15 15l5 5',
  filter: 'M4 6.5h16M7 12h10M10 17.5h4',
  download: 'M12 4.5v11M7.5 11.5 12 16l4.5-4.5M4.5 19.5h15',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.5v13l10.5-6.5z',
  warn: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2',
  down: 'M6 9.5l6 6 6-6',
  panel: 'M4 5h16v14H4zM14.5 5v14',
  folder: 'M3.5 6.5h6l2 2.5h9V19h-17z',
  undo: 'M8.5 5 4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3',
} as const;

export type IconName = keyof typeof ICONS;
